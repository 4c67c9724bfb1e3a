// Takes memory in steps, as a model would, and tells how far it came; whoever stops it ends this
// worker, and everything is let go. In: { page, gpu }, bytes to try. Out: after each step { page, gpu }
// obtained so far, with { refused } the pool where no more was given, and at last { bandwidth, done }.

const STEP = 64 * 2 ** 20;
const PATIENCE = 1000; // milliseconds of copying

const held = [];
const tell = (more) => postMessage(more);
const breathe = () => new Promise((go) => setTimeout(go));

// Nothing that a system could compress: every word differs.
const filled = (array, seed) => {
  for (let at = 0, word = seed | 1; at < array.length; at++) {
    word ^= word << 13;
    word ^= word >>> 17;
    word ^= word << 5;
    array[at] = word;
  }
  return array;
};

// A few drivers never answer.
const graphics = async () => {
  const late = new Promise((go) => setTimeout(go, 3000, null));
  try {
    const adapter = await Promise.race([navigator.gpu?.requestAdapter(), late]);
    const most = adapter && Math.min(STEP, adapter.limits.maxBufferSize);
    return adapter && { device: await adapter.requestDevice(), step: most };
  } catch {
    return null; // none for this page
  }
};

// One buffer, written to, or null where the device has no more.
const buffer = async ({ device, step }) => {
  device.pushErrorScope("out-of-memory");
  const made = device.createBuffer({ size: step, usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC });
  const refused = await device.popErrorScope();
  if (refused) return null;
  device.queue.writeBuffer(made, 0, filled(new Uint32Array(step / 4), held.length + 1));
  await device.queue.onSubmittedWorkDone();
  return made;
};

const takeGraphics = async (gpu, wanted) => {
  const buffers = [];
  for (let got = 0; got < wanted; ) {
    const made = await buffer(gpu).catch(() => null);
    if (!made) return { buffers, got, refused: true };
    buffers.push(made);
    held.push(made);
    got += gpu.step;
    tell({ gpu: got, page: 0 });
  }
  return { buffers, got: buffers.length * gpu.step };
};

const takePage = async (gpu, wanted) => {
  let got = 0;
  while (got < wanted) {
    try {
      held.push(filled(new Uint32Array(STEP / 4), held.length + 1));
    } catch {
      return { got, refused: true };
    }
    got += STEP;
    tell({ gpu, page: got });
    await breathe();
  }
  return { got };
};

// Bytes that graphics reads and writes in a second, null where there is none to time.
const bandwidth = async (gpu, buffers) => {
  if (!gpu || buffers.length < 2) return null;
  return rate(8 * gpu.step, async () => {
    const encoder = gpu.device.createCommandEncoder();
    for (let n = 0; n < 8; n++) encoder.copyBufferToBuffer(buffers[0], 0, buffers[1], 0, gpu.step);
    gpu.device.queue.submit([encoder.finish()]);
    await gpu.device.queue.onSubmittedWorkDone();
  });
};

const rate = async (bytes, copy) => {
  await copy(); // once for what is only slow at first
  const began = performance.now();
  let times = 0;
  do {
    await copy();
    times++;
  } while (performance.now() - began < PATIENCE);
  return Math.round((2 * bytes * times * 1000) / (performance.now() - began));
};

onmessage = async ({ data }) => {
  const gpu = data.gpu ? await graphics() : null;
  const { buffers, got, refused } = gpu ? await takeGraphics(gpu, data.gpu) : { buffers: [], got: 0 };
  const page = await takePage(got, data.page);
  const where = refused ? "gpu" : page.refused ? "page" : null;
  const moved = page.refused ? null : await bandwidth(gpu, buffers);
  tell({ gpu: got, page: page.got, refused: where, bandwidth: moved, done: true });
};
