// Carries what the visitor chose to Python, and the answer back into the page.

import { answer, describe, models, qr, shown } from "./estimator.js";

const byId = (id) => document.getElementById(id);
const root = new URL(document.documentElement.dataset.root, document.baseURI);
const form = byId("question");
const page = location.pathname.match(/\/m\/([^/]+)\/$/)?.[1] ?? null;

let device = null; // what the browser told
let stated = {}; // what the visitor said of it
let model = null; // what the browser calls it, asked only after a tap
let shared = null; // the link that brought a device with it
let links = {};
let asking = 0;

// A later question may be answered first: only the last one's answer is shown.
const ask = async (question) => {
  const turn = ++asking;
  byId("answer").setAttribute("aria-busy", "true");
  const parts = await answer({ device, stated, model, shared, page, ...question });
  if (turn === asking) show(parts);
};

const choices = (changed) => ({ ...Object.fromEntries(new FormData(form)), changed });

const show = (parts) => {
  for (const [name, html] of Object.entries(parts.options)) renew(byId(`choose-${name}`), html);
  for (const [name, text] of Object.entries(parts.shown))
    form.querySelector(`[data-for=${name}]`).textContent = text;
  renew(byId("said"), parts.said);
  renew(byId("answer"), parts.answer);
  byId("notice").hidden = !parts.notice;
  byId("notice").textContent = parts.notice ?? "";
  byId("answer").setAttribute("aria-busy", "false");
  document.title = `${parts.title} – Will it fit?`;
  links = { plain: address(parts.model, parts.link), device: address(parts.model, parts.link_with_device) };
};

// What did not change stays as it is; what had the focus, or was open, has it again.
const renew = (element, html) => {
  if (element.rendered === html) return;
  const held = element.contains(document.activeElement) ? document.activeElement : null;
  const open = [...element.querySelectorAll("details")].map((each) => each.open);
  element.innerHTML = html;
  element.rendered = html;
  element.querySelectorAll("details").forEach((each, at) => (each.open = open[at] ?? each.open));
  if (held) element.querySelector(same(held))?.focus();
};

const same = ({ id, name, value, tagName }) =>
  id ? `#${id}` : name ? `[name="${name}"][value="${value}"], select[name="${name}"]` : tagName;

const address = (model, text) => {
  const place = new URL(model ? `m/${model}/` : "./", root);
  place.hash = text;
  return place.href;
};

const fromLink = () => {
  const link = location.hash.slice(1);
  if (!link.includes("=")) return ask({ form: null });
  shared = link.includes("device=") ? link : shared;
  return ask({ link });
};

form.addEventListener("change", ({ target }) => ask({ form: choices(target.name) }));
form.addEventListener("submit", (event) => event.preventDefault());

byId("said").addEventListener("change", ({ target }) => {
  stated = { ...stated, [target.name]: target.value };
  ask({ form: choices() });
});

byId("said").addEventListener("click", async ({ target }) => {
  if (target.id !== "which") return;
  model = (await models()).model ?? "";
  ask({ form: choices() });
});

// A suggested change is a link, so that it can be opened in another tab; here it is a tap.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-change]");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey || !device) return;
  event.preventDefault();
  const text = link.getAttribute("href").slice(1);
  if (text.includes("device=")) shared = text;
  ask({ link: text });
  form.scrollIntoView({ behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
});

addEventListener("hashchange", () => location.hash.includes("=") && fromLink());

// Sharing

const dialog = byId("sharing");
let picture = 0;

const write = async () => {
  const link = links[byId("with-device").checked ? "device" : "plain"];
  byId("link").value = link;
  byId("copied").textContent = "";
  byId("qr").innerHTML = "";
  const turn = ++picture;
  const drawn = link.length <= 1200 ? await qr(link) : "";
  if (turn === picture) byId("qr").innerHTML = drawn;
};

byId("answer").addEventListener("click", ({ target }) => {
  if (target.id !== "share") return;
  byId("send").hidden = !navigator.share;
  dialog.showModal();
  write();
});
byId("with-device").addEventListener("change", write);
byId("close").addEventListener("click", () => dialog.close());
byId("send").addEventListener("click", () =>
  navigator.share({ title: document.title, url: byId("link").value }).catch(() => {}),
);
byId("copy").addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(byId("link").value);
  } catch {
    byId("link").select(); // no permission: the visitor's own hands
    document.execCommand("copy");
  }
  byId("copied").textContent = "Copied.";
});

device = await describe();
boot.stage("answer");
await fromLink();
shown();
