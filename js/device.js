// What this browser says of the device, as the device contract has it. The tables by which names,
// versions and features are read come with the rules (app/browser/probes.py); only the asking is here.

const PATIENCE = 3000; // milliseconds for an adapter; a few drivers never answer

const mapped = (table, made) => Object.fromEntries(Object.entries(table).map(([key, value]) => [key, made(value)]));
const known = (table) => Object.fromEntries(Object.entries(table).filter(([, value]) => value != null));

/** The first row whose pattern a text holds, with what the pattern found. */
const first = (rows, text) => {
  for (const row of rows) {
    const match = new RegExp(row[1]).exec(text);
    if (match) return [...row, match];
  }
  return [];
};

const parsed = (text, { platforms, browsers, apple, systems }) => {
  const [platform] = first(platforms, text);
  const able = browsers.filter(([name]) => name !== "safari" || apple.includes(platform));
  const [browser, , version] = first(able, text);
  const [, , from, to, system] = first(systems, text);
  const number = Number(system?.[1]);
  return known({
    platform,
    browser: browser ?? (text ? "other" : undefined),
    browser_version: version && Number(version[1].slice(0, 5)),
    platform_version: number && (number < from || number > to) ? number : null,
  });
};

const hinted = (hints, tables) => {
  const brands = Object.fromEntries((hints?.brands ?? []).map(({ brand, version }) => [brand, version]));
  const brand = Object.keys(tables.brands).find((each) => each in brands);
  const browser = tables.brands[brand];
  const told = brands[browser === "other" ? "Chromium" : brand]; // it has what Chromium of its version has
  const browser_version = /^\d+$/.test(told) ? Number(told) : null;
  return known({ platform: tables.hinted[hints?.platform], browser, browser_version });
};

/** Platform, browser and its version, from hints where there are any. */
export const agent = ({ userAgent = "", userAgentData, maxTouchPoints = 0 }, tables) => {
  const found = { ...parsed(userAgent, tables), ...hinted(userAgentData, tables) };
  if (found.platform === "macos" && maxTouchPoints > 1) found.platform = "ipados";
  return found;
};

/** The adapter's own words; null where the browser refuses one, undefined where none answers. */
const adapter = async (gpu, { software, limits, features }) => {
  if (!gpu) return null;
  const late = new Promise((resolve) => { setTimeout(resolve, PATIENCE); });
  const given = await Promise.race([gpu.requestAdapter().catch(() => null), late]);
  if (!given) return given;
  const { vendor, architecture, device, description, isFallbackAdapter } = given.info ?? {};
  const name = [vendor, architecture, device, description].join(" ").toLowerCase();
  return known({
    vendor: vendor || null,
    architecture: architecture || null,
    fallback: software.some((each) => name.includes(each)) || isFallbackAdapter,
    ...mapped(limits, (limit) => given.limits[limit]),
    ...mapped(features, (feature) => given.features.has(feature)),
  });
};

const accepts = (digits) => WebAssembly.validate(Uint8Array.from(digits.match(/../g), (each) => parseInt(each, 16)));

/** The visitor's device, asked without a permission or a tap. */
export const readDevice = async (tables) => {
  const webgpu = await adapter(navigator.gpu, tables);
  const { quota, usage } = (await navigator.storage?.estimate?.().catch(() => null)) ?? {};
  const found = known({
    ...agent(navigator, tables),
    device_memory: navigator.deviceMemory,
    cores: navigator.hardwareConcurrency,
    cross_origin_isolated: globalThis.crossOriginIsolated,
    secure_context: globalThis.isSecureContext,
    wasm: { ...mapped(tables.wasm, accepts), jspi: "Suspending" in WebAssembly },
    storage: known({ quota_bytes: quota, usage_bytes: usage }),
    language_model: await globalThis.LanguageModel?.availability?.().catch(() => null),
    graphics: webgpu?.fallback ? "software" : null,
  });
  return webgpu === undefined ? found : { ...found, webgpu };
};
