// Finding a model: a box over the question that searches the catalogue as one types, asks a hub
// once the visitor says so, and takes a pasted config or a file. What a text means, whom it asks
// for what and what was found is Python's to say; here are the box, the keyboard and the files.
//
// Nothing is sent to anybody before a button beside which stands who is asked for what.

import { kept } from "./kept_data.js";
import { lateProblem } from "./late_load_error.js";
import { away } from "./offline_copy.js";
import { answer, find, handOver, heard, stop } from "./python_worker.js";
import { ofSite } from "./browser_storage.js";

const byId = (id) => document.getElementById(id);
const root = document.documentElement;
const AT_ONCE = 12; // rows judged by one question
const HUB = "hub"; // where the visitor's own hub is remembered

// What the page may ask, as its own rules say; none where it has none.
const rules = document.querySelector('meta[http-equiv="Content-Security-Policy"]')?.content ?? "";
const allowed = rules.match(/connect-src ([^;]*)/)?.[1].trim().split(/\s+/) ?? [];

let shown = () => ({});
const hub = () => byId("hub")?.value.trim() ?? "";
const sent = (text) => ({ text, hub: hub(), allowed });
const box = () => byId("finder");
// Only where the page can take any model are hubs asked, and files read.
const takesAny = () => !("catalogAlone" in box().dataset);
let list = null; // the list that the box is open for
let asking = 0;
let searched = null; // what is known of the text as it stands, once it is
let busy = false;

// A list of models becomes a button: lists as long as these are searched, not scrolled.
const dress = () => document.querySelectorAll("select[data-search]").forEach(dressOne);

const dressOne = (list) => {
  const label = list.closest("label");
  if ((label ?? list).hidden) return;
  const [button, name] = [document.createElement("button"), document.createElement("span")];
  Object.assign(button, { type: "button", id: list.dataset.search, name: list.name });
  button.className = label ? "choice" : "field";
  button.setAttribute("aria-haspopup", "dialog");
  Object.assign(name, { className: "aside", textContent: `${list.getAttribute("aria-label")}: ` });
  const words = label?.querySelector(".chosen") ?? wordsOf(list);
  words.removeAttribute("aria-hidden");
  (label ?? list).before(button);
  button.append(name, words);
  (label ?? list).hidden = true;
  if (byId("any-model")) byId("any-model").hidden = false;
};

const wordsOf = (list) => {
  const words = document.createElement("span");
  words.textContent = list.selectedOptions[0]?.textContent ?? "";
  words.dataset.for = list.name;
  return words;
};

const first = () => document.querySelector("select[data-search]");
const listOf = (button) => document.querySelector(`select[data-search="${button.id}"]`);

const open = (from, text = "") => {
  list = from;
  if (byId("hub")) byId("hub").value = ofSite.getItem(HUB) ?? byId("hub").defaultValue;
  say("");
  if (byId("find-task")) byId("find-task").value = "";
  if (!box().open) box().showModal();
  byId("find").value = text;
  byId("find").focus();
  byId("asking").innerHTML = "";
  return search();
};

// Searching

const search = () => (searched = look());

const look = async () => {
  const mine = ++asking;
  const text = byId("find").value;
  const { parts, error } = await answer(question(text)).catch((failed) => ({ error: failed }));
  if (mine !== asking) return;
  if (error) return byId("asking").replaceChildren(lateProblem(error, search));
  byId("matches").innerHTML = parts.matches;
  byId("asking").innerHTML = parts.asking;
  if (!text.trim()) byId("matches").prepend(...others());
  watch();
  if (away() && parts.asking) say(box().dataset.away);
  byId("matches").dataset.none = box().dataset.none;
  activate(text.trim() && !parts.asking ? options()[0] : null);
  if (!text.trim()) byId("matches").querySelector(".current")?.scrollIntoView({ block: "center" });
};

const question = (text) => {
  const task = byId("find-task")?.value ?? "";
  const whole = { ...shown(), kept: kept(), view: "answer", part: "matches", find: { ...sent(text), task } };
  if (takesAny()) return whole;
  const models = [...list.options].map((each) => each.value);
  return { ...whole, part: "listed-matches", find: { ...whole.find, models, chosen: list.value } };
};

// What the list has beside the catalogue's models: one that was brought, the textbook's.
const others = () =>
  [...list.querySelectorAll(":scope > option")].map(({ value, textContent }) => {
    const [row, name] = [document.createElement("div"), document.createElement("b")];
    name.textContent = textContent;
    row.append(name);
    row.id = `own-${value}`;
    row.dataset.model = value;
    row.setAttribute("role", "option");
    row.setAttribute("aria-selected", "false");
    row.classList.toggle("current", value === list.value);
    return row;
  });

// What a model comes to on this device is worked out for the rows that are seen; an empty place is not.
const unjudged = new Set();
const inSight = new IntersectionObserver((rows) => {
  for (const { target, isIntersecting } of rows) unjudged[isIntersecting ? "add" : "delete"](target.dataset.model);
  judge();
});

const watch = () => {
  inSight.disconnect();
  unjudged.clear();
  if (takesAny()) for (const each of byId("matches").querySelectorAll(":has(> .here:empty)")) inSight.observe(each);
};

let judging = false;
const judge = async () => {
  if (judging || !unjudged.size) return;
  judging = true;
  const models = [...unjudged].slice(0, AT_ONCE);
  models.forEach((each) => unjudged.delete(each));
  const asked = { ...shown(), view: "answer", part: "verdicts", find: { models } };
  const { parts } = await answer(asked).catch(() => ({ parts: {} })); // the rows stand without it
  for (const [id, html] of Object.entries(parts))
    for (const place of byId("matches").querySelectorAll(`[data-here="${CSS.escape(id)}"]`)) place.innerHTML = html;
  judging = false;
  judge();
};

const options = () => [...byId("matches").querySelectorAll("[role=option]")];

const activate = (option) => {
  byId("matches").querySelector("[aria-selected=true]")?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  if (option) byId("find").setAttribute("aria-activedescendant", option.id);
  else byId("find").removeAttribute("aria-activedescendant");
};

const step = (by) => {
  const every = options();
  const at = every.findIndex((each) => each.ariaSelected === "true" || each.getAttribute("aria-selected") === "true");
  activate(every[at < 0 ? (by > 0 ? 0 : every.length - 1) : Math.min(Math.max(at + by, 0), every.length - 1)]);
};

const keys = {
  ArrowDown: () => step(1),
  ArrowUp: () => step(-1),
  PageDown: () => step(8),
  PageUp: () => step(-8),
  Enter: async () => {
    await searched;
    const active = byId("matches").querySelector("[aria-selected=true]");
    const button = byId("asking").querySelector("[data-ask]");
    if (active) take(active.dataset.model, active.querySelector("b").textContent);
    else if (button) put({ find: sent(button.dataset.ask) });
  },
};

// Taking: the question's own list carries what was chosen, as if it had been chosen there.
const take = (id, name) => {
  if (![...list.options].some((each) => each.value === id)) list.add(new Option(name ?? id, id), 0);
  list.value = id;
  const words = byId(list.dataset.search)?.querySelector("[data-for]");
  if (words) words.textContent = name ?? id;
  box().close();
  byId(list.dataset.search)?.focus({ preventScroll: true });
  list.dispatchEvent(new Event("change", { bubbles: true }));
};

// Asking Python, which asks a hub or reads files

const say = (text, wrong = false) => {
  const line = byId("found-out");
  line.textContent = text;
  line.classList.toggle("wrong", wrong);
};

const put = async (question, first = "") => {
  if (question.find && away()) return say(box().dataset.away, true);
  const mine = ++put.last; // a later question ends this one
  busy = true;
  box().dataset.busy = "";
  say(first);
  const { model: found, problem, error } = await find(question).catch((failed) => ({ error: failed }));
  if (mine !== put.last) return;
  busy = false;
  delete box().dataset.busy;
  if (error) {
    say("");
    return byId("asking").append(lateProblem(error, () => put(question, first)));
  }
  say(problem ?? "", Boolean(problem)); // what was typed stays where it is
  if (found) take(found);
};
put.last = 0;

heard((progress) => busy && say(progress));

// A folder's files with their paths; two folders deep there is nothing of a model.
const MOST_FILES = 2000;
const within = async (entry, depth = 0) => {
  if (entry.isFile) {
    const file = await new Promise((take, fail) => entry.file(take, fail));
    return [{ path: entry.fullPath.replace(/^\//, ""), file }];
  }
  if (depth > 2) return [];
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const more = await new Promise((take, fail) => reader.readEntries(take, fail));
    if (!more.length || found.length > MOST_FILES) return found;
    for (const each of more) found.push(...(await within(each, depth + 1)));
  }
};

const plain = (list) => [...list].map((file) => ({ path: file.name, file }));

// What was dropped: asked for at once, for the list is empty when this event is over.
const dropped = ({ items, files }) => {
  const entries = [...items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.some((entry) => entry.isDirectory)) return plain(files);
  return Promise.all(entries.map((entry) => within(entry))).then((every) => every.flat());
};

const readFiles = async (given) => {
  const files = await given;
  if (!files.length) return;
  if (!box().open) await open(first());
  handOver(files);
  await put({ files: files.length }, box().dataset.reading);
};

const paste = async (text) => {
  byId("paste").open = true;
  byId("pasted").value = text;
  await put({ config: text });
};

// What visitors do

document.addEventListener("click", ({ target }) => {
  const on = (selector) => target.closest(selector);
  const opener = on("button[aria-haspopup=dialog]");
  if (opener && listOf(opener)) open(listOf(opener));
  else if (on("#any-model")) open(first());
  else if (on("[data-find]")) {
    const { find: text } = on("[data-find]").dataset;
    open(first(), text);
    put({ find: sent(text) });
  } else if (on("#finder [role=option]")) {
    const option = on("[role=option]");
    take(option.dataset.model, option.querySelector("b").textContent);
  } else if (on("[data-ask]")) put({ find: sent(on("[data-ask]").dataset.ask) });
  else if (on("[data-stop]")) stop();
  else if (on("[data-pick]")) byId("file").click();
  else if (on("[data-paste]")) paste(byId("pasted").value);
  else if (on("#finder [data-close]") || target.id === "finder") box().close();
});

document.addEventListener("input", ({ target }) => {
  if (target.id === "find") {
    say("");
    search();
  }
});

document.addEventListener("change", ({ target }) => {
  if (target.id === "file") {
    readFiles(plain(target.files));
    target.value = "";
  }
  if (target.id === "hub") {
    ofSite.setItem(HUB, hub());
    search();
  }
  if (target.id === "find-task") search();
});

document.addEventListener("keydown", (event) => {
  if (event.target.id !== "find" || event.isComposing) return;
  const act = keys[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

document.addEventListener("paste", (event) => {
  const text = event.clipboardData?.getData("text") ?? "";
  if (event.target.id !== "find" || !text.trimStart().startsWith("{")) return;
  event.preventDefault();
  paste(text);
});

// A box that was closed asks no more.
document.addEventListener("close", ({ target }) => target.id === "finder" && busy && stop(), true);

// Dropping a file, anywhere on the page
const carriesFiles = ({ dataTransfer }) => takesAny() && dataTransfer?.types.includes("Files");
document.addEventListener("dragover", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  root.dataset.dropping = "";
});
document.addEventListener("dragleave", ({ relatedTarget }) => relatedTarget ?? delete root.dataset.dropping);
document.addEventListener("drop", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  delete root.dataset.dropping;
  readFiles(dropped(event.dataTransfer));
});

// The page may be said again in another language, and lists are renewed with their parts of it.
new MutationObserver(dress).observe(document.body, { childList: true });
document.addEventListener("renewed", dress);

// The box can open; `question` gives the one that the page shows the answer to.
export const begin = (question) => {
  shown = question;
  dress();
};
