// Which browser has what, and since when: `node tools/browser_features.mjs` (`make browsers`).
//
// In: browser-compat-data (since which version) and caniuse-lite (how many page views come from
// that version or a later one). Out: the part "since" of devices/browser_features.json. What no
// such table tells, a system or a graphics vendor that is left out, stands there by hand.

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const compat = require("@mdn/browser-compat-data");
const { agents } = require("caniuse-lite");
const versions = {
  compat: compat.__meta.version,
  usage: require("caniuse-lite/package.json").version,
};

const FILE = new URL("../python/tabfit/devices/browser_features.json", import.meta.url);

const FEATURES = {
  webgpu: compat.api.Navigator.gpu,
  shader_f16: compat.api.GPUSupportedFeatures["feature_shader-f16"],
  jspi: compat.webassembly.jspi,
  memory64: compat.webassembly.memory64,
  threads: compat.webassembly["threads-and-atomics"],
};

// Ours: theirs in browser-compat-data, theirs in caniuse-lite. Where caniuse-lite counts every
// user of a browser under its newest version (on Android), all of them have what it has.
const BROWSERS = {
  chrome: ["chrome", "chrome"],
  chrome_android: ["chrome_android", "and_chr"],
  edge: ["edge", "edge"],
  firefox: ["firefox", "firefox"],
  firefox_android: ["firefox_android", "and_ff"],
  safari: ["safari", "safari"],
  safari_ios: ["safari_ios", "ios_saf"],
  samsung: ["samsunginternet_android", "samsung"],
};

const major = (version) => Number.parseFloat(String(version).split("-")[0]);

// The first version that has it without a flag, on some system at least; null for none.
const since = (support) => {
  const found = [support].flat().filter((each) => each.version_added && !each.flags);
  const numbers = found.map((each) => major(each.version_added)).filter(Number.isFinite);
  return numbers.length ? Math.min(...numbers) : null;
};

const share = (agent, version) => {
  if (version === null) return 0;
  const views = Object.entries(agents[agent].usage_global);
  const sum = (some) => some.reduce((whole, [, part]) => whole + part, 0);
  const able = views.filter(([each]) => major(each) >= version);
  return Math.round((1000 * sum(able)) / sum(views)) / 1000;
};

const table = Object.fromEntries(
  Object.entries(FEATURES).map(([feature, { __compat: told }]) => [
    feature,
    Object.fromEntries(
      Object.entries(BROWSERS).map(([browser, [theirs, agent]]) => {
        const version = since(told.support[theirs]);
        return [browser, { since: version, share: share(agent, version) }];
      }),
    ),
  ]),
);

const whole = JSON.parse(readFileSync(FILE, "utf8"));
whole.read_from = versions;
whole.since = table;
const rows = Object.entries(table).map(([feature, browsers]) => {
  const lines = Object.entries(browsers).map(
    ([browser, row]) => `      ${JSON.stringify(browser)}: ${JSON.stringify(row)}`,
  );
  return `    ${JSON.stringify(feature)}: {\n${lines.join(",\n")}\n    }`;
});
const systems = whole.systems.map((row) => `    ${JSON.stringify(row)}`);
const text = `{
  "read_from": ${JSON.stringify(versions)},
  "sources": ${JSON.stringify(whole.sources, null, 2).replaceAll("\n", "\n  ")},
  "granted": ${JSON.stringify(whole.granted)},
  "since": {
${rows.join(",\n")}
  },
  "systems": [
${systems.join(",\n")}
  ]
}
`;
if (process.argv.includes("--check")) process.exit(text === readFileSync(FILE, "utf8") ? 0 : 1);
writeFileSync(FILE, text);
