// Judges devices with the npm package's engine: node judge_cases.mjs ENGINE CASES
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [, , engine, file] = process.argv;
const { flat, judge, needed } = await import(pathToFileURL(engine).href);
const { rules, models, cases } = JSON.parse(readFileSync(file, "utf8"));
let [judged, otherwise] = [0, 0];
for (const { device, verdicts } of cases) {
  const signals = flat(device, rules);
  for (const [model, runtime, precision, place, ...expected] of verdicts) {
    const way = models[model].ways.find((each) => each.runtime === runtime && each.precision === precision);
    const { outcome, probability, because } = judge(rules, runtime, signals, needed(rules, way, signals, place));
    judged += 1;
    if (JSON.stringify([outcome, probability, because]) === JSON.stringify(expected)) continue;
    otherwise += 1;
    if (otherwise < 4) console.log(JSON.stringify({ device, model, runtime, expected, outcome, probability, because }));
  }
}
console.log(`${judged} judged, ${otherwise} otherwise`);
