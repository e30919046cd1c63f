// Adds to the page and its workers the headers that let them share memory between
// threads, for hosts that cannot send them. Keeps nothing and changes nothing else: what
// other pages of the same host lie below this one is theirs.

const SCOPE = new URL(self.registration.scope);
const PAGES = [SCOPE.pathname, `${SCOPE.pathname}index.html`];
const ENGINE = `${SCOPE.pathname}engine-`;

const ISOLATED = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};
// An isolated page of another origin may show this one in a frame.
const FOR_PAGES = { ...ISOLATED, "Cross-Origin-Resource-Policy": "cross-origin" };
const FOR_WORKERS = { ...ISOLATED, "Cross-Origin-Resource-Policy": "same-origin" };
const WITHOUT_BODY = [204, 205, 304];

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("fetch", (event) => {
  const added = headersFor(event.request);
  if (added) event.respondWith(withHeaders(event.request, added));
});

/** What a response needs; whatever else the page loads comes from its own origin and needs nothing. */
function headersFor({ url, destination }) {
  const { origin, pathname } = new URL(url);
  if (origin !== SCOPE.origin) return undefined;
  if (["document", "iframe"].includes(destination) && PAGES.includes(pathname)) return FOR_PAGES;
  const isEngine = pathname.startsWith(ENGINE) && !pathname.slice(ENGINE.length).includes("/");
  return destination === "worker" && isEngine ? FOR_WORKERS : undefined;
}

async function withHeaders(request, added) {
  const response = await fetch(request);
  // A redirection that only the browser itself may follow.
  if (response.status === 0) return response;
  const { status, statusText } = response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(added)) headers.set(name, value);
  const body = WITHOUT_BODY.includes(status) ? null : response.body;
  return new Response(body, { status, statusText, headers });
}
