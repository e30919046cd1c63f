// The page's part in keeping the site for later visits: registers sw.js, hands over what was loaded
// before it was there, and offers a new version.

import { programFiles, wantsThreads } from "./engines.js";

const ANSWER_MS = 60_000;

const bar = document.getElementById("update");

/**
 * Registers the service worker. Without one (a frame, private browsing, blocked storage) the page works,
 * but only with a network. `running` resolves with the build of the engine that runs, or with nothing if
 * that is not known: the others' files are then left where they are.
 */
export async function keepSite(running) {
  const isInFrame = window.top !== window;
  if (isInFrame || !window.isSecureContext || !navigator.serviceWorker) return;
  // What follows reads and hashes megabytes, which would delay the engine's start.
  const build = await running;
  try {
    const registration = await navigator.serviceWorker.register(new URL("sw.js", document.baseURI));
    offerUpdates(registration);
    const { active } = await navigator.serviceWorker.ready;
    active.postMessage({ threads: wantsThreads });
    const { isWhole } = await tidied(active, loadedFiles(), build);
    // The list of models tells a person: src/app/views/model/kept_models.rs.
    document.documentElement.dataset.offline = isWhole ? "kept" : "refused";
  } catch (error) {
    document.documentElement.dataset.offline = "refused";
    console.info("this site is not kept for use without a network:", error);
  }
}

/** What this visit has loaded so far, the engine included, whose own requests the page does not see. */
function loadedFiles() {
  const entries = performance.getEntriesByType("resource").map(({ name }) => name);
  return [...entries, ...programFiles(document.documentElement.dataset.engines?.split(" ")[0])];
}

function offerUpdates(registration) {
  const offer = () => {
    // Without a controller this is the first version.
    if (registration.waiting && navigator.serviceWorker.controller) bar.hidden = false;
  };
  offer();
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", offer));
  bar.querySelector("[data-use]").addEventListener("click", () => {
    navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
    registration.waiting?.postMessage({ use: true });
  });
  bar.querySelector("[data-later]").addEventListener("click", () => (bar.hidden = true));
}

/** After a start that failed: removes what is damaged among the kept files; whether there was any. */
export async function heal() {
  const worker = navigator.serviceWorker?.controller;
  return worker ? (await tidied(worker, [])).removed > 0 : false;
}

/** Has the service worker look through what it keeps, and add files to it. */
function tidied(worker, keep, running) {
  const { port1, port2 } = new MessageChannel();
  worker.postMessage({ keep, running }, [port2]);
  return new Promise((resolve) => {
    const end = (answer) => {
      clearTimeout(timer);
      port1.close();
      resolve(answer);
    };
    // It may have died, or be of a version that does not answer.
    const timer = setTimeout(() => end({ removed: 0, isWhole: false }), ANSWER_MS);
    port1.onmessage = ({ data }) => end(data);
  });
}
