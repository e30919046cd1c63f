// Where a run spends its time in the browser, node by node: the least of several runs.
// What it runs is built by .github/scripts/build-measure.sh.
//
//   node tests/bench/profile.mjs [VARIANT] [THREADS] [RUNS] [FILE]
//
// FILE is one that `make bench` left in target/bench, with a gradient branch; without
// it, the forward run of Xception.

import { fileURLToPath } from "node:url";
import { SITE, launch } from "../e2e/browser.mjs";
import { MEASURE, OUT, models } from "./files.mjs";
import { serve } from "./server.mjs";

const [variant = "relaxed", threads = "1", runs = "8", file] = process.argv.slice(2);
const PICTURE = "/site/samples/coffee.png";

const page = fileURLToPath(new URL("page", import.meta.url));
const site = await serve(
  { site: SITE, made: OUT, page, measure: MEASURE },
  { [`measure/${variant}/worker.mjs`]: `${page}/measure-worker.mjs` },
);
const browser = await launch();
try {
  const tab = await browser.newPage();
  await tab.goto(site.url("page/index.html"));
  await tab.waitForFunction(() => window.bench);
  const call = (name, ...values) => tab.evaluate(([name, values]) => window.bench[name](...values), [name, values]);

  const id = `${variant}-${threads}`;
  await call("open", "measure", { id, variant, threads: Number(threads) });
  await call("fetch", "graph", file ? `/made/${file}` : `/site/models/${models().xception.file}`);
  await call("prepare", id, "graph");
  const [{ name, shape }, cotangent] = JSON.parse(await call("ask", id, "inputs"));
  const channelsLast = shape[3] === 3;
  const size = channelsLast ? shape.slice(1, 3) : shape.slice(2, 4);
  await call("makeInput", "graph", { shape, channelsLast, size }, PICTURE);

  const options = { picture: name, class: 0, classes: cotangent?.shape[1] ?? 0 };
  const first = await call("profile", id, "graph", options); const second = await call("profile", id, "graph", options); let least = second;
  for (let run = 1; run < Number(runs); run += 1) {
    const nodes = await call("profile", id, "graph", options);
    least = least.map((node, place) => ({ ...node, milliseconds: Math.min(node.milliseconds, nodes[place].milliseconds) }));
  }
  report(first, second, least);
} finally {
  await browser.close();
  await site.close();
}

function print(nodes, { chosen, gflops }) {
  const total = nodes.reduce((sum, node) => sum + node.milliseconds, 0);
  console.log(`${variant}, ${threads} threads, tiles ${chosen} of ${gflops.map(([name, speed]) => `${name} ${speed.toFixed(1)}`).join(", ")} GFLOP/s`);
  for (const { milliseconds, operator, name, output } of nodes) {
    console.log(`${milliseconds.toFixed(2).padStart(8)} ms  ${operator}  ${name}  ${output}`);
  }
  const byOperator = grouped(nodes);
  const sums = [...byOperator].map(([operator, some]) => [operator, some.reduce((sum, node) => sum + node.milliseconds, 0)]);
  for (const [operator, sum] of sums.sort(([, left], [, right]) => right - left)) {
    console.log(`${sum.toFixed(1).padStart(8)} ms  ${((100 * sum) / total).toFixed(1).padStart(5)} %  ${operator}`);
  }
  console.log(`${total.toFixed(1).padStart(8)} ms`);
}

function grouped(nodes) {
  const groups = new Map();
  for (const node of nodes) groups.set(node.operator, [...(groups.get(node.operator) ?? []), node]);
  return groups;
}
function report(first, second, least) {
  const rows = first.map((node, i) => ({ node, f: node.milliseconds, s: second[i].milliseconds, l: least[i].milliseconds }));
  const sum = (k) => rows.reduce((a, r) => a + r[k], 0).toFixed(0);
  console.log(`first ${sum("f")} second ${sum("s")} least ${sum("l")}`);
  for (const { node, f, s, l } of rows.filter(({ f, l }) => f - l > 1.5)) console.log(`${f.toFixed(1).padStart(7)} ${s.toFixed(1).padStart(7)} ${l.toFixed(1).padStart(7)} ${node.operator} ${node.name} ${node.output}`);
}
