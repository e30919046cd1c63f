// What a person does with the page on a phone, by keyboard, and with a screen reader.

import assert from "node:assert/strict";
import { assertAccessible, eventually, visiting } from "./harness.mjs";

const PHONE = { width: 360, height: 640 };

async function withBoot(visit) {
  await visit.open();
  await visit.ready();
  await visit.sample("Ankle boot");
  await visit.explained("ankle boot");
}

async function assertInView(locator, { height }, what) {
  const box = await locator.boundingBox();
  const isIn = box.y >= -1 && box.y + box.height <= height + 1;
  assert.ok(isIn, `${what} lies at ${box.y.toFixed(0)}, ${box.height.toFixed(0)} high`);
}

visiting("on a phone the picture stays, with the classes under it", { viewport: PHONE }, async (visit) => {
  const { page } = visit;
  await withBoot(visit);
  const canvas = page.locator("canvas");
  const second = visit.rows().nth(1);
  await assertInView(canvas, PHONE, "the picture");
  await assertInView(second, PHONE, "the second class");
  await (await visit.layers()).getByRole("button").last().scrollIntoViewIfNeeded();
  await assertInView(canvas, PHONE, "the picture beside the layers");
  const chip = visit.modelChip().locator(".chip-name");
  assert.ok(await chip.evaluate((name) => name.scrollWidth <= name.clientWidth), "the model's name is whole");
  visit.assertQuiet();
});

visiting("on a desktop saving is in the first screen, and the picture stays", async (visit) => {
  const { page } = visit;
  const size = page.viewportSize();
  await withBoot(visit);
  await assertInView(page.getByRole("region", { name: "Save" }), size, "Save");
  const last = (await visit.layers()).getByRole("button").last();
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
  await last.scrollIntoViewIfNeeded();
  await assertInView(page.locator("canvas"), size, "the picture");
  visit.assertQuiet();
});

visiting("the focus goes to the result, and hidden inputs are not in its way", async (visit) => {
  const { page } = visit;
  await visit.open();
  await visit.ready();
  const isAt = (name) => page.evaluate((name) => document.activeElement.textContent.includes(name), name);
  await page.getByRole("button", { name: "choose a file" }).focus();
  const chooser = page.waitForEvent("filechooser");
  await page.keyboard.press("Enter");
  await chooser;
  await page.getByRole("button", { name: /Ankle boot$/ }).focus();
  await page.keyboard.press("Enter");
  await visit.explained("ankle boot");
  await eventually("the heading has the focus", () => isAt("Where it looked for"));
  await page.keyboard.press("Tab");
  assert.ok(await isAt("Another picture"));
  assert.equal(await page.locator("main input[type=file]:not([hidden])").count(), 1, "that of the names");
  visit.assertQuiet();
});

visiting("keys do nothing behind a dialog", async (visit) => {
  const { page } = visit;
  await withBoot(visit);
  const painted = await visit.painted();
  await page.keyboard.press("?");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("2");
  await page.keyboard.down("o");
  await page.waitForTimeout(300);
  assert.equal(await visit.painted(), painted);
  assert.equal(await visit.asked("explain"), 1);
  await page.keyboard.up("o");
  visit.assertQuiet();
});

visiting("the dot is seen in forced colours", async (visit) => {
  const { page } = visit;
  await page.emulateMedia({ forcedColors: "active" });
  await visit.open();
  await visit.ready();
  const colour = (selector) => page.locator(selector).first().evaluate((one) => getComputedStyle(one).backgroundColor);
  assert.notEqual(await colour(".dot"), await colour(".popover .chip"));
  visit.assertQuiet();
});

visiting("the theme follows in other tabs", async (visit) => {
  await visit.open();
  const first = visit.page;
  await visit.newPage();
  await visit.open();
  await visit.page.getByRole("button", { name: /^Colours:/ }).click();
  await first.getByRole("button", { name: "Colours: light" }).waitFor();
  visit.assertQuiet();
});

visiting("words: one method is no choice, and the legend says which end is which", async (visit) => {
  const { page } = visit;
  await withBoot(visit);
  assert.equal(await page.locator("summary", { hasText: /^Method/ }).count(), 0);
  await page.getByText("before they become percentages").waitFor();
  await page.getByRole("checkbox", { name: /A scale for each class/ }).waitFor();
  await page.getByRole("button", { name: "For and against" }).click();
  await page.getByText("against the class").waitFor();
  await assertAccessible(page, "signed");
  visit.assertQuiet();
});
