// What methods cost in the browser, in forward runs of the same sitting, with one thread:
// each method after a prediction, a run inside those with many, and how soon one stops. A machine's
// speed changes within seconds: a method is compared with as many predictions as it has runs, half of
// them before it and half after. Medians of all turns, and the least of all turns, which what else the
// machine does disturbs less.
//
//     node tests/bench/methods.mjs [MODEL.onnx] [TURNS]      ONLY=rise,smoothgrad: these methods
//
// Takes the site in dist; prints a table and judges nothing.

import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { ROOT, engineFile, launch } from "../e2e/browser.mjs";
import { openEngine } from "../e2e/engine.mjs";
import { SITE } from "../e2e/browser.mjs";
import { serve } from "../e2e/server.mjs";

/** Methods of few runs, and for those of many what makes them few. */
const METHODS = [
  ["grad-cam"], ["cam"], ["hirescam"], ["elementwise-cam"], ["xgrad-cam"], ["layer-cam"], ["grad-cam++"],
  ["eigen-cam"], ["eigen-grad-cam"], ["saliency"], ["gradient-x-input"], ["guided-backprop"], ["deconvnet"],
  ["guided-grad-cam"],
  ["rise", ["masks", "20"]],
  ["score-cam", ["channels", "20"]],
  ["occlusion", ["window", "150"], ["stride", "75"]],
  ["smoothgrad", ["samples", "5"]],
];

async function main() {
  const model = resolve(process.argv[2] ?? join(ROOT, "www/models/xception-kitchenware.onnx"));
  const turns = Number(process.argv[3] ?? 5);
  const only = process.env.ONLY?.split(",");
  const methods = METHODS.filter(([method]) => !only || only.includes(method));
  if (!existsSync(model)) throw new Error(`there is no ${model}: run \`make models\` first`);
  const site = await serve(SITE);
  const browser = await launch();
  try {
    const page = await browser.newPage();
    site.mount("model", dirname(model));
    await openEngine(page, site, engineFile("simd128", "_loader.js"));
    const addresses = [site.url(`model/${basename(model)}`), site.url("samples/coffee.png")];
    print(await page.evaluate(measure, [addresses, methods, turns]));
  } finally {
    await browser.close();
    await site.close();
  }
}

/** Runs in the page. */
async function measure([[model, picture], methods, turns]) {
  const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
  const source = { from: "file", name: "model.onnx" };
  const load = { type: "loadModel", model: source, layer: null, remembered: [] };
  const { layer } = (await window.ask(load, [await window.fetchBytes(model)])).event.model;
  const bytes = await window.fetchBytes(picture);
  const predict = async () => {
    const { event, buffers } = await window.ask({ type: "predict", name: "p.png", overrides: {} }, [bytes.slice(0)]);
    const logits = [...new Float32Array(buffers[0])];
    return { forward: event.timingsMs.forward, top: logits.indexOf(Math.max(...logits)) };
  };
  /** The mean forward run of several predictions, in milliseconds. */
  const predictions = async (count) => {
    let sum = 0;
    for (let index = 0; index < count; index += 1) sum += (await predict()).forward;
    return sum / count;
  };
  const explain = (method, settings, top) =>
    window.ask({ type: "explain", method, target: `logit:${top}`, layer, settings, seed: 1 });
  const forwards = [];
  const rows = methods.map(([method, ...settings]) => ({ method, settings, values: [], ratios: [], forwards: [], runs: 0 }));
  // Everybody's plans are built and compiled first.
  const { top } = await predict();
  for (const row of rows) row.runs = (await explain(row.method, row.settings, top)).event.map?.runs ?? 0;
  for (let turn = 0; turn < turns; turn += 1) {
    for (const row of rows) {
      const count = Math.max(1, Math.ceil(row.runs / 2));
      const before = await predictions(count);
      const { event } = await explain(row.method, row.settings, top);
      if (event.type !== "map") { row.failure = event.message; continue; }
      const after = await predictions(count);
      forwards.push(before, after);
      row.values.push(event.timingsMs.explain);
      row.forwards.push((before + after) / 2);
      row.ratios.push((2 * event.timingsMs.explain) / (before + after));
    }
  }
  const forward = median(forwards);
  // Stopped at some moment of a run, again and again; the model stays ready.
  const stops = [];
  for (const method of ["rise", "smoothgrad", "occlusion", "score-cam"]) {
    for (let turn = 0; turn < 5; turn += 1) {
      const answer = explain(method, [], top);
      await new Promise((resolve) => setTimeout(resolve, 700 + 97 * turn));
      const since = performance.now();
      window.cancelLast();
      const { event } = await answer;
      stops.push({ method, type: event.type, ms: performance.now() - since });
    }
  }
  const { event } = await explain("grad-cam", [], top);
  if (event.type !== "map") throw new Error("the model is gone after a stop");
  return {
    forward,
    stops,
    rows: rows.map(({ method, values, ratios, forwards: beside, runs: used, failure }) => (
      { method, failure, runs: used, ...(values.length && { ms: median(values), ratio: median(ratios), least: Math.min(...values) / Math.min(...beside) }) })),
  };
}

function print({ forward, rows, stops }) {
  console.log(`forward run: ${forward.toFixed(1)} ms`);
  console.log("  method                 ms      ÷ forward  runs  ÷ forward and run  of the least");
  for (const { method, ms, ratio, least, runs, failure } of rows) {
    if (failure) { console.log(`  ${method.padEnd(20)} ${failure}`); continue; }
    const each = runs > 1 ? `${(ratio / runs).toFixed(3)}              ${(least / runs).toFixed(3)}` : "";
    console.log(`  ${method.padEnd(20)} ${ms.toFixed(1).padStart(8)}  ${ratio.toFixed(3).padStart(8)}  ${String(runs).padStart(4)}  ${each}`);
  }
  const slowest = stops.reduce((a, b) => (a.ms > b.ms ? a : b));
  const kinds = [...new Set(stops.map(({ type }) => type))].join(", ");
  console.log(`stopped ${stops.length} times (${kinds}): at most ${slowest.ms.toFixed(0)} ms (${slowest.method})`);
}

await main();
