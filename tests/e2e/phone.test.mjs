// A phone: 360 × 640, touch, a slow processor, little memory, pages that are thrown away.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { SITE, engineFile } from "./browser.mjs";
import { LEAST_TARGET, TINY, builtModel, eventually, misfits, visiting } from "./harness.mjs";
import { distance } from "./npy.mjs";
import { hosting, tag } from "./widget.mjs";

const PHONE = { width: 360, height: 640 };
const TOUCH = { viewport: PHONE, hasTouch: true };
const SLOWER = 6;
const LOADER = engineFile("simd128", "_loader.js");
const BASELINE = `model=${TINY.id}&engine=simd128`;

async function slowDown(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
}

visiting("by touch and six times slower: a sample, another class, a search, a value, the views", TOUCH, async (visit) => {
  const { page } = visit;
  await slowDown(page);
  await visit.open();
  const fits = async (where) => assert.deepEqual(await page.evaluate(misfits, LEAST_TARGET), [], where);
  await page.getByRole("button", { name: /Ankle boot$/ }).waitFor();
  await fits("empty");
  await page.getByRole("button", { name: /Ankle boot$/ }).tap();
  await visit.explained("ankle boot");
  await fits("explained");
  await visit.shot("phone-explained");
  const [, second] = await visit.rowLabels();
  await visit.rows().nth(1).tap();
  await visit.explained(second);

  // The keyboard takes about half of the screen: what is typed and what is found stay above it.
  const search = page.getByRole("combobox", { name: "Look for another class" });
  await search.tap();
  const position = () => page.locator(".stage > .frame").evaluate((frame) => getComputedStyle(frame).position);
  assert.equal(await position(), "static", "the picture does not stay over what is typed");
  await page.setViewportSize({ ...PHONE, height: 330 });
  await page.keyboard.type("san");
  const option = page.getByRole("option", { name: /sandal/i });
  await option.waitFor();
  await visit.shot("phone-search");
  for (const [what, one] of [["the field", search], ["what is found", option]]) {
    const box = await one.boundingBox();
    assert.ok(box.y >= 0 && box.y + box.height <= 330, `${what} lies at ${box.y}, ${box.height} high`);
    const middle = [box.x + box.width / 2, box.y + box.height / 2];
    const isOnTop = await one.evaluate((one, [x, y]) => one.contains(document.elementFromPoint(x, y)), middle);
    assert.ok(isOnTop, `${what} is covered`);
  }
  await option.tap();
  await visit.explained("sandal");
  await page.setViewportSize(PHONE);
  await search.blur();
  assert.equal(await position(), "sticky");

  const canvas = await page.locator("canvas").boundingBox();
  await page.touchscreen.tap(canvas.x + canvas.width / 2, canvas.y + canvas.height / 2);
  await page.locator(".reading").first().waitFor();
  for (const view of ["Compare", "Test", "Explain"]) {
    await page.getByRole("button", { name: view, exact: true }).tap();
    await eventually(`${view} is shown`, () => page.getByRole("button", { name: view, exact: true }).getAttribute("aria-pressed").then((pressed) => pressed === "true"));
    await fits(view);
    await visit.shot(`phone-${view}`);
  }
  visit.assertQuiet();
});

hosting("<grad-cam> by touch and six times slower", TOUCH, async (host, visit) => {
  await slowDown(host.page);
  await host.show(tag());
  await host.element().getByRole("button").tap();
  await host.explained("ankle boot");
  const frame = host.page.frames().find((one) => one.url().includes("#widget="));
  assert.deepEqual(await frame.evaluate(misfits, LEAST_TARGET), []);
  assert.deepEqual(await host.page.evaluate(misfits, LEAST_TARGET), []);
  await host.inside().locator("#classes button").nth(1).tap();
  await host.explained("sandal").catch(() => host.inside().locator("#title", { hasText: "sandal" }).waitFor());
  await visit.shot("phone-widget");
  visit.assertQuiet();
});

visiting("a page that was thrown away comes back with the same view of a sample", TOUCH, async (visit) => {
  const { page } = visit;
  await visit.open();
  await visit.sample("Ankle boot");
  await visit.explained("ankle boot");
  await page.locator("#method summary").click();
  await page.locator("#method select").first().selectOption("hirescam");
  await visit.rows().nth(1).click();
  const [, second] = await visit.rowLabels();
  await visit.explained(second);
  const signed = page.getByRole("button", { name: "For and against" });
  await signed.click();
  await eventually("it is signed", async () => (await signed.getAttribute("aria-pressed")) === "true");
  const [hash, { values }] = [await visit.hash(), await visit.map()];
  await page.reload();
  await visit.explained(second);
  assert.equal(await visit.hash(), hash);
  assert.equal(await signed.getAttribute("aria-pressed"), "true");
  assert.equal(distance((await visit.map()).values, values), 0);
  visit.assertQuiet();
});

visiting("a picture of one's own does not come back, which is said; the rest is as it was", TOUCH, async (visit) => {
  const { page } = visit;
  await visit.open();
  await visit.ready();
  const bag = await readFile(join(SITE, "samples/fashion-bag.png"));
  await visit.chooseFile("bag.png", bag, "image/png");
  await visit.explained("bag");
  await visit.rows().nth(2).click();
  const [, , third] = await visit.rowLabels();
  await visit.explained(third);
  await page.reload();
  const notice = await visit.notice("A picture of your own was open here", "keeps no pictures");
  await notice.getByRole("button", { name: "Choose another picture" }).waitFor();
  await visit.shot("phone-own-picture-gone");
  await visit.chooseFile("bag.png", bag, "image/png");
  await visit.explained(third);
  assert.equal(await notice.count(), 0, "the sentence goes with another picture");
  await visit.sampleAgain("fashion-boot.png");
  await page.reload();
  await visit.notice("A picture of your own was open here");
  await page.reload();
  await visit.ready();
  assert.equal(await page.getByText("A picture of your own").count(), 0, "said once");
  visit.assertQuiet();
});

/** The worker sees a device with so many gigabytes. */
async function withMemory(visit, gigabytes) {
  const loader = await readFile(join(SITE, LOADER), "utf8");
  visit.site.replace(LOADER, `Object.defineProperty(WorkerNavigator.prototype, "deviceMemory", { value: ${gigabytes} });\n${loader}`);
}

visiting("a model that takes more memory than the device has to spare is told, and loaded if one wants it", async (visit) => {
  await withMemory(visit, 0.001);
  await visit.open(BASELINE);
  const notice = await visit.notice("would take about", "of memory", "can count on");
  await visit.shot("phone-memory");
  assert.equal((await visit.told("failed")).at(-1).kind, "memory");
  await visit.goWay(notice, "Load it all the same");
  await visit.ready();
  await visit.sample("Ankle boot");
  await visit.explained("ankle boot");
  visit.assertQuiet();
});

const KITCHEN = builtModel("xception-kitchenware");
const skip = !KITCHEN && "the kitchenware model was not built";
if (skip) console.log(`SKIPPED the memory of Xception: ${skip}`);
visiting("Xception is loaded on a device of 1 GB, and not without a word on one of half of that", { skip }, async (visit) => {
  await withMemory(visit, 1);
  await visit.open(`model=${KITCHEN.id}&engine=simd128`);
  await visit.ready(KITCHEN.name);
  await withMemory(visit, 0.5);
  await visit.page.reload();
  await visit.notice("would take about", "134 MB");
  visit.assertQuiet();
});

hosting("<grad-cam> says it, too", async (host, visit) => {
  for (const variant of ["threads", "relaxed", "simd128"]) {
    const file = engineFile(variant, "_loader.js");
    if (!file) continue;
    const loader = await readFile(join(SITE, file), "utf8");
    visit.site.replace(file, `Object.defineProperty(WorkerNavigator.prototype, "deviceMemory", { value: 0.001 });\n${loader}`);
  }
  await host.show(tag());
  await host.press();
  await host.inside().getByRole("alert").filter({ hasText: "would take about" }).waitFor();
  const [{ kind }] = await host.awaitEvents("failure");
  assert.equal(kind, "memory");
  await host.inside().getByRole("button", { name: "Load it all the same" }).click();
  await host.explained("ankle boot");
  visit.assertQuiet();
});
