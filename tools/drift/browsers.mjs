// What browser-compat-data says of the facts that devices, budgets and runtimes are built on, as JSON.

import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const compat = require("@mdn/browser-compat-data");

const since = (support) => {
  const found = [support].flat().filter((each) => each?.version_added && !each.flags);
  const numbers = found.map((each) => Number.parseFloat(each.version_added)).filter(Number.isFinite);
  return numbers.length ? Math.min(...numbers) : null;
};

// The first version whose note says that values go up to 32 (desktops) or 8 (phones).
const wide = (support) => {
  const notes = [support].flat().flatMap((each) => [each?.notes ?? []].flat());
  const found = notes.map((note) => /^From (?:Chrome|Edge|Opera|version)?[^0-9]*(\d+)/.exec(note)).find(Boolean);
  return found ? Number(found[1]) : null;
};

const { Navigator, LanguageModel } = compat.api;
const of = (feature) => feature.__compat.support;
const current = Object.fromEntries(
  Object.entries(compat.browsers).map(([browser, { releases }]) => [
    browser,
    Object.keys(releases).find((version) => releases[version].status === "current") ?? null,
  ]),
);

console.log(
  JSON.stringify({
    version: compat.__meta.version,
    current,
    prompt_api: { chrome: since(of(LanguageModel).chrome), chrome_android: since(of(LanguageModel).chrome_android) },
    device_memory: { chrome: wide(of(Navigator.deviceMemory).chrome), opera: wide(of(Navigator.deviceMemory).opera) },
    webnn: { chrome: Navigator.ml ? since(of(Navigator.ml).chrome) : null },
  }),
);
