// Verdicts from rules and needs: a walk of trees that Python wrote (python/tabfit/gate/rules/rules_json.py).
// Nothing here knows a browser, a runtime, a threshold or a number of bytes.

const rounded = (chance) => Math.floor(chance * 1e4 + 0.5000001) / 1e4;

/** Round half to even, as Python does. */
export const even = (value) => {
  const down = Math.floor(value);
  const rest = value - down;
  return rest < 0.5 || (rest === 0.5 && down % 2 === 0) ? down : down + 1;
};

/** What a line of straight pieces through rising points comes to at a number. */
const along = (xs, ys, x) => {
  if (x <= xs[0]) return ys[0];
  const at = xs.findIndex((each) => x < each);
  if (at < 0) return ys.at(-1);
  const [left, right, low, high] = [xs[at - 1], xs[at], ys[at - 1], ys[at]];
  return low + ((high - low) * (x - left)) / (right - left);
};

/** The probability that a need is at most what there is, both low, likely and high. */
const probability = (need, have, { shares, tail, steps }) => {
  const [wanted, there] = [need, have].map(([low, likely, high]) => [low / tail, low, likely, high, high * tail]);
  let missed = 0;
  for (let step = 0.5; step < steps; step += 1) missed += along(there, shares, along(shares, wanted, step / steps));
  return rounded(1 - missed / steps);
};

const folded = (made) => (...terms) => terms.reduce((some, more) => some.map((one, end) => made(one, more[end])));

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
    if (kind === "is") return this.at(rest[0][this.told(about) ?? null] ?? rest[0].unlisted);
    if (kind === "known") return this.at(rest[this.told(about) == null ? 1 : 0]);
    return this.at(rest[this.number(about) < this.number(rest[0]) ? 1 : 2]);
  }

  /** A signal's value, or a budget's. */
  told(name) {
    const { budgets } = this.rules;
    return name in budgets ? (this.kept[name] ??= this.at(budgets[name])) : this.signals[name];
  }

  /** Three ends of a need, of a budget, or of what a formula makes. */
  ends(made) {
    if (!Array.isArray(made)) return [made, made, made];
    const [kind, name] = made;
    if (kind === "told") return this.ends(this.signals[name] ?? 0);
    if (kind === "need") return this.ends(this.needs[name]);
    if (kind === "have") return this.ends(this.told(name));
    return kind in OPERATORS ? OPERATORS[kind](...made.slice(1).map((term) => this.ends(term))) : made;
  }

  number(made) {
    if (!Array.isArray(made)) return made;
    const [kind, first, second] = made;
    if (kind === "chance") return probability(this.ends(first), this.ends(second), this.rules.settle);
    if (kind !== "logistic") return this.ends(made)[kind === "need" || kind === "have" ? second : 0];
    const added = made.slice(2).reduce((sum, node) => sum + this.at(node), first);
    return Math.round(1e4 / (1 + Math.exp(added))) / 1e4;
  }
}

const FAILED = -2;
const UNTOLD = -1;

/** Every check that is made, with its chance and what ranks it as the reason. */
const decided = (rules, runtime, signals, needs) => {
  const walk = new Walk(rules, signals, needs);
  return rules.runtimes[runtime].flatMap(([name, flags, node]) => {
    const leaf = flags & 4 && !(name in needs) ? null : walk.at(node);
    if (!leaf) return [];
    const [made, failed, asked, known, unsupported] = leaf;
    const chance = walk.number(made);
    const named = flags & 2 && chance >= rules.settle.likely ? 1 : chance;
    const certain = flags & 1 && named === 1 ? 1 - 1e-9 : named;
    const untold = flags & 1 ? UNTOLD : 2;
    return { name, chance, failed, asked, known, unsupported, rank: failed ? FAILED : known ? certain : untold };
  });
};

/** The checks taken together: what `tabfit.verdict.decide.settle` says. */
export const judge = (rules, runtime, signals, needs) => {
  const checks = decided(rules, runtime, signals, needs);
  const { likely, unlikely, least, surest } = rules.settle;
  let [held, lowest] = [1, 1];
  for (const { chance, asked, known } of checks) {
    if (known && asked) held *= chance;
    else if (known) lowest = Math.min(lowest, chance);
  }
  const chance = rounded(least + (surest - least) * held * lowest);
  const reasons = checks.filter(({ rank }) => rank < 2).sort((a, b) => a.rank - b.rank);
  const because = (reasons[0] ?? checks[0])?.name ?? "";
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
    if (value === null || typeof value !== "object") found[name] = value;
    else for (const key in value) found[`${name}_${key}`] = value[key];
  }
  if ("webgpu" in device) found.webgpu = device.webgpu ? "adapter" : "refused";
  for (const name of ["webgpu_vendor", "webgpu_architecture"]) found[name] = found[name]?.toLowerCase() || null;
  const memory = found.device_memory;
  if (memory != null) found.device_memory = rules.memory.findLast((each) => each <= memory) ?? rules.memory[0];
  return found;
};

/** What one way needs on a device at one of its contexts. */
export const needed = (rules, way, signals, place) => {
  const told = signals.webgpu_max_storage_buffer_binding_size;
  const binding = told == null ? Infinity : Math.max(told, rules.binding);
  const emulated = new Walk(rules, signals, {}).told("emulated");
  const { asks, peaks, grows } = way.on.find(({ adapters: [floor, below, kind] }) =>
    binding >= floor && (below === null || binding < below) && (kind === null || kind === emulated));
  const needs = { download: way.download, ...asks };
  for (const [name, value] of Object.entries({ ...peaks, ...grows })) {
    const need = value?.each ? value.each[place] : value;
    if (need !== null) needs[name] = need;
  }
  return needs;
};
