// Verdicts from rules and needs: a walk of trees that Python wrote (python/tabfit/gate/rules/rules_json.py).
// Nothing here knows a browser, a runtime or a number of bytes.

const SHARES = [0, 0.05, 0.5, 0.95, 1]; // of a distribution that lie below its five points
const TAIL = 1.15;
const STEPS = 40;

const rounded = (chance) => Math.floor(chance * 10000 + 0.5000001) / 10000;
const triple = (value) => (Array.isArray(value) ? value : [value, value, value]);

/** Round half to even, as Python does. */
const even = (value) => {
  const down = Math.floor(value);
  const rest = value - down;
  return rest < 0.5 || (rest === 0.5 && down % 2 === 0) ? down : down + 1;
};

const points = ([low, likely, high]) => [low / TAIL, low, likely, high, high * TAIL];

/** How many of five rising points a number has reached, less one. */
const place = (rising, value) => {
  let at = 0;
  while (at < rising.length && rising[at] <= value) at += 1;
  return at - 1;
};

const below = (rising, value) => {
  if (value <= rising[0]) return 0;
  if (value >= rising[4]) return 1;
  const at = place(rising, value);
  const span = rising[at + 1] - rising[at];
  return SHARES[at] + ((SHARES[at + 1] - SHARES[at]) * (value - rising[at])) / span;
};

/** The probability that a need is at most what there is, both low, likely and high. */
export const probability = (need, have) => {
  if (need[2] * TAIL < have[0] / TAIL) return 1;
  if (need[0] / TAIL > have[2] * TAIL) return 0;
  const [wanted, there] = [points(need), points(have)];
  let missed = 0;
  for (let step = 0; step < STEPS; step += 1) {
    const share = (step + 0.5) / STEPS;
    const at = Math.min(place(SHARES, share), 3);
    const part = (share - SHARES[at]) / (SHARES[at + 1] - SHARES[at]);
    missed += below(there, wanted[at] + (wanted[at + 1] - wanted[at]) * part);
  }
  return rounded(1 - missed / STEPS);
};

const each = (first, second, made) => first.map((one, end) => made(one, second[end]));
const folded = (made) => (...terms) => terms.reduce((first, second) => each(first, second, made));

/** What a budget's formula does with its terms, by the words of `tabfit.formula.Operator`. */
const OPERATORS = {
  sum: folded((a, b) => a + b),
  difference: folded((a, b) => a - b),
  product: folded((a, b) => a * b),
  quotient: folded((a, b) => Math.floor(a / b)),
  largest: folded((a, b) => Math.max(a, b)),
  smallest: folded((a, b) => Math.min(a, b)),
  span: (low, high) => [low[0], high[1], high[2]],
  rounded: (term) => term.map(even),
  floored: (term) => term.map(Math.floor),
  ordered: ([low, likely, high]) => [low, Math.max(low, likely), Math.max(low, likely, high)],
};

/** One device's answers to a runtime's trees. `signals` are flat columns, `needs` bytes by name. */
class Walk {
  constructor(rules, signals, needs) {
    Object.assign(this, { rules, signals, needs, kept: {} });
  }

  at(number) {
    const [kind, about, ...rest] = this.rules.nodes[number];
    if (kind === "=") return about;
    if (kind === "is") {
      const answer = String(this.told(about) ?? null);
      return this.at(answer in rest[0] ? rest[0][answer] : rest[0].unlisted);
    }
    if (kind === "known") return this.at(this.told(about) == null ? rest[1] : rest[0]);
    return this.at(this.number(about) < this.number(rest[0]) ? rest[1] : rest[2]);
  }

  /** A signal's value, or a budget's. */
  told(name) {
    const { budgets } = this.rules;
    return name in budgets ? (this.kept[name] ??= this.at(budgets[name])) : this.signals[name];
  }

  /** Three ends of a need, of a budget, or of what a formula makes. */
  ends(made) {
    if (!Array.isArray(made)) return triple(made);
    const [kind, name] = made;
    if (typeof kind === "number") return made;
    if (kind === "told") return triple(this.signals[name] ?? 0);
    if (kind === "need") return triple(this.needs[name]);
    if (kind === "have") return this.ends(this.told(name));
    return OPERATORS[kind](...made.slice(1).map((term) => this.ends(term)));
  }

  number(made) {
    if (!Array.isArray(made)) return made;
    const [kind, first, second] = made;
    if (kind === "chance") return probability(this.ends(first), this.ends(second));
    if (kind === "logistic") {
      const added = made.slice(2).reduce((sum, node) => sum + this.at(node), 0);
      return Math.round(1e4 / (1 + Math.exp(first + added))) / 1e4;
    }
    return this.ends(made)[kind === "need" || kind === "have" ? second : 0];
  }
}

const FAILED = -2;
const UNTOLD = -1;

/** Every check that is made, with its chance and what ranks it as the reason. */
const decided = (rules, runtime, signals, needs) => {
  const walk = new Walk(rules, signals, needs);
  const found = [];
  for (const [name, flags, node] of rules.runtimes[runtime]) {
    const leaf = flags & 4 && !(name in needs) ? null : walk.at(node);
    if (leaf === null) continue;
    const [made, failed, asked, known, unsupported] = leaf;
    const chance = walk.number(made);
    const named = flags & 2 && chance >= rules.settle.likely ? 1 : chance;
    const certain = flags & 1 && named === 1 ? 1 - 1e-9 : named;
    const untold = flags & 1 ? UNTOLD : 2;
    const rank = failed ? FAILED : known ? certain : untold;
    found.push({ name, chance, failed, asked, known, unsupported, rank });
  }
  return found;
};

/** The checks taken together: what `tabfit.verdict.decide.settle` says. */
export const judge = (rules, runtime, signals, needs) => {
  const checks = decided(rules, runtime, signals, needs);
  const { likely, unlikely, least, surest } = rules.settle;
  let [chance, lowest] = [1, 1];
  for (const { chance: one, asked, known } of checks) {
    const held = known ? one : 1;
    if (asked) chance *= held;
    else lowest = Math.min(lowest, held);
  }
  chance = rounded(least + (surest - least) * chance * lowest);
  const reasons = checks.filter(({ rank }) => rank < 2).sort((a, b) => a.rank - b.rank);
  const because = reasons[0]?.name ?? checks[0]?.name ?? "";
  const said = (outcome, probability) => ({ outcome, probability, because, reasons });
  if (checks.some(({ unsupported }) => unsupported)) return said("unsupported", null);
  if (checks.some(({ failed }) => failed)) return said("no", 0);
  if (checks.some(({ rank }) => rank === UNTOLD)) return said("unknown", null);
  return said(chance >= likely ? "likely" : chance <= unlikely ? "unlikely" : "may", chance);
};

/** A device's signals as flat columns (python/tabfit/gate/rules/device_signals.py). */
export const flat = (device, rules) => {
  const found = {};
  for (const [name, value] of Object.entries(device)) {
    if (value !== null && typeof value === "object") {
      for (const [key, part] of Object.entries(value)) found[`${name}_${key}`] = part;
    } else found[name] = value;
  }
  if ("webgpu" in device) found.webgpu = device.webgpu ? "adapter" : "refused";
  for (const name of ["webgpu_vendor", "webgpu_architecture"]) found[name] = found[name]?.toLowerCase() || null;
  const memory = found.device_memory;
  if (memory != null) {
    found.device_memory = rules.memory.findLast((each) => each <= memory) ?? rules.memory[0];
  }
  return found;
};

const at = (value, place) => (value?.each ? value.each[place] : value);

/** What one way needs on a device at one of its contexts. */
export const needed = (rules, way, signals, place) => {
  const told = signals.webgpu_max_storage_buffer_binding_size;
  const binding = told == null ? Infinity : Math.max(told, rules.binding);
  const emulated = new Walk(rules, signals, {}).told("emulated");
  const on = way.on.find(({ adapters: [floor, below, kind] }) =>
    binding >= floor && (below === null || binding < below) && (kind === null || kind === emulated));
  const needs = { download: way.download, ...on.asks };
  for (const [name, value] of Object.entries(on.peaks)) needs[name] = at(value, place);
  for (const [name, value] of Object.entries(on.grows)) {
    const need = at(value, place);
    if (need !== null) needs[name] = need;
  }
  return needs;
};
