// The page, <grad-cam> and the library in Firefox and WebKit, with the numbers that Chromium has.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import { SHOTS, manifest } from "../e2e/browser.mjs";
import { CHECKS } from "./checks.mjs";
import { browsers } from "./engines.mjs";
import { serveSite } from "./site.mjs";

const TEST_MS = 300_000;
const LARGEST_DIFFERENCE = 1e-4;

/** What each check found in Chromium. */
const found = {};

manifest(); // Says so if there is no site.
for (const { id, start, missing } of browsers()) {
  if (!start) console.log(`SKIPPED everything in ${id}. ${missing}`);
  let driver;
  after(() => driver?.close());
  test(id, { skip: !start && missing, timeout: Object.keys(CHECKS).length * TEST_MS }, async (t) => {
    driver = await start();
    t.diagnostic(driver.name);
    for (const [name, check] of Object.entries(CHECKS)) {
      await t.test(`${id}: ${name}`, { timeout: TEST_MS }, (t) => once(driver, id, name, check, t));
    }
  });
}

/** One check with a server, and so an origin, of its own. */
async function once(driver, id, name, check, t) {
  const site = await serveSite();
  t.after(() => site.close());
  const shot = (what) => driver.shot(join(SHOTS, "browsers"), `${id}-${what}`);
  await driver.resize(1280, 800);
  try {
    compare(name, await check(driver, { site, t, shot }), t);
  } catch (error) {
    await shot(`failed-${name.replace(/\W+/g, "-")}`).catch(() => {});
    throw error;
  }
}

function compare(name, numbers, t) {
  if (!numbers) return;
  assert.ok(numbers.length > 0 && numbers.every(Number.isFinite), `${numbers}`);
  if (!found[name]) return void (found[name] = numbers);
  assert.equal(numbers.length, found[name].length);
  const most = Math.max(...numbers.map((number, index) => Math.abs(number - found[name][index])));
  t.diagnostic(`differs from Chromium by ${most}`);
  assert.ok(most <= LARGEST_DIFFERENCE, `differs from Chromium by ${most}`);
}
