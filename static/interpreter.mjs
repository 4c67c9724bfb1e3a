// PyScript imports this as its interpreter, inside the worker. It starts the Pyodide that lies
// in the page's own folder, with the page's own lock file, and tells the page which stage has
// begun. What Pyodide or PyScript would only log, or wait for without end, becomes a failure
// that the page can show: a file that did not arrive, a package, an exception at the start.
//
// The build fills in the two paths. This lies at the root, under a name that never changes,
// because PyScript keeps one database per folder that an interpreter was imported from.

import { loadPyodide as load, version } from "./{{runtime}}pyodide/pyodide.mjs";

const OURS = ["tabfit", "app"];
const place = (path) => new URL(path, import.meta.url).href;
const say = (stage) => postMessage({ stage });

// Returns a promise that rejects when a file of Pyodide's own does not arrive; a package that
// does not is seen by its absence.
const notArrived = () =>
  new Promise((_, reject) => {
    const plain = fetch;
    globalThis.fetch = async (file, ...how) => {
      const url = String(file.url ?? file);
      const lacking = (why) => url.startsWith(place("./{{runtime}}")) && reject(new Error(`${why} ${url}`));
      const answer = await plain(file, ...how).catch((error) => {
        lacking(error.message);
        throw error;
      });
      if (!answer.ok) lacking(answer.status);
      return answer;
    };
  });

const tellingFailure = (python) => {
  const run = python.runPythonAsync;
  python.runPythonAsync = (...code) =>
    run.apply(python, code).catch((error) => {
      postMessage({ failure: error.message });
      throw error;
    });
  return python;
};

export { version };

export const loadPyodide = async (options) => {
  say("python");
  const broken = notArrived();
  const loaded = load({
    ...options,
    indexURL: place("./{{runtime}}pyodide/"),
    lockFileURL: place("./{{code}}pyodide-lock.json"),
    packageBaseUrl: place("./{{code}}"),
    packages: OURS, // fetched while Python starts
  });
  const python = await Promise.race([loaded, broken]);
  say("estimator");
  const missing = OURS.filter((name) => !(name in python.loadedPackages));
  if (missing.length) throw new Error(`did not arrive whole: ${missing.join(", ")}`);
  say("start");
  return tellingFailure(python);
};
