// Our own measuring program: any graph on our kernels, and what this machine could do.
// Served beside the program of each variant.

import { memoryBytes } from "/page/memory.mjs";
import { answering, timed } from "/page/answering.mjs";

const threads = Number(new URL(self.location.href).searchParams.get("threads"));
self.poolScript = new URL("measure_pool.js", self.location.href).href;
const measure = await import(new URL("measure.js", self.location.href));
await measure.default();
if (threads > 1) await measure.init_threads(threads);

let graph = null;

answering({
  async prepare(bytes) {
    graph?.free();
    graph = null;
    return timed(() => {
      graph = new measure.Graph(bytes);
      return {};
    });
  },
  async run(feeds) {
    const inputs = JSON.parse(graph.inputs()).map(({ name }) => feeds[name].values);
    const { ms, outputs } = await timed(() => graph.run(inputs));
    const names = JSON.parse(graph.outputs());
    return { ms, outputs: Object.fromEntries(names.map((name, place) => [name, { values: outputs[place] }])) };
  },
  profile: (feeds) => JSON.parse(graph.profile(JSON.parse(graph.inputs()).map(({ name }) => feeds[name].values))),
  inputs: () => graph.inputs(),
  kernels: () => JSON.parse(measure.kernels()),
  flops: (bytes) => measure.flops(bytes),
  peak: (milliseconds) => measure.peak_gflops(milliseconds),
  memory: () => memoryBytes(),
});
