// Where the built site lies, and the browser that shows it.

import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const here = fileURLToPath(new URL(".", import.meta.url));

/** The project's folder. */
export const ROOT = resolve(here, "../..");
/** The built site. */
export const SITE = resolve(process.env.SITE ?? join(ROOT, "dist"));
/** Arrays that Keras made. */
export const GOLDEN = join(ROOT, "tests/golden");
/** Where screenshots go. */
export const SHOTS = resolve(process.env.SHOTS ?? join(ROOT, "target/e2e"));

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Of one start. A start that takes longer has hung: it takes a second otherwise. */
const START_MS = 60_000;
const STARTS = 3;

/** Starts Chromium without a window. */
export async function launch() {
  return started((options) => chromium.launch(options));
}

/** Starts Chromium on a profile's folder, where it keeps what a person's browser keeps. */
export async function launchProfile(folder) {
  return started((options) => chromium.launchPersistentContext(folder, options));
}

/** Chromium sometimes dies or hangs before it shows a page, which says nothing of the site: it is started anew. */
async function started(start) {
  const options = { executablePath: findChromium(), args: FLAGS, timeout: START_MS };
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start(options);
    } catch (error) {
      if (attempt === STARTS) throw error;
      console.warn(`Chromium did not start (${String(error).split("\n")[0]}): attempt ${attempt + 1} of ${STARTS}`);
    }
  }
}

function findChromium() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const names = ["chromium", "chromium-browser", "google-chrome"];
  const folders = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  const found = names.flatMap((name) => folders.map((folder) => join(folder, name))).find(canRun);
  if (!found) throw new Error("Chromium is missing: install it, or name its program in CHROMIUM");
  return found;
}

function canRun(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** What the site offers. */
export function manifest() {
  const file = join(SITE, "models/manifest.json");
  if (!existsSync(file)) {
    throw new Error(`there is no built site in ${SITE}: run \`make site\`, or name its folder in SITE`);
  }
  return JSON.parse(readFileSync(file, "utf8")).models;
}

/**
 * A file of one of the engine's builds, such as `_loader.js`; `null` if the site has no such build. The names
 * hold a hash of the contents, and stand in `index.html`.
 */
export function engineFile(variant, ending) {
  const index = join(SITE, "index.html");
  if (!existsSync(index)) return null;
  const name = readFileSync(index, "utf8").match(new RegExp(`gradcam-engines"[^>]* data-${variant}="([^"]+)"`))?.[1];
  return name ? `${name}${ending}` : null;
}
