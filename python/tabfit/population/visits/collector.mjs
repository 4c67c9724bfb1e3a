// Sends what decides whether a model runs here, once a session, and only if the visitor agreed.
// No name, no address, no identifier, nothing that is not a column of the table of visits.

const COLUMNS = [
  ...["platform", "browser", "browser_version", "platform_version", "device_memory", "cores"],
  ...["webgpu", "webgpu_vendor", "webgpu_architecture", "webgpu_fallback", "webgpu_shader_f16"],
  ...["webgpu_max_buffer_size", "webgpu_max_storage_buffer_binding_size"],
  ...["webgpu_max_compute_workgroup_storage_size", "webgpu_max_storage_buffers_per_shader_stage"],
  ...["wasm_threads", "wasm_memory64", "wasm_jspi"],
  ...["cross_origin_isolated", "secure_context", "graphics", "language_model"],
  "storage_quota_bytes",
];
const GIB = 2 ** 30;

/** A row of the table of visits, from what `deviceSignals()` tells. */
export const row = (device) => {
  const { webgpu, wasm, storage, ...told } = device;
  for (const [group, keys] of Object.entries({ webgpu, wasm, storage }))
    for (const [key, value] of Object.entries(keys ?? {})) told[`${group}_${key}`] = value;
  if (webgpu !== undefined) told.webgpu = webgpu ? "adapter" : "refused";
  // Free space to the byte would tell one visitor from another: whole GiB do not, and decide as well.
  if (told.storage_quota_bytes > GIB) told.storage_quota_bytes -= told.storage_quota_bytes % GIB;
  const known = COLUMNS.filter((name) => told[name] !== undefined && told[name] !== null);
  return Object.fromEntries(known.map((name) => [name, told[name]]));
};

/** Send a row to an address of your own site; `agreed` is what the visitor chose. */
export const collect = async (address, agreed) => {
  if (!agreed || sessionStorage.getItem("collected")) return;
  const { deviceSignals } = await import("tabfit");
  navigator.sendBeacon(address, JSON.stringify(row(await deviceSignals())));
  sessionStorage.setItem("collected", "yes");
};
