// The second real model: EfficientNet-Lite0 and the thousand classes of ImageNet.

import assert from "node:assert/strict";
import { builtModel, peak, visiting } from "./harness.mjs";

const LITE0 = builtModel("efficientnet-lite0");
const skip = LITE0 ? false : "EfficientNet-Lite0 was not built: run `make models` and build the site again";

/** What people may call what is on the picture. */
const SAMPLES = [
  { file: "chelsea.png", classes: ["Egyptian Mau", "tabby cat"] },
  { file: "coffee.png", classes: ["espresso"] },
];

visiting("EfficientNet-Lite0 knows the cat and the coffee, and looks at them", { skip }, async (visit) => {
  await visit.open(`model=${LITE0.id}`);
  await visit.ready("EfficientNet");
  for (const { file, classes } of SAMPLES) {
    await visit.sampleAgain(file);
    const heading = visit.page.getByRole("heading", { name: new RegExp(`looked for (${classes.join("|")})`) });
    await heading.waitFor();
    await visit.page.getByRole("region", { name: "Save" }).waitFor();
    const [first] = await visit.rowLabels();
    assert.ok(classes.includes(first), `${file} is taken for ${first}`);
    const map = await visit.map();
    assert.deepEqual(map.shape, [7, 7]);
    // Both fill the middle of their pictures.
    const { x, y } = peak(map);
    assert.ok(x > 0.1 && x < 0.9 && y > 0.05 && y < 0.95, `${file}: the peak lies at ${x}, ${y}`);
  }
});
