// Finding a model: a box over the question that searches the catalogue as one types, asks a hub
// once the visitor says so, and takes a pasted config or a file. What a text means, whom it asks
// for what and what was found is Python's to say; here are the box, the keyboard and the files.
//
// Nothing is sent to anybody before a button beside which stands who is asked for what.

import { lateProblem } from "./late_problem.js";
import { away } from "./offline_copy.js";
import { answer, find, handOver, heard, stop } from "./python_worker.js";
import { ofSite } from "./storage.js";

const byId = (id) => document.getElementById(id);
const root = document.documentElement;
const HUB = "hub"; // where the visitor's own hub is remembered

// What the page may ask, as its own rules say; none where it has none.
const rules = document.querySelector('meta[http-equiv="Content-Security-Policy"]')?.content ?? "";
const allowed = rules.match(/connect-src ([^;]*)/)?.[1].trim().split(/\s+/) ?? [];

let shown = () => ({});
const hub = () => byId("hub").value.trim();
const sent = (text) => ({ text, hub: hub(), allowed });
const model = () => byId("choose-model");
let asking = 0;
let searched = null; // what is known of the text as it stands, once it is
let busy = false;

// The question's model becomes a button: lists as long as this one are searched, not scrolled.
const dress = () => {
  const list = model();
  if (!list || list.closest("label").hidden) return;
  const [label, words, button, name] = [
    list.closest("label"),
    byId("chosen-model"),
    document.createElement("button"),
    document.createElement("span"),
  ];
  Object.assign(button, { type: "button", id: "open-finder", name: "model", className: "choice" });
  button.setAttribute("aria-haspopup", "dialog");
  Object.assign(name, { className: "aside", textContent: `${byId("finder").dataset.model} ` });
  words.removeAttribute("aria-hidden");
  label.before(button);
  button.append(name, words);
  label.hidden = true;
  byId("any-model").hidden = false;
};

const open = (text = "") => {
  const box = byId("finder");
  byId("hub").value = ofSite.getItem(HUB) ?? byId("hub").defaultValue;
  say("");
  if (!box.open) box.showModal();
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
  const question = { ...shown(), view: "answer", part: "matches", find: sent(text) };
  const { parts, error } = await answer(question).catch((failed) => ({ error: failed }));
  if (mine !== asking) return;
  if (error) return byId("asking").replaceChildren(lateProblem(error, search));
  byId("matches").innerHTML = parts.matches;
  byId("asking").innerHTML = parts.asking;
  if (away() && parts.asking) say(byId("finder").dataset.away);
  byId("matches").dataset.none = byId("finder").dataset.none;
  activate(text.trim() && !parts.asking ? options()[0] : null);
  if (!text.trim()) byId("matches").querySelector(".current")?.scrollIntoView({ block: "center" });
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
  const list = model();
  if (![...list.options].some((each) => each.value === id)) list.add(new Option(name ?? id, id), 0);
  list.value = id;
  byId("finder").close();
  byId("open-finder").focus({ preventScroll: true });
  list.dispatchEvent(new Event("change", { bubbles: true }));
};

// Asking Python, which asks a hub or reads files

const say = (text, wrong = false) => {
  const line = byId("found-out");
  line.textContent = text;
  line.classList.toggle("wrong", wrong);
};

const put = async (question, first = "") => {
  if (question.find && away()) return say(byId("finder").dataset.away, true);
  const mine = ++put.last; // a later question ends this one
  busy = true;
  byId("finder").dataset.busy = "";
  say(first);
  const { model: found, problem, error } = await find(question).catch((failed) => ({ error: failed }));
  if (mine !== put.last) return;
  busy = false;
  delete byId("finder").dataset.busy;
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
  if (!byId("finder").open) await open();
  handOver(files);
  await put({ files: files.length }, byId("finder").dataset.reading);
};

const paste = async (text) => {
  byId("paste").open = true;
  byId("pasted").value = text;
  await put({ config: text });
};

// What visitors do

document.addEventListener("click", ({ target }) => {
  const on = (selector) => target.closest(selector);
  if (on("#open-finder, #any-model")) open();
  else if (on("[data-find]")) {
    const { find: text } = on("[data-find]").dataset;
    open(text);
    put({ find: sent(text) });
  } else if (on("#finder [role=option]")) {
    const option = on("[role=option]");
    take(option.dataset.model, option.querySelector("b").textContent);
  } else if (on("[data-ask]")) put({ find: sent(on("[data-ask]").dataset.ask) });
  else if (on("[data-stop]")) stop();
  else if (on("[data-pick]")) byId("file").click();
  else if (on("[data-paste]")) paste(byId("pasted").value);
  else if (on("#finder [data-close]") || target.id === "finder") byId("finder").close();
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
const carriesFiles = ({ dataTransfer }) => dataTransfer?.types.includes("Files");
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

// The page may be said again in another language: then its new question is dressed as well.
new MutationObserver(dress).observe(document.body, { childList: true });

// The box can open; `question` gives the one that the page shows the answer to.
export const begin = (question) => {
  shown = question;
  dress();
};
