// Narrow and wide, light and dark: nothing sticks out, everything can be hit and read.

import assert from "node:assert/strict";
import { builtModel, TINY, assertAccessible, visiting } from "./harness.mjs";
import { exported } from "./onnx.mjs";

const SIZES = { narrow: { width: 360, height: 740 }, wide: { width: 1280, height: 800 } };
const LEAST_TARGET = 44;

// What a stranger would see first, if it was built.
const XCEPTION = builtModel("xception-kitchenware");
const SHOWN = XCEPTION
  ? { model: XCEPTION.id, sample: "Coffee cup", label: "cup" }
  : { model: TINY.id, sample: "Ankle boot", label: "ankle boot" };

for (const [width, viewport] of Object.entries(SIZES)) {
  for (const colorScheme of ["light", "dark"]) {
    visiting(`${width} and ${colorScheme}`, { viewport, colorScheme }, async (visit) => {
      const { page } = visit;
      const check = (state) => checkLook(visit, width, `${width}-${colorScheme}-${state}`);
      await visit.open(`model=${SHOWN.model}`);
      await page.getByRole("button", { name: new RegExp(`${SHOWN.sample}$`) }).waitFor();
      await check("1-empty");
      await visit.sample(SHOWN.sample);
      await visit.explained(SHOWN.label);
      await check("2-explained");
      await page.getByRole("button", { name: "For and against" }).click();
      if (width === "narrow") await page.getByRole("button", { name: "Colours and scale" }).click();
      await check("3-signed");
      for (const part of ["Layer", "Times and facts"]) {
        await page.locator("summary", { hasText: part }).click();
      }
      await check("4-details");
      await visit.about();
      await check("4-details-about");
      await visit.openModels();
      await check("5-models");
      await page.keyboard.press("Escape");
      await page.keyboard.press("/");
      await page.getByRole("option").first().waitFor();
      await check("6-search");
      await page.getByRole("combobox", { name: "Look for another class" }).blur();
      await page.keyboard.press("?");
      await page.getByRole("dialog").waitFor();
      await check("7-help");
      await page.keyboard.press("Escape");
      await visit.drop("diary.jpg", Buffer.from("no picture"));
      await (await visit.notice("'diary.jpg'")).scrollIntoViewIfNeeded();
      await check("8-notice");
      visit.assertQuiet();
    });

    visiting(`a model of the user's own, ${width} and ${colorScheme}`, { viewport, colorScheme }, async (visit) => {
      const { page } = visit;
      const check = (state) => checkLook(visit, width, `${width}-${colorScheme}-own-${state}`);
      await visit.open();
      await visit.ready();
      await visit.drop("any-size.onnx", exported({ channelsLast: true, side: "side", softmax: true, classes: 1000, extra: true }), "");
      await page.getByRole("group", { name: "Size of the picture" }).waitFor();
      await check("1-question");
      await page.getByRole("button", { name: "224 × 224" }).click();
      await visit.ready("any-size.onnx");
      await check("2-about");
      await visit.sampleAgain("fashion-bag.png");
      await page.getByRole("region", { name: "Save" }).waitFor();
      await visit.openLabels("short.txt", "cat\ndog\n");
      await visit.notice("short.txt", "2 classes", "has 1000");
      await (await visit.about()).scrollIntoViewIfNeeded();
      await check("3-labels");
      await visit.layers();
      await (await visit.layers()).scrollIntoViewIfNeeded();
      await check("4-layers");
      visit.assertQuiet();
    });
  }
}

visiting("the theme button changes the colours", async (visit) => {
  const { page } = visit;
  await visit.open();
  const button = page.getByRole("button", { name: /^Colours:/ });
  const seen = {};
  for (let press = 0; press < 3; press += 1) {
    const name = await button.getAttribute("aria-label");
    seen[name] = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await button.click();
    await page.waitForFunction((before) => !document.querySelector(`[aria-label="${before}"]`), name);
  }
  assert.equal(Object.keys(seen).length, 3);
  assert.notEqual(seen["Colours: light"], seen["Colours: dark"]);
  visit.assertQuiet();
});

visiting("the picture fits its window after the window changed", async (visit) => {
  const { page } = visit;
  await visit.open();
  await visit.sample("Bag");
  await visit.explained("bag");
  for (const viewport of [SIZES.narrow, { width: 700, height: 400 }, SIZES.wide]) {
    await page.setViewportSize(viewport);
    await settle(page);
    await assertNothingSticksOut(page, JSON.stringify(viewport));
    const box = await page.locator("canvas").boundingBox();
    assert.ok(Math.abs(box.width / box.height - 1) < 0.05, `${box.width} × ${box.height}`);
  }
  visit.assertQuiet();
});

/** Takes a picture of the page as it is, and judges it. */
async function checkLook(visit, width, name) {
  const { page } = visit;
  await settle(page);
  await visit.shot(name);
  await assertNothingSticksOut(page, name);
  if (width === "narrow") await assertLargeTargets(page, name);
  await assertAccessible(page, name);
}

/** Until what was asked for is drawn and no motion is left. */
async function settle(page) {
  await page.evaluate(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    await frame();
    await frame();
    await Promise.allSettled(document.getAnimations().map((motion) => motion.finished));
    await frame();
  });
}

async function assertNothingSticksOut(page, where) {
  const out = await page.evaluate(() => {
    const { scrollWidth } = document.scrollingElement;
    const wider = [...document.body.querySelectorAll("*")].filter((element) => {
      const { right, width } = element.getBoundingClientRect();
      const isSeen = element.checkVisibility() && !element.closest(".unseen, svg");
      return width > 0 && right > innerWidth + 0.5 && isSeen;
    });
    return { over: scrollWidth - innerWidth, wider: wider.map((element) => element.outerHTML.slice(0, 100)) };
  });
  assert.ok(out.over <= 0, `${where}: scrolls sideways by ${out.over}`);
  assert.deepEqual(out.wider, [], `${where}: wider than the window`);
}

/** What can be pressed is large enough for a finger; a label counts as its control. */
async function assertLargeTargets(page, where) {
  const small = await page.evaluate((least) => {
    const pressable = "button, summary, input, select, a[href], [role=option], label.button";
    const seen = [...document.querySelectorAll(pressable)].filter(
      (element) => element.checkVisibility() && !element.matches(".unseen, p a"),
    );
    return seen.flatMap((element) => {
      const target = element.closest("label") ?? element;
      const { width, height } = target.getBoundingClientRect();
      const isSmall = height < least - 0.5 || width < least - 0.5;
      return isSmall ? [`${width.toFixed(1)} × ${height.toFixed(1)}: ${target.outerHTML.slice(0, 100)}`] : [];
    });
  }, LEAST_TARGET);
  assert.deepEqual(small, [], `${where}: smaller than ${LEAST_TARGET} px`);
}
