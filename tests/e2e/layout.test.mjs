// Narrow and wide, light and dark: nothing sticks out, everything can be hit and read.

import assert from "node:assert/strict";
import { builtModel, TINY, assertAccessible, visiting } from "./harness.mjs";

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
      const check = async (state) => {
        await settle(page);
        await visit.shot(`${width}-${colorScheme}-${state}`);
        await assertNothingSticksOut(page, state);
        if (width === "narrow") await assertLargeTargets(page, state);
        await assertAccessible(page, state);
      };
      await visit.open(`model=${SHOWN.model}`);
      await page.getByRole("button", { name: new RegExp(`${SHOWN.sample}$`) }).waitFor();
      await check("1-empty");
      await visit.sample(SHOWN.sample);
      await visit.explained(SHOWN.label);
      await check("2-explained");
      await page.getByRole("button", { name: "For and against" }).click();
      if (width === "narrow") await page.getByRole("button", { name: "Colours and scale" }).click();
      await check("3-signed");
      for (const part of ["Method", "Layer", "Times and facts"]) {
        await page.locator("summary", { hasText: part }).click();
      }
      await check("4-details");
      await visit.openModels();
      await check("5-models");
      await page.keyboard.press("Escape");
      await page.keyboard.press("/");
      await page.getByRole("option").first().waitFor();
      await check("6-search");
      await page.getByRole("combobox").blur();
      await page.keyboard.press("?");
      await page.getByRole("dialog").waitFor();
      await check("7-help");
      await page.keyboard.press("Escape");
      await visit.drop("diary.jpg", Buffer.from("no picture"));
      await (await visit.notice("'diary.jpg'")).scrollIntoViewIfNeeded();
      await check("8-notice");
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
