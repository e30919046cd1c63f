// Writes the table of docs/browsers.md: what ran in each browser of this machine, in one sitting.
//
//     node tests/browsers/times.mjs
//
// Takes the site in dist, and its largest model of the two that are named here.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { ROOT, SITE, manifest } from "../e2e/browser.mjs";
import { browsers } from "./engines.mjs";
import { addLibraryPage, serveSite } from "./site.mjs";

const PLACE = /(?<=<!-- times -->\n).*?(?=<!-- end of times -->)/s;
const DOCUMENT = join(ROOT, "docs/browsers.md");
const VISITS = 3;
const RUNS = 5;
const SUBJECTS = [
  { model: "xception-kitchenware", sample: "coffee.png" },
  { model: "xception-tiny", sample: "fashion-boot.png" },
];

const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const seconds = (milliseconds) => `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 1 : 0)} s`;

/** From the opening of the page to the first map of a sample, without anything from an earlier visit. */
async function firstMap(driver, { model, sample }) {
  const site = await serveSite();
  try {
    const since = performance.now();
    await driver.open(site.url(`index.html#model=${model}&sample=${sample}`));
    await driver.shown("h2", "^(Where it looked|Nothing speaks) for");
    return performance.now() - since;
  } finally {
    await site.close();
  }
}

/** The engine that runs, and its forward run on a picture that it has seen. */
async function forwardRun(driver, { file }, sample) {
  const site = await serveSite();
  try {
    await driver.open(site.url(addLibraryPage(site)));
    await driver.wait("the library is there", () => Boolean(window.gradcam));
    return await driver.evaluate(async (model, picture, runs) => {
      const cam = await window.gradcam.Gradcam.load({ engine: "./", model });
      const { variant, threads } = await cam.start();
      const blob = await (await fetch(picture)).blob();
      const times = [];
      for (let run = 0; run < runs; run += 1) times.push((await cam.predict(blob)).timings.forward);
      cam.dispose();
      return { variant, threads, times };
    }, `models/${file}`, `samples/${sample}`, RUNS);
  } finally {
    await site.close();
  }
}

async function row({ id, start, missing }, subject, entry) {
  if (!start) {
    console.log(`SKIPPED ${id}. ${missing}`);
    return undefined;
  }
  const driver = await start();
  try {
    await driver.resize(1280, 800);
    const visits = [];
    for (let visit = 0; visit < VISITS; visit += 1) visits.push(await firstMap(driver, subject));
    const { variant, threads, times } = await forwardRun(driver, entry, subject.sample);
    const cells = [driver.name, variant, threads, seconds(median(visits)), `${Math.round(median(times))} ms`];
    return `| ${cells.join(" | ")} |`;
  } finally {
    await driver.close();
  }
}

const subject = SUBJECTS.find(({ model }) => manifest().some(({ id, file }) => id === model && existsSync(join(SITE, "models", file))));
const entry = manifest().find(({ id }) => id === subject.model);
const rows = [];
for (const browser of browsers()) rows.push(await row(browser, subject, entry));
const [{ model: processor }] = cpus();
const table = `${entry.name} (${(entry.bytes / 1e6).toFixed(1)} MB), ${subject.sample}; ${cpus().length} cores (${processor.trim()}), headless, without a graphics card.
Medians of ${VISITS} first visits and of ${RUNS} runs.

| browser | build of the engine | threads | from opening to the first map | forward run |
|---|---|---|---|---|
${rows.filter(Boolean).join("\n")}
`;
console.log(table);
const text = readFileSync(DOCUMENT, "utf8");
if (!PLACE.test(text)) throw new Error(`${DOCUMENT} has no place for the table`);
writeFileSync(DOCUMENT, text.replace(PLACE, table));
