// Times the estimator inside Pyodide, as the page has it: node pyodide.mjs RUNTIME_FOLDER WHEEL... < JOB.json
// A job is {setup, runs: {name: [statement, times]}}; the answer is milliseconds by name, on one line.

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [runtime, ...wheels] = process.argv.slice(2).map((path) => resolve(path));
const { setup, runs } = JSON.parse(readFileSync(0, "utf8"));
const { loadPyodide } = await import(pathToFileURL(`${runtime}/pyodide/pyodide.mjs`));

const began = performance.now();
const python = await loadPyodide({
  indexURL: `${runtime}/pyodide/`,
  stdLibURL: `${runtime}/pyodide/python_stdlib.zip`,
  lockFileContents: JSON.stringify(lock()),
});
const found = { start: performance.now() - began };

for (const path of wheels) await python.loadPackage(pathToFileURL(path).href, { messageCallback: () => {} });
python.runPython(setup);
for (const [name, [statement, times]] of Object.entries(runs)) {
  const taken = [];
  for (let turn = 0; turn < times; turn += 1) {
    const from = performance.now();
    python.runPython(statement);
    taken.push(performance.now() - from);
  }
  found[name] = taken.sort((a, b) => a - b)[Math.floor(taken.length / 2)];
}
console.log(JSON.stringify(found));

function lock() {
  const info = { abi_version: "2026_0", arch: "wasm32", platform: "emscripten_5_0_3", python: "3.14.0" };
  return { info, packages: {} };
}
