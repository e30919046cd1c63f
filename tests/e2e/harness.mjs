// A visit to the built site, with what a person does there and what must not happen.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { SHOTS, SITE, launch, manifest } from "./browser.mjs";
import { readNpy } from "./npy.mjs";
import { serve } from "./server.mjs";

/** Nothing is judged by its time; this only ends what hangs. */
const PATIENCE_MS = 60_000;
const TEST_MS = 600_000;

/** The quick model that every site has. */
export const TINY = {
  id: "xception-tiny",
  name: "Xception-tiny, Fashion-MNIST",
  file: "models/xception-tiny.onnx",
};

let browser;
after(() => browser?.close());

/** The site's entry of a model, if it was built. */
export function builtModel(id) {
  return manifest().find((entry) => entry.id === id);
}

/** A test with a visit of its own; `options` as for `begin`: `isKept` lets the browser keep the site. */
export function visiting(name, options, body) {
  if (!body) [options, body] = [{}, options];
  const { skip = false, ...rest } = options;
  test(name, { timeout: TEST_MS, skip }, async (t) => {
    const visit = await begin(t, rest);
    await body(visit, t);
  });
}

async function begin(t, { viewport = { width: 1280, height: 800 }, colorScheme = "light", isKept = false, folder = SITE, hasTouch = false, locale = "en-US" }) {
  manifest(); // Says so if there is no site.
  browser ??= await launch();
  const site = await serve(folder);
  // What a test changes on the server would not be seen behind a service worker.
  const serviceWorkers = isKept ? "allow" : "block";
  const context = await browser.newContext({ viewport, colorScheme, hasTouch, locale, serviceWorkers, acceptDownloads: true });
  context.setDefaultTimeout(PATIENCE_MS);
  await context.addInitScript(watch);
  const visit = new Visit(site, context);
  t.after(async () => {
    if (!t.passed) await visit.shot(`failed-${t.name.replace(/\W+/g, "-")}`).catch(() => {});
    await context.close();
    await site.close();
  });
  await visit.newPage();
  return visit;
}

/** Runs in every document before its own scripts. */
function watch() {
  const seen = { workers: [], asked: [], told: [] };
  window.seen = seen;
  window.Worker = class extends window.Worker {
    constructor(...options) {
      super(...options);
      seen.workers.push(this);
      this.addEventListener("message", ({ data }) => seen.told.push(data?.header?.event));
    }
    postMessage(message, ...rest) {
      seen.asked.push({ type: message?.header?.request?.type, name: message?.header?.request?.name });
      super.postMessage(message, ...rest);
    }
  };
  document.addEventListener("securitypolicyviolation", (event) => {
    console.error(`security policy violated: ${event.violatedDirective} by ${event.blockedURI}`);
  });
}

class Visit {
  /** What must not happen: errors on the console, requests to elsewhere, data sent. */
  problems = [];
  /** Origins besides the site's that may be asked: those of pages that hold its widget. */
  hosts = new Set();

  constructor(site, context) {
    this.site = site;
    this.context = context;
    context.on("request", (request) => this.#judge(request));
    context.on("console", (message) => {
      if (message.type() === "error") this.problems.push(message.text());
    });
    context.on("weberror", (error) => this.problems.push(String(error.error())));
  }

  #judge(request) {
    const url = new URL(request.url());
    const isKnown = url.origin === this.site.origin || this.hosts.has(url.origin);
    const ours = isKnown || ["data:", "blob:"].includes(url.protocol);
    if (!ours) this.problems.push(`a request to ${url.origin}`);
    if (request.method() !== "GET" || request.postData()) {
      this.problems.push(`data sent: ${request.method()} ${url.pathname}`);
    }
  }

  /** The site's models, in the order of its list. */
  models() {
    return manifest();
  }

  /** Another page of the same browser, which `page` then is. */
  async newPage() {
    this.page = await this.context.newPage();
  }

  /** Opens the site, with the quick model if nothing else is said. */
  async open(hash = `model=${TINY.id}`) {
    await this.page.goto(this.site.url(`index.html#${hash}`));
    await this.page.getByRole("region", { name: "Classes" }).waitFor();
  }

  // --- what a person does ------------------------------------------------------

  async sample(name) {
    await this.page.getByRole("button", { name: new RegExp(`${name}$`) }).click();
  }

  /** A sample's file by drop: the samples' buttons go when there is a picture. */
  async sampleAgain(file) {
    await this.drop(file, await readFile(join(SITE, "samples", file)));
  }

  async chooseFile(name, buffer, mimeType = "application/octet-stream") {
    await this.page.getByLabel("Choose a picture").setInputFiles({ name, mimeType, buffer });
  }

  async drop(name, buffer, mimeType = "image/png") {
    await this.#give("drop", "dataTransfer", name, buffer, mimeType);
  }

  async paste(name, buffer, mimeType = "image/png") {
    await this.#give("paste", "clipboardData", name, buffer, mimeType);
  }

  async #give(event, field, name, buffer, type) {
    const gift = { event, field, name, type, bytes: buffer.toString("base64") };
    await this.page.evaluate(({ event, field, name, type, bytes }) => {
      const transfer = new DataTransfer();
      const data = Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0));
      transfer.items.add(new File([data], name, { type }));
      const Kind = event === "drop" ? DragEvent : ClipboardEvent;
      const options = { bubbles: true, cancelable: true, [field]: transfer };
      document.body.dispatchEvent(new Kind(event, options));
    }, gift);
  }

  /** The newest worker reports an error that nobody caught, as the browser would. */
  async die() {
    await this.page.evaluate(() => {
      const message = "Uncaught RuntimeError: unreachable";
      window.seen.workers.at(-1).dispatchEvent(new ErrorEvent("error", { message, cancelable: true }));
    });
  }

  async openModels() {
    const box = this.page.getByRole("group", { name: "Models" });
    if (!(await box.isVisible())) await this.modelChip().click();
    await box.waitFor();
    return box;
  }

  async chooseModel(name) {
    const box = await this.openModels();
    await box.getByRole("button", { name: new RegExp(`^${name}`) }).click();
  }

  async openOnnx(name, buffer) {
    const box = await this.openModels();
    const file = { name, mimeType: "application/octet-stream", buffer };
    await box.getByLabel("Open an ONNX file").setInputFiles(file);
  }

  /** The panel about the model, opened. */
  async about() {
    const panel = this.page.getByRole("region", { name: "About this model" });
    await panel.waitFor();
    const isOpen = () => panel.locator("details").first().evaluate((details) => details.open);
    if (!(await isOpen())) await panel.locator("summary").first().click();
    return panel;
  }

  /** Several files in one drop, each `[name, buffer, type]`. */
  async dropAll(files) {
    const gifts = files.map(([name, buffer, type]) => ({ name, type, bytes: buffer.toString("base64") }));
    await this.page.evaluate((gifts) => {
      const dataTransfer = new DataTransfer();
      for (const { name, type, bytes } of gifts) {
        const data = Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0));
        dataTransfer.items.add(new File([data], name, { type }));
      }
      document.body.dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer }));
    }, gifts);
  }

  /** Gives the model names of classes by the panel's own button. */
  async openLabels(name, text) {
    const file = { name, mimeType: "text/plain", buffer: Buffer.from(text) };
    await (await this.about()).getByLabel("Open a list of names").setInputFiles(file);
  }

  /** The list of layers, opened. */
  async layers() {
    const summary = this.page.locator("summary", { hasText: /^Layer/ });
    await summary.waitFor();
    if (!(await summary.evaluate((one) => one.parentElement.open))) await summary.click();
    return this.page.locator(".layers");
  }

  /** Clicks "Cancel" in the very moment when the stage says `words`. */
  async cancelWhen(words) {
    await this.page.evaluate((source) => {
      window.cancelled = new Promise((resolve) => {
        const look = () => {
          const stage = document.querySelector(".progress");
          if (!stage || !new RegExp(source, "i").test(stage.textContent)) return false;
          const button = [...stage.querySelectorAll("button")].find((one) => one.textContent === "Cancel");
          observer.disconnect();
          button.click();
          resolve();
          return true;
        };
        const observer = new MutationObserver(look);
        const changes = { subtree: true, childList: true, characterData: true };
        if (!look()) observer.observe(document.body, changes);
      });
    }, words.source);
    return () =>
      this.page.evaluate((source) => {
        const never = (_, reject) => setTimeout(() => reject(new Error(`the stage never said ${source}`)), 60_000);
        return Promise.race([window.cancelled, new Promise(never)]);
      }, words.source);
  }

  // --- what a person sees ------------------------------------------------------

  modelChip() {
    return this.page.locator("button[aria-controls=models]");
  }

  rows() {
    return this.page.getByRole("region", { name: "Classes" }).getByRole("listitem").getByRole("button");
  }

  async rowLabels() {
    return this.rows().locator(".row-label").allTextContents();
  }

  async ready(name = TINY.name) {
    await this.modelChip().filter({ hasText: name }).filter({ hasText: "ready" }).waitFor();
  }

  /** Waits until the map of a class is shown. */
  async explained(label) {
    const title = new RegExp(`^(Where it looked|Nothing speaks|What speaks|No map).* (for|against) ${escaped(label)}`, "i");
    await this.page.getByRole("heading", { name: title }).waitFor();
    await this.page.getByRole("region", { name: "Save" }).waitFor();
  }

  /** Waits for a notice with all these words, and gives it. */
  async notice(...words) {
    const hasText = (locator, text) => locator.filter({ hasText: text });
    const notice = words.reduce(hasText, this.page.getByRole("alert"));
    await notice.first().waitFor();
    return notice.first();
  }

  /** Presses a notice's way out. */
  async goWay(notice, name) {
    await notice.getByRole("button", { name }).click();
  }

  /** How often the page asked the engine for something. */
  async asked(type) {
    const asked = await this.page.evaluate(() => window.seen.asked);
    return asked.filter((one) => one.type === type).length;
  }

  /** The names of the pictures that the engine was asked to look at, in order. */
  async looked() {
    const asked = await this.page.evaluate(() => window.seen.asked);
    return asked.filter(({ type }) => type === "predict").map(({ name }) => name);
  }

  /** What the engine told the page of this kind, in order. */
  async told(type) {
    const told = await this.page.evaluate(() => window.seen.told);
    return told.filter((one) => one?.type === type);
  }

  /** The pixels on the stage, as a word that changes with them. */
  async painted() {
    return this.page.locator("canvas").evaluate((canvas) => canvas.toDataURL());
  }

  /** The same, once they are others than `before`. */
  async repainted(before) {
    return eventually("the picture changes", async () => {
      const now = await this.painted();
      return now !== before && now;
    });
  }

  /** What a screen reader was told last. */
  async said() {
    return this.page.locator("p.unseen[role=status]").textContent();
  }

  async save(form) {
    const download = this.page.waitForEvent("download");
    const name = new RegExp(`^${form}$`);
    await this.page.getByRole("region", { name: "Save" }).getByRole("button", { name }).click();
    return readFile(await (await download).path());
  }

  /** The map itself, by the page's own Save. */
  async map() {
    return readNpy(await this.save("NPY"));
  }

  async shot(name) {
    mkdirSync(SHOTS, { recursive: true });
    await this.page.screenshot({ path: join(SHOTS, `${name}.png`) });
  }

  async hash() {
    return this.page.evaluate(() => location.hash);
  }

  // --- judgement -----------------------------------------------------------------

  /** Nothing went wrong behind the page, apart from what is `expected`. */
  assertQuiet(expected = []) {
    const isExpected = (problem) => expected.some((pattern) => pattern.test(problem));
    assert.deepEqual(this.problems.filter((problem) => !isExpected(problem)), []);
  }
}

/** A finger needs as much, in CSS pixels. */
export const LEAST_TARGET = 44;

/** Runs in a document: what can be pressed and is smaller than a finger, and what sticks out of the window. */
export function misfits(least) {
  const seen = [...document.querySelectorAll("button, summary, input, select, a[href], [role=option]")].filter(
    (one) => one.checkVisibility() && !one.matches(".unseen, p a") && one.getClientRects().length > 0,
  );
  const small = seen.filter((one) => {
    const { width, height } = (one.closest("label") ?? one).getBoundingClientRect();
    return height < least - 0.5 || width < least - 0.5;
  });
  const wide = seen.filter((one) => one.getBoundingClientRect().right > innerWidth + 0.5);
  const words = (what) => (one) => `${what}: ${one.outerHTML.slice(0, 100)}`;
  const { scrollWidth, clientWidth } = document.scrollingElement;
  return [...small.map(words("small")), ...wide.map(words("sticks out")), ...(scrollWidth > clientWidth ? [`${scrollWidth} wide`] : [])];
}

/** A label in a regular expression. */
function escaped(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** Waits until `check` gives something true, and gives it. */
export async function eventually(what, check) {
  const end = Date.now() + PATIENCE_MS;
  while (Date.now() < end) {
    const value = await check();
    if (value) return value;
    await sleep(50);
  }
  throw new Error(`never happened: ${what}`);
}

const axeFile = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const axeSource = readFile(axeFile, "utf8");

/** Accessibility: no violation that is serious or critical. */
export async function assertAccessible(page, where) {
  await page.evaluate(await axeSource);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  const bad = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
  const words = bad.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help}: ${node.target}: ${node.failureSummary}`),
  );
  assert.deepEqual(words, [], where);
}

/** The place of a map's greatest value, in parts of the picture's width and height. */
export function peak({ shape: [height, width], values }) {
  const index = values.indexOf(values.reduce((most, value) => Math.max(most, value)));
  return { x: ((index % width) + 0.5) / width, y: (Math.floor(index / width) + 0.5) / height };
}
