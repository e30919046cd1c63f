// The test server itself: what it gives, and what it keeps to itself.

import assert from "node:assert/strict";
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { serve } from "./server.mjs";

async function withSite(t, body) {
  const folder = mkdtempSync(join(tmpdir(), "gradcam-server-"));
  mkdirSync(join(folder, "site"));
  writeFileSync(join(folder, "secret.txt"), "secret");
  writeFileSync(join(folder, "site/index.html"), "<p>hello");
  writeFileSync(join(folder, "site/engine.wasm"), "0123456789");
  const site = await serve(join(folder, "site"));
  t.after(async () => {
    await site.close();
    rmSync(folder, { recursive: true });
  });
  await body(site, folder);
}

/** Without fetch's own tidying of the path. */
function statusOf(site, path) {
  return new Promise((resolve, reject) => {
    const { port } = new URL(site.origin);
    const asked = request({ host: "127.0.0.1", port, path }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    asked.on("error", reject).end();
  });
}

test("files come with their types, under the sub-path only", (t) =>
  withSite(t, async (site) => {
    const page = await fetch(site.url());
    assert.equal(await page.text(), "<p>hello");
    assert.equal((await fetch(site.url("engine.wasm"))).headers.get("content-type"), "application/wasm");
    assert.equal((await fetch(`${site.origin}/index.html`)).status, 404);
    assert.equal((await fetch(site.url("nothing"))).status, 404);
    assert.equal((await fetch(site.url(), { method: "POST" })).status, 405);
    assert.equal(site.requests("index.html"), 1);
    assert.equal(page.headers.get("cross-origin-embedder-policy"), null);
    site.isolate();
    assert.equal((await fetch(site.url())).headers.get("cross-origin-embedder-policy"), "require-corp");
  }));

test("nothing outside the folder", (t) =>
  withSite(t, async (site) => {
    const tricks = ["../secret.txt", "..%2fsecret.txt", "%2e%2e/secret.txt", "x/../../secret.txt", "%00", "%zz", "."];
    for (const trick of tricks) assert.equal(await statusOf(site, `/some/sub/path/${trick}`), 404, trick);
  }));

test("faults on request, and their end", (t) =>
  withSite(t, async (site, folder) => {
    const get = async () => (await fetch(site.url("engine.wasm"))).text();
    site.missing("engine.wasm");
    assert.equal((await fetch(site.url("engine.wasm"))).status, 404);
    site.cutOff("engine.wasm", 4);
    await assert.rejects(get());
    site.replace("engine.wasm", "other", { times: 1 });
    assert.equal(await get(), "other");
    assert.equal(await get(), "0123456789");
    site.throttle("engine.wasm", 1e6);
    assert.equal(await get(), "0123456789");
    let go;
    site.delay("engine.wasm", new Promise((resolve) => (go = resolve)));
    const late = get();
    go();
    assert.equal(await late, "0123456789");
    site.restore("engine.wasm");
    site.mount("elsewhere", folder);
    assert.equal(await (await fetch(site.url("elsewhere/secret.txt"))).text(), "secret");
  }));
