// The snippets of docs/embedding.md in the tools that they are for: built by mdBook and Sphinx,
// served from another port than the site, three pictures explained with the way to anywhere else cut,
// in Chromium and in Firefox.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { browsers } from "../browsers/engines.mjs";
import { ROOT, SITE, launch } from "../e2e/browser.mjs";
import { serve } from "../e2e/server.mjs";

const run = promisify(execFile);
const DOCUMENT = readFileSync(join(ROOT, "docs/embedding.md"), "utf8");
const PICTURES = { boot: "ankle boot", bag: "bag", dress: "dress" };
/** Nothing is judged by its time; this only ends what hangs. */
const PATIENCE_MS = 120_000;
const sphinx = process.env.SPHINX ?? "sphinx-build";

const firefox = browsers().find(({ id }) => id === "firefox");
if (!firefox.start) console.log(`SKIPPED the same in Firefox. ${firefox.missing}`);

let browser;
let driver;
after(() => Promise.all([browser?.close(), driver?.close()]));

/** The document's only snippet in this language that starts so, for a site at this address. */
function snippet(language, site, start = "") {
  const blocks = [...DOCUMENT.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "gms"))].map(([, text]) => text);
  const found = blocks.filter((text) => text.startsWith(start));
  assert.equal(found.length, 1, `docs/embedding.md has ${found.length} snippets in ${language}`);
  return found[0].replaceAll("https://example.org/gradcam/", site.url());
}

/** The same for each picture. */
const forEach = (text) => Object.keys(PICTURES).map((name) => text.replaceAll("boot.png", `${name}.png`)).join("\n\n");

function copyPictures(folder) {
  mkdirSync(folder, { recursive: true });
  for (const name of Object.keys(PICTURES)) cpSync(join(SITE, `samples/fashion-${name}.png`), join(folder, `${name}.png`));
}

async function missing(program) {
  return run(program, ["--version"]).then(() => false, () => `${program} is missing`);
}

/** A test of a documentation that `build(folder, site)` makes; it gives the folder and the pages to read. */
async function building(name, program, build) {
  const skip = program && (await missing(program));
  if (skip) console.log(`SKIPPED ${name}: ${skip}`);
  test(name, { skip, timeout: 900_000 }, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "gradcam-docs-"));
    t.after(() => rmSync(folder, { recursive: true }));
    const site = await serve(SITE);
    site.share();
    t.after(() => site.close());
    const { out, pages } = await build(folder, site);
    const docs = await serve(out, { base: "/docs/" });
    t.after(() => docs.close());
    browser ??= await launch();
    for (const path of pages) await read(docs.url(path), [docs.origin, site.origin]);
    if (!firefox.start) return;
    driver ??= await firefox.start({ isOffline: true });
    t.diagnostic(`also in ${driver.name}`);
    for (const path of pages) await readInFirefox(docs.url(path), [docs.origin, site.origin]);
  });
}

/** Opens a page, presses all buttons, and waits for the maps. */
async function read(address, origins) {
  const context = await browser.newContext();
  context.setDefaultTimeout(PATIENCE_MS);
  const cut = [];
  await context.route("**/*", (route) => {
    const { origin, protocol } = new URL(route.request().url());
    if (origins.includes(origin) || ["data:", "blob:"].includes(protocol)) return route.continue();
    cut.push(route.request().url());
    return route.abort();
  });
  const page = await context.newPage();
  await page.goto(address);
  const elements = page.locator("grad-cam");
  assert.equal(await elements.count(), Object.keys(PICTURES).length, address);
  for (const [index, label] of Object.values(PICTURES).entries()) {
    const element = elements.nth(index);
    assert.match(await element.getByRole("button").textContent(), /^Look/);
    await element.getByRole("button").press("Enter");
    await element.locator("iframe").contentFrame().getByRole("heading", { name: `Where it looked for ${label}` }).waitFor();
  }
  assert.deepEqual(cut, [], `${address} asks other places`);
  await context.close();
}

/** The same in Firefox. */
async function readInFirefox(address, origins) {
  await driver.only(origins);
  await driver.open(address);
  const labels = Object.values(PICTURES);
  assert.equal(await driver.evaluate(() => document.querySelectorAll("grad-cam").length), labels.length, address);
  for (const [index, label] of labels.entries()) {
    await driver.wait("the button", (index) => /^Look/.test(document.querySelectorAll("grad-cam")[index].shadowRoot?.querySelector("button")?.textContent), index);
    await driver.evaluate((index) => {
      const element = document.querySelectorAll("grad-cam")[index];
      element.addEventListener("explanation", () => (element.dataset.came = ""));
      element.addEventListener("failure", ({ detail }) => (element.dataset.came = JSON.stringify(detail)));
      // One that is far from what can be seen gives its frame up when it is done.
      element.scrollIntoView({ block: "center" });
      element.shadowRoot.querySelector("button").click();
    }, index);
    // Entered only after the answer: a frame that is still loading changes under the one who looks.
    const came = (index) => document.querySelectorAll("grad-cam")[index].dataset.came;
    await driver.wait("an answer", (index) => document.querySelectorAll("grad-cam")[index].dataset.came !== undefined, index);
    assert.equal(await driver.evaluate(came, index), "", `picture ${index + 1} of ${address}`);
    await driver.enter((index) => document.querySelectorAll("grad-cam")[index].shadowRoot.querySelector("iframe"), index);
    await driver.shown("h1", `Where it looked for ${label}`);
    await driver.leave();
  }
  assert.deepEqual(driver.cut, [], `${address} asks other places`);
}

await building("plain HTML", undefined, async (folder, site) => {
  const [script, tag] = snippet("html", site).trim().split("\n\n");
  copyPictures(folder);
  writeFileSync(join(folder, "page.html"), `<!doctype html><meta charset="utf-8"><title>plain</title>${script}${forEach(tag)}`);
  return { out: folder, pages: ["page.html"] };
});

await building("mdBook", "mdbook", async (folder, site) => {
  copyPictures(join(folder, "src"));
  mkdirSync(join(folder, "theme"));
  writeFileSync(join(folder, "theme/head.hbs"), snippet("hbs", site));
  writeFileSync(join(folder, "book.toml"), '[book]\ntitle = "A book"\n');
  writeFileSync(join(folder, "src/SUMMARY.md"), "# Summary\n\n- [Clothes](clothes.md)\n");
  writeFileSync(join(folder, "src/clothes.md"), `# Clothes\n\n${forEach(snippet("md", site))}`);
  await run("mdbook", ["build"], { cwd: folder });
  return { out: join(folder, "book"), pages: ["clothes.html"] };
});

await building("Sphinx and MyST", sphinx, async (folder, site) => {
  copyPictures(join(folder, "_static"));
  writeFileSync(join(folder, "conf.py"), `project = "docs"\nextensions = ["myst_parser"]\n${snippet("python", site, "html")}`);
  writeFileSync(join(folder, "index.rst"), `Clothes\n=======\n\n.. toctree::\n\n   more\n\n${forEach(snippet("rst", site))}`);
  writeFileSync(join(folder, "more.md"), `# More\n\n${forEach(snippet("markdown", site))}`);
  await run(sphinx, ["-q", "-W", "-b", "html", folder, join(folder, "out")]);
  return { out: join(folder, "out"), pages: ["index.html", "more.html"] };
});
