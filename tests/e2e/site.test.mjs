// What belongs to the site and not to the program: what others show with a link to it, and its documentation.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { SITE } from "./browser.mjs";
import { visiting } from "./harness.mjs";

const BOOK = existsSync(join(SITE, "docs/index.html"));

test("the picture that goes with a link has the size that the page states", async () => {
  const index = await readFile(join(SITE, "index.html"), "utf8");
  const stated = (name) => index.match(new RegExp(`property="og:${name}" content="([^"]*)"`))?.[1];
  const picture = await readFile(join(SITE, stated("image").split("/").pop()));
  assert.equal(picture.toString("latin1", 1, 4), "PNG");
  assert.equal(String(picture.readUInt32BE(16)), stated("image:width"));
  assert.equal(String(picture.readUInt32BE(20)), stated("image:height"));
});

visiting("the help leads to the documentation where there is one", async (visit) => {
  await visit.open();
  await visit.page.getByRole("button", { name: "Help" }).click();
  const link = visit.page.getByRole("dialog").getByRole("link", { name: "documentation" });
  await visit.page.getByRole("dialog").waitFor();
  assert.equal(await link.isVisible(), BOOK);
});

if (!BOOK) console.log("SKIPPED: the documentation's pages. To see them: make docs");
visiting("the documentation's pages load nothing from elsewhere", { skip: !BOOK }, async (visit) => {
  for (const page of ["index", "methods/index", "methods/grad-cam", "embedding"]) {
    await visit.page.goto(visit.site.url(`docs/${page}.html`));
    await visit.page.locator("main h1").first().waitFor();
    const broken = await visit.page.evaluate(() =>
      [...document.images].filter(({ complete, naturalWidth }) => complete && !naturalWidth).map(({ src }) => src),
    );
    assert.deepEqual(broken, []);
  }
  assert.deepEqual(visit.problems, []);
});
