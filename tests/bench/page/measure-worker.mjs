// Our own measuring program: any graph on our kernels, and what this machine could do.

import { memoryBytes } from "./memory.mjs";
import { answering, timed } from "./answering.mjs";

const query = new URL(self.location.href).searchParams;
const measure = await import(`/measure/${query.get("variant")}/measure.js`);
await measure.default();
if (query.get("variant") === "threads") await measure.init_threads(Number(query.get("threads")));

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
