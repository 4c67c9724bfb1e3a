// Starts the Pyodide that the page serves and writes its memory down once it has answered:
//   node memory_snapshot.mjs PYODIDE_FOLDER PREPARE.py TARGET WHEEL...
// What a fresh instance of pyodide.asm.wasm has in its memory anyway is left out; the page has
// fetched that file. static/interpreter.mjs lays the rest over a fresh instance.
//
// The file is a WebAssembly module of one custom section, so that every host that compresses
// pyodide.asm.wasm compresses it as well. In the section, whole numbers of 32 bits first:
//
//   the number of stretches, the size of the memory, where its initial part ends, 0
//   what Pyodide itself writes before a snapshot, in HEAD bytes
//   each stretch's place in the memory and its length
//   the stretches

import { readFileSync, writeFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const NAME = "py-memory"; // makes the section's content begin at START, a multiple of four
const START = 24;
const HEAD = 1024;
const STRETCH = 256; // shorter ones would need more table than they save

const [folder, prepare, target, ...wheels] = process.argv.slice(2).map((path) => resolve(path));

// Neither the time nor chance may be in the file: the same sources give the same bytes.
const fixed = Date.UTC(2020, 0, 1);
Date.now = () => fixed;
performance.now = () => 0;
globalThis.crypto.getRandomValues = (array) => array.fill(0);

try {
  const { memory, initial, snapshot } = await started();
  writeFileSync(target, section(contents(memory, initial, snapshot)));
} catch (error) {
  console.error(error.message); // without the line of Pyodide it came from, a megabyte long
  process.exit(1);
}

async function started() {
  const { loadPyodide } = await import(pathToFileURL(`${folder}/pyodide.mjs`));
  const create = (await import(pathToFileURL(`${folder}/pyodide.asm.mjs`))).default;
  let initial;
  const python = await loadPyodide({
    indexURL: `${folder}/`,
    lockFileContents: JSON.stringify({ info: JSON.parse(process.env.LOCK_INFO), packages: {} }),
    env: { PYTHONHASHSEED: "0", MODULES: process.env.MODULES },
    _sysExecutable: "./this.program",
    _makeSnapshot: true,
    createPyodideModule: (settings) => {
      const instantiate = settings.instantiateWasm;
      settings.instantiateWasm = (imports, receive) =>
        instantiate(imports, (instance, module) => {
          initial = new Uint8Array(instance.exports.memory.buffer).slice();
          receive(instance, module);
        });
      return create(settings);
    },
  });
  python.FS.mkdir("/wheels");
  for (const path of wheels) python.FS.writeFile(`/wheels/${basename(path)}`, readFileSync(path));
  python.runPython(readFileSync(prepare, "utf8"));
  const module = python._module;
  blank(module);
  const { HEAPU8 } = module;
  HEAPU8.fill(0, module._emscripten_stack_get_end(), module._emscripten_stack_get_current());
  return { memory: HEAPU8, initial, snapshot: python.makeMemorySnapshot() };
}

// Fills with zeros what is free: it holds what was there before, which nobody will read.
// Python hands out small pieces of its own arenas, and all else comes from malloc. First what
// malloc has is taken, so that Python's own allocator has to grow once its arenas are full.
function blank(module) {
  const { _malloc, _free, _PyObject_Malloc, _PyObject_Free } = module;
  const held = taken(module, _malloc, [...Array(17).keys()].map((power) => 2 ** (20 - power)));
  const small = taken(module, _PyObject_Malloc, [...Array(32).keys()].map((step) => 16 * (step + 1)));
  small.forEach((place) => _PyObject_Free(place));
  held.forEach((place) => _free(place));
}

// Returns the places of all that can be had of each size before the memory grows, blanked.
function taken(module, allocate, sizes) {
  const found = [];
  for (const size of sizes) {
    for (let grown = false; !grown; ) {
      const before = module._sbrk(0);
      const place = allocate(size);
      grown = module._sbrk(0) !== before;
      module.HEAPU8.fill(0, place, place + size);
      found.push(place);
    }
  }
  return found;
}

function contents(memory, initial, snapshot) {
  const begins = new Uint32Array(snapshot.buffer, 0, 2)[1];
  if (begins > HEAD) throw new Error(`Pyodide writes ${begins} bytes before a snapshot, not ${HEAD}`);
  const head = new Uint8Array(HEAD);
  head.set(snapshot.subarray(0, begins));
  new Uint32Array(head.buffer)[1] = HEAD;
  const saved = snapshot.subarray(begins);
  const table = stretches(saved, initial);
  const ends = initial.findLastIndex((byte) => byte) + 1;
  const told = new Uint32Array([table.length, memory.length, ends, 0]);
  const parts = [told, head, new Uint32Array(table.flat())];
  for (const [place, length] of table) parts.push(saved.subarray(place, place + length));
  return Buffer.concat(parts.map((each) => Buffer.from(each.buffer, each.byteOffset, each.byteLength)));
}

// Returns where the memory is not as it was at first: [place, length], in order.
function stretches(saved, initial) {
  const found = [];
  for (let place = 0; place < saved.length; place += STRETCH) {
    const now = Buffer.from(saved.buffer, saved.byteOffset + place, STRETCH);
    const then = place < initial.length ? initial.subarray(place, place + STRETCH) : new Uint8Array(STRETCH);
    if (now.equals(then)) continue;
    const last = found.at(-1);
    if (last && last[0] + last[1] === place) last[1] += STRETCH;
    else found.push([place, STRETCH]);
  }
  return found;
}

// A WebAssembly module of one custom section (core specification 3.0, 5.5.3).
function section(content) {
  const name = Buffer.from(NAME);
  const length = 1 + name.length + content.length;
  const padded = [0, 7, 14, 21, 28].map((shift, at) => ((length >>> shift) & 0x7f) | (at < 4 ? 0x80 : 0));
  const before = Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 0, ...padded, name.length, ...name]);
  if (before.length !== START) throw new Error(`the content begins at ${before.length}, not ${START}`);
  return Buffer.concat([before, content]);
}
