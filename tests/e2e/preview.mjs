// Makes www/preview.png, which other sites show with a link to this one: a picture of the built site,
// in the size that they ask for. Run again when the page's look changes: node tests/e2e/preview.mjs

import { join } from "node:path";
import { ROOT, SITE, launch, manifest } from "./browser.mjs";
import { serve } from "./server.mjs";

const SIZE = { width: 1200, height: 630 };
const MODEL = "efficientnet-lite0";
const PATIENCE_MS = 120_000;

if (!manifest().some(({ id }) => id === MODEL)) throw new Error(`the site has no ${MODEL}: run \`make site\``);
const site = await serve(SITE);
const browser = await launch();
try {
  const page = await browser.newPage({ viewport: SIZE, colorScheme: "light" });
  page.setDefaultTimeout(PATIENCE_MS);
  await page.goto(site.url(`index.html#model=${MODEL}`));
  await page.getByRole("button", { name: /Coffee cup$/ }).click();
  await page.getByRole("region", { name: "Save" }).waitFor();
  await page.getByRole("button", { name: "Got it" }).click();
  // Until nothing moves: two pictures in a row that are the same.
  let [last, shot] = [null, await page.screenshot()];
  while (!last?.equals(shot)) {
    await page.waitForTimeout(1000);
    [last, shot] = [shot, await page.screenshot({ path: join(ROOT, "www/preview.png") })];
  }
} finally {
  await browser.close();
  await site.close();
}
