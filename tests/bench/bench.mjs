// Measures this engine and onnxruntime-web on one machine in one sitting, prints a
// table and writes target/bench/report.json. Exits with 1 when it cannot measure or
// when outputs differ; a target that is missed is only said.

import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { SITE, launch } from "../e2e/browser.mjs";
import { MEASURE, OUT, attach, models, sizes } from "./files.mjs";
import { firstMaps } from "./first-map.mjs";
import { report, table } from "./report.mjs";
import { serve } from "./server.mjs";
import { THEIRS, THEIR_VERSION, VARIANTS, settings } from "./settings.mjs";
import { Sitting } from "./sitting.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const REPORT = join(OUT, "report.json");
/** More load than this share of the cores disturbs what is measured. */
const QUIET = 0.5;

async function main() {
  // Before anything of ours runs.
  const machine = { processor: cpus()[0]?.model ?? "unknown", cores: cpus().length, memory_bytes: totalmem(), load: loadavg()[0] };
  const loud = machine.load > QUIET * machine.cores
    ? `NOISY: the load was ${machine.load.toFixed(2)} on ${machine.cores} cores before the start; repeat it on a quiet machine`
    : null;
  if (loud) console.log(loud);
  const wishes = settings();
  const files = models();
  if (!files.xception) {
    throw new Error("there is no Xception in the built site: run `make models` and `make site` first");
  }
  const attached = await attach(files.xception);
  const { sitting, browser } = await sit(wishes, files, attached);
  const visits = wishes.works.includes("first_map") ? await firstMaps(wishes.runs, files.xception, console.log) : null;
  const facts = {
    date: new Date().toISOString(),
    browser,
    onnxruntime_web: THEIR_VERSION,
    machine,
    loud,
    model: files.xception.id,
    settings: { runs: wishes.runs, warm_ups: wishes.warmUps, works: wishes.works, profile: wishes.profile },
    sizes: sizes(),
    visits,
  };
  const written = report(sitting, facts);
  mkdirSync(OUT, { recursive: true });
  writeFileSync(REPORT, `${JSON.stringify(written, null, 2)}\n`);
  console.log(table(written).join("\n"));
  console.log(REPORT);
}

async function sit(wishes, files, attached) {
  const page = join(HERE, "page");
  const folders = { site: SITE, page, ort: join(HERE, `node_modules/${THEIRS}/dist`), measure: MEASURE, made: OUT };
  const site = await serve(folders, besidePrograms(page));
  const browser = await launch();
  try {
    const page = await browser.newPage();
    page.on("console", (message) => {
      if (message.type() === "error") console.error(`the page says: ${message.text()}`);
    });
    await page.goto(site.url("page/index.html"));
    await page.waitForFunction(() => window.bench);
    if (!(await page.evaluate(() => window.bench.isolated()))) {
      throw new Error("the page is not cross-origin isolated, so there are no threads to measure");
    }
    const sitting = new Sitting(page, wishes, (line) => console.log(line));
    await sitting.engineWorks(files, attached);
    await sitting.measureWorks(files.xception, attached);
    return { sitting, browser: `Chromium ${browser.version()}` };
  } finally {
    await browser.close();
    await site.close();
  }
}

/** Our workers lie beside the programs that they start: those look for more of their own there. */
function besidePrograms(page) {
  const beside = VARIANTS.map(({ variant }) => [`measure/${variant}/worker.mjs`, join(page, "measure-worker.mjs")]);
  return { "site/bench-worker.mjs": join(page, "engine-worker.mjs"), ...Object.fromEntries(beside) };
}

main().catch((error) => {
  console.error(`bench: ${error.message}`);
  process.exit(1);
});
