// Python, as the page's scripts see it: functions that return promises.
//
//   answer(question)  a question as a plain object -> what app/respond.py answers, as one
//   describe()        -> the device as data (docs/contracts.md)
//   models()          -> the device's model, where a browser tells; only after a tap
//   spoken(wanted)    a language from now on -> the page in it
//   find(question)    what was typed, pasted or handed over -> { model } or { problem }
//   stop()            ends that; handOver(files) gives files to it; heard(act) tells how far it is
//   visits(question)  reads a table of visits that was handed over, or its text -> { problem } or {}
//   qr(text)          -> an SVG element, as text
//   shown()           call it when the first answer is on the page: it is ready from then on
//
// Python runs in a worker, so the page never waits for it. The first three are asked through a
// channel of their own, which answers as soon as Python is there; the others once PyScript is.
// What fails in there rejects here; a rejection that nobody catches is shown by boot_status.js.

import { keepCopy } from "./offline_copy.js";

const element = document.getElementById("estimator");
const pause = (milliseconds) => new Promise((go) => setTimeout(go, milliseconds));

let files = null; // where files are handed over
let hear = () => {};

let opened; // with the port that questions go through
const questions = new Promise((done) => (opened = done));

const KINDS = { page: "python", python: "python", estimator: "code" }; // of failures, by stage

let refuse; // PyScript, which came and failed
const refused = new Promise((_, reject) => (refuse = reject));
refused.catch(() => {});

boot.heard((data) => {
  const { stage, state } = document.documentElement.dataset;
  if (data?.questions) opened(data.questions);
  if (data?.stage) boot.stage(data.stage);
  if (data?.loaded) boot.loaded(data.loaded, data.whole);
  if (data?.progress) hear(data.progress);
  if (data?.port) files = data.port;
  if (data?.failure && state === "ready") refuse(new Error(data.failure));
  else if (data?.failure) boot.fail(KINDS[stage] ?? "exception", data.failure);
});

// PyScript comes after the first answer, which does without it; it takes the worker that is there.
let later; // begins it
const python = new Promise((begin) => (later = begin)).then(async () => {
  const script = Object.assign(document.createElement("script"), { type: "module", src: element.dataset.pyscript });
  script.onerror = () => refuse(new Error(script.src));
  boot.beside = (_, reason) => refuse(reason);
  document.head.append(script);
  const started = await Promise.race([worker(), refused]);
  started.onerror = () => {}; // the rejection says the same
  await Promise.race([started.ready, refused]);
  boot.beside = null;
  return started.sync;
});
python.catch(() => {}); // the answer stands: whatever else is asked for says so

const worker = async () => {
  while (!element.xworker) await pause(10); // PyScript sets it and tells nobody
  return element.xworker;
};

const call = async (name, ...told) => (await python)[name](...told);

const waiting = new Map(); // for an answer, each by its number
let count = 0;

questions.then((port) => {
  port.onmessage = ({ data: [number, text, problem] }) => {
    const { resolve, reject } = waiting.get(number);
    waiting.delete(number);
    if (problem === undefined) resolve(JSON.parse(text));
    else reject(new Error(problem));
  };
});

const asked = async (name, told) => {
  const port = await questions;
  return new Promise((resolve, reject) => {
    waiting.set(++count, { resolve, reject });
    port.postMessage([count, name, JSON.stringify(told)]);
  });
};

export const answer = (question) => asked("answer", question);

export const describe = async () => {
  const { maxTouchPoints, gpu } = navigator; // a worker can read neither this nor the built-in model
  const told = { maxTouchPoints, gpuInPage: Boolean(gpu), languageModel: await builtIn() };
  const device = await asked("describe", told);
  if (!gpu || "webgpu" in device) return device;
  const found = await adapter(gpu); // a browser may offer it to pages alone
  if (found === undefined) return device;
  return asked("describe", { ...told, gpu: found });
};

// What the page's own adapter says: null where it is refused, undefined where nothing answers.
const adapter = async (gpu) => {
  const granted = gpu.requestAdapter().catch(() => null);
  const found = await Promise.race([granted, pause(3000)]);
  if (!found) return found;
  const read = (owner) => Object.fromEntries([...keys(owner)].map((key) => [key, owner[key]]));
  return { info: read(found.info), limits: read(found.limits), features: [...found.features] };
};

const keys = function* (owner) {
  for (const key in owner ?? {}) if (typeof owner[key] !== "function") yield key;
};

// What the browser says of its own model; asking fetches nothing. No answer is no answer.
const builtIn = async () => {
  if (!isSecureContext) return null; // nobody to ask, whatever the browser has
  if (typeof LanguageModel === "undefined") return "unavailable";
  const asked = Promise.resolve().then(() => LanguageModel.availability());
  return Promise.race([asked.catch(() => null), pause(2000).then(() => null)]);
};

export const models = async () => JSON.parse(await call("models"));

export const spoken = (wanted) => asked("speak", wanted);

export const find = async (question) => JSON.parse(await call("find", JSON.stringify(question)));

export const stop = () => call("stop");

export const handOver = (chosen) => python.then(() => files.postMessage(chosen));

export const heard = (act) => (hear = act);

export const visits = async (question) => JSON.parse(await call("visits", JSON.stringify(question)));

export const qr = (text) => call("qr", text);

export const shown = () => {
  if (document.documentElement.dataset.state === "ready") return;
  boot.ready();
  later();
  afterwards();
};

// Only now: what later answers need, and keeping the page for use without a network, must not
// compete with the first answer. What did not arrive is fetched again when something needs it.
const afterwards = async () => {
  await call("whole").catch(() => {});
  if (document.documentElement.dataset.state !== "ready") return;
  await keepCopy(new URL(element.dataset.serviceWorker, document.baseURI));
};
