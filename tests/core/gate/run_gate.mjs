// Judges devices with a gate's module: node run_gate.mjs MODULE CASES
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [, , module, file] = process.argv;
const { gate } = await import(pathToFileURL(module).href);
const cases = JSON.parse(readFileSync(file, "utf8"));
let otherwise = 0;
for (const [device, expected] of cases) {
  const said = gate(device);
  if (JSON.stringify(said) === JSON.stringify(expected)) continue;
  otherwise += 1;
  if (otherwise < 4) console.log(JSON.stringify({ device, expected, said }));
}
console.log(`${cases.length} judged, ${otherwise} otherwise`);
