// Dates the steps of loading: wraps what every library goes through, before any is imported.

const steps = [];
const say = (name) => steps.push({ at: (performance.timeOrigin + performance.now()) / 1000, name });

const Memory = WebAssembly.Memory;
WebAssembly.Memory = class extends Memory {
  constructor(description) {
    super(description);
    say("heap");
  }
};

// Bytes of GPU buffers that are alive: now, and at most.
const buffers = { rest: 0, most: 0 };
const sizes = new WeakMap();
if (globalThis.GPUDevice) {
  const create = GPUDevice.prototype.createBuffer;
  GPUDevice.prototype.createBuffer = function (description) {
    const buffer = create.call(this, description);
    sizes.set(buffer, description.size);
    buffers.rest += description.size;
    buffers.most = Math.max(buffers.most, buffers.rest);
    return buffer;
  };
  const destroy = GPUBuffer.prototype.destroy;
  GPUBuffer.prototype.destroy = function () {
    buffers.rest -= sizes.get(this) ?? 0;
    sizes.delete(this);
    return destroy.call(this);
  };
}

/** Put a model's files into the cache that Transformers.js reads, as an earlier visit does. */
export async function visit(addresses) {
  const cache = await caches.open("transformers-cache");
  for (const address of addresses) await cache.put(address, await fetch(address));
}

/** Load a model as the bench does; return when each step was, and the buffers. */
export async function load(plan) {
  const bench = await import("/page/bench.mjs");
  await bench.step("prepare", plan);
  say("begin");
  const { heap } = await bench.step("load", plan);
  say("end");
  return { steps, heap, buffers };
}
