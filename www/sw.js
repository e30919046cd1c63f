// Keeps the site's files, so that the page opens without a network after one visit, and adds the
// headers that let its programs share memory between threads, for hosts that cannot send them.
//
// A file is kept under its path and a hash of its contents. A new version of the site comes with
// another list; it waits until nobody has the former open, or the page asks for it. What other
// pages of the same host lie below this one is theirs.

// Path → hash and length; the site's build writes the list.
const FILES = {};

// Kept when they are used: not every visitor needs them.
const ON_USE = /^(dicom-|embed|engine-|icons\/|labels\/|library\/|samples\/.*\.(png|jpg)$|widget\.js$)/;

// Larger files are looked through by `tidy` at each visit, and not before they are used, which would
// take longer than to compile them. The page's own program has its checksum in index.html.
const CHECKED_BYTES = 200_000;

// A program, or a part of one: its name has a hash, and a tab that began with the former version asks for it.
const OF_A_VERSION = /^(app|dicom|engine)-[\w-]*[0-9a-f]{15,16}(_\w+)?\.(js|wasm)$/;

const SCOPE = new URL(self.registration.scope);
const CACHE = `gradcam-files-1 ${SCOPE.pathname}`;
// Is there if the last visit wanted no threads; it holds nothing.
const DECLINED = `gradcam-no-threads ${SCOPE.pathname}`;
// Where the list of the version in use stands in the cache.
const LIST = new URL("files.json", SCOPE).href;
// And that of the version before, as long as a tab may show it.
const FORMER = new URL("former-files.json", SCOPE).href;
const PAGE = "index.html";

const ISOLATED = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};
// An isolated page of another origin may show this one in a frame.
const FOR_PAGES = { ...ISOLATED, "Cross-Origin-Resource-Policy": "cross-origin" };
const WORKER_POLICY = {
  "Content-Security-Policy": "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; connect-src 'self'",
};
const FOR_WORKERS = { ...ISOLATED, "Cross-Origin-Resource-Policy": "same-origin" };
// Without a build for threads there is nothing to isolate for.
const HAS_THREADS = Object.keys(FILES).some((path) => path.startsWith("engine-threads"));

self.addEventListener("install", (event) => event.waitUntil(keepAll().catch(orGoOn)));
self.addEventListener("activate", (event) => event.waitUntil(forgetOthers()));

self.addEventListener("message", (event) => {
  const { data, ports: [answer] } = event;
  if (data?.use) self.skipWaiting();
  if (Array.isArray(data?.keep)) event.waitUntil(tidy(data).then((found) => answer?.postMessage(found)));
  if (typeof data?.threads === "boolean") event.waitUntil(decline(!data.threads));
});

self.addEventListener("fetch", (event) => {
  const path = pathBelow(event.request);
  if (path === undefined) return;
  if (Object.hasOwn(FILES, path)) event.respondWith(respond(event, path));
  else if (OF_A_VERSION.test(path)) event.respondWith(formerly(event, path));
});

/** The path of a file of this site or of another below it; undefined for all else. */
function pathBelow({ method = "GET", url }) {
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== SCOPE.origin || !pathname.startsWith(SCOPE.pathname)) return undefined;
  try {
    return decodeURIComponent(pathname.slice(SCOPE.pathname.length)) || PAGE;
  } catch {
    return undefined;
  }
}

/** The path of one of this version's files; undefined for all else. */
function pathOf(request) {
  const path = pathBelow(request);
  return path !== undefined && Object.hasOwn(FILES, path) ? path : undefined;
}

/** A file of the former version, for a tab that still shows it; the server may not have it any more. */
async function formerly(event, path) {
  try {
    const cache = await caches.open(CACHE);
    const list = await (await cache.match(FORMER))?.json();
    const found = list && Object.hasOwn(list, path) && (await cache.match(keyOf(path, list[path].hash)));
    if (found) {
      const { destination } = event.request;
      return destination === "worker" ? await forWorker(found) : found;
    }
  } catch (error) {
    console.info("the former version's files cannot be read:", error);
  }
  return fetch(event.request);
}

async function respond(event, path) {
  const { destination } = event.request;
  const isPage = path === PAGE && ["document", "iframe"].includes(destination);
  // Asked at once with the page itself, which everything else waits for.
  const isolates = isPage && mayHaveThreads();
  const response = (await kept(path)) ?? (await fetched(event, path));
  if (!response.ok) return response;
  if (destination === "worker" && path.startsWith("engine-")) return forWorker(response);
  return (await isolates) ? withHeaders(response, FOR_PAGES) : response;
}

/** With the page's policy, which a worker does not get from the text of a page. */
async function forWorker(response) {
  return withHeaders(response, { ...WORKER_POLICY, ...((await mayHaveThreads()) && FOR_WORKERS) });
}

async function mayHaveThreads() {
  // Where storage is blocked nobody could have declined.
  return HAS_THREADS && !(await caches.has(DECLINED).catch(() => false));
}

/** Remembers whether the next visit is to have threads. */
async function decline(isDeclined) {
  try {
    await (isDeclined ? caches.open(DECLINED) : caches.delete(DECLINED));
  } catch (error) {
    console.info("whether there are to be threads is not kept:", error);
  }
}

function withHeaders(response, added) {
  const { body, status, statusText } = response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(added)) headers.set(name, value);
  return new Response(body, { status, statusText, headers });
}

const keyOf = (path, hash = FILES[path].hash) => new URL(`${path}?sha256=${hash}`, SCOPE).href;

/** The file as it is kept; undefined if it is not, is damaged, or storage is blocked. */
async function kept(path) {
  try {
    // One question to the browser in place of two.
    const found = await caches.match(keyOf(path), { cacheName: CACHE });
    const { hash, length } = FILES[path];
    // As the browser has it: what it has compiled of a program belongs to this response alone.
    if (!found || length > CHECKED_BYTES) return found;
    const bytes = await found.arrayBuffer();
    if ((await hashOf(bytes)) === hash) return new Response(bytes, { headers: found.headers });
    await (await caches.open(CACHE)).delete(keyOf(path));
  } catch (error) {
    console.info("the kept files cannot be read:", error);
  }
  return undefined;
}

/** The file from the server, kept if it is this version's. */
async function fetched(event, path) {
  const response = await fetch(event.request);
  if (response.ok && response.type === "basic" && !response.redirected) {
    const copy = response.clone();
    event.waitUntil(keep(path, copy).catch((error) => console.info(`${path} is not kept:`, error)));
  }
  return response;
}

/** Keeps a response if it is the file of this version; whether it is. */
async function keep(path, response) {
  const bytes = await response.arrayBuffer();
  if ((await hashOf(bytes)) !== FILES[path].hash) return false;
  const type = response.headers.get("content-type") ?? "application/octet-stream";
  const cache = await caches.open(CACHE);
  await cache.put(keyOf(path), new Response(bytes, { headers: { "Content-Type": type } }));
  return true;
}

async function hashOf(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Has a file in the cache: as it is there, from the browser's own cache, or from the server. */
async function add(cache, path) {
  if (await cache.match(keyOf(path))) return;
  for (const mode of ["default", "reload"]) {
    const response = await fetch(new URL(path, SCOPE), { cache: mode });
    if (response.ok && (await keep(path, response))) return;
  }
  throw new Error(`the server has another ${path} than this version of the site`);
}

/** What the page opens with. */
const opening = () => Object.keys(FILES).filter((path) => !ON_USE.test(path));

async function keepAll() {
  const cache = await caches.open(CACHE);
  await Promise.all(opening().map((path) => add(cache, path)));
}

/** Where not all can be kept the former version stays; the first one still adds headers. */
function orGoOn(error) {
  if (self.registration.active) throw error;
  console.info("the site is not kept:", error);
}

/** Has the former version's list beside this one's, and removes what is in neither. */
async function forgetOthers() {
  const cache = await caches.open(CACHE);
  const former = (await (await cache.match(LIST))?.json().catch(() => undefined)) ?? {};
  await cache.put(FORMER, new Response(JSON.stringify(former)));
  await cache.put(LIST, new Response(JSON.stringify(FILES)));
  await removeAllBut(cache, [FILES, former], [LIST, FORMER]);
}

async function removeAllBut(cache, lists, addresses) {
  const keys = lists.flatMap((list) => Object.entries(list).map(([path, { hash }]) => keyOf(path, hash)));
  const wanted = new Set([...keys, ...addresses]);
  for (const request of await cache.keys()) {
    if (!wanted.has(request.url)) await cache.delete(request);
  }
}

/** Gives back what the former version has taken, once no other tab can show it and no next one is on its way. */
async function forgetFormer(cache) {
  const { installing, waiting } = self.registration;
  const tabs = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  if (!installing && !waiting && tabs.length < 2) await removeAllBut(cache, [FILES], [LIST]);
}

/** The names of the engine's builds that are kept. */
async function keptBuilds(cache) {
  const builds = Object.keys(FILES).flatMap((path) => {
    const [, build] = path.match(/^engine-([a-z0-9]+)-\w+_bg\.wasm$/) ?? [];
    return build ? [{ build, path }] : [];
  });
  const found = await Promise.all(builds.map(({ path }) => cache.match(keyOf(path))));
  return builds.filter((_, index) => found[index]).map(({ build }) => build);
}

/** Removes the engine's other builds than the one that runs. */
async function forgetBuilds(cache, running) {
  const isOther = (path) => path.startsWith("engine-") && !path.startsWith(`engine-${running}-`);
  for (const path of Object.keys(FILES).filter(isOther)) await cache.delete(keyOf(path));
}

/** Removes entries that are not what they should be; how many there were. */
async function removeDamaged(cache) {
  let removed = 0;
  for (const path of Object.keys(FILES)) {
    const found = await cache.match(keyOf(path));
    if (found && (await hashOf(await found.arrayBuffer())) !== FILES[path].hash) {
      await cache.delete(keyOf(path));
      removed += 1;
    }
  }
  return removed;
}

/**
 * Looks through what is kept, keeps what a page used before it had this worker (`keep`), and of the
 * engine the build that it says is `running`, if it says so.
 */
async function tidy({ keep: addresses, running }) {
  let [removed, isWhole] = [0, false];
  try {
    const cache = await caches.open(CACHE);
    removed = await removeDamaged(cache);
    const used = addresses.map((url) => pathOf({ url: String(url) })).filter((path) => path !== undefined);
    for (const path of opening()) await add(cache, path);
    // Without a network a build for threads may be asked for that was never here; another one runs then.
    for (const path of used) await add(cache, path).catch((error) => console.info(`${path} is not kept:`, error));
    const builds = await keptBuilds(cache);
    isWhole = builds.length > 0;
    if (builds.includes(running)) await forgetBuilds(cache, running);
    await forgetFormer(cache);
  } catch (error) {
    console.info("not all files are kept:", error);
  }
  return { removed, isWhole };
}
