// Nothing jumps under the reader's eyes while a page loads: what comes late has its place kept.

import assert from "node:assert/strict";
import { TINY, builtModel, visiting } from "./harness.mjs";
import { hosting, tag } from "./widget.mjs";

/** Of the score that Chromium gives, https://web.dev/articles/cls: the sum over the whole visit. */
const MAX_SHIFT = 0.02;
const SIZES = { narrow: { width: 360, height: 740 }, wide: { width: 1280, height: 800 } };
const XCEPTION = builtModel("xception-kitchenware");

/** Runs in every document: what moved without the reader having pressed anything just before. */
function watchShifts() {
  window.shifts = [];
  const describe = ({ node, previousRect, currentRect }) =>
    `${node?.id || node?.className || node?.nodeName} ${previousRect.y}→${currentRect.y}, ${previousRect.height}→${currentRect.height}`;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (!entry.hadRecentInput) window.shifts.push({ value: entry.value, at: entry.startTime, of: entry.sources.map(describe) });
    }
  }).observe({ type: "layout-shift", buffered: true });
}

async function assertStill(page, what, t) {
  await page.waitForTimeout(300);
  const shifts = await page.evaluate(() => window.shifts);
  const sum = shifts.reduce((total, { value }) => total + value, 0);
  t.diagnostic(`${what}: ${sum.toFixed(4)}`);
  assert.ok(sum <= MAX_SHIFT, `${what}: ${sum}\n${JSON.stringify(shifts, undefined, 1)}`);
}

for (const [width, viewport] of Object.entries(SIZES)) {
  visiting(`the page, ${width}`, { viewport }, async (visit, t) => {
    const { page } = visit;
    await page.addInitScript(watchShifts);
    await visit.open(XCEPTION ? `model=${XCEPTION.id}` : `model=${TINY.id}`);
    await visit.ready((XCEPTION ?? TINY).name);
    await page.getByRole("button", { name: XCEPTION ? /Coffee cup$/ : /Ankle boot$/ }).waitFor();
    await assertStill(page, "from nothing to samples and questions", t);
  });

  for (const [load, height] of Object.entries({ press: "13.5rem", visible: width === "narrow" ? "48rem" : "37rem" })) {
    hosting(`the widget, ${width}, load="${load}", with room as docs/embedding.md says`, { viewport }, async (host, visit, t) => {
      await host.page.addInitScript(watchShifts);
      const text = "<p>What the book says below the picture.</p>".repeat(12);
      const head = `<style>grad-cam { display: grid; min-height: ${height}; }</style>`;
      await host.show(`<p>Before it.</p>${tag({ load })}${text}`, { head });
      if (load === "press") await host.press();
      await host.explained("ankle boot");
      await assertStill(host.page, "from the poster to the map", t);
    });
  }
}
