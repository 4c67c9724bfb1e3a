// tabfit: will this model run in this visitor's browser? Rules and needs are data that the Python
// package wrote; `engine.js` walks them, `device.js` asks the browser.

import { readDevice } from "./device.js";
import { flat, judge, needed } from "./engine.js";

/** Where the data lies unless told otherwise: beside this file. */
const DATA = new URL("./data/", import.meta.url).href;
const fetched = new Map();

const json = (address) => {
  if (!fetched.has(address)) {
    const answer = fetch(address).then((reply) => {
      if (!reply.ok) throw new Error(`tabfit: ${address} was answered with ${reply.status}`);
      return reply.json();
    });
    answer.catch(() => fetched.delete(address)); // whoever asks again may be luckier
    fetched.set(address, answer);
  }
  return fetched.get(address);
};

const list = (values) => [...new Set(values)].join(", ");

const refuse = (what, given, accepted) => {
  throw new RangeError(`tabfit: ${what} is ${JSON.stringify(given)}; accepted are: ${accepted}`);
};

/** The way that is meant; a runtime's first is its usual precision. */
const chosen = ({ ways }, runtime, precision) => {
  const some = ways.filter((way) => runtime === undefined || way.runtime === runtime);
  if (!some.length) refuse("runtime", runtime, list(ways.map((way) => way.runtime)));
  const same = ({ precision: name }) => name.toLowerCase() === String(precision).toLowerCase();
  const mine = precision === undefined ? some[0] : some.find((way) => way.runtime === some[0].runtime && same(way)) ?? some.find(same);
  return mine ?? refuse("precision", precision, list(some.map((way) => way.precision)));
};

/** Where a way's context stands among those surveyed: the next larger one, the usual if none is said. */
const placed = (contexts, way, context) => {
  if (context === undefined || context === way.context) return contexts.length;
  const place = contexts.findIndex((each) => each >= context);
  return context >= 1 && place >= 0 ? place : refuse("context", context, `1 to ${contexts.at(-1)} tokens`);
};

const on = (rules, needs, way, signals, place) => {
  const { outcome, probability, because, reasons } = judge(rules, way.runtime, signals, needed(rules, way, signals, place));
  const { runtime, precision } = way;
  const context = place < needs.contexts.length ? needs.contexts[place] : way.context;
  const [low, likely, high] = [way.download].flat().length === 3 ? way.download : Array(3).fill(way.download);
  const said = reasons.map(({ name, chance, failed, known }) => ({ check: name, title: rules.titles[name], chance: known ? chance : null, failed: !!failed }));
  return { outcome, probability, because, reasons: said, runtime, precision, context, download: { low, likely, high } };
};

/** The ways that come out better here, the best first; of equals the one more willingly chosen. */
const better = (rules, needs, given, signals, context) => {
  const rank = ({ outcome }) => rules.rank[rules.outcomes.indexOf(outcome)];
  const every = needs.ways.map((way) => on(rules, needs, way, signals, placed(needs.contexts, way, context)));
  const some = every.filter((each) => rank(each) < rank(given)).sort((a, b) => rank(a) - rank(b));
  return some.map(({ reasons, ...rest }) => rest);
};

/** Whether a model will run here, from what this browser says: see index.d.ts. */
export const canRun = async (model, { runtime, precision, context, device, base = DATA } = {}) => {
  if (!/^[a-z0-9][a-z0-9._-]*$/.test(model)) refuse("model", model, "the names of the catalogue, such as llama-3.2-1b");
  const [rules, needs] = await Promise.all([json(`${base}rules.json`), json(`${base}models/${model}.json`)]);
  const signals = flat(device ?? (await readDevice(rules.agent)), rules);
  const way = chosen(needs, runtime, precision);
  const given = on(rules, needs, way, signals, placed(needs.contexts, way, context));
  return { model, ...given, alternatives: better(rules, needs, given, signals, context) };
};

/** What this browser says of the device, as canRun's `device` takes it. */
export const deviceSignals = async ({ base = DATA } = {}) => readDevice((await json(`${base}rules.json`)).agent);
