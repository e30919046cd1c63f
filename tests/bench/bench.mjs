// Measures the built site's own engine in headless Chromium and writes
// target/bench/report.json. Exits with 1 only when it cannot measure.

import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { ROOT, SITE, launch, manifest } from "../e2e/browser.mjs";
import { openEngine } from "../e2e/engine.mjs";
import { serve } from "../e2e/server.mjs";

const WARM_UPS = 2;
const RUNS = 7;
const MOST_PERCENT = 5;
const PICTURE = "samples/coffee.png";
const REPORT = join(ROOT, "target/bench/report.json");

async function main() {
  const model = manifest().find(({ id }) => id.startsWith("xception") && id !== "xception-tiny");
  if (!model) {
    throw new Error("there is no Xception in the built site: run `make models` and `make site` first");
  }
  const measured = await measure(model);
  const times = Object.fromEntries(
    Object.entries(measured.samples).map(([name, values]) => [name, { median: median(values), values }]),
  );
  const percent = (100 * times.explain.median) / times.forward.median;
  const report = {
    date: new Date().toISOString(),
    browser: measured.browser,
    engine: measured.engine,
    machine: { processor: cpus()[0]?.model ?? "unknown", cores: cpus().length, load: loadavg()[0] },
    model: { id: model.id, bytes: model.bytes, input: measured.input, layer: measured.layer },
    runs: { warm_ups: WARM_UPS, counted: RUNS },
    times_ms: times,
    explain_percent_of_forward: percent,
    sizes_bytes: { engine: sizes(/^engine.*\.(js|wasm)$/), app: sizes(/^(app.*\.(js|wasm)|boot\.js)$/) },
  };
  mkdirSync(join(REPORT, ".."), { recursive: true });
  writeFileSync(REPORT, `${JSON.stringify(report, null, 2)}\n`);
  print(report);
}

async function measure(model) {
  const site = await serve(SITE);
  const browser = await launch();
  try {
    const page = await browser.newPage();
    const engine = await openEngine(page, site);
    const urls = { model: site.url(`models/${model.file}`), picture: site.url(PICTURE) };
    const plan = { urls, name: model.file, classes: model.classes, total: WARM_UPS + RUNS };
    const measured = await page.evaluate(runAll, plan);
    const counted = Object.entries(measured.samples).map(([name, values]) => [name, values.slice(WARM_UPS)]);
    return {
      ...measured,
      samples: Object.fromEntries(counted),
      browser: `Chromium ${browser.version()}`,
      engine: { variant: engine.variant, threads: engine.threads },
    };
  } finally {
    await browser.close();
    await site.close();
  }
}

/** Runs in the page. Bytes are in memory before each measurement begins. */
async function runAll({ urls, name, classes, total }) {
  const ask = async (type, request, buffers) => {
    const answer = await window.ask(request, buffers);
    if (answer.event.type !== type) throw new Error(answer.event.message ?? JSON.stringify(answer.event));
    return answer;
  };
  const [model, picture] = await Promise.all([urls.model, urls.picture].map(window.fetchBytes));
  const samples = { prepare: [], decode: [], resize: [], forward: [], explain: [], explainSeen: [] };
  let ready;
  for (let run = 0; run < total; run += 1) {
    const request = { type: "loadModel", model: { from: "file", name }, layer: null, remembered: [] };
    ready = (await ask("ready", request, [model.slice(0)])).event;
    samples.prepare.push(ready.timingsMs.prepare);
  }
  const look = { type: "predict", name: "picture.png", reading: {} };
  for (let run = 0; run < total; run += 1) {
    const { event } = await ask("prediction", look, [picture.slice(0)]);
    for (const step of ["decode", "resize", "forward"]) samples[step].push(event.timingsMs[step]);
  }
  // The class before is always another one, so that nothing could be kept.
  for (let run = 0; run < total; run += 1) {
    const request = { type: "explain", method: "grad-cam", class: run % classes, layer: ready.model.layer };
    const { event, elapsedMs } = await ask("map", request);
    samples.explain.push(event.timingsMs.explain);
    samples.explainSeen.push(elapsedMs);
  }
  return { samples, input: ready.model.input.size, layer: ready.model.layer };
}

function median(values) {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Of the site's files with such names: each one's size, and the sum. */
function sizes(pattern) {
  const files = readdirSync(SITE).filter((name) => pattern.test(name)).sort();
  const measured = files.map((name) => {
    const bytes = readFileSync(join(SITE, name));
    return { name, bytes: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length };
  });
  const sum = (field) => measured.reduce((total, file) => total + file[field], 0);
  return { bytes: sum("bytes"), gzip: sum("gzip"), files: measured };
}

/** Prints the table, and fails where explaining is not next to free. */
function print(report) {
  const { times_ms: times, sizes_bytes: bytes, engine, model, machine } = report;
  const ms = ({ median: value }) => `${value.toFixed(value < 100 ? 1 : 0)} ms`;
  const size = ({ bytes: all, gzip }) => `${mega(all)}, ${mega(gzip)} by gzip`;
  const verdict = report.explain_percent_of_forward < MOST_PERCENT ? "under" : "NOT UNDER";
  if (verdict !== "under") process.exitCode = 1;
  const rows = [
    ["preparation, from bytes in memory to ready", ms(times.prepare)],
    ["decoding and resizing the picture", `${ms(times.decode)} + ${ms(times.resize)}`],
    ["prediction, the network's forward run", ms(times.forward)],
    ["explaining another class", `${ms(times.explain)} (${ms(times.explainSeen)} as the page sees it)`],
    ["explaining ÷ forward run", `${report.explain_percent_of_forward.toFixed(2)} %, ${verdict} ${MOST_PERCENT} %`],
    ["engine", size(bytes.engine)],
    ["app", size(bytes.app)],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const load = `load ${machine.load.toFixed(1)}`;
  console.log(`${model.id}, ${model.input.join("×")}; ${report.browser}; ${engine.variant}, threads: ${engine.threads}`);
  console.log(`${machine.processor}, ${machine.cores} cores, ${load}; median of ${RUNS} after ${WARM_UPS}`);
  for (const [name, value] of rows) console.log(`  ${name.padEnd(width)}  ${value}`);
  console.log(REPORT);
}

function mega(bytes) {
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(0)} kB` : `${(bytes / 1e6).toFixed(2)} MB`;
}

main().catch((error) => {
  console.error(`bench: ${error.message}`);
  process.exit(1);
});
