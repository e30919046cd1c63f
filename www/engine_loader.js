// Starts one of the engine's builds. The site's build copies this file to
// engine_loader.js, which runs engine.js and engine_bg.wasm, and likewise to
// engine-NAME_loader.js.

const program = import.meta.url.replace(/_loader\.js.*$/, "");

async function compiled() {
  const response = await fetch(`${program}_bg.wasm`);
  if (!response.ok) throw new Error(`the server answered ${response.status} for the engine's program`);
  const isNamedSo = response.headers.get("content-type")?.startsWith("application/wasm");
  return isNamedSo ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
}

const [{ default: init }, module] = await Promise.all([import(`${program}.js`), compiled()]);
// From now on nothing is awaited from the network but the threads' script.
self.postMessage({ header: { job: 0, event: { type: "loaded" } }, buffers: [] });
await init({ module_or_path: module });
