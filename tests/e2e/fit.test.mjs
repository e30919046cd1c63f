// Pictures that are not of the network's shape: how they are fitted, and where the map lies.
// Pictures that the browser shows otherwise than the network saw them, or not at all.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { GOLDEN } from "./browser.mjs";
import { eventually, visiting } from "./harness.mjs";
import { exported } from "./onnx.mjs";
import { png } from "./pictures.mjs";

/** A visit with the user's own model of 16 × 16 pixels and a picture. */
async function withPicture(visit, name, bytes) {
  await visit.open();
  await visit.ready();
  await visit.drop("own.onnx", exported(), "");
  await visit.ready("own.onnx");
  await visit.drop(name, bytes);
  await visit.page.getByRole("region", { name: "Save" }).waitFor();
}

visiting("a cropped picture has its map where the network saw it, and says where it did not", async (visit) => {
  const { page } = visit;
  await withPicture(visit, "wide.png", png(160, 40));
  await page.getByText("is squeezed into the network's 16 × 16").waitFor();
  const about = await visit.about();
  await about.getByLabel("Fit of the picture").selectOption("crop:1");
  await page.getByText("The network saw only 40 × 40 pixels").waitFor();
  await eventually("a map of the cropped picture", async () => {
    const made = JSON.parse(await visit.save("JSON"));
    return made.preprocessing.fit === "crop:1";
  });
  const made = JSON.parse(await visit.save("JSON"));
  assert.deepEqual(made.image.seen, [60, 0, 40, 40]);
  assert.deepEqual(made.image.place_in_input, [0, 0, 16, 16]);
  const canvas = page.locator(".picture canvas");
  const box = await canvas.boundingBox();
  await page.mouse.move(box.x + box.width * 0.05, box.y + box.height / 2);
  await page.getByText("The network did not see this", { exact: true }).waitFor();
  await visit.shot("fit-crop");
  await page.mouse.move(box.x + box.width * 0.5, box.y + box.height / 2);
  await page.getByText("Here: ").waitFor();
  // A border shows all of it; what was chosen is remembered.
  await about.getByLabel("Fit of the picture").selectOption("letterbox:114,114,114");
  await page.getByText("The network saw only").waitFor({ state: "detached" });
  await eventually("a map of the whole picture", async () => {
    const { image } = JSON.parse(await visit.save("JSON"));
    return image.seen.join() === "0,0,160,40" && image.place_in_input.join() === "0,6,16,4";
  });
  visit.assertQuiet();
});

visiting("a TIFF is shown as the engine read it", async (visit) => {
  const file = readFileSync(join(GOLDEN, "tiff/pages.tif"));
  await withPicture(visit, "pages.tif", file);
  await visit.page.getByText("has several pages; its first is used").waitFor();
  await visit.page.locator(".picture canvas").waitFor();
  visit.assertQuiet();
});
