// <tabfit-badge model="llama-3.2-1b" runtime="webllm" precision="q4f16_1" context="4096"></tabfit-badge>
// Says in a few words whether the model will run here; each attribute but the model may be left out.

import { canRun } from "./index.js";

const WORDS = {
  likely: "likely fits", may: "may fit", unlikely: "unlikely to fit", no: "will not fit", unknown: "cannot tell",
  unsupported: "no browser runs it yet",
};
const STYLE = `:host{display:inline-flex;font:600 .8em system-ui,sans-serif;border-radius:.4em;overflow:hidden;color:#fff}
span{padding:.2em .6em;background:#3a3d46}b{padding:.2em .6em;background:#5d5f68}
b[data-outcome=likely]{background:#1a7f4b}b[data-outcome=may]{background:#8a6100}
b[data-outcome=unlikely],b[data-outcome=no]{background:#b3261e}`;

export class TabfitBadge extends HTMLElement {
  static observedAttributes = ["model", "runtime", "precision", "context", "base"];

  connectedCallback() {
    this.renew();
  }

  attributeChangedCallback() {
    if (this.isConnected) this.renew();
  }

  async renew() {
    const given = (name) => this.getAttribute(name) ?? undefined;
    const context = given("context");
    const options = { runtime: given("runtime"), precision: given("precision"), context: context && Number(context) };
    const turn = (this.turn = (this.turn ?? 0) + 1);
    let [outcome, word, title] = ["", "…", ""];
    this.show(outcome, word, title);
    try {
      const answer = await canRun(given("model") ?? "", { ...options, base: given("base") });
      const likely = (answer.download.likely / 1e6).toFixed(0);
      ({ outcome } = answer);
      word = WORDS[outcome] ?? outcome;
      title = `${answer.model} ${answer.precision}, ${answer.runtime}, ${likely} MB`;
    } catch (error) {
      [outcome, word, title] = ["unknown", "cannot tell", error.message];
    }
    if (turn === this.turn) this.show(outcome, word, title);
  }

  show(outcome, word, title) {
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    const [style, name, said] = ["style", "span", "b"].map((tag) => document.createElement(tag));
    style.textContent = STYLE;
    name.textContent = this.getAttribute("model") ?? "";
    said.textContent = word;
    said.dataset.outcome = outcome;
    this.title = title;
    root.replaceChildren(style, name, said);
  }
}

customElements.define("tabfit-badge", TabfitBadge);
