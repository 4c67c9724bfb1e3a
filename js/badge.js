// <tabfit-badge model="llama-3.2-1b" runtime="webllm" precision="q4f16_1" context="4096"></tabfit-badge>
// Says in a few words whether the model will run here; each attribute but the model may be left out.

import { canRun } from "./index.js";

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
    const told = TabfitBadge.observedAttributes.map((name) => this.getAttribute(name) ?? undefined);
    const [model = "", runtime, precision, context, base] = told;
    const turn = (this.turn = (this.turn ?? 0) + 1);
    const show = (outcome, words, title) => turn === this.turn && this.show(model, outcome, words, title);
    show("", "…", "");
    try {
      const said = await canRun(model, { runtime, precision, context: context && Number(context), base });
      const megabytes = (said.download.likely / 1e6).toFixed(0);
      show(said.outcome, said.words, `${model} ${said.precision}, ${said.runtime}, ${megabytes} MB`);
    } catch ({ message }) {
      show("unknown", "Cannot tell", message);
    }
  }

  show(model, outcome, words, title) {
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    const [style, name, said] = ["style", "span", "b"].map((tag) => document.createElement(tag));
    style.textContent = STYLE;
    name.textContent = model;
    said.textContent = words;
    said.dataset.outcome = outcome;
    this.title = title;
    root.replaceChildren(style, name, said);
  }
}

customElements.define("tabfit-badge", TabfitBadge);
