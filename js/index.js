// tabfit: will this model run in this visitor's browser? Rules and needs are data that the Python
// package wrote; `engine.js` walks them, `device.js` asks the browser.

import { readDevice } from "./device.js";
import { flat, judge, needed } from "./engine.js";

/** Where the data lies unless told otherwise: beside this file. */
const DATA = new URL("./data/", import.meta.url).href;
const fetched = new Map();

const json = (address) => {
  const answer = fetched.get(address) ?? fetch(address).then((reply) => {
    if (reply.ok) return reply.json();
    throw new Error(`tabfit: ${address} was answered with ${reply.status}`);
  });
  fetched.set(address, answer);
  answer.catch(() => fetched.delete(address)); // whoever asks again may be luckier
  return answer;
};

const refuse = (what, given, ...accepted) => {
  throw new RangeError(`tabfit: ${what} is ${JSON.stringify(given)}; accepted are: ${[...new Set(accepted)].join(", ")}`);
};

/** The way that is meant; a runtime's first is its usual precision. */
const chosen = ({ ways }, runtime, precision) => {
  const some = ways.filter((way) => (runtime ?? way.runtime) === way.runtime);
  if (!some.length) refuse("runtime", runtime, ...ways.map((way) => way.runtime));
  const same = some.filter((way) => way.precision.toLowerCase() === String(precision ?? way.precision).toLowerCase());
  const usual = some[0].runtime;
  return same.find((way) => way.runtime === usual) ?? same[0] ?? refuse("precision", precision, ...some.map((way) => way.precision));
};

/** Where a way's context stands among those surveyed: the next larger one, the usual if none is said. */
const placed = (contexts, way, context) => {
  if (context === undefined || context === way.context) return contexts.length;
  const place = contexts.findIndex((each) => each >= context);
  return context >= 1 && place >= 0 ? place : refuse("context", context, `1 to ${contexts.at(-1)} tokens`);
};

const on = (rules, needs, way, signals, place) => {
  const { reasons, ...said } = judge(rules, way.runtime, signals, needed(rules, way, signals, place));
  const [low, likely, high] = [way.download].flat();
  return {
    ...said,
    words: rules.words[said.outcome],
    reasons: reasons.map(({ name, chance, failed, known }) =>
      ({ check: name, title: rules.titles[name], chance: known ? chance : null, failed: !!failed })),
    runtime: way.runtime,
    precision: way.precision,
    context: needs.contexts[place] ?? way.context,
    download: { low, likely: likely ?? low, high: high ?? low },
  };
};

/** The ways that come out better here, the best first; of equals the one more willingly chosen. */
const better = (rules, needs, given, signals, context) => {
  const rank = ({ outcome }) => rules.rank[rules.outcomes.indexOf(outcome)];
  return needs.ways
    .map((way) => on(rules, needs, way, signals, placed(needs.contexts, way, context)))
    .filter((each) => rank(each) < rank(given))
    .sort((a, b) => rank(a) - rank(b))
    .map(({ reasons, ...rest }) => rest);
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
