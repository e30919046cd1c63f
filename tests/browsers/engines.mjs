// The browsers that are on this machine, and how to get those that are not.

import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { PuppeteerDriver } from "./puppeteer.mjs";
import { WebKitDriver } from "./webkit.mjs";

const FOLDERS = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
const MINI_BROWSERS = ["x86_64", "aarch64"].flatMap((machine) =>
  ["4.1", "4.0", "6.0"].map((version) => `/usr/lib/${machine}-linux-gnu/${version === "6.0" ? "webkitgtk" : "webkit2gtk"}-${version}/MiniBrowser`),
);

/** The first of these programs that is there. */
function program(...names) {
  const files = names.flatMap((name) => (name.startsWith("/") ? [name] : FOLDERS.map((folder) => join(folder, name))));
  return files.find((file) => existsSync(file));
}

/** Each has `start()` or, in words, what is missing. The first is what the others are compared with. */
export function browsers() {
  const chromium = program(...(process.env.CHROMIUM ? [process.env.CHROMIUM] : ["chromium", "chromium-browser", "google-chrome"]));
  const firefox = program(...(process.env.FIREFOX ? [process.env.FIREFOX] : ["firefox-esr", "firefox"]));
  const webkit = { driver: program("WebKitWebDriver"), browser: program(...MINI_BROWSERS), screen: program("Xvfb") };
  const hasWebKit = Object.values(webkit).every(Boolean);
  return [
    { id: "chromium", start: chromium && (() => PuppeteerDriver.chromium(chromium)), missing: "Chromium is missing: install chromium" },
    { id: "firefox", start: firefox && ((options) => PuppeteerDriver.firefox(firefox, options)), missing: "Firefox is missing: install firefox-esr, or name its program in FIREFOX" },
    { id: "webkit", start: hasWebKit && (() => WebKitDriver.start(webkit)), missing: "WebKit is missing: install webkit2gtk-driver and xvfb" },
  ];
}
