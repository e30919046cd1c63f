// Which builds of the engine this site has and this browser can run. The library uses it, too,
// and may be imported where there is no browser.

// (module (func (result v128) i32.const 0 i8x16.splat i8x16.popcnt))
const SIMD = module([
  1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11,
]);
// The same with three operands and f32x4.relaxed_madd.
const RELAXED_SIMD = module([
  1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 19, 1, 17, 0, 65, 0, 253, 15, 65, 0, 253, 15, 65, 0, 253, 15, 253, 133, 2, 11,
]);
// (module (memory 1 1 shared) (func i32.const 0 i32.atomic.load drop))
const THREADS = module([
  1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 5, 4, 1, 3, 1, 1, 10, 11, 1, 9, 0, 65, 0, 254, 16, 2, 0, 26, 11,
]);

function module(sections) {
  return new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, ...sections]);
}

function runs(probe) {
  return typeof WebAssembly === "object" && WebAssembly.validate(probe);
}

// The address says `threads=off`; read at once, before the application rewrites it.
const isDeclined = new URLSearchParams(globalThis.location?.hash.slice(1)).get("threads") === "off";
/** Whether a next visit is to have threads. */
export const wantsThreads = !isDeclined;
const hasCores = globalThis.navigator?.hardwareConcurrency > 1;
const mayShareMemory = globalThis.crossOriginIsolated === true && typeof SharedArrayBuffer === "function";

// The best first.
const CAN_RUN = {
  threads: hasCores && !isDeclined && mayShareMemory && runs(THREADS) && runs(RELAXED_SIMD),
  relaxed: runs(RELAXED_SIMD),
  simd128: runs(SIMD),
};

/** What the site was built with; the build writes it into the page. */
function built() {
  return document.querySelector("meta[name=gradcam-engines]")?.content.split(" ") ?? ["simd128"];
}

/** The address of a build's worker; the build of the site writes it into the page. */
export function loader(variant) {
  const program = document.querySelector("meta[name=gradcam-engines]")?.dataset[variant];
  return program && new URL(`${program}_loader.js`, document.baseURI).href;
}

/** The builds of the engine to choose from, the best first; empty if the browser can run none. */
export function engines(ofSite = built()) {
  return CAN_RUN.simd128 ? Object.keys(CAN_RUN).filter((name) => CAN_RUN[name] && ofSite.includes(name)) : [];
}

/**
 * The address of a script that starts a build's worker. A worker has this page's security policy if
 * its script is a blob of the page's; a file of a static host comes with none.
 */
export function workerScript(variant) {
  const address = loader(variant);
  return address && URL.createObjectURL(new Blob([`import ${JSON.stringify(address)};`], { type: "text/javascript" }));
}

/** The addresses of the files that a build's worker loads. */
export function programFiles(variant) {
  const address = loader(variant);
  const endings = ["_loader.js", ".js", "_bg.wasm", "_checksum.js", ...(variant === "threads" ? ["_pool.js"] : [])];
  return address ? endings.map((ending) => address.replace("_loader.js", ending)) : [];
}
