// Runs Pyodide in Node, so that what it compiles carries the page's own magic number:
//   node compile_bytecode.mjs PYODIDE_FOLDER STANDARD_LIBRARY.zip JOBS.json
// A job is [from, to, prefix, left out]; compile_bytecode.py beside this file says what they mean.

import { readFileSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const [folder, library, jobs] = process.argv.slice(2).map((path) => resolve(path));
const here = dirname(fileURLToPath(import.meta.url));

try {
  const { loadPyodide } = await import(pathToFileURL(`${folder}/pyodide.mjs`));
  const python = await loadPyodide({
    indexURL: `${folder}/`,
    stdLibURL: library,
    env: { PYTHONNODEBUGRANGES: "1" }, // lines are told, columns are not: a third of the bytes
  });
  python.runPython(readFileSync(`${here}/compile_bytecode.py`, "utf8"));
  const compile = python.globals.get("compile_archive");
  for (const [from, to, prefix, leftOut] of JSON.parse(readFileSync(jobs, "utf8"))) {
    python.FS.writeFile("/from.zip", readFileSync(from));
    compile("/from.zip", "/to.zip", prefix, JSON.stringify(leftOut));
    writeFileSync(to, python.FS.readFile("/to.zip"));
  }
} catch (error) {
  console.error(error.message); // without the line of Pyodide it came from, a megabyte long
  process.exit(1);
}
