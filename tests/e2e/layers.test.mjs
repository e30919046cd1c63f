// Another layer of the network, without another look at the picture where the
// first one kept what that takes.

import assert from "node:assert/strict";
import { TINY, eventually, visiting } from "./harness.mjs";
import { distance } from "./npy.mjs";
import { exported } from "./onnx.mjs";
import { png } from "./pictures.mjs";

async function withBoot(visit, hash) {
  await visit.open(hash);
  await visit.sample("Ankle boot");
  await visit.explained("ankle boot");
}

async function lastMap(visit) {
  return (await visit.told("map")).at(-1);
}

/** Waits for the `count`th map, and gives what the engine said of it. */
async function nthMap(visit, count) {
  return eventually(`map ${count} comes`, async () => (await visit.told("map"))[count - 1]);
}

visiting("another layer is explained from what the first look kept", async (visit) => {
  await visit.open();
  await visit.ready();
  await visit.drop("own.onnx", exported(), "");
  await visit.ready("own.onnx");
  await visit.drop("colours.png", png(40, 30));
  assert.equal((await nthMap(visit, 1)).map.layer, "parts");
  const loads = await visit.asked("loadModel");
  const layers = await visit.layers();
  await layers.getByRole("button", { name: /^edges/ }).click();
  const other = await nthMap(visit, 2);
  assert.deepEqual([other.map.layer, other.map.height, other.forwardRuns], ["edges", 16, 1]);
  await layers.locator("[aria-pressed=true]", { hasText: "edges" }).waitFor();
  assert.deepEqual((await visit.map()).shape, [16, 16]);
  await layers.getByRole("button", { name: /^parts/ }).click();
  await eventually("the first is shown again", async () => (await visit.map()).shape[0] === 8);
  assert.equal((await visit.told("map")).length, 2, "what was explained is kept");
  assert.equal(await visit.asked("predict"), 1);
  assert.equal(await visit.asked("loadModel"), loads);
  // A layer between, which the first look did not keep, takes one run more and then none.
  await layers.getByRole("button", { name: /^late/ }).click();
  assert.equal((await nthMap(visit, 3)).forwardRuns, 2);
  await visit.page.keyboard.press("2");
  assert.equal((await nthMap(visit, 4)).forwardRuns, 2, "another class takes no run");
  await layers.getByRole("button", { name: /^edges/ }).click();
  assert.equal((await nthMap(visit, 5)).forwardRuns, 2, "what was explained lately is kept too");
  visit.assertQuiet();
});

visiting("the layer is in the address, and read back from it", async (visit) => {
  await withBoot(visit);
  const layers = await visit.layers();
  const { map: usual } = await lastMap(visit);
  const choice = layers.locator("button:not([aria-pressed=true])").last();
  const name = (await choice.locator("span").textContent()).trim();
  await choice.click();
  const { map: chosen } = await nthMap(visit, 2);
  assert.notEqual(chosen.layer, usual.layer);
  const hash = await eventually("the address names it", async () => {
    const now = await visit.hash();
    return now.includes("layer=") && now;
  });
  const values = (await visit.map()).values;
  await visit.newPage();
  await withBoot(visit, hash.slice(1));
  assert.equal((await lastMap(visit)).map.layer, chosen.layer);
  assert.equal((await visit.told("map")).length, 1, "it begins with that layer");
  assert.equal(distance((await visit.map()).values, values), 0);
  await (await visit.layers()).locator("[aria-pressed=true]", { hasText: name }).waitFor();
  visit.assertQuiet();
});

visiting("a layer in the address that the model has not got", async (visit) => {
  await withBoot(visit, `model=${TINY.id}&layer=block99`);
  await visit.page.getByText("has no layer “block99”").first().waitFor();
  visit.assertQuiet();
});

visiting("the list of layers by keyboard", async (visit) => {
  const { page } = visit;
  await withBoot(visit);
  const layers = await visit.layers();
  const buttons = layers.getByRole("button");
  await buttons.first().focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowUp");
  assert.ok(await buttons.nth(1).evaluate((button) => button === document.activeElement));
  assert.equal((await visit.told("map")).length, 1, "walking chooses nothing");
  await page.keyboard.press("Enter");
  await nthMap(visit, 2);
  await page.getByLabel("Find a layer").fill("no such layer");
  await page.getByText("No layer has this in its name").waitFor();
  await page.getByLabel("Find a layer").fill("relu");
  await buttons.first().waitFor();
  visit.assertQuiet();
});

visiting("the scale is each layer's own", async (visit) => {
  await withBoot(visit);
  const first = await visit.painted();
  const layers = await visit.layers();
  await layers.getByRole("button").last().click();
  await visit.repainted(first);
  await layers.getByRole("button").first().click();
  await nthMap(visit, 2);
  visit.assertQuiet();
});
