// What the browser keeps of a model, and what happens if it may not.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { SITE, engineFile } from "./browser.mjs";
import { openEngine } from "./engine.mjs";
import { TINY, builtModel, visiting } from "./harness.mjs";

const LOADER = engineFile("simd128", "_loader.js");

visiting("a second visit loads no model from the server", async (visit) => {
  await visit.open();
  await visit.ready();
  assert.equal(visit.site.requests(TINY.file), 1);
  await visit.page.close();

  // Not even if the server had lost it.
  visit.site.missing(TINY.file);
  await visit.newPage();
  await visit.open();
  await visit.sample("Ankle boot");
  await visit.explained("ankle boot");
  assert.equal(visit.site.requests(TINY.file), 1);
  visit.assertQuiet();
});

visiting("a damaged copy is replaced by the server's", async (visit) => {
  await visit.open();
  await visit.ready();
  await visit.page.evaluate(async () => {
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const key of await cache.keys()) await cache.put(key, new Response("not a model"));
    }
  });
  await visit.page.reload();
  await visit.sample("Ankle boot");
  await visit.explained("ankle boot");
  assert.equal(visit.site.requests(TINY.file), 2);
  await visit.page.reload();
  await visit.ready();
  assert.equal(visit.site.requests(TINY.file), 2, "the new copy is kept");
  visit.assertQuiet();
});

visiting("a copy with one wrong bit in its weights is replaced before it explains anything", async (visit) => {
  await visit.open();
  await visit.ready();
  await visit.page.evaluate(async () => {
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const key of await cache.keys()) {
        const file = new Uint8Array(await (await cache.match(key)).arrayBuffer());
        file[Math.floor(file.length / 2)] ^= 1;
        await cache.put(key, new Response(file));
      }
    }
  });
  await visit.page.reload();
  await visit.sample("Ankle boot");
  await visit.explained("ankle boot");
  assert.equal(visit.site.requests(TINY.file), 2);
  visit.assertQuiet();
});

visiting("without room the page works and says that it could not keep the model", async (visit) => {
  const session = await visit.context.newCDPSession(visit.page);
  await session.send("Storage.overrideQuotaForOrigin", { origin: visit.site.origin, quotaSize: 1000 });
  await visit.open();
  await visit.sample("Ankle boot");
  await visit.explained("ankle boot");
  const models = await visit.openModels();
  await models.getByText(/could not keep the model.*loaded again at the next visit/).waitFor();
  visit.assertQuiet();
});

visiting("without the browser's checksums, as on plain http, the engine computes its own", async (visit) => {
  const loader = await readFile(join(SITE, LOADER), "utf8");
  const without = `Object.defineProperty(crypto, "subtle", { value: undefined });
    if (crypto.subtle) throw new Error("crypto.subtle is still there");\n${loader}`;
  visit.site.replace(LOADER, without);
  await visit.open(`model=${TINY.id}&engine=simd128`);
  await visit.sample("Ankle boot");
  await visit.explained("ankle boot");
  visit.assertQuiet();
});

visiting("without the worker for checksums the engine computes its own", async (visit) => {
  visit.site.missing(engineFile("simd128", "_checksum.js"));
  await visit.open(`model=${TINY.id}&engine=simd128`);
  await visit.sample("Ankle boot");
  await visit.explained("ankle boot");
});

visiting("an older version of a model is dropped, also where its address is relative", async (visit) => {
  await openEngine(visit.page, visit.site);
  const kept = await visit.page.evaluate(async ({ file, entry }) => {
    const cache = await caches.open("gradcam-models-1");
    for (const key of [`${file}?sha256=older`, `${file}.other?sha256=older`]) await cache.put(key, new Response("older"));
    const model = { from: "manifest", url: file, entry };
    await window.ask({ type: "loadModel", model, layer: null, remembered: [] });
    const keys = await cache.keys();
    return keys.map(({ url }) => url.slice(url.lastIndexOf("/") + 1)).sort();
  }, { file: TINY.file, entry: builtModel(TINY.id) });
  const name = TINY.file.slice("models/".length);
  assert.deepEqual(kept, [`${name}.other?sha256=older`, `${name}?sha256=${builtModel(TINY.id).sha256}`]);
  visit.assertQuiet();
});
