// Starts the page: checks what the browser can do, then loads the application.
// A file of its own, because the page's security policy allows no inline script.

import { engines, loader, prepareThreads } from "./engines.js";
import { listenForFolders } from "./folder_drop.js";

const script = document.querySelector("script[data-js][data-wasm]");

const NO_SIMD =
  "This page computes with WebAssembly SIMD, which this browser does not have or does not allow. " +
  "Chrome and Edge have it from version 91, Firefox from 89, Safari from 16.4.";

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
 * the application starts it.
 */
function startEngine([variant]) {
  const script = loader(variant);
  if (!script || new URLSearchParams(location.hash.slice(1)).has("engine")) return;
  // The threads' channel has the worker's name; other tabs of the site must not receive it.
  const name = `gradcam engine ${Math.random()}`;
  const early = { variant, name, messages: [], crashes: [] };
  try {
    early.worker = new Worker(script, { type: "module", name });
  } catch {
    // The application tries again, and says why there is no engine.
    return;
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
  for (const variant of choice) root.setAttribute(`data-engine-${variant}`, loader(variant) ?? "");
  try {
    startEngine(choice);
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
    await prepareThreads();
  } catch (error) {
    console.error(error);
    window.gradcamEngine?.worker.terminate();
    say("The page could not be loaded. Check the connection and reload it. " +
      `What the browser said: ${error instanceof Error ? error.message : error}`);
  }
}

listenForFolders();
start();
