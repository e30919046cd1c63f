// What the site does in every browser. Each check is `async (driver, { site, t, shot })` and gives
// numbers that have to be the same everywhere, if it has any.

import assert from "node:assert/strict";
import { readNpy } from "../e2e/npy.mjs";
import { eventually } from "./driver.mjs";
import { TINY, addLibraryPage, makePicture, servePage } from "./site.mjs";

const FROM_TITLE = "Where it looked for";

/** Opens the page with the quick model, and waits until its samples are there. */
async function open(driver, site, hash = `model=${TINY.id}`) {
  await driver.open(site.url(`index.html#${hash}`));
  await driver.shown("button", "Ankle boot$");
}

async function explained(driver, label) {
  await driver.shown("h2", `${FROM_TITLE} ${label}`);
  await driver.shown("button", "^JSON$");
}

/** A sample, explained. */
async function boot(driver, site, hash) {
  await open(driver, site, hash);
  await driver.click("button", "Ankle boot$");
  await explained(driver, "ankle boot");
}

/** By the page's own button. */
function darken(driver) {
  return eventually("the colours are dark", async () => {
    if (await driver.element("button", "^Colours: dark")) return true;
    await driver.click("button", "^Colours:");
    return false;
  });
}

/** Runs in the page: what can be scrolled sideways, and what sticks out of the window. */
function sideways() {
  const root = document.documentElement;
  const width = root.clientWidth;
  const out = [...document.querySelectorAll("button, input, select, canvas, h2")].filter((one) => {
    const { right, width: own } = one.getBoundingClientRect();
    return own > 0 && right > width + 1;
  });
  return [root.scrollWidth > width && `the page is ${root.scrollWidth} wide`, ...out.map((one) => one.outerHTML.slice(0, 80))].filter(Boolean);
}

export const CHECKS = {
  "a sample is explained": async (driver, { site, shot }) => {
    await boot(driver, site);
    const isPainted = await driver.evaluate(() => {
      const canvas = document.querySelector("canvas");
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return new Set(new Uint32Array(data.buffer)).size > 20;
    });
    assert.ok(isPainted, "the canvas has the colours of a map");
    await shot("page");
    const { bytes } = await driver.saved(() => driver.click("button", "^JSON$"));
    const record = JSON.parse(bytes);
    assert.equal(record.class.label.toLowerCase(), "ankle boot");
    return record.top_classes.map(({ logit }) => logit);
  },

  "a map is saved": async (driver, { site }) => {
    await boot(driver, site);
    const png = await driver.saved(() => driver.click("button", "^PNG$"));
    assert.match(png.name, /\.png$/);
    assert.deepEqual([...png.bytes.subarray(1, 4)], [...Buffer.from("PNG")]);
    const npy = await driver.saved(() => driver.click("button", "^NPY$"));
    const { shape, values } = readNpy(npy.bytes);
    assert.deepEqual(shape, [7, 7]);
    return [...values];
  },

  "a picture of one's own comes from a file": async (driver, { site, t }) => {
    await open(driver, site);
    await driver.upload('input[aria-label="Choose a picture"]', makePicture(t));
    await driver.shown(".stage-title", "striped\\.png");
    await driver.shown("button", "^JSON$");
    const { bytes } = await driver.saved(() => driver.click("button", "^JSON$"));
    const record = JSON.parse(bytes);
    assert.deepEqual([record.image.width, record.image.height], [40, 30]);
    return record.top_classes.map(({ logit }) => logit);
  },

  "another class by a key": async (driver, { site }) => {
    await boot(driver, site);
    const second = await driver.evaluate(() => document.querySelectorAll(".row-label")[1].textContent);
    await driver.key("2");
    await driver.shown("h2", `(${FROM_TITLE}|Nothing speaks for) ${second}`);
  },

  "the views for comparing and testing open": async (driver, { site, shot }) => {
    await boot(driver, site);
    await driver.click("button", "^Compare$");
    await driver.wait("two maps side by side", () => document.querySelectorAll(".map-card canvas, .map-card img").length >= 2);
    await shot("compare");
    await driver.click("button", "^Test$");
    await driver.shown(".test-view button", ".");
    await shot("test");
    await driver.click("button", "^Explain$");
    await explained(driver, "ankle boot");
  },

  "the page is dark when it is told so": async (driver, { site, shot }) => {
    await boot(driver, site);
    const brightness = () => driver.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0) / 3);
    const light = await brightness();
    await darken(driver);
    assert.ok(light > 200 && (await brightness()) < 80);
    await shot("page-dark");
    await driver.narrow(360, 740);
    await boot(driver, site);
    await darken(driver);
    await shot("page-dark-narrow");
  },

  "a narrow window scrolls in one direction": async (driver, { site, shot }) => {
    await driver.narrow(360, 740);
    await open(driver, site);
    await shot("empty-narrow");
    assert.deepEqual(await driver.evaluate(sideways), []);
    await driver.click("button", "Ankle boot$");
    await explained(driver, "ankle boot");
    await shot("page-narrow");
    assert.deepEqual(await driver.evaluate(sideways), []);
    const buttons = await driver.evaluate(() => {
      const tops = [...document.querySelectorAll("header button")].filter((one) => one.getClientRects().length > 0).map((one) => one.getBoundingClientRect());
      return tops.slice(0, -1).map(({ top, height }) => Math.round(top + height / 2));
    });
    assert.ok(new Set(buttons).size <= 2, `the header has its buttons in rows at ${buttons}`);
  },

  "<grad-cam> explains in a page of another origin": async (driver, { site, t, shot }) => {
    const tag = (picture) => `<grad-cam model="${TINY.id}" picture="${picture}.png" alt="A ${picture}"></grad-cam>`;
    const page = await servePage(site, `<h1>Clothes</h1>${tag("boot")}`);
    t.after(() => page.close());
    await driver.open(page.url("page.html"));
    await driver.wait("the element has a button", () => Boolean(document.querySelector("grad-cam")?.shadowRoot?.querySelector("button")));
    await shot("widget-poster");
    await driver.evaluate(() => document.querySelector("grad-cam").shadowRoot.querySelector("button").click());
    await driver.wait("the page is told", () => window.told.length > 0);
    const told = await driver.evaluate(() => window.told.map(({ type, label, message }) => label ?? `${type}: ${message}`));
    assert.deepEqual(told, ["ankle boot"]);
    await driver.enter(() => document.querySelector("grad-cam").shadowRoot.querySelector("iframe"));
    await driver.shown("#title", `${FROM_TITLE} ankle boot`);
    assert.deepEqual(await driver.evaluate(sideways), []);
    await driver.leave();
    await shot("widget");
    await driver.narrow(360, 740);
    await driver.open(page.url("page.html"));
    await driver.evaluate(() => {
      document.documentElement.style.colorScheme = "dark";
      document.querySelector("grad-cam").shadowRoot.querySelector("button").click();
    });
    await driver.wait("the page is told", () => window.told.length > 0);
    await shot("widget-dark-narrow");
  },

  "the library explains": async (driver, { site }) => {
    await driver.open(site.url(addLibraryPage(site)));
    await driver.wait("the library is there", () => Boolean(window.gradcam));
    const found = await driver.evaluate(async (model, picture) => {
      const cam = await window.gradcam.Gradcam.load({ engine: "./", model });
      const { logits, classes } = await cam.predict(await (await fetch(picture)).blob());
      const canvas = Object.assign(document.createElement("canvas"), { width: 28, height: 28 });
      canvas.getContext("2d").drawImage(await createImageBitmap(await (await fetch(picture)).blob()), 0, 0);
      const map = await cam.explain();
      cam.draw(canvas, map);
      const drawn = await cam.predict(canvas);
      cam.dispose();
      return { label: classes[0].label, logits: [...logits], values: [...map.values], drawn: drawn.logits.length };
    }, TINY.file, "samples/fashion-boot.png");
    assert.deepEqual([found.label, found.values.length, found.drawn], ["ankle boot", 49, 10]);
    return [...found.logits, ...found.values];
  },
};
