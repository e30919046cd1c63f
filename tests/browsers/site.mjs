// What the checks show: the built site, and pages that use it.

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SITE, engineFile } from "../e2e/browser.mjs";
import { png } from "../e2e/pictures.mjs";
import { serve } from "../e2e/server.mjs";

/** The quick model that every site has. */
export const TINY = { id: "xception-tiny", file: "models/xception-tiny.onnx", name: "Xception-tiny" };

/** Serves the built site, for pages of other origins as well, and with the headers for threads. */
export async function serveSite() {
  const site = await serve(SITE);
  site.share();
  site.isolate();
  return site;
}

/** Serves a page of another origin with `<grad-cam>` in it; ends with `close()`. */
export async function servePage(site, body, head = "") {
  const folder = mkdtempSync(join(tmpdir(), "gradcam-page-"));
  for (const name of ["boot", "bag", "dress"]) cpSync(join(SITE, `samples/fashion-${name}.png`), join(folder, `${name}.png`));
  writeFileSync(join(folder, "page.html"), `<!doctype html><html lang="en"><meta charset="utf-8">
    <meta name="viewport" content="width=device-width"><title>A page</title><link rel="icon" href="data:,">${head}
    <script>window.told = []; for (const type of ["explanation", "failure"]) addEventListener(type, ({ detail }) => told.push({ type, label: detail.class?.label, message: detail.message }));</script>
    <script type="module" src="${site.url("widget.js")}"></script>${body}`);
  const page = await serve(folder, { base: "/docs/" });
  const close = page.close.bind(page);
  page.close = async () => {
    await close();
    rmSync(folder, { recursive: true });
  };
  return page;
}

/** Adds a page that has the library as `window.gradcam`, under the site's policy; its path. */
export function addLibraryPage(site) {
  const policy = readFileSync(join(SITE, "index.html"), "utf8").match(/<meta http-equiv="Content-Security-Policy"[^>]*>/)[0];
  const variants = ["threads", "relaxed", "simd128"].map((variant) => [variant, engineFile(variant, "")]);
  site.replace("engines.json", JSON.stringify(Object.fromEntries(variants.filter(([, file]) => file))));
  site.replace("library-only.js", 'import * as gradcam from "./library/gradcam.js"; window.gradcam = gradcam;');
  site.replace("library-only.html", `<!doctype html><meta charset="utf-8">${policy}<title>library</title>
    <link rel="icon" href="icon.svg"><script type="module" src="library-only.js"></script>`);
  return "library-only.html";
}

/** A folder with a picture of one's own, which is no sample; the path of its file. */
export function makePicture(t) {
  const folder = mkdtempSync(join(tmpdir(), "gradcam-own-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "striped.png");
  writeFileSync(file, png(40, 30, (x, y) => [x % 8 < 4 ? 220 : 20, y * 8, 90]));
  return file;
}
