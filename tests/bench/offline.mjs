// Measures what the service worker adds to a load of the page in headless Chromium: by turns with it
// and without it, each in a browser context of its own that has visited the page before.
//
//   node tests/bench/offline.mjs       RUNS=31: more of each; MODEL=id: another model than the quickest

import { loadavg } from "node:os";
import { SITE, launch, manifest } from "../e2e/browser.mjs";
import { serve } from "./server.mjs";

const RUNS = Number(process.env.RUNS ?? 15);
const MODEL = process.env.MODEL ?? manifest().toSorted((a, b) => a.bytes - b.bytes)[0].id;
// As static hosts have it: a browser keeps files for a while without asking.
const CACHED = { "cache-control": "max-age=600" };

/** Marks in the page when the application has drawn and when the engine runs. */
function watch() {
  window.engineRuns = new Promise((resolve) => {
    window.Worker = class extends window.Worker {
      constructor(...options) {
        super(...options);
        this.addEventListener("message", ({ data }) => data?.header?.event?.type === "started" && resolve(performance.now()));
      }
    };
  });
  window.isDrawn = new Promise((resolve) => {
    const look = () => document.querySelector("main") && resolve(performance.now());
    new MutationObserver(look).observe(document, { childList: true, subtree: true });
  });
}

/** A browser context that has visited the page; `visit` gives the times of another visit. */
async function visitor(browser, site, isKept) {
  const context = await browser.newContext({ serviceWorkers: isKept ? "allow" : "block" });
  await context.addInitScript(watch);
  const open = async () => {
    const page = await context.newPage();
    await page.goto(site.url(`site/index.html#model=${MODEL}`));
    const times = await page.evaluate(async () => {
      const [navigation] = performance.getEntriesByType("navigation");
      return { drawn: await window.isDrawn, engine: await window.engineRuns, answered: navigation.responseStart };
    });
    return { page, times };
  };
  const visit = async () => {
    const { page, times } = await open();
    await page.close();
    return times;
  };
  // The first is without what is kept; then the browser's own cache of compiled programs fills.
  for (let time = 0; time < 3; time += 1) {
    const { page } = await open();
    if (isKept) await page.waitForFunction(() => document.documentElement.dataset.offline !== undefined);
    await page.waitForTimeout(1000);
    await page.close();
  }
  return { visit, close: () => context.close() };
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

console.log(`load before the start: ${loadavg()[0].toFixed(2)}`);
const site = await serve({ site: SITE }, {}, CACHED);
const browser = await launch();
const visitors = { without: await visitor(browser, site, false), with: await visitor(browser, site, true) };
const times = { without: [], with: [] };
for (let run = 0; run < RUNS; run += 1) {
  const names = run % 2 ? ["with", "without"] : ["without", "with"];
  for (const name of names) times[name].push(await visitors[name].visit());
}
for (const what of ["answered", "drawn", "engine"]) {
  const [without, kept] = ["without", "with"].map((name) => median(times[name].map((one) => one[what])));
  console.log(`${what}: ${without.toFixed(0)} ms without, ${kept.toFixed(0)} ms with the service worker: ${(kept - without).toFixed(0)} ms more`);
}
await browser.close();
await site.close();
