// PyScript imports this as its interpreter, inside the worker. It starts the Pyodide that lies
// in the page's own folder, and tells the page which stage has begun. What Pyodide or PyScript
// would only log, or wait for without end, becomes a failure that the page can show: a file that
// did not arrive, a package, an exception at the start.
//
// Python starts from the memory it had at build time after its first answer: a file that
// tools/dist/pyodide/memory_snapshot.mjs writes and describes. The standard library and the packages
// arrive when the page asks for them, after its first answer. Where that does not work, for
// whatever reason, Python starts as it does anywhere: from the library and the packages.
//
// The page's questions are answered from here as soon as Python is there. PyScript, which sets itself
// up after the first answer, imports this too and is handed the Python that has begun.
//
// The build fills in the paths. This lies at the root, under a name that never changes,
// because PyScript keeps one database per folder that an interpreter was imported from.

import { loadPyodide as load, version } from "./{{runtime}}pyodide/pyodide.mjs";

const OURS = ["tabfit", "app"];
const LIBRARY = "/lib/python314.zip";
const place = (path) => new URL(path, import.meta.url).href;
const say = (stage) => postMessage({ stage });

// What no lock file vouches for, with its hash: the browser refuses it when it is damaged.
const HASHES = new Map(Object.entries({{hashes}}).map(([path, hash]) => [place(path), hash]));

// A file of ours that did not come whole is asked for once more, past every cache: what a cache
// holds under a name that never changes would be damaged for ever.
const network = fetch;
const plain = (file, how) => {
  const url = String(file.url ?? file);
  if (!url.startsWith(place("./"))) return network(file, how);
  const checked = HASHES.has(url) ? { ...how, integrity: HASHES.get(url) } : how;
  return network(file, checked).catch(() => network(file, { ...checked, cache: "no-store" }));
};
globalThis.fetch = plain;

// What the page's early worker has asked for already (static/early_worker.js), each for one use.
const { asked = {} } = globalThis;
const ask = (file, how) => {
  const url = String(file.url ?? file);
  const early = asked[url]?.catch(() => plain(file, how));
  delete asked[url];
  return early ?? plain(file, how);
};

const pyodide = place("./{{runtime}}pyodide/");
const wasm = `${pyodide}pyodide.asm.wasm`;
const streamed = WebAssembly.instantiateStreaming;
let damaged = false; // the WebAssembly file came, but not whole: it is fetched past every cache

// Compiled while it streams, where the host calls it WebAssembly; a plain file host may not.
const compile = async (answer) => {
  if (!answer.ok) throw new Error(`${answer.status} ${answer.url}`);
  if (answer.headers.get("Content-Type")?.startsWith("application/wasm")) return WebAssembly.compileStreaming(answer);
  return WebAssembly.compile(await answer.arrayBuffer());
};

// What takes the browser a while to tell is asked for before Python is there, each for one use.
const told = (ask) => Promise.resolve().then(ask);
globalThis.early = {
  adapter: told(() => navigator.gpu.requestAdapter()),
  estimate: told(() => navigator.storage.estimate()),
};
for (const each of Object.values(early)) each.catch(() => {}); // app/browser/bridge.py asks who is there

// Both begin at once, beside each other; Pyodide would begin one after the other.
const imported = import(`${pyodide}pyodide.asm.mjs`);
let compiled = ask(wasm).then(compile);
for (const early of [imported, compiled]) early.catch(() => {}); // whoever awaits it is told

// Runs `start` with a fetch that fails it when a file of Pyodide's own does not arrive, or is no
// WebAssembly; a package that does not is seen by its absence. `later` is a file that is not fetched now.
const watched = (start, later = null) =>
  new Promise((done, reject) => {
    globalThis.fetch = async (file, how) => {
      const url = String(file.url ?? file);
      if (url === later || (url === wasm && compiled)) return new Response();
      const lacking = (why) => url.startsWith(place("./{{runtime}}")) && reject(new Error(`${why} ${url}`));
      const anew = damaged && url === wasm ? { cache: "no-store" } : {};
      const answer = await ask(file, { ...how, ...anew }).catch((error) => {
        lacking(error.message);
        throw error;
      });
      if (!answer.ok) lacking(answer.status);
      return answer;
    };
    WebAssembly.instantiateStreaming = (...given) =>
      instantiated(...given).catch((error) => {
        damaged = true;
        compiled = null;
        reject(error);
        throw error;
      });
    start().then(done, reject);
  }).finally(() => {
    globalThis.fetch = plain;
    WebAssembly.instantiateStreaming = streamed;
  });

const instantiated = async (response, imports) => {
  const module = await (compiled ?? response.then(compile));
  compiled = null;
  return { module, instance: await WebAssembly.instantiate(module, imports) };
};

const files = () => ({
  indexURL: pyodide,
  lockFileURL: place("./{{code}}pyodide-lock.json"),
  packageBaseUrl: place("./{{code}}"),
});
const library = `${pyodide}python_stdlib.zip`;

// The ordinary start

const started = async (options) => {
  const whole = { ...options, ...files(), packages: OURS }; // fetched while Python starts
  const python = await watched(() => load(whole));
  say("estimator");
  complete(python);
  return python;
};

const complete = (python) => {
  const missing = OURS.filter((name) => !(name in python.loadedPackages));
  if (missing.length) throw new Error(`did not arrive whole: ${missing.join(", ")}`);
};

// The start from memory

const START = 24;
const HEAD = 1024;

const restored = async (options) => {
  const content = ask(place("./{{snapshot}}")).then((answer) => {
    if (!answer.ok) throw new Error(`${answer.status} ${answer.url}`);
    return counted(answer);
  });
  content.catch(() => {}); // whoever awaits it is told
  const head = new Uint8Array(HEAD); // what Pyodide reads of the snapshot itself, once it is here
  const createPyodideModule = async (settings) => {
    const [{ default: create }, instance] = [await imported, {}];
    const instantiate = settings.instantiateWasm;
    settings.instantiateWasm = (imports, receive) =>
      instantiate(imports, (made, module) => {
        instance.lay = prepared(made.exports.memory);
        receive(made, module);
      });
    const module = await create(settings);
    instance.lay(module, head, await content);
    return module;
  };
  const inMemory = { ...options, ...files(), _loadSnapshot: head, createPyodideModule };
  const python = await watched(() => load(inMemory), library);
  python.runPython("import random; random.seed()");
  python.rest = once(() => rest(python));
  return python;
};

// Reads the snapshot, most of what a first visit fetches, and tells the page how far that is.
const counted = async (answer) => {
  const whole = {{snapshot_bytes}};
  const content = new Uint8Array(whole);
  let loaded = 0;
  let told = 0;
  for (const reader = answer.body.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    content.set(value, loaded);
    loaded += value.byteLength;
    if (loaded - told < whole / 100 && loaded < whole) continue;
    told = loaded;
    postMessage({ loaded, whole });
  }
  if (loaded !== whole) throw new Error("the snapshot did not arrive whole");
  return content.buffer;
};

// Returns what lays the snapshot over an instance; the memory is as it was made.
const prepared = (memory) => {
  const more = {{snapshot_memory}} - memory.buffer.byteLength;
  if (more > 0) memory.grow(more / 65536);
  const initial = new Uint8Array(memory.buffer, 0, {{snapshot_ends}}).slice();
  return (module, head, content) => {
    const [count] = new Uint32Array(content, START, 1);
    const table = new Uint32Array(content, START + 16 + HEAD, 2 * count);
    const bytes = module.HEAPU8;
    bytes.fill(0, initial.length, module._emscripten_stack_get_end()); // what it has used since
    bytes.fill(0, module.___heap_base, module._sbrk(0));
    bytes.set(initial);
    let from = START + 16 + HEAD + table.byteLength;
    for (let at = 0; at < table.length; at += 2) {
      bytes.set(new Uint8Array(content, from, table[at + 1]), table[at]);
      from += table[at + 1];
    }
    if (from !== content.byteLength) throw new Error("the snapshot did not arrive whole");
    head.set(new Uint8Array(content, START + 16, HEAD));
  };
};

// What the first answer did without: the standard library, and the packages as files.
const rest = async (python) => {
  const answer = await fetch(library);
  if (!answer.ok) throw new Error(`${answer.status} ${answer.url}`);
  python.FS.writeFile(LIBRARY, new Uint8Array(await answer.arrayBuffer()));
  forgetPaths(python);
  await python.loadPackage(OURS, { messageCallback() {} });
  complete(python);
  forgetPaths(python);
};

const forgetPaths = (python) =>
  python.runPython("import importlib, sys; sys.path_importer_cache.clear(); importlib.invalidate_caches()");

// Makes a function run one time, until it fails.
const once = (act) => {
  let running = null;
  return () => (running ??= act().catch((error) => {
    running = null;
    throw error;
  }));
};

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

// What Python writes, before and after PyScript says where to.
const written = { stdout: console.log, stderr: console.warn };
const streams = { stdout: (line) => written.stdout(line), stderr: (line) => written.stderr(line) };

const begun = (async () => {
  say("python");
  const python = await restored({ ...streams }).catch((error) => {
    console.info("starting without the snapshot:", error.message);
    return started({ ...streams });
  });
  globalThis.fromSnapshot = Boolean(python.rest);
  globalThis.rest = python.rest ?? (async () => {});
  say("start");
  return tellingFailure(python);
})();

// Answers what the page asks through `questions` (static/early_worker.js):
// [number, function of app/answering.py, text] -> [number, text, what went wrong].
begun.then((python) => {
  const answers = python.pyimport("app.answering");
  say("device");
  questions.onmessage = async ({ data: [number, name, text] }) => {
    const told = await answers[name](text).then((answer) => [answer], ({ message }) => [null, message]);
    questions.postMessage([number, ...told]);
  };
}).catch(({ message }) => postMessage({ failure: message }));

export const loadPyodide = ({ stdout, stderr }) => {
  Object.assign(written, { stdout, stderr });
  return begun;
};
