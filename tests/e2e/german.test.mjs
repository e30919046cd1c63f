// The page in German: chosen, kept, what a browser that prefers German opens with, and all of its
// views by touch on 360 pixels.

import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { SITE } from "./browser.mjs";
import { LEAST_TARGET, TINY, eventually, misfits, visiting } from "./harness.mjs";

const WIDE = { viewport: { width: 1280, height: 800 } };
const PHONE = { viewport: { width: 360, height: 640 }, hasTouch: true, locale: "de-DE" };

const language = (page) => page.evaluate(() => document.documentElement.lang);
const becomes = (page, code) => eventually(`the page says ${code}`, async () => (await language(page)) === code);
const choose = (page, name, now = "Language") => page.getByRole("combobox", { name: now }).selectOption(name);
const heading = (page, name) => page.getByRole("heading", { name });
const german = (label) => new RegExp(`^Wohin es für ${label} geschaut hat`, "i");

/** The page of a visit whose browser prefers German. */
async function openInGerman({ page, site }, hash = `model=${TINY.id}`) {
  await page.goto(site.url(`index.html#${hash}`));
  await page.getByRole("region", { name: "Klassen" }).waitFor();
}

/** The parts of the page's program that hold a text. */
async function partsWith(text) {
  const files = (await readdir(SITE)).filter((name) => /^app-.*\.wasm$/.test(name));
  const held = await Promise.all(files.map(async (name) => ((await readFile(join(SITE, name))).includes(text) ? name : undefined)));
  return held.filter(Boolean);
}

visiting("German is chosen, everything says it, it is kept, and left again", WIDE, async (visit) => {
  const { page } = visit;
  await visit.open();
  assert.equal(await language(page), "en");
  assert.equal(await page.evaluate(() => localStorage.getItem("gradcam.language")), null);
  await visit.sample("Ankle boot");
  await visit.explained("ankle boot");
  await choose(page, "Deutsch");
  await becomes(page, "de");
  await heading(page, german("ankle boot")).waitFor();
  await page.getByRole("region", { name: "Klassen" }).waitFor();
  await page.getByRole("button", { name: "Dafür und dagegen" }).waitFor();
  assert.equal(await page.title(), "gradcam: wohin ein Bildklassifikator schaut");
  await visit.shot("german-explained");
  assert.doesNotMatch(await visit.hash(), /lang|=de\b/, "the language is not in the address");

  await page.getByRole("button", { name: "Hilfe" }).click();
  await page.getByRole("dialog", { name: "Was zu sehen ist" }).getByRole("button", { name: "Schließen" }).click();

  await page.locator("#method summary").click();
  await page.locator("#method").getByText("Zu sehen ist,").waitFor();
  await page.locator("#method select").first().selectOption("occlusion");
  await heading(page, german("ankle boot")).waitFor();
  await page.locator("#method").getByText("welche Teile die Antwort braucht").waitFor();
  await visit.shot("german-method");
  for (const [view, words] of [["Vergleich", "Messen und ordnen nach"], ["Test", "Ist dem zu trauen?"], ["Karte", "Was das Netz sagt"]]) {
    await page.getByRole("button", { name: view, exact: true }).click();
    await page.getByText(words).first().waitFor();
    await visit.shot(`german-${view}`);
  }

  await page.reload();
  await becomes(page, "de");
  await heading(page, german("ankle boot")).waitFor();
  await choose(page, "English", "Sprache");
  await becomes(page, "en");
  await visit.explained("ankle boot");
  assert.equal(await page.title(), "gradcam: where an image classifier looks");
  await page.getByRole("button", { name: "Help" }).click();
  await page.getByRole("dialog", { name: "What you see" }).waitFor();
  visit.assertQuiet();
});

visiting("a browser that prefers German opens the page in German, unless English was chosen", { locale: "de-AT" }, async (visit) => {
  const { page } = visit;
  await openInGerman(visit);
  assert.equal(await language(page), "de");
  await page.getByRole("contentinfo").getByText("Meldungen des Rechenprogramms sind englisch.").waitFor();
  await visit.shot("german-empty");
  await choose(page, "English", "Sprache");
  await becomes(page, "en");
  await page.reload();
  await page.getByRole("button", { name: "Help" }).waitFor();
  assert.equal(await language(page), "en");
  visit.assertQuiet();
});

visiting("a language that cannot be loaded leaves the page as it is, and is had on another try", async (visit) => {
  const { page } = visit;
  const [part, ...more] = await partsWith("Dafür und dagegen");
  assert.deepEqual(more, [], "one part has the German words");
  assert.match(part, /^app-more-/, "not the one that the page opens with");
  await page.route(`**/${part}`, (route) => route.abort());
  await visit.open();
  await choose(page, "Deutsch");
  const notice = await visit.notice("could not be loaded", "stays as it is");
  assert.equal(await language(page), "en");
  await visit.shot("german-not-loaded");
  await page.unroute(`**/${part}`);
  await visit.goWay(notice, "Try again");
  await becomes(page, "de");
  visit.assertQuiet([/Failed to load|ERR_FAILED|fetch/i]);
});

visiting("a browser that stores nothing speaks German as long as the page is open", async (visit) => {
  const { page } = visit;
  await page.addInitScript(() => Object.defineProperty(window, "localStorage", { get: () => { throw new DOMException("no", "SecurityError"); } }));
  await visit.open();
  await choose(page, "Deutsch");
  await becomes(page, "de");
  visit.assertQuiet();
});

visiting("in German on a phone nothing sticks out", PHONE, async (visit) => {
  const { page } = visit;
  const fits = async (where) => assert.deepEqual(await page.evaluate(misfits, LEAST_TARGET), [], where);
  await openInGerman(visit);
  await page.getByRole("button", { name: /Ankle boot$/ }).waitFor();
  await fits("empty");
  await visit.shot("german-phone-empty");
  await page.getByRole("contentinfo").scrollIntoViewIfNeeded();
  await visit.shot("german-phone-foot");
  await page.getByRole("button", { name: /Ankle boot$/ }).tap();
  await heading(page, german("ankle boot")).waitFor();
  await fits("explained");
  const row = async (name) => (await page.getByRole("button", { name }).boundingBox()).y;
  assert.equal(await row(/^Farben:/), await row("Hilfe"), "the header has as many rows as in English");
  await visit.shot("german-phone-explained");
  for (const summary of await page.locator("main summary").all()) await summary.tap();
  await fits("everything open");
  await visit.shot("german-phone-open");
  for (const view of ["Vergleich", "Test", "Karte"]) {
    const button = page.getByRole("button", { name: view, exact: true });
    await button.tap();
    await eventually(`${view} is shown`, async () => (await button.getAttribute("aria-pressed")) === "true");
    await fits(view);
    await visit.shot(`german-phone-${view}`);
  }
  visit.assertQuiet();
});
