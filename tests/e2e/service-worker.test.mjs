// The service worker and who registers it, without a browser: which responses get headers,
// and when it is taken away.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import vm from "node:vm";

const WWW = new URL("../../www/", import.meta.url);

/** The headers that the worker of this scope adds to a response; none if it leaves it alone. */
async function headersOf(path, destination, scope = "https://someone.github.io/") {
  const listeners = {};
  const self = {
    registration: { scope },
    location: new URL("sw.js", scope),
    addEventListener: (name, listener) => (listeners[name] = listener),
  };
  const fetch = async () => new Response("a body");
  vm.runInNewContext(await readFile(new URL("sw.js", WWW), "utf8"), { self, URL, Headers, Response, fetch });
  let answer;
  const request = { url: new URL(path, scope).href, destination };
  listeners.fetch({ request, respondWith: (response) => (answer = response) });
  const headers = (await answer)?.headers;
  return ["opener-policy", "embedder-policy", "resource-policy"].map((name) => headers?.get(`cross-origin-${name}`));
}

test("the page and its engine get headers; a page of another origin may show the page in a frame", async () => {
  const page = ["same-origin", "require-corp", "cross-origin"];
  assert.deepEqual(await headersOf("/", "document"), page);
  assert.deepEqual(await headersOf("/index.html#model=x", "iframe"), page);
  assert.deepEqual(await headersOf("/some/path/", "document", "https://example.org/some/path/"), page);
  const worker = ["same-origin", "require-corp", "same-origin"];
  assert.deepEqual(await headersOf("/engine-threads-1_loader.js", "worker"), worker);
});

test("what else lies below the page is left alone", async () => {
  const others = [
    ["/other/", "document"],
    ["/other/index.html", "document"],
    ["/engine-of-mine/index.html", "iframe"],
    ["/other/engine-x.js", "worker"],
    ["/engine-of-mine/worker.js", "worker"],
    ["https://elsewhere.org/", "document"],
    ["/styles.css", "style"],
  ];
  for (const [path, destination] of others) {
    assert.deepEqual(await headersOf(path, destination), [undefined, undefined, undefined], path);
  }
});

let visits = 0;

/** What a visit does with the worker `scriptURL` that it finds. */
async function visit({ builds, hash = "", scriptURL }) {
  const done = [];
  const define = (name, value) => Object.defineProperty(globalThis, name, { value, configurable: true });
  const registration = { active: { scriptURL }, unregister: async () => done.push("unregistered") };
  const serviceWorker = {
    register: async (script) => done.push(`registered ${script}`),
    getRegistration: async () => scriptURL && registration,
  };
  const window = { isSecureContext: true };
  define("window", Object.assign(window, { top: window }));
  define("self", { crossOriginIsolated: false });
  define("navigator", { hardwareConcurrency: 2, serviceWorker });
  define("location", { hash });
  define("document", { baseURI: "https://example.org/a/", querySelector: () => ({ content: builds, dataset: {} }) });
  visits += 1;
  const { prepareThreads } = await import(new URL(`engines.js?${visits}`, WWW));
  await prepareThreads();
  return done;
}

test("it is registered where there are threads, and taken away where there are none or the address declines", async () => {
  const scriptURL = "https://example.org/a/sw.js";
  const all = "threads relaxed simd128";
  assert.deepEqual(await visit({ builds: all }), [`registered ${scriptURL}`]);
  assert.deepEqual(await visit({ builds: all, hash: "#threads=off", scriptURL }), ["unregistered"]);
  assert.deepEqual(await visit({ builds: "simd128", scriptURL }), ["unregistered"]);
  assert.deepEqual(await visit({ builds: "simd128" }), []);
  // One of somebody else's, above this page.
  assert.deepEqual(await visit({ builds: "simd128", scriptURL: "https://example.org/sw.js" }), []);
});
