// PyScript imports this as its interpreter, inside the worker. It starts the Pyodide that
// lies in the page's own folder with the page's own lock file, says which stage has begun,
// and turns a package that did not arrive into an error: PyScript alone would only log it.
// The build fills in the two paths. It lies at the root, under a name that never changes,
// because PyScript keeps one database per folder that an interpreter was imported from.

import { loadPyodide as load, version } from "./{{runtime}}pyodide/pyodide.mjs";

const place = (path) => new URL(path, import.meta.url).href;
const say = (stage) => postMessage({ stage });

const OURS = ["willitfit", "app"];

export { version };

export const loadPyodide = async (options) => {
  say("python");
  const python = await load({
    ...options,
    indexURL: place("./{{runtime}}pyodide/"),
    lockFileURL: place("./{{code}}pyodide-lock.json"),
    packageBaseUrl: place("./{{code}}"),
    packages: OURS, // fetched while Python starts
  });
  say("estimator");
  const missing = OURS.filter((name) => !(name in python.loadedPackages));
  if (missing.length) throw new Error(`did not arrive whole: ${missing.join(", ")}`);
  say("start");
  return python;
};
