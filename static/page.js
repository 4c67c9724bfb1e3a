// Carries what the visitor chose to Python, and the answer back into the page.
//
// Every form of <main> marked data-asks is gathered; Python answers with new content for elements
// by their ids, and with the fields that make the page's link. An element marked data-later is
// filled once it comes near the screen: its part of the answer is asked for then.

import { answer, describe, models, qr, shown } from "./estimator.js";

const byId = (id) => document.getElementById(id);
const root = new URL(document.documentElement.dataset.root, document.baseURI);
const { view, about } = document.documentElement.dataset;
const remembered = (name) => JSON.parse(sessionStorage.getItem(name) ?? "null");
const remember = (name, value) => sessionStorage.setItem(name, JSON.stringify(value));

let device = null; // what the browser told
let stated = remembered("stated") ?? {}; // what the visitor said of it
let phone = remembered("phone"); // what the browser calls it, asked only after a tap
let shared = null; // the link that brought a device with it
let links = {};
let turn = 0;
let last = null; // the question that the page shows the answer to

// A later question may be answered first: only the last one's answer is shown.
const ask = async (question) => {
  const mine = ++turn;
  last = { view, about, device, stated, phone, shared, ...question };
  busy(true);
  const reply = await answer(last);
  if (mine !== turn) return;
  show(reply);
  if (question.form) history.replaceState(null, "", `#${reply.link}`);
  later();
};

const busy = (whether) => byId("main").querySelectorAll("[aria-busy]").forEach((each) =>
  each.setAttribute("aria-busy", whether));

const show = ({ parts, title, notice, folder, link, link_with_device }) => {
  fill(parts);
  byId("notice").hidden = !notice;
  byId("notice").textContent = notice ?? "";
  busy(false);
  document.title = `${title} – Will it fit?`;
  links = { plain: address(folder, link), device: link_with_device && address(folder, link_with_device) };
};

const fill = (parts) => {
  for (const [id, html] of Object.entries(parts)) if (byId(id)) renew(byId(id), html);
};

// What did not change stays as it is; what had the focus, or was open, has it again.
const renew = (element, html) => {
  if (element.rendered === html) return;
  const held = element.contains(document.activeElement) ? document.activeElement : null;
  const { value, selectionStart: from, selectionEnd: to } = held ?? {};
  const open = [...element.querySelectorAll("details")].map((each) => each.open);
  const across = [...element.querySelectorAll(".scroll")].map((each) => each.scrollLeft);
  element.innerHTML = html;
  element.rendered = html;
  element.querySelectorAll("details").forEach((each, at) => (each.open = open[at] ?? each.open));
  element.querySelectorAll(".scroll").forEach((each, at) => (each.scrollLeft = across[at] ?? 0));
  const again = held && element.querySelector(same(held));
  again?.focus({ preventScroll: true });
  if (again?.value === value && typeof from === "number") again.setSelectionRange(from, to);
};

const same = ({ id, name, value, tagName }) =>
  id
    ? `#${CSS.escape(id)}`
    : name
      ? `[name="${name}"][value="${CSS.escape(value)}"], [name="${name}"]:not([type=radio])`
      : tagName;

// Parts wanted later

const near = new IntersectionObserver(
  (seen) => seen.filter((each) => each.isIntersecting).forEach(({ target }) => want(target)),
  { rootMargin: "400px" },
);

const later = () => {
  for (const element of document.querySelectorAll("[data-later]")) {
    element.question = { ...last, part: element.dataset.later };
    near.unobserve(element); // observing anew tells at once whether it is near
    near.observe(element);
  }
};

const want = async (element) => {
  const { question } = element;
  if (!question) return;
  element.question = null;
  const mine = turn;
  element.setAttribute("aria-busy", "true");
  const { parts } = await answer(question);
  if (mine !== turn) return;
  element.setAttribute("aria-busy", "false");
  fill(parts);
};

// Choices

const fields = () => {
  const found = {};
  for (const form of document.querySelectorAll("main form[data-asks]"))
    for (const [name, value] of new FormData(form))
      if (typeof value === "string") found[name] = name in found ? `${found[name]},${value}` : value;
  return found;
};

const address = (folder, text) => {
  const place = new URL(folder || "./", root);
  place.hash = text;
  return place.href;
};

const fromLink = () => {
  const link = location.hash.slice(1);
  if (!link.includes("=")) return ask({ form: null });
  shared = link.includes("device=") ? link : shared;
  return ask({ link });
};

const chosen = (changed) => ask({ form: fields(), changed });
const asks = ({ target }) => device && target.closest("form[data-asks]");
let typing = 0;

document.addEventListener("change", (event) => {
  clearTimeout(typing);
  if (asks(event)) chosen(event.target.name);
});
document.addEventListener("input", (event) => {
  if (!asks(event) || !/^(text|search|range|number)$/.test(event.target.type)) return;
  clearTimeout(typing);
  typing = setTimeout(() => chosen(event.target.name), event.target.type === "range" ? 60 : 200);
});
document.addEventListener("submit", (event) => event.target.matches("[data-asks]") && event.preventDefault());

byId("said")?.addEventListener("change", ({ target }) => {
  stated = { ...stated, [target.name]: target.value };
  remember("stated", stated);
  chosen();
});

byId("said")?.addEventListener("click", async ({ target }) => {
  if (target.id !== "which") return;
  phone = (await models()).model ?? "";
  remember("phone", phone);
  chosen();
});

// A suggested change is a link, so that it can be opened in another tab; here it is a tap.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-change]");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey || !device) return;
  event.preventDefault();
  const text = link.getAttribute("href").slice(1);
  if (text.includes("device=")) shared = text;
  ask({ link: text }).then(() => history.replaceState(null, "", `#${text}`));
  if (link.dataset.change !== "stay") scrollUp();
});

const scrollUp = () =>
  document.querySelector("main form")?.scrollIntoView({
    behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth",
  });

addEventListener("hashchange", () => location.hash.includes("=") && fromLink());

// Sharing

const dialog = byId("sharing");
let picture = 0;

const write = async () => {
  const link = links[byId("with-device").checked ? "device" : "plain"] ?? location.href;
  byId("link").value = link;
  byId("copied").textContent = "";
  byId("qr").innerHTML = "";
  const mine = ++picture;
  const drawn = link.length <= 1200 ? await qr(link) : "";
  if (mine === picture) byId("qr").innerHTML = drawn;
};

document.addEventListener("click", ({ target }) => {
  if (!target.closest("[data-share]") || !device) return;
  byId("send").hidden = !navigator.share;
  byId("with-device").closest("label").hidden = !links.device;
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
  byId("copied").textContent = dialog.dataset.copied;
});

device = await describe();
boot.stage("answer");
await fromLink();
shown();
