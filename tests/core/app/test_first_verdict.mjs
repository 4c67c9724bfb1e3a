// node test_first_verdict.mjs engine.js best_way.js cases.json: counts the cases that come out otherwise.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [engine, chooser, cases] = process.argv.slice(2);
const { flat, judge, needed } = await import(pathToFileURL(engine));
const { best } = await import(pathToFileURL(chooser));
const { rules, models, cases: every } = JSON.parse(readFileSync(cases));
const otherwise = every.filter(({ device, model, said }) => {
  const signals = flat(device, rules);
  const on = (way) => judge(rules, way.runtime, signals, needed(rules, way, signals, 0));
  const { way, outcome, probability, because } = best(models[model].ways, on, rules);
  const found = [way.runtime, way.precision, outcome, probability, because];
  if (JSON.stringify(found) === JSON.stringify(said)) return false;
  console.error(model, JSON.stringify(device), JSON.stringify(found), JSON.stringify(said));
  return true;
});
console.log(`${every.length} chosen, ${otherwise.length} otherwise`);
