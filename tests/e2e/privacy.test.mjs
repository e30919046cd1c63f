// What leaves the device, and what stays on it: nothing, and nothing of a person's.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { SITE, engineFile } from "./browser.mjs";
import { setTimeout as sleep } from "node:timers/promises";
import { TINY, eventually, visiting } from "./harness.mjs";
import { serve } from "./server.mjs";
import { hosting, tag } from "./widget.mjs";

const SECRET = "patient-0815";

/** Entries that may be there, and what their values may look like. */
const ALLOWED = {
  localStorage: {
    "gradcam.answers": /^\[.*\]$/,
    "gradcam.language": /^(en|de)$/,
    "gradcam.read": /^1$/,
    "gradcam.theme": /^(system|light|dark)$/,
  },
  sessionStorage: { "gradcam.own-model": /^1$/, "gradcam.own-picture": /^1$/ },
};
const ALLOWED_CACHES = [/^gradcam-models-1$/, /^gradcam-files-1 /, /^gradcam-no-threads /];
/** What a cache may hold that is no file of the site: lists of those files. */
const ALLOWED_LISTS = ["files.json", "former-files.json"];

/** Counts beacons before any script of the page runs. */
const watchBeacons = (context) =>
  context.addInitScript(() => {
    window.beacons = 0;
    navigator.sendBeacon = () => ((window.beacons += 1), true);
  });

/** Everything that the browser stores for the page's origin. */
const stored = (page) =>
  page.evaluate(async () => {
    const entries = (storage) => Object.fromEntries(Object.keys(storage).map((key) => [key, storage.getItem(key)]));
    const caches = {};
    for (const name of await window.caches.keys()) {
      const cache = await window.caches.open(name);
      caches[name] = {};
      for (const key of await cache.keys()) {
        const bytes = await (await cache.match(key)).arrayBuffer();
        const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
        caches[name][key.url] = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
      }
    }
    const databases = (await indexedDB.databases?.())?.map(({ name }) => name) ?? [];
    return { localStorage: entries(localStorage), sessionStorage: entries(sessionStorage), caches, databases, cookie: document.cookie };
  });

/** Of all entries that a document of the site finds: each is one of those that may be there, and says nothing of a person's. */
async function assertAllowed(found, site, t, where) {
  const names = Object.fromEntries(Object.entries(found.caches).map(([name, files]) => [name, Object.keys(files).map((url) => url.slice(site.url().length))]));
  t.diagnostic(`${where} stored ${JSON.stringify({ ...found, caches: names })}`);
  for (const [store, allowed] of Object.entries(ALLOWED)) {
    for (const [key, value] of Object.entries(found[store])) assert.match(value, allowed[key] ?? /^no such key$/, `${store}: ${key}`);
  }
  for (const [name, files] of Object.entries(found.caches)) {
    assert.ok(ALLOWED_CACHES.some((allowed) => allowed.test(name)), name);
    for (const [url, digest] of Object.entries(files)) await assertOfSite(url, digest, site);
  }
  assert.deepEqual([found.databases, found.cookie], [[], ""]);
  assert.ok(!JSON.stringify(found).includes(SECRET));
}

/** A cached file is one of the site's own, byte for byte. */
async function assertOfSite(url, digest, site) {
  assert.ok(url.startsWith(site.url()), url);
  const path = url.slice(site.url().length).split("?")[0];
  if (ALLOWED_LISTS.includes(path)) return;
  const file = await readFile(join(SITE, path));
  assert.equal(digest, createHash("sha256").update(file).digest("hex"), path);
}

async function assertNothingStays({ page, context, site }, t, where) {
  await assertAllowed(await stored(page), site, t, where);
  assert.deepEqual(await context.cookies(), []);
  assert.equal(await page.evaluate(() => window.beacons), 0);
  assert.ok(!page.url().includes(SECRET), page.url());
}

visiting("the page sends nothing and keeps nothing of a person's, whatever is done", { isKept: true }, async (visit, t) => {
  const { page } = visit;
  await watchBeacons(visit.context);
  await visit.open();
  const picture = await readFile(join(SITE, "samples/fashion-boot.png"));
  await visit.chooseFile(`${SECRET}.png`, picture, "image/png");
  await visit.explained("ankle boot");
  await page.keyboard.press("2");
  for (const name of ["PNG", "Figure", "NPY", "JSON"]) {
    const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name, exact: true }).click()]);
    assert.ok(file.suggestedFilename().startsWith(SECRET));
  }
  await page.getByRole("button", { name: "Compare" }).click();
  await page.getByRole("region", { name: "Maps side by side" }).waitFor();
  await page.getByRole("navigation", { name: "Views" }).getByRole("button", { name: "Test" }).click();
  await page.getByRole("heading", { name: "Should you believe it?" }).waitFor();
  await page.getByRole("navigation", { name: "Views" }).getByRole("button", { name: "Explain" }).click();
  await visit.openOnnx(`${SECRET}.onnx`, await readFile(join(SITE, TINY.file)));
  await visit.explained("ankle boot");
  const about = await visit.about();
  await about.getByLabel("Pixel values").waitFor();
  await visit.drop(`${SECRET}-labels.txt`, Buffer.from(Array.from({ length: 10 }, (_, index) => `class ${index}`).join("\n")), "text/plain");
  await page.getByText("class 9").first().waitFor();
  await page.getByRole("button", { name: "Help" }).click();
  await page.keyboard.press("Escape");
  await visit.sampleAgain("fashion-bag.png");
  await page.getByText("fashion-bag.png").first().waitFor();
  await page.waitForFunction(() => document.documentElement.dataset.offline === "kept");
  await assertNothingStays(visit, t, "the page");
  visit.assertQuiet();
});

hosting("neither does <grad-cam> in a page of another origin", async (host, visit, t) => {
  await watchBeacons(visit.context);
  await host.show(`${tag({ id: "boot" })}${tag({ id: "bag", picture: "fashion-bag.png" })}`);
  await host.press();
  await host.explained("ankle boot");
  await host.press(1);
  await host.explained("bag", 1);
  const inside = host.inside();
  await inside.getByLabel("Method", { exact: true }).selectOption("layer-cam");
  await inside.getByLabel("Question", { exact: true }).selectOption({ index: 1 });
  await inside.getByRole("list", { name: "The likeliest classes" }).getByRole("button").nth(1).click();
  await host.awaitEvents("explanation", 4);
  const { page, server } = host;
  const found = await stored(page);
  assert.deepEqual([found.localStorage, found.sessionStorage, found.caches, found.databases, found.cookie], [{}, {}, {}, [], ""]);
  const frames = page.frames().filter((frame) => frame.url().startsWith(visit.site.origin));
  assert.ok(frames.length >= 3, "two elements and their engine");
  for (const frame of frames) {
    await assertAllowed(await stored(frame), visit.site, t, "a frame of the element");
    assert.equal(await frame.evaluate(() => window.beacons), 0);
  }
  assert.deepEqual(await visit.context.cookies(), []);
  assert.equal(await page.evaluate(() => window.beacons), 0);
  t.diagnostic(`the host ${server.origin} was asked for its own files alone`);
  visit.assertQuiet();
});

/** Opens a page that has nothing but the library, with the site's own policy. */
async function openLibrary({ site, page }) {
  const policy = (await readFile(join(SITE, "index.html"), "utf8")).match(/<meta http-equiv="Content-Security-Policy"[^>]*>/)[0];
  site.replace("engines.json", JSON.stringify({ simd128: engineFile("simd128", "") }));
  site.replace("library-only.js", 'import * as gradcam from "./library/gradcam.js"; window.gradcam = gradcam;');
  const head = `<!doctype html><meta charset="utf-8">${policy}<title>library</title><link rel="icon" href="icon.svg">`;
  site.replace("library-only.html", `${head}<script type="module" src="library-only.js"></script>`);
  await page.goto(site.url("library-only.html"));
  await page.waitForFunction(() => window.gradcam);
}

visiting("nor does the library", async (visit, t) => {
  await watchBeacons(visit.context);
  await openLibrary(visit);
  const found = await visit.page.evaluate(async ({ file, secret, boot }) => {
    const bytes = await (await fetch(file)).blob();
    const cam = await window.gradcam.Gradcam.load({ engine: "./", model: new File([bytes], `${secret}.onnx`) });
    const picture = new File([await (await fetch(boot)).blob()], `${secret}.png`);
    const { classes } = await cam.predict(picture);
    const states = [];
    for (const method of ["grad-cam", "layer-cam", "rise"]) {
      const map = await cam.explain({ method, target: classes[0].id });
      const canvas = document.createElement("canvas");
      cam.draw(canvas, map, { picture: await createImageBitmap(picture) });
      states.push([method, canvas.width > 0 && map.values.length > 0]);
    }
    cam.dispose();
    return states;
  }, { file: TINY.file, secret: SECRET, boot: "samples/fashion-boot.png" });
  assert.deepEqual(found, [["grad-cam", true], ["layer-cam", true], ["rise", true]]);
  await assertNothingStays(visit, t, "a page with the library");
  const { localStorage, sessionStorage, caches } = await stored(visit.page);
  assert.deepEqual([localStorage, sessionStorage, caches], [{}, {}, {}], "it keeps nothing at all");
  visit.assertQuiet();
});

/** A server of another origin that would answer everybody, and counts who asked. */
async function elsewhere(t, page) {
  const other = await serve(SITE);
  t.after(() => other.close());
  other.share();
  other.replace("secret.txt", "a secret");
  const url = other.url("secret.txt");
  assert.equal(await page.evaluate((url) => fetch(url).then(() => "answered", () => "refused"), url), "answered", "it does answer");
  return { url, asked: () => other.requests("secret.txt") };
}

/** A thread of the pool waits for work and runs no script meanwhile: after this time a worker is taken for one. */
const BLOCKED_MS = 3_000;

/** Asks an address from inside a worker: "answered", "refused", or "blocked". By CORS, which the other server allows: else isolation would refuse it, and not the policy. */
function ask(worker, url) {
  const answer = worker.evaluate((url) => fetch(url).then(() => "answered", () => "refused"), url);
  return Promise.race([answer.catch(() => "blocked"), sleep(BLOCKED_MS, "blocked")]);
}

/** No worker of the page may ask elsewhere, and each may ask its own site: the engine's, and that for checksums. */
async function assertConfined(page, site, other, when) {
  const before = other.asked();
  const found = [];
  for (const worker of page.workers()) {
    const own = await ask(worker, site.url("samples/samples.json"));
    if (own !== "blocked") found.push([own, await ask(worker, other.url)]);
  }
  assert.ok(found.length >= 1, `${when}: no worker`);
  for (const one of found) assert.deepEqual(one, ["answered", "refused"], when);
  assert.equal(other.asked(), before, when);
  return found.length;
}

visiting("the engine's workers may ask this site alone, at the first visit and at later ones", { isKept: true }, async (visit, t) => {
  const { page, site } = visit;
  const other = await elsewhere(t, page);
  for (const when of ["the first visit", "the second visit"]) {
    await visit.open();
    await visit.sample("Ankle boot");
    await visit.explained("ankle boot");
    await page.waitForFunction(() => document.documentElement.dataset.offline === "kept");
    const count = await assertConfined(page, site, other, when);
    t.diagnostic(`${when}: ${count} workers asked`);
    await page.goto("about:blank");
  }
});

visiting("a worker whose script comes from the service worker has the policy, too", { isKept: true }, async (visit, t) => {
  const { page, site } = visit;
  const other = await elsewhere(t, page);
  await visit.open();
  await visit.ready();
  await page.waitForFunction(() => document.documentElement.dataset.offline === "kept");
  await page.reload();
  await visit.ready();
  const loader = engineFile("simd128", "_loader.js");
  await page.evaluate((url) => (window.direct = new Worker(url, { type: "module" })), site.url(loader));
  const direct = await eventually("the worker runs", () => page.workers().find((one) => one.url().endsWith(loader)));
  assert.equal(await ask(direct, other.url), "refused");
});

hosting("nor may the engine of <grad-cam> ask elsewhere", async (host, visit, t) => {
  const other = await elsewhere(t, host.page);
  await host.show(tag());
  await host.press();
  await host.explained("ankle boot");
  await assertConfined(host.page, visit.site, other, "the element");
});
