// Starts one of the engine's builds. The site's build copies this file to
// NAME_loader.js for each of them; NAME.js and NAME_bg.wasm are the program,
// NAME_checksum.js computes checksums, NAME_pictures.js has pictures decoded by others, and
// NAME_pool.js, if there are threads, is what each of those runs.

const program = import.meta.url.replace(/_loader\.js.*$/, "");

async function compiled() {
  const response = await fetch(`${program}_bg.wasm`);
  if (!response.ok) throw new Error(`the server answered ${response.status} for the engine's program`);
  const isWasm = response.headers.get("content-type")?.startsWith("application/wasm");
  return isWasm && WebAssembly.compileStreaming ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
}

/** A script that is a blob gives its worker the security policy of this one. */
const script = (name) => URL.createObjectURL(new Blob([`import "${program}_${name}.js";`], { type: "text/javascript" }));

// Read by src/engine/worker_threads.rs and src/engine/checksum.rs.
self.poolScript = script("pool");
self.checksumScript = script("checksum");
// Called by src/engine/worker/foreign_pictures.rs, for pictures that few visitors have.
for (const read of ["readDicom", "readByBrowser"]) {
  self[read] = async (...file) => {
    const readers = await import(`${program}_pictures.js`).catch(() => {
      throw new Error("What reads such pictures could not be loaded. Check the connection and try again");
    });
    return readers[read](...file);
  };
}
const [{ default: init }, module] = await Promise.all([import(`${program}.js`), compiled()]);
// From now on nothing is awaited from the network but the pool's script.
self.postMessage({ header: { job: 0, event: { type: "loaded" } }, buffers: [] });
await init({ module_or_path: module });
