// Starts the page: checks what the browser can do, then loads the application.
// A file of its own, because the page's security policy allows no inline script.

import { engines, loader, workerScript } from "./engines.js";
import { listenForFolders } from "./folder_drop.js";
import { heal, keepSite } from "./offline.js";
import { keepFieldsInView } from "./screen_keyboard.js";

const script = document.querySelector("script[data-js][data-wasm]");

const NO_SIMD =
  "This page computes with WebAssembly SIMD, which this browser does not have or does not allow. " +
  "Chrome and Edge have it from version 91, Firefox from 89, Safari from 16.4.";

const NO_MODULES =
  "This page computes in a worker that is a JavaScript module, which this browser does not know. " +
  "Chrome and Edge know them from version 80, Firefox from 114, Safari from 15. Update the browser, or open the page in another.";

/** An engine that does not say within this time that it runs is taken for one that does not. */
const START_MS = 10_000;

function say(sentence) {
  const paragraph = document.createElement("p");
  paragraph.className = "boot";
  paragraph.setAttribute("role", "alert");
  paragraph.textContent = sentence;
  document.getElementById("app").replaceChildren(paragraph);
}

/**
 * Starts the best build of the engine while the application is still on its way, which then
 * takes it over: src/app/engine_client/early_worker.rs. Where the address names a build,
 * the application starts it. False if this browser cannot start any.
 */
function startEngine(variant, script) {
  if (!script || new URLSearchParams(location.hash.slice(1)).has("engine")) return true;
  // The threads' channel has the worker's name; other tabs of the site must not receive it.
  const name = `gradcam engine ${Math.random()}`;
  const early = { variant, name, messages: [], crashes: [] };
  // A browser without workers that are modules does not read the type.
  let isTypeRead = false;
  const options = {
    name,
    get type() {
      isTypeRead = true;
      return "module";
    },
  };
  try {
    early.worker = new Worker(script, options);
  } catch {
    // The application tries again, and says why there is no engine.
    return true;
  }
  if (!isTypeRead) {
    early.worker.terminate();
    return false;
  }
  early.worker.onmessage = ({ data }) => early.messages.push(data);
  early.worker.onerror = (event) => {
    event.preventDefault();
    early.crashes.push(event.message ?? "");
  };
  if (variant === "threads") {
    early.channel = new BroadcastChannel(name);
    early.channel.onmessage = ({ data }) => {
      if (typeof data?.crash === "string") early.crashes.push(data.crash);
    };
  }
  window.gradcamEngine = early;
  return true;
}

async function start() {
  const choice = engines();
  if (choice.length === 0) {
    say(NO_SIMD);
    return;
  }
  // Read by the application when it starts the engine: src/app/browser/engine_builds.rs.
  const root = document.documentElement;
  root.dataset.engines = choice.join(" ");
  // Called by src/app/browser/svg_picture.rs.
  window.gradcamReadSvg = async (...file) => {
    // The same in all builds, of which one is kept for use without a network.
    for (const variant of choice) {
      const readers = await import(loader(variant).replace("_loader.js", "_pictures.js")).catch(() => undefined);
      if (readers) return readers.readSvg(...file);
    }
    throw new Error("what draws SVG files could not be loaded; check the connection and try again");
  };
  const scripts = choice.map((variant) => workerScript(variant) ?? "");
  choice.forEach((variant, index) => root.setAttribute(`data-engine-${variant}`, scripts[index]));
  try {
    if (!startEngine(choice[0], scripts[0])) return say(NO_MODULES);
    const running = runningBuild();
    // Relative addresses count from the page, not from this file.
    const address = (name) => new URL(script.dataset[name], document.baseURI).href;
    const wasm = address("wasm");
    const preload = [...document.querySelectorAll("link[rel=preload][as=fetch]")].find((link) => link.href === wasm);
    const [module, response] = await Promise.all([
      import(address("js")),
      fetch(wasm, preload?.integrity ? { integrity: preload.integrity } : {}),
    ]);
    if (!response.ok) throw new Error(`the server answered ${response.status} for ${wasm}`);
    await module.default({ module_or_path: response });
    afterLoading(() => keepSite(running));
  } catch (error) {
    console.error(error);
    window.gradcamEngine?.worker.terminate();
    // What was kept of the site may be damaged: then the next attempt fetches it anew.
    if (await heal()) return location.reload();
    say("The page could not be loaded. Check the connection and reload it. " +
      `What the browser said: ${error instanceof Error ? error.message : error}`);
  }
}

/**
 * Resolves with the build that `startEngine` started, as soon as it says that it runs; with nothing if it
 * fails or there is none, since the application then chooses another.
 */
function runningBuild() {
  const early = window.gradcamEngine;
  if (!early) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    early.worker.addEventListener("message", ({ data }) => data?.header?.event?.type === "started" && resolve(early.variant));
    early.worker.addEventListener("error", () => resolve(undefined));
    setTimeout(resolve, START_MS);
  });
}

/** Calls what a visit can wait for. */
function afterLoading(act) {
  const idle = window.requestIdleCallback ?? setTimeout;
  if (document.readyState === "complete") idle(act);
  else window.addEventListener("load", () => idle(act), { once: true });
}

listenForFolders();
keepFieldsInView();
start();
