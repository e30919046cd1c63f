// What a person does with the page on a phone, by keyboard, and with a screen reader.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { SHOTS, SITE } from "./browser.mjs";
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
  // Before the focus, since Playwright takes a moment until it listens.
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "choose a file" }).focus();
  await page.keyboard.press("Enter");
  await chooser;
  await page.getByRole("button", { name: /Ankle boot$/ }).focus();
  await page.keyboard.press("Enter");
  await visit.explained("ankle boot");
  await eventually("the heading has the focus", () => isAt("Where it looked for"));
  await page.keyboard.press("Tab");
  assert.ok(await isAt("Another picture"));
  assert.equal(await page.locator("main input[type=file]:not([hidden])").count(), 0, "that of the names comes with its panel");
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

visiting("words: methods by their plain names, and the legend says which end is which", async (visit) => {
  const { page } = visit;
  await withBoot(visit);
  await page.locator("#method summary").click();
  await page.getByText("It shows which places have the features that would raise the class most.").waitFor();
  await page.getByText("before they become percentages").waitFor();
  await page.getByRole("checkbox", { name: /A scale for each class/ }).waitFor();
  await page.getByRole("button", { name: "For and against" }).click();
  await page.getByText("← against the class").waitFor();
  await assertAccessible(page, "signed");
  visit.assertQuiet();
});

visiting("help is a button, and three lines say how to read the first map", async (visit) => {
  const { page } = visit;
  await withBoot(visit);
  const lines = page.getByRole("region", { name: "How to read this" });
  assert.equal(await lines.getByRole("listitem").count(), 3);
  await lines.getByText("Tap it").waitFor();
  await lines.getByRole("button", { name: "Got it" }).click();
  await lines.waitFor({ state: "hidden" });
  await page.getByRole("button", { name: "Help" }).click();
  await page.getByRole("dialog", { name: "What you see" }).waitFor();
  await page.keyboard.press("Escape");
  await page.reload();
  await visit.ready();
  await visit.sample("Bag");
  await visit.explained("bag");
  assert.equal(await lines.count(), 0, "they are read");
  visit.assertQuiet();
});

visiting("Back goes through classes and pictures, and throws nothing away", async (visit) => {
  const { page } = visit;
  await withBoot(visit);
  const [, second] = await visit.rowLabels();
  const boot = await visit.map();
  await visit.rows().nth(1).click();
  await visit.explained(second);
  await page.getByRole("slider", { name: "Opacity" }).fill("30");
  await visit.sample("Bag");
  await visit.explained("bag");
  await page.goBack();
  await visit.explained(second);
  await page.getByText("fashion-boot.png").first().waitFor();
  await page.goBack();
  await visit.explained("ankle boot");
  assert.deepEqual((await visit.map()).values, boot.values);
  await page.goBack();
  await page.getByText("or try one of these").waitFor();
  await page.goForward();
  await visit.explained("ankle boot");
  await page.goForward();
  await visit.explained(second);
  await page.goForward();
  await visit.explained("bag");
  assert.equal(await visit.asked("loadModel"), 1);
  visit.assertQuiet();
});

visiting("a refused picture leaves no entry in the browser's history", async (visit) => {
  const { page } = visit;
  await withBoot(visit);
  const [first, second] = await visit.rowLabels();
  await visit.rows().nth(1).click();
  await visit.explained(second);
  const entries = await page.evaluate(() => history.length);
  await visit.drop("diary.png", Buffer.from("Dear diary, today I was a PNG."));
  await visit.notice("diary.png");
  await visit.explained(second);
  assert.equal(await visit.rows().nth(1).getAttribute("aria-pressed"), "true", "the class is still chosen");
  assert.equal(await page.evaluate(() => history.length), entries);
  await page.goBack();
  await visit.explained(first);
  visit.assertQuiet();
});

visiting("home is the way to the samples, and Back from there to the picture", async (visit) => {
  const { page } = visit;
  await withBoot(visit);
  await page.getByRole("link", { name: "gradcam" }).click();
  await page.getByText("or try one of these").waitFor();
  await visit.ready();
  await page.goBack();
  await visit.explained("ankle boot");
  assert.equal(await visit.asked("loadModel"), 1);
  visit.assertQuiet();
});

visiting("Back goes to the model before", async (visit) => {
  const { page } = visit;
  const [other] = visit.models().filter(({ id }) => !visit.page.url().includes(id) && id !== "xception-tiny");
  if (!other) return;
  await withBoot(visit);
  await visit.chooseModel(other.name);
  await eventually("the address names it", async () => (await visit.hash()).includes(other.id));
  await page.goBack();
  await visit.ready();
  await visit.explained("ankle boot");
  assert.match(await visit.hash(), /model=xception-tiny/);
});

visiting("values are read by arrow keys, cell by cell from the peak", async (visit) => {
  const { page } = visit;
  await withBoot(visit);
  const { shape, values } = await visit.map();
  const [height, width] = shape;
  const top = values.indexOf(values.reduce((most, value) => Math.max(most, value)));
  const [row, column] = [Math.floor(top / width), top % width];
  const painted = await visit.painted();
  await page.locator("canvas").focus();
  await page.keyboard.press("ArrowRight");
  const place = (at) => `at ${((100 * (at + 0.5)) / width).toFixed(0)} % from the left`;
  await eventually("the peak is told", async () => (await visit.said()).includes(place(column)));
  const shown = page.locator(".spot-value");
  assert.equal(await visit.painted(), painted, "the picture is still there");
  assert.equal(parseFloat(await shown.textContent()).toFixed(1), values[top].toFixed(1));
  const left = column > 0;
  await page.keyboard.press(left ? "ArrowLeft" : "ArrowRight");
  const next = left ? column - 1 : column + 1;
  await eventually("its neighbour is told", async () => (await visit.said()).includes(place(next)));
  const told = parseFloat((await visit.said()).replace("−", "-"));
  assert.ok(Math.abs(told - values[row * width + next]) < 0.006 && height > 0, `${told}`);
  await page.keyboard.press("Escape");
  await shown.waitFor({ state: "hidden" });
  visit.assertQuiet();
});

visiting("values are read by touch, and stay when the finger goes", { viewport: PHONE }, async (visit) => {
  const { page } = visit;
  await withBoot(visit);
  const canvas = page.locator("canvas");
  const { x, y, width, height } = await canvas.boundingBox();
  const touch = { pointerType: "touch", clientX: x + width / 4, clientY: y + height / 2, bubbles: true };
  await canvas.dispatchEvent("pointerdown", touch);
  const shown = page.locator(".spot-value");
  await shown.waitFor();
  const first = await shown.textContent();
  await canvas.dispatchEvent("pointermove", { ...touch, clientX: x + width * 0.7 });
  await eventually("another value is read", async () => (await shown.textContent()) !== first);
  await canvas.dispatchEvent("pointerup", touch);
  await canvas.dispatchEvent("pointerleave", touch);
  await page.waitForTimeout(200);
  assert.ok(await shown.isVisible());
  await canvas.dispatchEvent("pointercancel", touch);
  await shown.waitFor({ state: "hidden" });
  visit.assertQuiet();
});

/** The texts that stand in a PNG file, by their keywords. */
function textsOf(png) {
  const texts = {};
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    if (png.toString("latin1", at + 4, at + 8) !== "iTXt") continue;
    const [keyword, ...rest] = png.toString("utf8", at + 8, at + 8 + png.readUInt32BE(at)).split("\0");
    texts[keyword] = rest.at(-1);
  }
  return texts;
}

visiting("what is saved names the class and says all of how it was made", async (visit) => {
  const { page } = visit;
  await withBoot(visit);
  const save = page.getByRole("region", { name: "Save" });
  const download = page.waitForEvent("download");
  await save.getByRole("button", { name: "JSON" }).click();
  assert.equal((await download).suggestedFilename(), "fashion-boot.ankle boot.grad-cam.json");
  const made = JSON.parse(await readFile(await (await download).path()));
  const picture = await readFile(join(SITE, "samples/fashion-boot.png"));
  assert.equal(made.version, 2);
  assert.equal(made.image.sha256, createHash("sha256").update(picture).digest("hex"));
  const { layout, channels, scale, mean, std, size, fit, resize } = made.preprocessing;
  assert.deepEqual([channels, mean.length, std.length, size, fit], ["L", 1, 1, made.model.input.size, "stretch"]);
  assert.equal(resize, "bilinear");
  assert.ok(scale > 0 && ["NCHW", "NHWC"].includes(layout));
  assert.equal(made.top_classes.length, 5);
  assert.deepEqual(made.top_classes[0], made.class);
  assert.deepEqual([typeof made.layer, typeof made.engine.variant, made.engine.threads > 0], ["string", "string", true]);
  const texts = textsOf(await visit.save("PNG"));
  assert.match(texts.Class, /^ankle boot, \d+ %$/i);
  assert.deepEqual([texts.Model, texts.Method], [made.model.name, "Grad-CAM"]);
  assert.ok(texts.Layer && /… .* in logit units$/.test(texts["Value range"]));
  const figure = await visit.save("Figure");
  assert.deepEqual([figure.readUInt32BE(16), figure.readUInt32BE(20) > 480], [480, true]);
  assert.deepEqual(textsOf(figure), texts);
  mkdirSync(SHOTS, { recursive: true });
  writeFileSync(join(SHOTS, "figure.png"), figure);
  await visit.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await save.getByRole("button", { name: "Copy", exact: true }).click();
  await save.getByRole("button", { name: "Copied" }).waitFor();
  await save.getByRole("button", { name: /^Copy$/ }).waitFor();
  visit.assertQuiet();
});
