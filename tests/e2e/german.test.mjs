// The page in German: chosen, kept, and what a browser that prefers German opens with.

import assert from "node:assert/strict";
import { eventually, visiting } from "./harness.mjs";

const language = (page) => page.evaluate(() => document.documentElement.lang);
const becomes = (page, code) => eventually(`the page says ${code}`, async () => (await language(page)) === code);

visiting("German is chosen, kept, and left again", async (visit) => {
  const { page } = visit;
  await visit.open();
  assert.equal(await language(page), "en");
  await page.getByRole("combobox", { name: "Language" }).selectOption("Deutsch");
  await becomes(page, "de");
  await page.getByRole("button", { name: "Hilfe" }).waitFor();
  assert.equal(await visit.hash().then((hash) => hash.includes("lang")), false, "no language in the address");
  await page.reload();
  await becomes(page, "de");
  await page.getByRole("combobox", { name: "Sprache" }).selectOption("English");
  await becomes(page, "en");
  await page.getByRole("button", { name: "Help" }).waitFor();
  visit.assertQuiet();
});

visiting("a browser that prefers German opens the page in German", { locale: "de-DE" }, async (visit) => {
  await visit.open();
  await becomes(visit.page, "de");
  visit.assertQuiet();
});
