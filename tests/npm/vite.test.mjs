// The package in a fresh Vite project: types check, it builds, and it explains in Chromium.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { ROOT, SITE, launch } from "../e2e/browser.mjs";
import { serve } from "../e2e/server.mjs";

const run = promisify(execFile);
const PROJECT = fileURLToPath(new URL("project", import.meta.url));
const PACKED = join(ROOT, "dist-npm");
const NPM = ["--no-audit", "--no-fund", "--silent"];

const isReachable = await run("npm", ["view", "vite", "version", "--fetch-retries=0", "--fetch-timeout=20000"]).then(() => true, () => false);
const skip = !isReachable && "npm cannot be reached";
if (skip) console.log(`SKIPPED the package in a Vite project: ${skip}`);

test("the tarball works in a fresh Vite project", { skip, timeout: 600_000 }, async (t) => {
  const tarball = existsSync(PACKED) && readdirSync(PACKED).find((file) => file.endsWith(".tgz"));
  assert.ok(tarball, "there is no tarball in dist-npm: run .github/scripts/build-npm.sh");
  const folder = mkdtempSync(join(tmpdir(), "gradcam-vite-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const options = { cwd: folder, maxBuffer: 2 ** 26 };
  cpSync(PROJECT, folder, { recursive: true });
  await run("npm", ["install", ...NPM, join(PACKED, tarball)], options);
  // As the package's README says.
  cpSync(join(folder, "node_modules/gradcam-web/engine"), join(folder, "public/gradcam"), { recursive: true });
  cpSync(join(SITE, "models/xception-tiny.onnx"), join(folder, "public/xception-tiny.onnx"));
  cpSync(join(SITE, "samples/fashion-boot.png"), join(folder, "public/boot.png"));
  await run("npx", ["tsc", "--noEmit"], options).catch(({ stdout }) => assert.fail(stdout));
  await run("npx", ["vite", "build", "--base=./"], options);
  await run("node", ["-e", 'import("gradcam-web").then((m) => process.exit(m.Gradcam ? 0 : 1))'], options);

  const site = await serve(join(folder, "dist"));
  const browser = await launch();
  t.after(() => Promise.all([site.close(), browser.close()]));
  for (const isIsolated of [false, true]) {
    if (isIsolated) site.isolate();
    const page = await browser.newPage();
    const elsewhere = [];
    page.on("request", (request) => {
      const { origin, protocol } = new URL(request.url());
      if (origin !== site.origin && !["data:", "blob:"].includes(protocol)) elsewhere.push(request.url());
    });
    await page.goto(site.url("index.html"));
    const found = await page.evaluate(() => window.found);
    t.diagnostic(JSON.stringify(found));
    const { sum, phases, ...rest } = found;
    assert.deepEqual(rest, {
      label: "ankle boot", state: "evidence", cells: 49, givenUp: "AbortError", afterwards: "contrast:9,5",
      painted: true, kind: "explanation", disposed: "AbortError",
    });
    assert.ok(sum > 0 && phases.includes("download") && phases.includes("run"), phases.join());
    assert.deepEqual(elsewhere, []);
    await page.close();
  }
});
