// Measures <grad-cam> in headless Chromium: what the script takes of its page's main thread while
// that loads, from a press to the map with what the browser has cached, and what many elements
// take more than one that saw as many pictures.
//
//   node tests/bench/widget.mjs       COUNT=40: forty elements in place of twenty

import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { SITE, launch, launchProfile, manifest } from "../e2e/browser.mjs";
import { serve } from "../e2e/server.mjs";

const RUNS = 7;
const WARM_RUNS = 3;
const LOADS = 31;
/** What a page's main thread is asked to do; the rest is the browser's own, and scatters. */
const WORK = ["ScriptDuration", "V8CompileDuration", "LayoutDuration", "RecalcStyleDuration"];
const COUNT = Number(process.env.COUNT ?? 20);
const PICTURE = "coffee.png";
const WAIT_MS = 6000;

const site = await serve(SITE);
site.share();
site.keep();
const folder = mkdtempSync(join(tmpdir(), "gradcam-widget-"));
writeFileSync(join(folder, PICTURE), readFileSync(join(SITE, "samples", PICTURE)));
const host = await serve(folder, { base: "/" });

function write(count, model, load) {
  const tags = Array.from({ length: count }, () => `<grad-cam model="${model}" picture="${PICTURE}" load="${load}"></grad-cam>`);
  const listen = 'window.maps = []; addEventListener("explanation", () => maps.push(performance.now()));';
  const head = `<!doctype html><title>bench</title><link rel="icon" href="data:,"><script>${listen}</script><p>Words of the page.`;
  writeFileSync(join(folder, "page.html"), `${head}<script type="module" src="${site.url("widget.js")}"></script>${tags.join('<p style="height: 300px">')}`);
}

/**
 * Milliseconds that the main thread works for a page with one element until it lies idle, and for
 * one with a picture and a button of its own: medians of pages by turns.
 */
async function hostLoad(model) {
  const browser = await launch();
  write(1, model, "press");
  const tags = { with: readFileSync(join(folder, "page.html"), "utf8") };
  tags.without = tags.with.replace(/<script type="module".*<\/grad-cam>/, `<figure><img src="${PICTURE}"><button>Look: 9 MB engine and model</button></figure>`);
  const times = { with: [], without: [] };
  for (let run = 0; run <= LOADS; run += 1) {
    for (const [kind, html] of Object.entries(tags)) {
      writeFileSync(join(folder, "page.html"), html);
      const page = await browser.newPage();
      const session = await page.context().newCDPSession(page);
      await session.send("Performance.enable");
      await page.goto(host.url("page.html"));
      await sleep(300);
      const { metrics } = await session.send("Performance.getMetrics");
      const busy = metrics.filter(({ name }) => WORK.includes(name)).reduce((sum, { value }) => sum + 1000 * value, 0);
      if (run > 0) times[kind].push(busy);
      await page.close();
    }
  }
  await browser.close();
  const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
  const [all, plain] = [median(times.with), median(times.without)];
  return `${all.toFixed(1)} ms of scripts, style and layout with the element, ${plain.toFixed(1)} with a picture and a button alone: ${(all - plain).toFixed(1)} more`;
}

/**
 * Milliseconds from press to map, each in a new page of one browser that keeps what the site lets it
 * keep; and those of an explanation with everything warm in the same page. Medians.
 */
async function pressToMap(model) {
  const profile = mkdtempSync(join(tmpdir(), "gradcam-profile-"));
  const browser = await launchProfile(profile);
  const times = [];
  write(1, model, "press");
  for (let run = 0; run <= RUNS; run += 1) {
    const page = await browser.newPage();
    await page.goto(host.url("page.html"));
    await sleep(500);
    times.push({ map: await page.evaluate(pressed), warm: await page.evaluate(explainedAgain, [PICTURE, WARM_RUNS]) });
    await page.close();
  }
  await browser.close();
  rmSync(profile, { recursive: true });
  const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
  const rest = times.slice(1);
  const [map, warm, over] = [({ map }) => map, ({ warm }) => warm, ({ map, warm }) => map - warm].map((of) => Math.round(median(rest.map(of))));
  return `${map} ms from press to map, ${warm} an explanation with everything warm: ${over} more`;
}

/** Runs in the page. */
function pressed() {
  const start = performance.now();
  document.querySelector("grad-cam").shadowRoot.querySelector("button").click();
  return new Promise((done) => addEventListener("explanation", () => done(performance.now() - start)));
}

/** Runs in the page. Each file is another one, so that nothing is known of its picture. */
async function explainedAgain([picture, runs]) {
  const bytes = await (await fetch(picture)).arrayBuffer();
  const times = [];
  for (let run = 1; run <= runs; run += 1) {
    const start = performance.now();
    await document.querySelector("grad-cam").explain(new Blob([bytes, new Uint8Array(run)]));
    times.push(performance.now() - start);
  }
  return Math.min(...times);
}

/** Megabytes that only this browser's processes have, with so many elements and COUNT pictures. */
async function memory(elements, model) {
  const before = new Set(processes());
  const browser = await launch();
  const page = await browser.newPage({ viewport: { width: 1000, height: 800 } });
  write(elements, model, "visible");
  await page.goto(host.url("page.html"));
  for (let index = 0; index < elements; index += 1) {
    await page.locator("grad-cam").nth(index).scrollIntoViewIfNeeded();
    await page.waitForFunction((count) => window.maps.length >= count, index + 1);
  }
  for (let more = elements; more < COUNT; more += 1) {
    const another = async (name) => document.querySelector("grad-cam").explain(await (await fetch(name)).blob());
    await page.evaluate(another, PICTURE).then(() => sleep(100));
  }
  await page.evaluate(() => scrollTo(0, 0));
  const session = await page.context().newCDPSession(page);
  for (let time = 0; time < 3; time += 1) {
    await sleep(WAIT_MS / 2);
    await session.send("HeapProfiler.collectGarbage");
  }
  await sleep(WAIT_MS);
  const sum = processes().filter((id) => !before.has(id)).reduce((total, id) => total + privateBytes(id), 0);
  await browser.close();
  return sum / 1e6;
}

/** Those of this program: others may start meanwhile. */
function processes() {
  const ids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const parent = Object.fromEntries(ids.map((id) => [id, read(id, "stat").split(") ").at(-1).split(" ")[1]]));
  const isOurs = (id) => id === String(process.pid) || (parent[id] > 1 && isOurs(parent[id]));
  return ids.filter((id) => isOurs(parent[id] ?? "0"));
}

function privateBytes(id) {
  const sizes = [...read(id, "smaps_rollup").matchAll(/^Private_\w+: +(\d+) kB/gm)];
  return sizes.reduce((sum, [, kilobytes]) => sum + 1024 * Number(kilobytes), 0);
}

function read(id, file) {
  try {
    return readFileSync(`/proc/${id}/${file}`, "utf8");
  } catch {
    return "";
  }
}

console.log(await hostLoad(manifest()[0].id));
for (const { id } of manifest()) console.log(`${id}: ${await pressToMap(id)}; medians of ${RUNS}`);
for (const id of ["xception-tiny", "efficientnet-lite0"].filter((id) => manifest().some((one) => one.id === id))) {
  const [one, many] = [await memory(1, id), await memory(COUNT, id)];
  console.log(`${id}: one element ${Math.round(one)} MB, ${COUNT} ${Math.round(many)} MB, ${Math.round(many - one)} MB more`);
}
await Promise.all([site.close(), host.close()]);
rmSync(folder, { recursive: true });
