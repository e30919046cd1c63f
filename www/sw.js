// Adds to the page and its workers the headers that let them share memory between
// threads, for hosts that cannot send them. Keeps nothing and changes nothing else.

const HEADERS = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
};
// Whatever else the page loads comes from its own origin and needs no header.
const NEED_HEADERS = ["document", "iframe", "worker"];
const WITHOUT_BODY = [204, 205, 304];

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("fetch", (event) => {
  const { url, destination } = event.request;
  if (new URL(url).origin !== self.location.origin || !NEED_HEADERS.includes(destination)) return;
  event.respondWith(withHeaders(event.request));
});

async function withHeaders(request) {
  const response = await fetch(request);
  // A redirection that only the browser itself may follow.
  if (response.status === 0) return response;
  const { status, statusText } = response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(HEADERS)) headers.set(name, value);
  const body = WITHOUT_BODY.includes(status) ? null : response.body;
  return new Response(body, { status, statusText, headers });
}
