import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { SITE, launch } from "../e2e/browser.mjs";
import { MEASURE, OUT, models } from "./files.mjs";
import { serve } from "./server.mjs";
import { THEIRS, VARIANTS } from "./settings.mjs";
const HERE = fileURLToPath(new URL(".", import.meta.url));
const pg = join(HERE, "page");
const folders = { site: SITE, page: pg, ort: join(HERE, `node_modules/${THEIRS}/dist`), measure: MEASURE, made: OUT };
const beside = VARIANTS.map(({ variant }) => [`measure/${variant}/worker.mjs`, join(pg, "measure-worker.mjs")]);
const site = await serve(folders, { "site/bench-worker.mjs": join(pg, "engine-worker.mjs"), ...Object.fromEntries(beside) });
const browser = await launch();
const page = await browser.newPage();
page.on("console", (m) => console.log("page:", m.text()));
await page.goto(site.url("page/index.html"));
await page.waitForFunction(() => window.bench);
const call = (name, ...values) => page.evaluate(([n, v]) => window.bench[n](...v), [name, values]);
const mode = process.argv[2];
const file = models().xception;
await call("fetch", "x", `/site/models/${file.file}`);
const shape = [1, 299, 299, 3];
await call("makeInput", "x", { shape, channelsLast: true, size: [299, 299] }, "/site/samples/coffee.png");
if (mode === "threads") {
  const ps = [{ id: "simd128-1", engine: "gradcam", variant: "simd128", loader: "engine_loader.js", threads: 1 }, { id: "threads-2", engine: "gradcam", variant: "threads", loader: "engine-threads_loader.js", threads: 2 }];
  for (const p of ps) { await call("open", "engine", p); }
  for (let i = 0; i < 4; i++) {
    for (const p of ps) { await call("prepare", p.id, "x"); }
    for (let j = 0; j < 4; j++) {
    for (const p of ps) { await call("run", p.id, "forward", "x"); }
    console.log(i, j, JSON.stringify(await call("compare", "forward", "simd128-1", "threads-2")));
    }
  }
}
if (mode === "profile") {
  for (const variant of (process.argv[3] ?? "relaxed").split(",")) {
  const threads = Number(process.argv[4] ?? 1);
  const p = { id: "m" + variant, engine: "gradcam", variant, threads };
  await call("open", "measure", p);
  console.log(JSON.stringify(await call("ask", p.id, "kernels")));
  await call("prepare", p.id, "x");
  const inputs = JSON.parse(await call("ask", p.id, "inputs"));
  const values = Array.from({ length: 299 * 299 * 3 }, (_, i) => ((i * 7919) % 2001) / 1000 - 1);
  const best = await page.evaluate(async ([id, name, values]) => {
    const w = window.bench.worker(id);
    let best = null;
    for (let i = 0; i < 8; i++) {
      const r = await w.ask("profile", { [name]: { values: new Float32Array(values), shape: [1, 299, 299, 3] } });
      if (!best) best = r; else best = best.map((b, k) => ({ ...b, milliseconds: Math.min(b.milliseconds, r[k].milliseconds) }));
    }
    return best;
  }, [p.id, inputs[0].name, values]);
  const by = {};
  let total = 0;
  for (const n of best) { by[n.operator] = (by[n.operator] ?? 0) + n.milliseconds; total += n.milliseconds; }
  console.log(variant, total.toFixed(1), Object.entries(by).sort((a, b) => b[1] - a[1]).map(([k, v]) => `${k} ${v.toFixed(1)}`).join(", "));
  if (process.argv[5]) for (const n of best) console.log(n.milliseconds.toFixed(2), n.operator, n.name, n.output);
  }
}
if (mode === "peaks") {
  for (const id of ["a","b"]) await call("open", "measure", { id, engine: "gradcam", variant: "relaxed", threads: 1 });
  for (let i=0;i<3;i++) {
    console.log("alone", await call("ask", "a", "peak", 400));
    console.log("both", await Promise.all([call("ask", "a", "peak", 400), call("ask", "b", "peak", 400)]));
  }
}
await browser.close(); await site.close();
