// One object per runtime: prepare (import the runtime), load (what an application
// calls to get a model), run (one pass, or one generation). Every step is what the
// runtime's own documentation shows; nothing is tuned.

const heaps = [];
const Memory = WebAssembly.Memory;
WebAssembly.Memory = class extends Memory {
  constructor(description) {
    super(description);
    heaps.push(this);
  }
};

/** Bytes of the largest WebAssembly heap of this thread. */
export const heap = () => Math.max(0, ...heaps.map((one) => one.buffer.byteLength));

const ids = (Type, batch, tokens, limit) =>
  Type.from({ length: batch * tokens }, (_, i) => BigInt(5 + ((i * 7919) % (limit - 10))));

const ones = (count) => new BigInt64Array(count).fill(1n);

class OnnxRuntime {
  async prepare(plan) {
    this.ort = await import(`/onnxruntime-web/dist/${plan.entry}`);
    this.ort.env.wasm.wasmPaths = "/onnxruntime-web/dist/";
    if (plan.threads) this.ort.env.wasm.numThreads = plan.threads;
  }

  async load(plan) {
    const options = { executionProviders: [plan.device], ...plan.session };
    if (plan.external) options.externalData = plan.beside.map((path) => ({ path, data: plan.folder + path }));
    this.session = await this.ort.InferenceSession.create(plan.folder + plan.file, options);
  }

  async run(plan) {
    const { Tensor } = this.ort;
    const shape = [plan.batch, plan.tokens];
    const count = plan.batch * plan.tokens;
    const all = {
      input_ids: () => ids(BigInt64Array, plan.batch, plan.tokens, plan.vocabulary),
      attention_mask: () => ones(count),
      token_type_ids: () => new BigInt64Array(count),
    };
    const feeds = {};
    for (const name of this.session.inputNames) feeds[name] = new Tensor("int64", all[name](), shape);
    const results = await this.session.run(feeds);
    const [first] = Object.values(results);
    return { shape: first.dims, finite: Number.isFinite(first.data[0]) };
  }
}

class TransformersJs {
  async prepare(plan) {
    const library = await import("/transformers/dist/transformers.min.js");
    this.library = library;
    const { env } = library;
    env.remoteHost = location.origin;
    env.remotePathTemplate = "{model}/";
    env.allowLocalModels = false;
    // The files that the library fetches from its content network by default.
    const from = `${location.origin}/onnxruntime-web-next/dist/ort-wasm-simd-threaded.asyncify`;
    env.backends.onnx.wasm.wasmPaths = { mjs: `${from}.mjs`, wasm: `${from}.wasm` };
    if (plan.threads) env.backends.onnx.wasm.numThreads = plan.threads;
  }

  async load(plan) {
    const kind = plan.auto ?? "AutoModelForCausalLM";
    const options = { device: plan.device, dtype: plan.precision };
    if (plan.external) options.use_external_data_format = plan.external;
    this.model = await this.library[kind].from_pretrained("model/case", options);
  }

  inputs(plan) {
    const { Tensor } = this.library;
    const shape = [plan.batch, plan.tokens];
    const count = plan.batch * plan.tokens;
    return {
      input_ids: new Tensor("int64", ids(BigInt64Array, plan.batch, plan.tokens, plan.vocabulary), shape),
      attention_mask: new Tensor("int64", ones(count), shape),
      token_type_ids: new Tensor("int64", new BigInt64Array(count), shape),
    };
  }

  async run(plan) {
    const { token_type_ids, ...inputs } = this.inputs(plan);
    if (!plan.generate) {
      const result = await this.model({ ...inputs, token_type_ids });
      const [first] = Object.values(result);
      return { shape: first.dims, finite: Number.isFinite(first.data[0]) };
    }
    const made = await this.model.generate({
      ...inputs,
      min_new_tokens: plan.generate,
      max_new_tokens: plan.generate,
      do_sample: false,
    });
    return { shape: made.dims };
  }
}

class LlamaCpp {
  async prepare(plan) {
    const { Wllama } = await import("/wllama/esm/index.min.js");
    this.lines = [];
    const keep = (...parts) => this.lines.push(parts.map(String).join(" "));
    const logger = { debug: keep, log: keep, warn: keep, error: keep };
    this.wllama = new Wllama({ default: "/wllama/esm/wasm/wllama.wasm" }, { logger });
    if (plan.compat) this.wllama.setCompat(plan.compat);
  }

  async load(plan) {
    await this.wllama.loadModelFromUrl(location.origin + plan.folder + plan.file, {
      n_ctx: plan.context,
      n_gpu_layers: plan.device === "webgpu" ? undefined : 0,
      ...plan.session,
    });
  }

  async run(plan) {
    // Digits never merge in the bench's vocabularies: one token each.
    const prompt = "0123456789".repeat(Math.ceil(plan.tokens / 10)).slice(0, plan.tokens);
    const result = await this.wllama.createCompletion({
      prompt,
      max_tokens: plan.generate,
      temperature: 0,
      ignore_eos: true,
    });
    return { usage: result.usage };
  }
}

const runtimes = { onnxruntime: OnnxRuntime, transformers: TransformersJs, wllama: LlamaCpp };
let current;

/** Do one step of a plan; return what it has to say. */
export async function step(name, plan) {
  current ??= new runtimes[plan.library]();
  const result = await current[name](plan);
  return { result: result ?? null, heap: heap(), lines: current.lines?.splice(0) ?? [] };
}
