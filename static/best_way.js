// Which of some ways to run a model suits a device best, as `tabfit.compare.comparisons.best` takes it:
// a law holds the two together (tests/core/app/test_first_verdict.py).
//
//   best(ways, on, rules)  ways in the order in which they are chosen; on(way) -> what `judge` says
//     of it (js/engine.js) -> { way, outcome, probability, because }

export const best = (ways, on, { rank, outcomes }) => {
  let found = null;
  for (const way of ways) {
    if (found?.outcome === "likely" && way.tier > found.way.tier) break;
    const { outcome, probability, because } = on(way);
    const likely = outcome === "likely";
    const among = likely ? (way.tier ? -way.bits : 0) : -(probability ?? 0);
    const order = [rank[outcomes.indexOf(outcome)], way.tier, among, [way.download].flat().at(1) ?? way.download];
    if (!found || before(order, found.order)) found = { way, outcome, probability, because, order };
    if (likely && !way.tier) break;
  }
  return found;
};

const before = (some, other) => {
  const at = some.findIndex((each, number) => each !== other[number]);
  return at >= 0 && some[at] < other[at];
};
