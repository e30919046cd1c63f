// Catches the WebAssembly memory of the worker that imports this module first,
// and tells its size when a BroadcastChannel of the worker's name asks.

const memories = new Set();

function keep(value) {
  if (value instanceof WebAssembly.Memory) memories.add(value);
  return value;
}

function keepOf(result) {
  const instance = result instanceof WebAssembly.Instance ? result : result.instance;
  Object.values(instance.exports).forEach(keep);
  return result;
}

// An engine with threads makes its memory itself; the others export theirs.
WebAssembly.Memory = new Proxy(WebAssembly.Memory, {
  construct: (target, values, newTarget) => keep(Reflect.construct(target, values, newTarget)),
});
for (const name of ["instantiate", "instantiateStreaming"]) {
  const original = WebAssembly[name].bind(WebAssembly);
  WebAssembly[name] = async (...values) => keepOf(await original(...values));
}

/** Bytes of the greatest memory. */
export function memoryBytes() {
  return Math.max(0, ...[...memories].map((memory) => memory.buffer.byteLength));
}

if (self.name) {
  const channel = new BroadcastChannel(self.name);
  channel.onmessage = ({ data }) => {
    if (data === "memory?") channel.postMessage({ bytes: memoryBytes() });
  };
}
