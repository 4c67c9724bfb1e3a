// A population to try `tabfit coverage` on: `node tools/sample_visits.mjs`.
//
// In: caniuse-lite (how many page views come from each browser's version; CC BY 4.0, StatCounter),
// browser-compat-data (since which version a browser has what; CC0) and the memory of Steam's
// players (below). Out: population/visits/sample_visits.csv, 100,000 visits, and what they were read from.
// It is a sample and nobody's visitors: browsers on desktops stand as on Windows, whose players
// have more memory than most; on Android no public table says how much there is.

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { agents } = require("caniuse-lite");
const ROOM = new URL("../python/tabfit/population/visits/", import.meta.url);
const FEATURES = JSON.parse(
  readFileSync(new URL("../python/tabfit/devices/browser_features.json", import.meta.url), "utf8"),
);
const usage = require("caniuse-lite/package.json").version;

// System RAM in the Steam Hardware & Software Survey of April 2026, by what a browser says of it
// (a power of two), as read in jdegene/steamHWsurvey, shs.csv of 2 May 2026, which states no licence.
const STEAM = { 2: 0.0002, 4: 0.0146, 8: 0.0766 + 0.0246, 16: 0.4086 + 0.0197, 32: 0.3755 + 0.0055 + 0.012 + 0.0094 + 0.041 + 0.0061 };
// Since 147 Chromium says up to 32 on desktops, before up to 8 (chromestatus 6330376953921536).
const SAYS_MORE = 147;

// caniuse-lite's, ours (platform, browser), browser_features.json's.
const AGENTS = [
  ["and_chr", "android", "chrome", "chrome_android"],
  ["chrome", "windows", "chrome", "chrome"],
  ["edge", "windows", "edge", "edge"],
  ["firefox", "windows", "firefox", "firefox"],
  ["safari", "macos", "safari", "safari"],
  ["ios_saf", "ios", "safari", "safari_ios"],
  ["samsung", "android", "samsung", "samsung"],
  ["and_ff", "android", "firefox", "firefox_android"],
];
const VISITS = 100_000;
// A browser that has WebGPU refuses it to graphics on its block list (browser_features.json).
const GRANTED = FEATURES.granted.share;

const major = (version) => Number.parseInt(String(version).split("-")[0], 10);
const has = (feature, agent, version) => {
  const { since } = FEATURES.since[feature][agent];
  return since !== null && version >= since;
};
const memories = (platform, browser, version) => {
  if (platform !== "windows" || browser === "firefox") return [["", 1]];
  const known = Object.values(STEAM).reduce((sum, part) => sum + part, 0);
  const shares = new Map();
  for (const [size, share] of Object.entries(STEAM)) {
    const said = version < SAYS_MORE ? Math.min(Number(size), 8) : Number(size);
    shares.set(said, (shares.get(said) ?? 0) + share / known);
  }
  return [...shares];
};
const adapters = (agent, version) =>
  has("webgpu", agent, version)
    ? [["adapter", GRANTED], ["refused", 1 - GRANTED]]
    : [["refused", 1]];

const NAMES = [
  ...["platform", "browser", "browser_version", "device_memory", "webgpu", "webgpu_shader_f16"],
  ...["wasm_threads", "wasm_memory64", "wasm_jspi", "visits"],
];
const counted = new Map();
const views = AGENTS.flatMap(([theirs]) => Object.values(agents[theirs].usage_global));
const whole = views.reduce((sum, part) => sum + part, 0);
for (const [theirs, platform, browser, agent] of AGENTS) {
  for (const [said, share] of Object.entries(agents[theirs].usage_global)) {
    const version = major(said);
    if (!Number.isFinite(version)) continue; // "TP", what is not out yet
    const wasm = ["threads", "memory64", "jspi"].map((each) => has(each, agent, version));
    for (const [memory, part] of memories(platform, browser, version))
      for (const [webgpu, granted] of adapters(agent, version)) {
        const f16 = webgpu === "adapter" ? has("shader_f16", agent, version) : "";
        const row = [platform, browser, version, memory, webgpu, f16, ...wasm].join(",");
        counted.set(row, (counted.get(row) ?? 0) + (share / whole) * part * granted);
      }
  }
}
const rows = [...counted]
  .map(([row, share]) => [row, Math.round(share * VISITS)])
  .filter(([, count]) => count > 0)
  .map(([row, count]) => `${row},${count}`);
const csv = [NAMES.join(","), ...rows, ""].join("\n");
const FILE = new URL("sample_visits.csv", ROOM);
const note = `${JSON.stringify(
  {
    what: "a sample made from public shares; nobody's visitors",
    browsers: `caniuse-lite ${usage}, share of page views by version (StatCounter), CC BY 4.0`,
    features: `@mdn/browser-compat-data ${FEATURES.read_from.compat}, CC0-1.0`,
    memory:
      "Steam Hardware & Software Survey, April 2026, as read in jdegene/steamHWsurvey (2026-05-02; no licence stated), for Chromium on desktops alone",
    read_on: "2026-11-29",
  },
  null,
  1,
)}\n`;
const NOTE = new URL("sample_visits.json", ROOM);
if (process.argv.includes("--check"))
  process.exit(csv === readFileSync(FILE, "utf8") && note === readFileSync(NOTE, "utf8") ? 0 : 1);
writeFileSync(FILE, csv);
writeFileSync(NOTE, note);
