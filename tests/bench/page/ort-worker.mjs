// onnxruntime-web, as its own documentation sets it up for WebAssembly.

import { memoryBytes } from "./memory.mjs";
import { answering, timed } from "./answering.mjs";

const ort = await import("/ort/ort.wasm.min.mjs");
const threads = Number(new URL(self.location.href).searchParams.get("threads"));
ort.env.wasm.numThreads = threads;
ort.env.wasm.proxy = false;
ort.env.logLevel = "error";

const OPTIONS = { executionProviders: ["wasm"], graphOptimizationLevel: "all" };

let session = null;

async function release() {
  await session?.release();
  session = null;
}

function tensors(feeds) {
  const named = Object.entries(feeds).map(([name, { values, shape }]) => [name, new ort.Tensor("float32", values, shape)]);
  return Object.fromEntries(named);
}

function plain(outputs) {
  return Object.fromEntries(Object.entries(outputs).map(([name, { data, dims }]) => [name, { values: data, shape: [...dims] }]));
}

/** Grad-CAM's map: Σ_k (mean of channel k's gradients) × activations, signed. */
function gradCam({ activations, gradients }) {
  const [, channels, height, width] = activations.dims;
  const cells = height * width;
  const map = new Float64Array(cells);
  for (let channel = 0; channel < channels; channel += 1) {
    const start = channel * cells;
    let weight = 0;
    for (let cell = 0; cell < cells; cell += 1) weight += gradients.data[start + cell];
    weight /= cells;
    for (let cell = 0; cell < cells; cell += 1) map[cell] += weight * activations.data[start + cell];
  }
  return { values: Float32Array.from(map), shape: [height, width] };
}

answering({
  async prepare(bytes) {
    await release();
    const prepared = await timed(async () => {
      session = await ort.InferenceSession.create(bytes, OPTIONS);
      return {};
    });
    // It takes fewer where it finds that it cannot have them.
    if (ort.env.wasm.numThreads !== threads) throw new Error(`it runs with ${ort.env.wasm.numThreads} threads, not ${threads}`);
    return prepared;
  },
  async run(feeds) {
    const { ms, outputs } = await timed(() => session.run(tensors(feeds)));
    return { ms, outputs: plain(outputs) };
  },
  async gradCam(feeds) {
    return timed(async () => ({ map: gradCam(await session.run(tensors(feeds), ["logits", "activations", "gradients"])) }));
  },
  names: () => ({ inputs: [...session.inputNames], outputs: [...session.outputNames] }),
  memory: memoryBytes,
});
