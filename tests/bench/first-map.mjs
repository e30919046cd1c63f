// From opening the page to the first map, as a visitor sees it: a new browser profile,
// then the same profile in a new browser.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SITE, launchProfile } from "../e2e/browser.mjs";
import { serve } from "./server.mjs";

/** As GitHub Pages says it; without it the browser keeps no compiled program. */
const CACHE = { "cache-control": "max-age=600" };
/** The browser writes its compiled program to the disk some time after the first run. */
const KEPT_AFTER_MS = 5000;
const SAMPLE = "Coffee cup";
const WARM_RUNS = 3;

/**
 * `count` pairs of visits, each pair with a profile of its own: `{ cold, second }`, each a
 * list of what `visit` gives.
 */
export async function firstMaps(count, model, say) {
  const site = await serve({ site: SITE }, {}, CACHE);
  const found = { cold: [], second: [] };
  try {
    for (let pair = 0; pair < count; pair += 1) {
      const profile = mkdtempSync(join(tmpdir(), "gradcam-profile-"));
      try {
        for (const kind of ["cold", "second"]) {
          const times = await visit(profile, site.url(`site/index.html#model=${model.id}`));
          say(`first map, ${kind}: ${Object.entries(times).map(([name, ms]) => `${name} ${ms.toFixed(0)}`).join(", ")}`);
          found[kind].push(times);
        }
      } finally {
        rmSync(profile, { recursive: true, force: true });
      }
    }
  } finally {
    await site.close();
  }
  return found;
}

/** Milliseconds since the navigation, and how long runs of the network took. */
async function visit(profile, url) {
  const browser = await launchProfile(profile);
  try {
    const page = await browser.newPage();
    await page.addInitScript(watch, SAMPLE);
    await page.goto(url);
    await page.waitForFunction(() => window.times.map);
    const times = await page.evaluate(() => window.times);
    await page.waitForTimeout(KEPT_AFTER_MS);
    const warm = [];
    for (let run = 0; run < WARM_RUNS; run += 1) warm.push(await anotherRun(page));
    return { ...times, warm_look: Math.min(...warm) };
  } finally {
    await browser.close();
  }
}

/** Shows the same picture again; how long the network took. */
function anotherRun(page) {
  return page.evaluate(async () => {
    delete window.times.look;
    const bytes = await (await fetch("samples/coffee.png")).arrayBuffer();
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], `${Math.random()}.png`, { type: "image/png" }));
    document.body.dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: transfer }));
    const end = performance.now() + 30_000;
    while (window.times.look === undefined) {
      if (performance.now() > end) throw new Error("the dropped picture got no prediction");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return window.times.look;
  });
}

/** Runs in the page before its own scripts: chooses the sample, notes the times. */
function watch(sample) {
  const times = {};
  window.times = times;
  const note = (name) => (times[name] ??= performance.now());
  const hear = ({ type, timingsMs }) => {
    if (["loaded", "started"].includes(type)) note(type);
    if (type === "ready" && !times.ready) {
      note(type);
      times.prepare = timingsMs.prepare;
      times.fetch_and_prepare = times.ready - times["ask loadModel"];
    }
    if (type === "map") times.explain ??= timingsMs.explain;
    if (type === "prediction") {
      note(type);
      times.look ??= timingsMs.forward;
    }
  };
  window.Worker = class extends window.Worker {
    constructor(...options) {
      super(...options);
      note("worker");
      this.addEventListener("message", ({ data }) => hear(data?.header?.event ?? {}));
    }
    postMessage(message, ...rest) {
      if (message?.header?.request) note(`ask ${message.header.request.type}`);
      super.postMessage(message, ...rest);
    }
  };
  const look = () => {
    const button = [...document.querySelectorAll("button")].find((one) => one.textContent.trim().endsWith(sample));
    if (button && !times.page) {
      note("page");
      button.click();
    }
    // There is something to save when there is a map; it is painted with the next frame.
    if (document.querySelector("section[aria-label=Save]")) requestAnimationFrame(() => note("map"));
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
}
