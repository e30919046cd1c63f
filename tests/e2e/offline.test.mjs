// The site without a network, new versions of it, and browsers that keep nothing.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT, SITE, engineFile } from "./browser.mjs";
import { TINY, eventually, visiting } from "./harness.mjs";

const KEPT = { isKept: true };

/** Waits until the service worker has what it keeps. */
async function keptBy(page) {
  await page.waitForFunction(() => document.documentElement.dataset.offline !== undefined);
  assert.equal(await page.evaluate(() => document.documentElement.dataset.offline), "kept");
}

/** Opens the part of the list of models that is about use without a network. */
async function unfolded(models) {
  const details = models.locator("details", { hasText: "Without a network" });
  await details.waitFor();
  if (!(await details.evaluate((one) => one.open))) await details.locator("summary").click();
}

visiting("after one visit the page opens, explains and compares without a server", KEPT, async (visit) => {
  await visit.open();
  await visit.sample("Ankle boot");
  await visit.explained("ankle boot");
  await keptBy(visit.page);
  await visit.page.close();
  await visit.site.close();

  await visit.newPage();
  await visit.open();
  await visit.sample("Ankle boot");
  await visit.explained("ankle boot");
  const models = await visit.openModels();
  await unfolded(models);
  await models.getByText("This page opens without a network").waitFor();
  await visit.page.keyboard.press("Escape");
  await visit.page.getByRole("button", { name: "Compare" }).click();
  await visit.page.getByRole("region", { name: "Maps side by side" }).waitFor();
});

visiting("a model is kept before it is used, and its room is given back", KEPT, async (visit) => {
  const other = visit.models().find(({ id }) => id !== TINY.id);
  await visit.open();
  await visit.ready();
  const models = await visit.openModels();
  await unfolded(models);
  await models.getByRole("button", { name: `Keep for offline: ${other.name}` }).click();
  await models.getByRole("button", { name: `Remove: ${other.name}` }).waitFor();
  const asked = visit.site.requests(`models/${other.file}`);
  assert.equal(asked, 1);
  visit.site.missing(`models/${other.file}`);
  await visit.chooseModel(other.name);
  await visit.ready(other.name);
  assert.equal(visit.site.requests(`models/${other.file}`), asked, "it came from the browser");

  const list = await visit.openModels();
  await unfolded(list);
  await list.getByRole("button", { name: `Remove: ${other.name}` }).click();
  await list.getByRole("button", { name: `Keep for offline: ${other.name}` }).waitFor();
  const left = await visit.page.evaluate(async (file) => {
    const cache = await caches.open("gradcam-models-1");
    return (await cache.keys()).filter(({ url }) => url.includes(file)).length;
  }, other.file);
  assert.equal(left, 0);
});

/** A copy of the site that a test may change; models are links. */
function copyOfSite() {
  const folder = mkdtempSync(join(tmpdir(), "gradcam-site-"));
  cpSync(SITE, folder, { recursive: true, filter: (path) => !path.startsWith(join(SITE, "models")) });
  mkdirSync(join(folder, "models"));
  for (const file of readdirSync(join(SITE, "models"))) linkOrCopy(join(SITE, "models", file), join(folder, "models", file));
  return folder;
}

function linkOrCopy(from, to) {
  try {
    linkSync(from, to);
  } catch {
    cpSync(from, to);
  }
}

const COPY = copyOfSite();
test.after(() => rmSync(COPY, { recursive: true }));

visiting("a new version waits until it is asked for", { isKept: true, folder: COPY }, async (visit) => {
  await visit.open();
  await visit.ready();
  await keptBy(visit.page);
  const mark = () => visit.page.evaluate(() => getComputedStyle(document.body).getPropertyValue("--version"));
  const styles = join(COPY, "styles.css");
  writeFileSync(styles, `${readFileSync(styles, "utf8")}\nbody { --version: new; }\n`);
  execFileSync("python3", [join(ROOT, ".github/scripts/list_files.py"), COPY]);

  await visit.page.reload();
  const bar = visit.page.getByRole("status").filter({ hasText: "A newer version of this page is ready" });
  await bar.waitFor();
  await visit.sample("Ankle boot");
  await visit.explained("ankle boot");
  assert.equal(await mark(), "", "the work goes on with the version that it began with");
  await bar.getByRole("button", { name: "Use it" }).click();
  await visit.page.waitForFunction(() => getComputedStyle(document.body).getPropertyValue("--version").trim() === "new");
  await visit.sample("Ankle boot");
  await visit.explained("ankle boot");
});

visiting("damaged files are fetched again", KEPT, async (visit) => {
  await visit.open();
  await visit.ready();
  await keptBy(visit.page);
  const damaged = await visit.page.evaluate(async () => {
    const name = (await caches.keys()).find((name) => name.startsWith("gradcam-files"));
    const cache = await caches.open(name);
    const keys = (await cache.keys()).filter(({ url }) => url.includes("?sha256="));
    for (const [index, key] of keys.entries()) {
      const response = await cache.match(key);
      const file = new Uint8Array(await response.arrayBuffer());
      file[file.length >> 1] ^= 1;
      await cache.put(key, new Response(index % 2 ? file : file.slice(1), { headers: response.headers }));
    }
    return keys.length;
  });
  assert.ok(damaged > 10, `${damaged} files`);
  await visit.page.reload();
  await visit.sample("Ankle boot");
  await visit.explained("ankle boot");
  const isWhole = () => visit.page.evaluate(async () => {
    const name = (await caches.keys()).find((name) => name.startsWith("gradcam-files"));
    const cache = await caches.open(name);
    let wrong = 0;
    for (const key of await cache.keys()) {
      const wanted = new URL(key.url).searchParams.get("sha256");
      if (!wanted) continue;
      const bytes = await (await cache.match(key)).arrayBuffer();
      const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
      const found = Array.from(digest.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("");
      if (found !== wanted) wrong += 1;
    }
    return wrong === 0;
  });
  await eventually("every kept file is whole", isWhole);
});

visiting("with room for 5 MB the page works and says that it is not kept", KEPT, async (visit) => {
  const session = await visit.context.newCDPSession(visit.page);
  await session.send("Storage.overrideQuotaForOrigin", { origin: visit.site.origin, quotaSize: 5e6 });
  await visit.open();
  await visit.sample("Ankle boot");
  await visit.explained("ankle boot");
  await visit.page.waitForFunction(() => document.documentElement.dataset.offline === "refused");
  const models = await visit.openModels();
  await unfolded(models);
  await models.getByText("This browser does not keep the page").waitFor();
});

visiting("where storage is blocked the page works and says that nothing is kept", async (visit) => {
  await visit.context.addInitScript(() => {
    const blocked = { get: () => { throw new DOMException("blocked", "SecurityError"); } };
    for (const name of ["caches", "localStorage", "sessionStorage", "indexedDB"]) Object.defineProperty(window, name, blocked);
  });
  await visit.open();
  await visit.sample("Ankle boot");
  await visit.explained("ankle boot");
  const models = await visit.openModels();
  await unfolded(models);
  await models.getByText("lets the page keep nothing").waitFor();
});

visiting("with a clock of 1970 the page works", KEPT, async (visit) => {
  await visit.context.addInitScript(() => {
    const began = performance.now();
    const clock = Date;
    window.Date = class extends clock {
      constructor(...given) {
        super(...(given.length ? given : [performance.now() - began]));
      }
      static now() {
        return performance.now() - began;
      }
    };
  });
  await visit.open();
  await visit.sample("Ankle boot");
  await visit.explained("ankle boot");
  await keptBy(visit.page);
  visit.assertQuiet();
});

/** The addresses of all that the site keeps of itself. */
const keptFiles = (page) =>
  page.evaluate(async () => {
    const name = (await caches.keys()).find((name) => name.startsWith("gradcam-files"));
    const keys = name ? await (await caches.open(name)).keys() : [];
    return keys.map(({ url }) => url);
  });

visiting("a service worker that dies between two requests is started anew, also without a server", KEPT, async (visit) => {
  await visit.open();
  await visit.ready();
  await keptBy(visit.page);
  await visit.page.reload();
  await visit.ready();
  const session = await visit.context.newCDPSession(visit.page);
  const running = [];
  session.on("ServiceWorker.workerVersionUpdated", ({ versions }) => running.push(...versions.map((one) => one.runningStatus)));
  await session.send("ServiceWorker.enable");
  await session.send("ServiceWorker.stopAllWorkers");
  await eventually("the service worker is stopped", () => running.at(-1) === "stopped");
  await visit.site.close();
  await visit.sample("Ankle boot");
  await visit.explained("ankle boot");
  await eventually("it was started again", () => running.at(-1) === "running");
});

visiting("of the engine only the build that runs is kept", KEPT, async (visit, t) => {
  if (!engineFile("threads", "_loader.js")) {
    console.log("SKIPPED of the engine only the build that runs is kept: the site was built without the engine threads");
    return t.skip();
  }
  const builds = async () => {
    const found = (await keptFiles(visit.page)).map((url) => url.match(/engine-([a-z0-9]+)-\w+_bg\.wasm/)?.[1]);
    return found.filter(Boolean);
  };
  await visit.open();
  await visit.ready();
  await keptBy(visit.page);
  assert.deepEqual(await builds(), ["relaxed"], "the first visit has one thread");
  await visit.page.reload();
  await visit.ready();
  await eventually("the other build takes its place", async () => String(await builds()) === "threads");
});

visiting("threads=off in the address takes the headers back at the next visit", KEPT, async (visit) => {
  const isIsolated = () => visit.page.evaluate(() => window.crossOriginIsolated);
  const isDeclined = () => visit.page.evaluate(async () => (await caches.keys()).some((name) => name.startsWith("gradcam-no-threads ")));
  const visitAgain = async (hash) => {
    await visit.page.goto("about:blank");
    await visit.open(hash);
    await visit.ready();
    await keptBy(visit.page);
  };
  if (!engineFile("threads", "_loader.js")) console.log("SKIPPED isolation: the site was built without the engine threads");
  const wanted = Boolean(engineFile("threads", "_loader.js"));
  await visitAgain();
  await visitAgain();
  assert.equal(await isIsolated(), wanted);
  await visitAgain(`model=${TINY.id}&threads=off`);
  await eventually("it is remembered", isDeclined);
  await visitAgain(`model=${TINY.id}&threads=off`);
  assert.equal(await isIsolated(), false, "the visit after the one that declined");
  await visitAgain();
  await eventually("it is forgotten", async () => !(await isDeclined()));
  await visitAgain();
  assert.equal(await isIsolated(), wanted);
});

/** Gives every part of the page's program in this folder another name, as a version with other parts has. */
function renameParts(folder) {
  const app = readdirSync(folder).find((name) => /^app-(?!more).*\.js$/.test(name));
  const checksum = (text) => `sha384-${createHash("sha384").update(text).digest("base64")}`;
  const before = readFileSync(join(folder, app), "utf8");
  let after = before;
  const parts = readdirSync(folder).filter((name) => name.startsWith("app-more-"));
  for (const part of parts) {
    const name = part.replace(/.(?=\.wasm$)/, (last) => (last === "0" ? "1" : "0"));
    renameSync(join(folder, part), join(folder, name));
    after = after.replaceAll(part, name);
  }
  assert.notEqual(after, before);
  writeFileSync(join(folder, app), after);
  const index = readFileSync(join(folder, "index.html"), "utf8");
  assert.ok(index.includes(checksum(before)));
  writeFileSync(join(folder, "index.html"), index.replaceAll(checksum(before), checksum(after)));
  execFileSync("python3", [join(ROOT, ".github/scripts/list_files.py"), folder]);
  return parts;
}

const OTHER_COPY = copyOfSite();
test.after(() => rmSync(OTHER_COPY, { recursive: true }));

visiting("two versions in one browser: a tab goes on with the former, whose files go when it is closed", { isKept: true, folder: OTHER_COPY }, async (visit) => {
  const former = visit.page;
  await visit.open();
  await visit.ready();
  await keptBy(former);
  await former.reload();
  await visit.ready();
  // Another site of the same host.
  await former.evaluate(async () => {
    for (const name of ["gradcam-files-1 /other/", "gradcam-files-1 /some/sub/path/below/", "theirs"]) {
      await (await caches.open(name)).put("/other/file", new Response("theirs"));
    }
  });
  const parts = renameParts(OTHER_COPY);
  const ofFormer = async () => (await keptFiles(visit.page)).filter((url) => parts.some((part) => url.includes(part)));

  await visit.newPage();
  const newer = visit.page;
  await visit.open();
  await newer.getByRole("button", { name: "Use it" }).click();
  await eventually("the new version has taken over", async () => {
    // The page is loaded anew meanwhile.
    const list = await newer.evaluate(() => caches.match("former-files.json").then((found) => found?.json())).catch(() => undefined);
    return list && Object.keys(list).length > 0;
  });

  visit.page = former;
  await visit.sample("Ankle boot");
  await visit.explained("ankle boot");
  assert.equal((await ofFormer()).length, parts.length, "the former version's parts are kept for the tab");
  await former.close();
  visit.page = newer;
  await newer.reload();
  await visit.sample("Ankle boot");
  await visit.explained("ankle boot");
  await eventually("the former version's parts are gone", async () => (await ofFormer()).length === 0);
  const others = await newer.evaluate(async () => (await caches.keys()).filter((name) => /other|below|theirs/.test(name)).length);
  assert.equal(others, 3, "caches of other sites of the host are left alone");
});

visiting("the page can be installed", KEPT, async (visit) => {
  await visit.open();
  await visit.ready();
  await keptBy(visit.page);
  const session = await visit.context.newCDPSession(visit.page);
  const { url, errors } = await session.send("Page.getAppManifest");
  assert.deepEqual([url, errors], [visit.site.url("manifest.webmanifest"), []]);
  const { installabilityErrors } = await session.send("Page.getInstallabilityErrors");
  // Windows without a profile of their own, as in tests, cannot have installed pages.
  assert.deepEqual(installabilityErrors.map((one) => one.errorId).filter((id) => id !== "in-incognito"), []);
  const { icons } = JSON.parse(readFileSync(join(SITE, "manifest.webmanifest"), "utf8"));
  const pictures = icons.filter(({ type }) => type === "image/png");
  for (const { src, sizes } of pictures) {
    const file = readFileSync(join(SITE, src));
    assert.equal(`${file.readUInt32BE(16)}x${file.readUInt32BE(20)}`, sizes, src);
  }
  assert.deepEqual(pictures.map(({ sizes, purpose = "any" }) => `${sizes} ${purpose}`), ["192x192 any", "512x512 any", "512x512 maskable"]);
});
