// The service worker and who registers it, without a browser: which requests it answers, and with which headers.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import vm from "node:vm";

const WWW = new URL("../../www/", import.meta.url);
const PATHS = ["index.html", "styles.css", "embed.html", "engine-threads-1_loader.js", "engine-threads-1_pool.js", "samples/a.png"];
const FILES = Object.fromEntries(PATHS.map((path) => [path, { hash: "0123456789abcdef", length: 6 }]));

/** The response of the worker of this scope; undefined if it leaves the request alone. */
async function answerOf(path, destination, { scope = "https://someone.github.io/", files = FILES, method = "GET", isDeclined = false } = {}) {
  const listeners = {};
  const self = { registration: { scope }, addEventListener: (name, listener) => (listeners[name] = listener) };
  const fetch = async () => new Response("a body");
  const has = async (name) => isDeclined && name.startsWith("gradcam-no-threads");
  const blocked = async () => {
    throw new Error("blocked");
  };
  const caches = { has, match: blocked, open: blocked };
  const source = (await readFile(new URL("sw.js", WWW), "utf8")).replace("const FILES = {};", `const FILES = ${JSON.stringify(files)};`);
  vm.runInNewContext(source, { self, URL, Headers, Response, fetch, caches, console: { info() {} } });
  let answer;
  const request = { url: new URL(path, scope).href, destination, method };
  listeners.fetch({ request, respondWith: (response) => (answer = response), waitUntil() {} });
  return answer;
}

/** The headers that are added; undefined for a request that is left alone. */
async function headersOf(...request) {
  const headers = (await answerOf(...request))?.headers;
  return headers && ["opener-policy", "embedder-policy", "resource-policy"].map((name) => headers.get(`cross-origin-${name}`));
}

test("the page and its engine get headers; a page of another origin may show the page in a frame", async () => {
  const page = ["same-origin", "require-corp", "cross-origin"];
  assert.deepEqual(await headersOf("/", "document"), page);
  assert.deepEqual(await headersOf("/index.html#model=x", "iframe"), page);
  assert.deepEqual(await headersOf("/?embed", "document"), page);
  assert.deepEqual(await headersOf("/some/path/", "document", { scope: "https://example.org/some/path/" }), page);
  const worker = ["same-origin", "require-corp", "same-origin"];
  assert.deepEqual(await headersOf("/engine-threads-1_loader.js", "worker"), worker);
  const policy = (await answerOf("/engine-threads-1_pool.js", "worker")).headers.get("content-security-policy");
  assert.match(policy, /default-src 'none'.*connect-src 'self'/);
});

test("a site without threads isolates nothing", async () => {
  const { "index.html": page, "styles.css": styles } = FILES;
  const files = { "index.html": page, "styles.css": styles };
  assert.deepEqual(await headersOf("/", "document", { files }), [null, null, null]);
});

test("where threads were declined nothing is isolated, and workers keep the page's policy", async () => {
  const declined = { isDeclined: true };
  assert.deepEqual(await headersOf("/", "document", declined), [null, null, null]);
  const worker = await answerOf("/engine-threads-1_loader.js", "worker", declined);
  assert.equal(worker.headers.get("cross-origin-embedder-policy"), null);
  assert.match(worker.headers.get("content-security-policy"), /connect-src 'self'/);
});

/** A policy as its directives. */
const directives = (policy) => Object.fromEntries(policy.split(";").map((one) => one.trim().split(/ (.*)/s).slice(0, 2)));

for (const page of ["../index.html", "embed.html"]) {
  test(`workers get what ${page} allows and no more`, async () => {
    const text = await readFile(new URL(page, WWW), "utf8");
    const ofPage = directives(text.match(/Content-Security-Policy" content="([^"]+)"/)[1]);
    const ofWorkers = directives((await answerOf("/engine-threads-1_loader.js", "worker")).headers.get("content-security-policy"));
    assert.ok(Object.keys(ofWorkers).length >= 4);
    for (const [name, sources] of Object.entries(ofWorkers)) assert.equal(sources, ofPage[name], name);
  });
}

test("what else lies below the page, or is asked otherwise, is left alone", async () => {
  const others = [
    ["/other/", "document"],
    ["/other/index.html", "document"],
    ["/engine-of-mine/index.html", "iframe"],
    ["/other/engine-x.js", "worker"],
    ["/constructor", "document"],
    ["/__proto__", "document"],
    ["/%E0%A4%A", "document"],
    ["/other/app-0123456789abcdef.js", "script"],
    ["https://elsewhere.org/", "document"],
    ["/", "document", { method: "POST" }],
  ];
  for (const request of others) assert.equal(await answerOf(...request), undefined, request[0]);
});

test("where storage is blocked files come from the server", async () => {
  const answer = await answerOf("/styles.css", "style");
  assert.equal(await answer.text(), "a body");
});

let visits = 0;

/** What a visit does; `found` tells how it is shown. */
async function visit({ isFramed = false, isSecure = true, hash = "" } = {}) {
  const [done, wishes] = [[], []];
  const define = (name, value) => Object.defineProperty(globalThis, name, { value, configurable: true });
  const postMessage = (message, [port] = []) => {
    if (port) port.postMessage({ removed: 0, isWhole: message.keep.length > 0 });
    else wishes.push(message);
  };
  const active = { postMessage };
  const registration = { active, addEventListener() {} };
  const serviceWorker = {
    controller: null,
    ready: Promise.resolve(registration),
    register: async (script) => (done.push(`registered ${script}`), registration),
  };
  const window = { isSecureContext: isSecure };
  define("window", Object.assign(window, { top: isFramed ? {} : window }));
  define("navigator", { hardwareConcurrency: 2, serviceWorker });
  define("location", { hash });
  const button = { addEventListener() {} };
  const documentElement = { dataset: { engines: "simd128" } };
  const program = { content: "simd128", dataset: { simd128: "engine-simd128-1" } };
  define("document", {
    baseURI: "https://example.org/a/",
    documentElement,
    getElementById: () => ({ querySelector: () => button }),
    querySelector: () => program,
  });
  visits += 1;
  // A module is read once for each address, those that it imports as well.
  const source = (await readFile(new URL("offline.js", WWW), "utf8")).replace("./engines.js", new URL(`engines.js?${visits}`, WWW).href);
  const { keepSite } = await import(`data:text/javascript,${encodeURIComponent(`${source}//${visits}`)}`);
  await keepSite(Promise.resolve());
  return { done, wishes, state: documentElement.dataset.offline };
}

test("every visit registers it, but in a frame or without a secure connection none does", async () => {
  const registered = ["registered https://example.org/a/sw.js"];
  assert.deepEqual(await visit(), { done: registered, wishes: [{ threads: true }], state: "kept" });
  assert.deepEqual(await visit({ isFramed: true }), { done: [], wishes: [], state: undefined });
  assert.deepEqual(await visit({ isSecure: false }), { done: [], wishes: [], state: undefined });
});

test("the address declines threads for the visits that follow, and the site is still kept", async () => {
  const registered = ["registered https://example.org/a/sw.js"];
  assert.deepEqual(await visit({ hash: "#threads=off" }), { done: registered, wishes: [{ threads: false }], state: "kept" });
});
