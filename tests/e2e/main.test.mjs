// The main job: a photograph, the real Xception, and where it looked.

import assert from "node:assert/strict";
import { builtModel, eventually, peak, visiting } from "./harness.mjs";
import { distance } from "./npy.mjs";

const XCEPTION = builtModel("xception-kitchenware");
const skip = XCEPTION ? false : "the real Xception was not built: run `make models` and build the site again";

/** The cup in coffee.png, handle and rim included, without its saucer and the
 *  spoon; in pixels of the picture. */
const PICTURE = { width: 600, height: 400 };
const CUP = { left: 172, top: 18, right: 410, bottom: 308 };

visiting("Xception takes the coffee cup for a cup and looks at it", { skip }, async (visit) => {
  const { page } = visit;
  await visit.open(`model=${XCEPTION.id}`);
  await visit.sample("Coffee cup");
  await visit.explained("cup");
  const labels = await visit.rowLabels();
  assert.equal(labels[0], "cup");
  assert.equal(await visit.rows().nth(0).getAttribute("aria-pressed"), "true");

  const cup = await visit.map();
  assert.deepEqual(cup.shape, [10, 10]);
  const { x, y } = peak(cup);
  const at = { x: x * PICTURE.width, y: y * PICTURE.height };
  assert.ok(CUP.left <= at.x && at.x <= CUP.right, `the peak lies at x = ${at.x}`);
  assert.ok(CUP.top <= at.y && at.y <= CUP.bottom, `the peak lies at y = ${at.y}`);
  // The same in words, for those who do not see the picture.
  const words = await page.getByRole("img", { name: /looked for cup/ }).getAttribute("aria-label");
  const [, across, down] = words.match(/(\d+) % from the left, (\d+) % from the top/);
  assert.deepEqual([Number(across), Number(down)], [Math.round(100 * x), Math.round(100 * y)]);

  // Another class: by click, by key, by search; the network runs only once.
  await visit.rows().nth(1).click();
  await visit.explained(labels[1]);
  const second = await visit.map();
  assert.ok(distance(cup.values, second.values) > 1e-3, "another class has another map");
  await page.keyboard.press("3");
  await visit.explained(labels[2]);
  await page.keyboard.press("/");
  const word = ["cup", "fork", "glass", "knife", "plate", "spoon"].find((label) => !labels.includes(label));
  await page.keyboard.type(word);
  await page.keyboard.press("Enter");
  await visit.explained(word);
  await page.getByRole("combobox", { name: "Look for another class" }).blur();
  await page.keyboard.press("1");
  await visit.explained("cup");
  assert.equal(distance(cup.values, (await visit.map()).values), 0);
  assert.equal(await visit.asked("predict"), 1);
  assert.equal(await visit.asked("explain"), 4);

  const withMap = await visit.painted();
  await page.keyboard.down("o");
  await visit.repainted(withMap);
  await page.keyboard.up("o");
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "What you see" }).waitFor();
  await page.getByRole("button", { name: "Close", exact: true }).click();
  visit.assertQuiet();
});

visiting("the answer stands when the model changes and changes back", { skip }, async (visit) => {
  await visit.open(`model=${XCEPTION.id}`);
  await visit.sample("Coffee cup");
  await visit.explained("cup");
  const before = await visit.map();
  await visit.chooseModel("Xception-tiny");
  await visit.ready();
  await eventually("the other model answers", async () => !(await visit.rowLabels()).includes("cup"));
  await visit.chooseModel(XCEPTION.name);
  await visit.ready(XCEPTION.name);
  await visit.explained("cup");
  assert.equal(distance(before.values, (await visit.map()).values), 0);
  visit.assertQuiet();
});
