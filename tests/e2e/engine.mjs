// Talks to the site's own engine, without the application in between.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { SITE, engineFile } from "./browser.mjs";

const BLANK = "engine-only.html";

/**
 * Opens a page with the site's own security policy and nothing else in it, and
 * starts the engine there, the baseline if no other `loader` is named. `window.ask(request, buffers)` answers with
 * `{ event, buffers, progress, elapsedMs }`; maps that are not complete yet are progress.
 */
export async function openEngine(page, site, loader = engineFile("simd128", "_loader.js")) {
  const index = readFileSync(join(SITE, "index.html"), "utf8");
  const policy = index.match(/<meta http-equiv="Content-Security-Policy"[^>]*>/)?.[0];
  if (!policy) throw new Error("index.html has no Content-Security-Policy");
  const icon = '<link rel="icon" href="icon.svg">';
  site.replace(BLANK, `<!doctype html><meta charset="utf-8">${policy}${icon}<title>engine</title>`);
  await page.goto(site.url(BLANK));
  return page.evaluate(startEngine, loader);
}

/** Runs in the page: starts the worker and resolves with its Started event. */
function startEngine(loader) {
  const worker = new Worker(new URL(loader, document.baseURI), { type: "module" });
  const waiting = new Map();
  let lastJob = 0;
  let alive;
  let dead;
  const started = new Promise((resolve, reject) => ([alive, dead] = [resolve, reject]));
  worker.onerror = (event) => {
    const error = new Error(`the engine died: ${event.message}`);
    dead(error);
    waiting.forEach((job) => job.reject(error));
  };
  worker.onmessage = ({ data: { header, buffers } }) => {
    const { job, event } = header;
    if (event.type === "loaded") return undefined;
    if (event.type === "started") return alive(event);
    const entry = waiting.get(job);
    if (event.type === "progress" || event.isEarly) return entry?.progress.push({ ...event, buffers });
    waiting.delete(job);
    const elapsedMs = performance.now() - (entry?.since ?? 0);
    return entry?.resolve({ event, buffers, progress: entry.progress, elapsedMs });
  };
  window.ask = (request, buffers = []) =>
    new Promise((resolve, reject) => {
      lastJob += 1;
      waiting.set(lastJob, { resolve, reject, progress: [], since: performance.now() });
      worker.postMessage({ header: { job: lastJob, request }, buffers }, buffers);
    });
  /** Tells the engine to give the last request up. */
  window.cancelLast = () =>
    worker.postMessage({ header: { job: 0, request: { type: "cancel", job: lastJob } }, buffers: [] });
  window.fetchBytes = async (url) => {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${url}: ${response.status}`);
    return response.arrayBuffer();
  };
  return started;
}
