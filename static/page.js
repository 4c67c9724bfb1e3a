// Carries what the visitor chose to Python, and the answer back into the page.
//
// Every form of <main> marked data-asks is gathered; Python answers with new content for elements
// by their ids, and with the fields that make the page's link. An element marked data-later is
// filled once it comes near the screen: its part of the answer is asked for then.

import * as steps from "./history_steps.js";
import { answered, heard, keep, kept } from "./kept_data.js";
import { selector } from "./scroll_and_focus.js";
import { came, lateProblem, tellLateProblem, tellLateProblems } from "./late_load_error.js";
import { tellOfNetwork, used } from "./offline_copy.js";
import { answer, describe, models, qr, shown, spoken } from "./python_worker.js";
import { ofSite, ofTab } from "./browser_storage.js";

const byId = (id) => document.getElementById(id);
const root = new URL(document.documentElement.dataset.root, document.baseURI);
const { view, about, reports } = document.documentElement.dataset;
const remembered = (name) => JSON.parse(ofTab.getItem(name) ?? "null");
const remember = (name, value) => ofTab.setItem(name, JSON.stringify(value));

let device = null; // what the browser told
let open = false; // whether the page has begun to answer what it was opened with
let { stated, phone } = kept(); // what the visitor said of it; what the browser calls it, after a tap
let shared = null; // the link that brought a device with it
let links = {};
let turn = 0;
let current = "v=1"; // the link to what the page shows
let last = null; // the question that the page shows the answer to

const UNNOTICED = 100; // milliseconds: nobody reaches for Back so soon after a choice

// What a step of history asks before its answer is there; afterwards it is a link.
const asking = (question) => ({ question, stated, phone });

// A later question may be answered first: only the last one's answer is shown; tells whether it was.
// A `choice`, as `steps.begun` gave it, becomes a step of history.
const ask = async (question, choice = null) => {
  due?.();
  const mine = ++turn;
  const hub = ofSite.getItem("hub"); // the visitor's own, where it is not the usual one
  const sides = remembered("sides"); // the link to the scenarios that stand side by side
  last = { view, about, device, stated, phone, kept: kept(), reports, shared, hub, sides, ...question };
  busy(true);
  const late = choice && setTimeout(() => steps.promise(choice, asking(question)), UNNOTICED);
  const reply = await answer(last).catch((error) => {
    if (!isReady()) throw error;
    return { error };
  });
  clearTimeout(late);
  if (mine !== turn) return false;
  if (reply.error) return unansweredFor(reply.error, question);
  unanswered.clear();
  came("answer");
  show(reply, "link" in question);
  const asked = { link: reply.link_here, stated, phone };
  if (choice) steps.settle(choice, asked, `#${inLanguage(reply.link)}`);
  else keepOnceLaidOut(asked);
  if (choice && view === "answer") answered(reply.link);
  later();
  return true;
};

// A browser lays the page out before it keeps a step: that is left to the next frame, so that it is
// no part of the task that shows the answer. A question that comes before has it kept at once.
let due = null;
const keepOnceLaidOut = (asked) => {
  due = () => {
    due = null;
    steps.keep(asked);
  };
  requestAnimationFrame(() => setTimeout(() => due?.()));
};

const isReady = () => document.documentElement.dataset.state === "ready";

const unansweredFor = (error, question) => {
  busy(false);
  tellLateProblem("answer", error, () => ask(question));
  return false;
};

const busy = (whether) => byId("main").querySelectorAll("[aria-busy]").forEach((each) =>
  each.setAttribute("aria-busy", whether));

const show = ({ parts, title, notice, folder, link, link_with_device }, anew) => {
  fill(parts, anew);
  byId("notice").hidden = !notice;
  byId("notice").textContent = notice ?? "";
  busy(false);
  document.title = `${title} – ${document.querySelector(".brand").textContent}`;
  current = link;
  if (link.includes("&s1=")) remember("sides", link);
  links = { plain: address(folder, link), device: link_with_device && address(folder, link_with_device) };
  if (byId("sharing").open) write(); // the link was wanted before its answer came
};

// All is read before anything is written, so that the page is laid out once.
const fill = (parts, anew) => {
  const before = {};
  for (const id in parts) if (byId(id)) before[id] = state(byId(id));
  for (const id in before) if (anew || byId(id).rendered !== parts[id]) renew(byId(id), parts[id], before[id]);
};

const state = (element) => {
  const held = element.contains(document.activeElement) ? document.activeElement : null;
  const { value, selectionStart: from, selectionEnd: to } = held ?? {};
  const unfolded = [...element.querySelectorAll("details")].map((each) => each.open);
  const across = [...element.querySelectorAll(".scroll")].map((each) => each.across);
  return { held, value, from, to, unfolded, across };
};

// How far a table was scrolled is noted when it is: to ask later would lay the page out.
document.addEventListener("scroll", ({ target }) => (target.across = target.scrollLeft), { capture: true, passive: true });

// What did not change stays as it is, unless a link says all; what had the focus, or was open, has it again.
const renew = (element, html, { held, value, from, to, unfolded, across }) => {
  element.innerHTML = html;
  element.rendered = html;
  element.dispatchEvent(new Event("renewed", { bubbles: true })); // lists of models are dressed anew
  element.querySelectorAll("details").forEach((each, at) => (each.open = unfolded[at] ?? each.open));
  element.querySelectorAll(".scroll").forEach((each, at) => across[at] && (each.scrollLeft = across[at]));
  const again = held && element.querySelector(selector(held) ?? held.tagName);
  again?.focus({ preventScroll: true });
  if (again?.value === value && typeof from === "number") again.setSelectionRange(from, to);
};

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
  const { parts, error } = await answer(question).catch((failed) => ({ error: failed }));
  if (mine !== turn) return;
  element.setAttribute("aria-busy", "false");
  if (error) return lacking(element, error, question);
  fill(parts);
  used();
};

const lacking = (element, error, question) => {
  element.rendered = null;
  element.replaceChildren(
    lateProblem(error, () => {
      element.question = question;
      want(element);
    }),
  );
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
  place.hash = inLanguage(text);
  return place.href;
};

const linked = () => (location.hash.includes("=") ? location.hash.slice(1) : null);

const fromLink = (link = linked(), early = {}, choice = null) => {
  if (!link && !choice) return ask({ form: null });
  shared = link?.includes("device=") ? link : shared;
  return ask({ link: link ?? "v=1", form: early, changed: Object.keys(early) }, choice);
};

// The next choice may come before the answer to the last: what changed is told until it is answered.
const unanswered = new Set();

const chosen = (control = null) => {
  const name = control && nameOf(control);
  if (name) unanswered.add(name);
  return ask({ form: fields(), changed: [...unanswered] }, steps.begun(name, control?.type));
};

// A slider has no name of its own: it stands for the number beside it.
const nameOf = ({ name, dataset }) => name || byId(dataset.twin)?.name;

const asks = ({ target }) => target.closest("main form[data-asks]");
let typing = 0;

// The sentence says a choice at once; its answer follows.
const say = ({ name, selectedOptions }) => {
  const words = document.querySelector(`.chosen[data-for="${name}"]`);
  const option = selectedOptions?.[0];
  if (words && option) words.textContent = option.dataset.name ?? option.textContent;
};

// While Python loads, choices are kept, to be answered once it can. Together they are one step.
let early = {};
let earlyStep = null;
const note = (control) => {
  const name = nameOf(control);
  if (!name) return;
  early[name] = fields()[name] ?? "";
  if (earlyStep) return;
  steps.keep({ link: linked(), stated, phone });
  earlyStep = steps.begun();
  steps.promise(earlyStep, asking({ link: linked() ?? "v=1", form: early, changed: [name] }));
};

// Back before Python is there: the question says again what it said.
const unnote = () => {
  early = {};
  earlyStep = null;
  for (const form of document.querySelectorAll("main form[data-asks]")) {
    form.reset();
    form.querySelectorAll("select").forEach(say);
  }
  if (linked()) foretell(linked());
};

// A page said again in another language has forgotten them.
const noteAgain = () => {
  for (const [name, value] of Object.entries(early))
    for (const control of document.querySelectorAll(`main form[data-asks] [name="${name}"]`))
      if (/^(radio|checkbox)$/.test(control.type)) control.checked = value.split(",").includes(control.value);
      else control.value = value;
};

// The page opens on its link; what was chosen since is a step of its own.
const opened = async () => {
  open = true;
  noteAgain();
  const names = Object.keys(early);
  for (const name of names) unanswered.add(name);
  await fromLink(linked(), early, earlyStep);
  steps.restored({ first: true });
};

// The question says at once what a link asks for, where its lists have it.
const foretell = (link) => {
  for (const [name, value] of new URLSearchParams(link)) {
    const list = document.querySelector(`main form[data-asks] select[name="${CSS.escape(name)}"]`);
    if (!list || ![...list.options].some((each) => each.value === value)) continue;
    list.value = value;
    say(list);
  }
};

// A slider and the number beside it say the same; what was set by hand is no longer as rendered.
document.addEventListener("input", ({ target }) => {
  const twin = byId(target.dataset.twin);
  if (twin) twin.value = target.value;
  for (let each = target; each; each = each.parentElement) each.rendered = null;
});

document.addEventListener("change", (event) => {
  clearTimeout(typing);
  if (!asks(event)) return;
  say(event.target);
  if (open) chosen(event.target);
  else note(event.target);
});
document.addEventListener("input", (event) => {
  if (!asks(event) || !/^(text|search|range|number)$/.test(event.target.type)) return;
  clearTimeout(typing);
  if (!open) return note(event.target);
  typing = setTimeout(() => chosen(event.target), event.target.type === "range" ? 60 : 200);
});
document.addEventListener("submit", (event) => event.target.matches("[data-asks]") && event.preventDefault());

document.addEventListener("change", ({ target }) => {
  if (!target.closest("#stated")) return;
  stated = { ...stated, [target.name]: target.value };
  keep({ stated });
  chosen();
});

document.addEventListener("click", async ({ target }) => {
  if (target.id !== "which") return;
  phone = (await models()).model ?? "";
  await chosen();
  if (byId("notice").hidden) keep({ phone }); // listed
});

// The test of memory is fetched when somebody wants it, or a tab died at one.
document.addEventListener("click", async ({ target }) => {
  if (target.id === "measure") (await import("./memory_test.js")).measure(target);
});
const interrupted = async () => {
  if (ofSite.getItem("measuring")) await (await import("./memory_test.js")).diedBefore();
};

heard(() => {
  ({ stated, phone } = kept());
  if (device) ask({ form: fields() });
});

// A suggested change is a link, so that it can be opened in another tab; here it is a tap.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-change]");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey || !device) return;
  event.preventDefault();
  fromLink(link.getAttribute("href").slice(1), {}, steps.begun());
  if (link.dataset.change !== "stay") scrollUp();
});

const scrollUp = () =>
  document.querySelector("main form")?.scrollIntoView({
    behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth",
  });

// An address that was typed or tapped; before Python is there, the question says what it asks for.
addEventListener("hashchange", async () => {
  if (history.state?.asked || !linked()) return;
  if (!device) return foretell(linked());
  await speakAsLinked();
  await fromLink();
});

// Back and Forward: the question of that step, what was said of the device, and the place.
addEventListener("popstate", async ({ state }) => {
  const asked = steps.reached(state);
  if (!open) return unnote();
  if (!asked) return;
  ({ stated, phone } = asked);
  await speakAsLinked();
  if (await (asked.question ? ask(asked.question, steps.again()) : fromLink(asked.link))) steps.restored();
});

const speakAsLinked = async () => {
  const language = boot.linked() ?? boot.language;
  if (language !== boot.language) await changeTo(language);
};

// A file of what is shown: Python writes it, the browser keeps it.
document.addEventListener("click", ({ target }) => {
  const { save, type, name } = target.closest("[data-save]")?.dataset ?? {};
  if (!save || !last) return;
  const write = () => saved({ ...last, part: save }, type, name).catch((error) => tellLateProblem("file", error, write));
  write();
});

const saved = async (question, type, name) => {
  const { parts } = await answer(question);
  const save = question.part;
  const href = URL.createObjectURL(new Blob([parts[save]], { type: `${type};charset=utf-8` }));
  Object.assign(document.createElement("a"), { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
};

// Sharing

let picture = 0;

const draw = (link) => qr(link).then((drawn) => ({ drawn }), (error) => ({ error }));

const write = async () => {
  const link = links[byId("with-device").checked ? "device" : "plain"] ?? location.href;
  byId("link").value = link;
  byId("copied").textContent = "";
  byId("qr").innerHTML = "";
  byId("sharing").querySelector(".late-problem")?.remove();
  const mine = ++picture;
  const { drawn, error } = link.length <= 1200 ? await draw(link) : { drawn: "" };
  if (mine !== picture) return;
  if (error) return byId("qr").after(lateProblem(error, write));
  byId("qr").innerHTML = drawn;
  used();
};

document.addEventListener("click", ({ target }) => {
  if (!target.closest("[data-share]") || !device) return;
  byId("send").hidden = !navigator.share;
  byId("with-device").closest("label").hidden = !links.device;
  byId("sharing").showModal();
  write();
});
document.addEventListener("change", ({ target }) => target.id === "with-device" && write());
document.addEventListener("click", ({ target }) => pressed[target.id]?.());

const pressed = {
  close: () => byId("sharing").close(),
  send: () => navigator.share({ title: document.title, url: byId("link").value }).catch(() => {}),
  copy: () => copy(),
};

// Copies a text; where there is no permission `select` marks it, ready for the visitor's own hands.
const copied = async (text, select) => {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    select();
    document.execCommand("copy");
  }
};

const copy = async () => {
  await copied(byId("link").value, () => byId("link").select());
  byId("copied").textContent = byId("sharing").dataset.copied;
};

// Code beside its button, or the words of places that the button names.
document.addEventListener("click", async ({ target }) => {
  if (!target.matches("[data-copy]")) return;
  const { copyFrom } = target.dataset;
  const code = target.parentElement.querySelector("pre code");
  const places = copyFrom ? [...document.querySelectorAll(copyFrom)] : [code];
  const text = places.map((each) => (copyFrom ? each.innerText : each.textContent)).join("\n\n");
  const link = "withLink" in target.dataset ? `\n${links.plain ?? location.href}` : "";
  await copied(text + link, () => {
    if (code) code.parentElement.hidden = false;
    getSelection().selectAllChildren(places[0]);
  });
  target.nextElementSibling.textContent = target.dataset.copy;
});

// Languages: the document is in one; another is made by the same views, and takes its place.

const PARTS = ["header.site", "#main", "#sharing", "#site-notices", "footer.site"];

// A link names the language only when somebody chose it by hand.
const inLanguage = (link) => (boot.chosen() ? `${link}&lang=${boot.language}` : link);

const speak = async (language) => {
  const { lang, dataset } = document.documentElement;
  const catalogue = new URL(`locale/${language}.mo`, import.meta.url).href;
  const page = language === lang && !byId("unrendered") ? {} : { view, about, root: dataset.root };
  const { title, body } = await spoken({ language, catalogue, ...page });
  if (!body) return;
  const fresh = new DOMParser().parseFromString(body, "text/html");
  for (const part of PARTS) document.querySelector(part).replaceWith(fresh.querySelector(part));
  document.documentElement.lang = language;
  document.title = title;
  boot.speak(language);
  tellOfNetwork();
  tellLateProblems();
};

// Speaks a language where its catalogue arrives, else the page stays in its own; tells which.
const changeTo = async (language) => {
  const { lang } = document.documentElement;
  try {
    await speak(language);
    came("language");
    return true;
  } catch (error) {
    if (byId("unrendered")) await speak("en"); // whose sentences are there
    else boot.speak(lang);
    byId("language").value = document.documentElement.lang;
    tellLateProblem("language", error, async () => (await changeTo(language)) && fromLink());
    return false;
  }
};

document.addEventListener("change", async ({ target }) => {
  if (target.id !== "language") return;
  boot.choose(target.value);
  if (!device) return; // it is spoken once Python is there
  if (!(await changeTo(target.value))) return;
  byId("language").focus();
  history.replaceState(history.state, "", `#${inLanguage(current.replace(/&lang=[a-z]+/, ""))}`);
  await fromLink();
});

// A long list shows its beginning until somebody wants all of it.
document.addEventListener("click", async ({ target }) => {
  if (!target.closest("[data-whole]")) return;
  if (await ask({ form: { ...fields(), whole: "1" }, changed: ["whole"] }))
    byId("rows").querySelector("tr:nth-child(21) a")?.focus();
});

// To the content without losing what the address says of it.
document.addEventListener("click", (event) => {
  if (!event.target.closest(".skip")) return;
  event.preventDefault();
  byId("main").focus();
});

document.addEventListener("click", ({ target }) => {
  const { hreflang } = target.closest("a[hreflang]") ?? {};
  if (hreflang) boot.choose(hreflang);
});

// A module that did not arrive is asked for again only by another address.
const withModule = async (name, use = () => {}, attempt = 0) => {
  try {
    use(await import(attempt ? `./${name}.js?again=${attempt}` : `./${name}.js`));
  } catch (error) {
    tellLateProblem(name, error, () => withModule(name, use, attempt + 1));
  }
};

if (document.documentElement.dataset.embedded === "true") withModule("embedded_frame");
// The link first, then what the visitor chose before this script was here.
const touched = boot.touched().filter((control) => control.closest("main form[data-asks]"));
const wanted = touched.map((control) => control.value);
if (linked()) foretell(linked());
touched.forEach((control, at) => {
  control.value = wanted[at];
  say(control);
  note(control);
});
device = await describe();
if (byId("unrendered") || boot.language !== "en" || document.documentElement.lang !== "en")
  await changeTo(boot.language);
boot.stage("answer");
await interrupted();
await opened();
shown();
if (byId("finder")) withModule("model_search", ({ begin }) => begin(() => last));
if (byId("visits-file")) withModule("visits", ({ begin }) => begin(chosen));
