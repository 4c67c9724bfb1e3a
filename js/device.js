// What this browser says of the device, as the device contract has it. The tables by which names,
// versions and features are read come with the rules (app/browser/probes.py); only the asking is here.

const PATIENCE = 3000; // milliseconds for an adapter; a few drivers never answer

const known = (pairs) => Object.fromEntries(Object.entries(pairs).filter(([, value]) => value != null));

const first = (rows, text) => {
  for (const [name, pattern] of rows) {
    const match = new RegExp(pattern).exec(text);
    if (match) return [name, match];
  }
  return [];
};

const parsed = (text, tables) => {
  const [platform] = first(tables.platforms, text);
  const able = tables.browsers.filter(([name]) => name !== "safari" || tables.apple.includes(platform));
  const [browser, version] = first(able, text);
  const found = { platform, browser: browser ?? (text ? "other" : undefined) };
  if (version) found.browser_version = Number(version[1].slice(0, 5));
  for (const [pattern, from, to] of tables.systems) {
    const match = new RegExp(pattern).exec(text);
    if (!match) continue;
    const number = Number(match[1]);
    if (number && (number < from || number > to)) found.platform_version = number;
    break;
  }
  return known(found);
};

const hinted = (hints, tables) => {
  const brands = Object.fromEntries((hints?.brands ?? []).map(({ brand, version }) => [brand, version]));
  const brand = Object.keys(tables.brands).find((each) => each in brands);
  const browser = tables.brands[brand];
  const told = brands[browser === "other" ? "Chromium" : brand]; // it has what Chromium of its version has
  const version = /^\d+$/.test(told) ? Number(told) : null;
  return known({ platform: tables.hinted[hints?.platform], browser, browser_version: version });
};

/** Platform, browser and its version, from hints where there are any. */
export const agent = ({ userAgent = "", userAgentData, maxTouchPoints = 0 }, tables) => {
  const found = { ...parsed(userAgent, tables), ...hinted(userAgentData, tables) };
  if (found.platform === "macos" && maxTouchPoints > 1) found.platform = "ipados";
  return found;
};

/** The adapter's own words; null where the browser refuses one, undefined where none answers. */
const adapter = async (gpu, tables) => {
  if (!gpu) return null;
  const late = new Promise((resolve) => { setTimeout(resolve, PATIENCE); });
  const given = await Promise.race([gpu.requestAdapter().catch(() => null), late]);
  if (!given) return given;
  const { vendor, architecture, device, description, isFallbackAdapter } = given.info ?? {};
  const name = [vendor, architecture, device, description].join(" ").toLowerCase();
  const named = (table, value) => Object.entries(table).map(([key, name]) => [key, value(name)]);
  return known({
    vendor: vendor || null,
    architecture: architecture || null,
    fallback: tables.software.some((each) => name.includes(each)) ? true : isFallbackAdapter,
    ...Object.fromEntries(named(tables.limits, (name) => given.limits[name])),
    ...Object.fromEntries(named(tables.features, (name) => given.features.has(name))),
  });
};

const accepts = (digits) =>
  WebAssembly.validate(Uint8Array.from(digits.match(/../g), (each) => parseInt(each, 16)));

const wasm = (tables) => ({
  ...Object.fromEntries(Object.entries(tables.wasm).map(([name, digits]) => [name, accepts(digits)])),
  jspi: "Suspending" in WebAssembly,
});

const storage = async () => {
  const { quota, usage } = (await navigator.storage?.estimate?.().catch(() => null)) ?? {};
  return known({ quota_bytes: quota, usage_bytes: usage });
};

const own = async () => {
  const said = await globalThis.LanguageModel?.availability?.().catch(() => null);
  return said ?? (globalThis.LanguageModel ? null : undefined);
};

/** The visitor's device, asked without a permission or a tap. */
export const readDevice = async (tables) => {
  const webgpu = await adapter(navigator.gpu, tables);
  const found = known({
    ...agent(navigator, tables),
    device_memory: navigator.deviceMemory,
    cores: navigator.hardwareConcurrency,
    cross_origin_isolated: globalThis.crossOriginIsolated,
    secure_context: globalThis.isSecureContext,
    wasm: wasm(tables),
    storage: await storage(),
    language_model: await own(),
    graphics: webgpu?.fallback ? "software" : null,
  });
  return webgpu === undefined ? found : { ...found, webgpu };
};
