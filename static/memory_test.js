// Measured here: how much memory this tab gets and how quickly it moves, when the visitor asks.
//
// While it runs a mark lies in localStorage. A tab that died leaves it there: the next visit takes it
// for evidence. Whoever stops the test, or leaves the page, takes it away. A lock tells a tab that
// died from one that is still measuring.

import { changed, keep, kept, today } from "./kept_data.js";
import { ofSite } from "./browser_storage.js";

const MARK = "measuring";
const STEP = 64 * 2 ** 20;
const byId = (id) => document.getElementById(id);

let worker = null;
let release = () => {};

const marked = (bytes) => ofSite.setItem(MARK, JSON.stringify({ ...bytes, day: today() }));
const unmarked = () => worker && ofSite.removeItem(MARK);

// What was refused, or ended the tab: one trial among the others, of no model.
const died = ({ page, gpu, day }, refused) => {
  const more = { page: page + (refused === "gpu" ? 0 : STEP), gpu: gpu + (refused === "gpu" ? STEP : 0) };
  const needs = { peak: more.page + more.gpu, ...(refused ? { [refused]: more[refused] } : {}) };
  const ends = Object.entries(needs).map(([pool, bytes]) => [pool, [bytes, bytes, bytes]]);
  const trial = { ran: false, needs: Object.fromEntries(ends), runtime: "test", day: day ?? today() };
  keep({ history: [trial, ...kept().history.filter((each) => each.runtime !== "test")] });
};

// Tells whether the tab died at a test before.
export const diedBefore = async () => {
  const left = ofSite.getItem(MARK);
  if (!left || !navigator.locks) return false;
  return navigator.locks.request(MARK, { ifAvailable: true }, (mine) => {
    if (!mine) return false; // another tab is at it
    ofSite.removeItem(MARK);
    died(JSON.parse(left));
    return true;
  });
};

const end = () => {
  unmarked();
  worker?.terminate();
  worker = null;
  release();
  if (byId("measuring")) byId("measuring").hidden = true;
  if (byId("measure")) byId("measure").disabled = false;
};

const finish = ({ page, gpu, refused, bandwidth }) => {
  end();
  const before = kept().measured;
  const speed = bandwidth ? { bandwidth_bytes_per_second: bandwidth } : {};
  keep({ measured: { ...before, ...speed, page_bytes: page, ...(gpu ? { gpu_bytes: gpu } : {}) } });
  if (refused) died({ page, gpu }, refused);
  changed();
};

const shown = ({ page, gpu }, whole) => {
  const box = byId("measuring");
  if (!box) return;
  box.hidden = false;
  box.querySelector("progress").value = (page + gpu) / whole;
  const gigabytes = (bytes) => (bytes / 1e9).toFixed(1);
  const words = box.dataset.words.replace("{done}", gigabytes(Math.min(page + gpu, whole)));
  box.querySelector("span").textContent = words.replace("{whole}", gigabytes(whole));
};

const start = async ({ page, gpu }) => {
  const wanted = { page: Number(page), gpu: Number(gpu) };
  let got = { page: 0, gpu: 0 };
  worker = new Worker(new URL("memory_test_worker.js", import.meta.url), { type: "module" });
  navigator.locks?.request(MARK, () => new Promise((go) => (release = go)));
  marked(got);
  shown(got, wanted.page + wanted.gpu);
  worker.onmessage = ({ data }) => {
    if (!worker) return;
    got = data;
    marked(got);
    shown(got, wanted.page + wanted.gpu);
    if (data.done) finish(data);
  };
  worker.onerror = () => finish({ ...got, refused: "page" }); // the worker's own end
  worker.postMessage(wanted);
  byId("measure").disabled = true;
};

addEventListener("pagehide", end);
document.addEventListener("click", ({ target }) => {
  if (target.id === "stop-measuring" && worker) {
    end();
    changed();
  }
});

export const measure = (button) => !worker && start(button.dataset);
