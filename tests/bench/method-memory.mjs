// The worker's memory over many explanations by all methods, in the browser.
//
//     node tests/bench/method-memory.mjs [MODEL.onnx] [EXPLANATIONS]
//
// VARIANT names a build of the engine (default: simd128). Takes the site in dist; prints the
// memory and judges nothing. WebAssembly memory grows and never shrinks: what it is at the end
// is the peak.

import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { ROOT, SITE, engineFile, launch } from "../e2e/browser.mjs";
import { openEngine } from "../e2e/engine.mjs";
import { serve } from "../e2e/server.mjs";

const METHODS = [
  ["grad-cam"], ["cam"], ["hirescam"], ["elementwise-cam"], ["xgrad-cam"], ["layer-cam"], ["grad-cam++"],
  ["eigen-cam"], ["eigen-grad-cam"], ["fused-layers"], ["refine-cam"], ["full-grad"], ["saliency"],
  ["gradient-x-input"], ["guided-backprop"], ["deconvnet"], ["guided-grad-cam"],
  ["smooth-grad-cam++", ["samples", "1"]], ["ablation-cam", ["channels", "4"]], ["score-cam", ["channels", "2"]],
  ["rise", ["masks", "2"]], ["occlusion", ["window", "200"], ["stride", "200"]], ["smoothgrad", ["samples", "2"]],
  ["integrated-gradients", ["steps", "2"]],
];
const WORKER = "memory-worker.mjs";

async function main() {
  const model = resolve(process.argv[2] ?? join(ROOT, "www/models/xception-kitchenware.onnx"));
  const count = Number(process.argv[3] ?? 500);
  if (!existsSync(model)) throw new Error(`there is no ${model}: run \`make models\` first`);
  const site = await serve(SITE);
  const browser = await launch();
  try {
    const page = await browser.newPage();
    site.mount("model", dirname(model));
    site.mount("bench", join(ROOT, "tests/bench/page"));
    site.isolate();
    const variant = process.env.VARIANT ?? "simd128";
    const loader = engineFile(variant, "_loader.js");
    if (!loader) throw new Error(`the site has no engine '${variant}'`);
    site.replace(WORKER, `import { memoryBytes } from "./bench/memory.mjs";
      const channel = new BroadcastChannel("memory");
      channel.onmessage = ({ data }) => data === "?" && channel.postMessage(memoryBytes());
      await import("./${loader}");`);
    await openEngine(page, site, WORKER);
    const addresses = [site.url(`model/${basename(model)}`), site.url("samples/coffee.png")];
    const { steps, sizes, failures } = await page.evaluate(measure, [addresses, METHODS, count]);
    const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
    console.log(`after loading ${megabytes(steps[0])}, after the prediction ${megabytes(steps[1])}`);
    for (const failure of failures) console.log(`  ${failure}`);
    const part = (from, to) => Math.max(...sizes.slice(from, to));
    const tail = Math.min(100, Math.ceil(count / 5));
    console.log(`after the first explanation ${megabytes(sizes[0])}, after ${tail} ${megabytes(part(0, tail))}`);
    console.log(`the last ${tail} of ${sizes.length}: ${megabytes(part(-tail))}`);
    const grown = sizes.flatMap((_, at) => (at > 0 && sizes[at] > sizes[at - 1] ? [at] : []));
    const words = grown.map((at) => `${METHODS[at % METHODS.length][0]} (${at}) ${megabytes(sizes[at])}`);
    console.log(`it grew at: ${words.join(", ")}`);
  } finally {
    await browser.close();
    await site.close();
  }
}

/** Runs in the page. */
async function measure([[model, picture], methods, count]) {
  const channel = new BroadcastChannel("memory");
  const memory = () =>
    new Promise((resolve) => {
      channel.onmessage = ({ data }) => resolve(data);
      channel.postMessage("?");
    });
  const source = { from: "file", name: "model.onnx" };
  const load = { type: "loadModel", model: source, layer: null, remembered: [] };
  const { layer, classes } = (await window.ask(load, [await window.fetchBytes(model)])).event.model;
  const steps = [await memory()];
  await window.ask({ type: "predict", name: "p.png", overrides: {} }, [await window.fetchBytes(picture)]);
  steps.push(await memory());
  const [sizes, failures] = [[], []];
  for (let number = 0; number < count; number += 1) {
    const [method, ...settings] = methods[number % methods.length];
    const target = `logit:${Math.floor(number / methods.length) % classes}`;
    const { event } = await window.ask({ type: "explain", method, target, layer, settings, seed: number });
    if (event.type !== "map" && number < methods.length) failures.push(`${method}: ${event.message}`);
    sizes.push(await memory());
  }
  return { steps, sizes, failures };
}

await main();
