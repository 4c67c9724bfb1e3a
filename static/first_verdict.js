// The first verdict, before Python is there: the rules that the estimator wrote at build time
// (python/tabfit/gate, walked as the npm package does), on what this browser says of the device.
//
// The document brings what each way to run its model needs, and every word (app/first_verdict.py).
// Where a verdict rests on more than that, Python's answer is the first: a link that says more than a
// way, what was said of this device or tried on it, graphics emulated in software. Python's answer
// takes the place of this one; a choice made before it is there takes this one away.

import { best } from "./best_way.js";
import { readDevice } from "./device.js";
import { even, flat, judge, needed } from "./engine.js";
import { kept } from "./kept_data.js";

const root = document.documentElement;
const place = document.getElementById("answer");
const data = document.getElementById("first-verdict");
const LINK = ["v", "lang", "model", "runtime", "precision"];
const USUAL = 0; // the place of a way's only context

const asked = async () => (await fetch(new URL("./rules.json", import.meta.url))).json();

// The ways that are meant: a link's, or all; none where the link means something else.
const meant = ({ model, ways }) => {
  const link = new URLSearchParams(location.hash.slice(1));
  const said = Object.fromEntries(link);
  if (!Object.keys(said).every((key) => LINK.includes(key))) return [];
  if (!["model", "runtime", "precision"].some((key) => key in said)) return ways;
  const named = (way) => way.runtime === said.runtime && way.precision === said.precision;
  return said.model === model ? ways.filter(named) : [];
};

const anyKept = () => {
  const { stated, phone, history, measured } = kept();
  return [stated, history, measured].some((each) => Object.keys(each).length) || phone;
};

// What was chosen before any script was here differs from the document.
const untouched = () =>
  [...document.querySelectorAll("#question :is(select, input)")].every(({ options, value, defaultValue, checked, defaultChecked }) => {
    const chosen = options && ([...options].find((each) => each.defaultSelected) ?? options[0]);
    return options ? chosen === undefined || chosen.selected : value === defaultValue && checked === defaultChecked;
  });

const judged = (ways, device, rules) => {
  const signals = flat(device, rules);
  return best(ways, (way) => judge(rules, way.runtime, signals, needed(rules, way, signals, USUAL)), rules);
};

let undo = [];

const said = (element, text) => {
  const had = element.textContent;
  element.textContent = text;
  undo.push(() => (element.textContent = had));
};

const show = ({ way, outcome, probability, because }, { card, headings, decides, chances, steps }) => {
  const had = place.innerHTML;
  place.innerHTML = card;
  undo.push(() => (place.innerHTML = had));
  const [chance, reason, figures] = place.querySelectorAll(".deciding, #what-decides, dl");
  chance.insertAdjacentHTML("beforebegin", headings[outcome]);
  chance.textContent = chances[even((100 * probability) / steps) - 1] ?? ""; // of what never runs, or nobody knows, none
  reason.textContent = (outcome !== "unknown" && decides[because]) || "";
  figures.innerHTML = way.figure;
  for (const each of [chance, reason, figures]) each.hidden = !each.textContent;
  for (const [name, words] of Object.entries(way.said)) said(document.getElementById(`chosen-${name}`), words);
  root.dataset.firstVerdict = outcome;
};

// Python's answer came first.
const over = () => root.dataset.state === "ready" || place.rendered;

let begun = data && !anyKept() && untouched() ? JSON.parse(data.textContent) : null;

const retract = () => {
  begun = null;
  if (!over()) for (const act of undo) act();
  undo = [];
};

const begin = async () => {
  const ways = meant(begun);
  if (!ways.length) return;
  for (const kind of ["input", "change", "hashchange", "popstate"]) addEventListener(kind, retract, { once: true, capture: true });
  const rules = await asked();
  const device = await readDevice(rules.agent);
  if (!begun || over() || device.graphics === "software") return;
  show(judged(ways, device, rules), begun);
};

if (begun) begin().catch((error) => console.info("no first verdict:", error.message)); // Python's follows
