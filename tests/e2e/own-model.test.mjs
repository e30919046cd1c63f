// Any ONNX file: what is found in it by itself, what is assumed, and what a person
// says once and never again.

import assert from "node:assert/strict";
import { eventually, visiting } from "./harness.mjs";
import { exported, recurrent, segmenter, transformer } from "./onnx.mjs";
import { png } from "./pictures.mjs";

const PICTURE = png(40, 30);
const THREE = "cat\ndog\nbird\n";

/** A visit that shows a map of the user's own model. */
async function withOwn(visit, bytes, name = "own.onnx") {
  await visit.open();
  await visit.ready();
  await visit.drop(name, bytes, "");
  await visit.ready(name);
  await visit.drop("colours.png", PICTURE);
  await visit.page.getByRole("region", { name: "Save" }).waitFor();
}

async function percents(visit) {
  return visit.rows().locator(".row-percent").allTextContents();
}

async function logits(visit) {
  return visit.rows().locator(".row-logit").allTextContents();
}

const VARIANTS = {
  "channels first": [{}, "channels first"],
  "channels last": [{ channelsLast: true }, "channels last"],
  "a symbolic batch": [{ batch: "N" }, "channels first"],
  "channels last and a symbolic batch": [{ channelsLast: true, batch: "batch" }, "channels last"],
  "a softmax at its end": [{ softmax: true }, "before the softmax"],
};

for (const [what, [options, words]] of Object.entries(VARIANTS)) {
  visiting(`a dropped model without metadata, with ${what}`, async (visit) => {
    await withOwn(visit, exported(options));
    assert.equal((await visit.rowLabels()).length, 3);
    assert.deepEqual((await visit.map()).shape, [8, 8], "the last layer with places");
    const about = await visit.about();
    await about.getByText(words).first().waitFor();
    await about.getByText("16 × 16 pixels").waitFor();
    await about.getByText("they have numbers").waitFor();
    const made = JSON.parse(await visit.save("JSON"));
    assert.equal(made.model.logits, "logits");
    assert.equal(made.model.assumptions.length, 2);
    visit.assertQuiet();
  });
}

visiting("a segmentation is asked about the places of a class", async (visit) => {
  await withOwn(visit, segmenter(), "places.onnx");
  await visit.page.getByText("gives a class to each of 16 × 16 places").first().waitFor();
  assert.equal((await visit.rowLabels()).length, 4);
  const [{ map }] = await visit.told("map");
  assert.equal(map.isAtLayer, true);
  // The places of all classes together are the whole picture.
  const shares = (await percents(visit)).map((text) => Number.parseFloat(text));
  assert.ok(Math.abs(shares.reduce((sum, share) => sum + share) - 100) < 1, `${shares}`);
  visit.assertQuiet();
});

visiting("a segmentation is asked about a part that is marked: a point, a box, what a brush touched", async (visit) => {
  const { page } = visit;
  await withOwn(visit, segmenter(), "places.onnx");
  await page.locator("#question summary").click();
  await page.locator("#question select").first().selectOption("region");
  const targets = async () => (await visit.told("map")).map(({ map }) => map.target);
  const asked = (pattern) => eventually(`a map for ${pattern}`, async () => pattern.test((await targets()).at(-1)));
  await asked(/^region:\d+$/);
  const drag = async (...places) => {
    await page.locator("#question .drag-surface").scrollIntoViewIfNeeded();
    const surface = await page.locator("#question .drag-surface").boundingBox();
    const at = ([across, down]) => [surface.x + surface.width * across, surface.y + surface.height * down];
    await page.mouse.move(...at(places[0]));
    await page.mouse.down();
    for (const place of places) await page.mouse.move(...at(place), { steps: 4 });
    await page.mouse.up();
  };
  await drag([0.53, 0.28]);
  await asked(/^region:\d+,8,4,1,1$/);
  const point = (await visit.map()).values;
  await drag([0.01, 0.01], [0.5, 0.5]);
  await asked(/^region:\d+,0,0,8,8$/);
  assert.notDeepEqual((await visit.map()).values, point);
  await page.locator("#question").getByRole("button", { name: "Brush" }).click();
  await drag([0.3, 0.7], [0.7, 0.7]);
  await asked(/^region:\d+,mask$/);
  await page.getByRole("heading", { name: /in the marked part/ }).waitFor();
  visit.assertQuiet();
});

visiting("names in a file show all that they hold, and turn nothing around", async (visit) => {
  const { page } = visit;
  await withOwn(visit, exported({ mark: "\u202Egnp.\u001B[31m", extra: true }));
  const about = await visit.about();
  await about.getByText(String.raw`“picture\u{202e}gnp.\u{1b}[31m”`).waitFor();
  const layers = await visit.layers();
  await layers.getByText(String.raw`parts\u{202e}gnp.`).waitFor();
  await page.locator("summary", { hasText: "Times and facts" }).click();
  // The layer is found by its own name all the same.
  await layers.getByRole("button").last().click();
  await eventually("the other layer is explained", async () => (await visit.map()).shape[0] === 16);
  const all = await page.evaluate(() => document.body.textContent);
  assert.doesNotMatch(all, /[\u202E\u001B]/);
  visit.assertQuiet();
});

visiting("where both ends could be channels, a person says which, once", async (visit) => {
  const bytes = exported({ channelsLast: true, side: 3 });
  await withOwn(visit, bytes);
  const order = (about) => about.getByLabel("Order of the axes");
  let about = await visit.about();
  await about.getByText("does not say where its channels are; it is read with channels first").waitFor();
  const assumed = await logits(visit);
  await order(about).selectOption({ label: "Channels last" });
  await eventually("the model is read anew", async () => `${await logits(visit)}` !== `${assumed}`);
  about = await visit.about();
  await about.getByText("3 × 3 pixels, channels last").waitFor();
  assert.equal(await about.getByText("does not say where its channels are").count(), 0);
  // Another page is not told again.
  await visit.newPage();
  await visit.open();
  await visit.ready();
  await visit.drop("renamed.onnx", bytes, "");
  await visit.ready("renamed.onnx");
  about = await visit.about();
  assert.equal(await order(about).inputValue(), "true");
  visit.assertQuiet();
});

visiting("a softmax in the file changes neither the map nor the probabilities", async (visit) => {
  await withOwn(visit, exported());
  const [map, shown] = [await visit.map(), await percents(visit)];
  await visit.drop("softmax.onnx", exported({ softmax: true }), "");
  await visit.ready("softmax.onnx");
  await eventually("it is explained", async () => (await visit.told("map")).length === 2);
  assert.deepEqual(await percents(visit), shown);
  assert.deepEqual((await visit.map()).values, map.values);
  visit.assertQuiet();
});

visiting("another scaling is another prediction by the same weights", async (visit) => {
  await withOwn(visit, exported());
  const about = await visit.about();
  const list = about.getByLabel("Pixel values");
  assert.match(await list.locator("option:checked").textContent(), /ImageNet/);
  const loads = await visit.asked("loadModel");
  const seen = [await logits(visit)];
  for (const name of ["−1 … 1", "0 … 1", "Caffe: BGR less its mean", "0 … 255"]) {
    await list.selectOption({ label: name });
    await eventually(`${name} gives other logits`, async () => {
      const now = await logits(visit);
      return seen.every((before) => before.join() !== now.join()) && seen.push(now);
    });
  }
  assert.equal(await list.locator("option", { hasText: "Grey" }).count(), 0, "the model has three channels");
  await about.getByRole("button", { name: "As first assumed" }).click();
  await eventually("it is as at first", async () => (await logits(visit)).join() === seen[0].join());
  assert.equal(await visit.asked("loadModel"), loads);
  assert.equal(await about.getByRole("button", { name: "As first assumed" }).count(), 0);
  visit.assertQuiet();
});

visiting("probabilities by sigmoid", async (visit) => {
  await withOwn(visit, exported());
  const sum = async () => (await percents(visit)).reduce((total, text) => total + parseFloat(text), 0);
  assert.ok(Math.abs((await sum()) - 100) < 1.6);
  const loads = await visit.asked("loadModel");
  await (await visit.about()).getByLabel("Probabilities").selectOption("sigmoid");
  await eventually("each class stands by itself", async () => Math.abs((await sum()) - 100) > 5);
  assert.equal(await visit.asked("loadModel"), loads);
  visit.assertQuiet();
});

const LISTS = {
  "text.txt": THREE,
  "numbered.txt": "0 cat\n1 dog\n2 bird\n",
  "list.csv": "id,name\n0,cat\n1,dog\n2,bird\n",
  "list.json": JSON.stringify(["cat", "dog", "bird"]),
  "numbered.json": JSON.stringify({ 0: "cat", 1: "dog", 2: "bird" }),
  "keras.json": JSON.stringify({ 0: ["n1", "cat"], 1: ["n2", "dog"], 2: ["n3", "bird"] }),
};

visiting("names of classes, by text and by JSON, without another look", async (visit) => {
  await withOwn(visit, exported());
  const predictions = await visit.asked("predict");
  for (const [name, text] of Object.entries(LISTS)) {
    await visit.openLabels(name, text);
    await (await visit.about()).getByText(`named by ${name}`).waitFor();
    assert.deepEqual((await visit.rowLabels()).sort(), ["bird", "cat", "dog"]);
    await (await visit.about()).getByRole("button", { name: "Numbers" }).click();
    await eventually("they are numbered", async () => (await visit.rowLabels()).includes("class 0"));
  }
  await visit.drop("dropped.txt", Buffer.from(THREE), "text/plain");
  await eventually("a dropped list counts as well", async () => (await visit.rowLabels()).includes("cat"));
  await visit.page.getByRole("heading", { name: /Where it looked for (cat|dog|bird)/ }).waitFor();
  assert.equal(await visit.asked("predict"), predictions);
  visit.assertQuiet();
});

visiting("a list of the wrong length is refused, and the former names stay", async (visit) => {
  await withOwn(visit, exported());
  await visit.openLabels("pets.txt", THREE);
  await eventually("the names are shown", async () => (await visit.rowLabels()).includes("dog"));
  await visit.openLabels("many.txt", `${THREE}fish\n`);
  await visit.notice("many.txt", "4 classes", "has 3", "former names stay");
  assert.ok((await visit.rowLabels()).includes("dog"));
  await visit.openLabels("noise.json", "{]");
  const notice = await visit.notice("noise.json", "JSON is damaged");
  const chooser = visit.page.waitForEvent("filechooser");
  await visit.goWay(notice, "Open another list");
  await (await chooser).setFiles({ name: "right.txt", mimeType: "text/plain", buffer: Buffer.from("x\ny\nz") });
  await eventually("the right one is taken", async () => (await visit.rowLabels()).includes("y"));
  assert.equal(await visit.page.getByRole("alert").count(), 0);
  visit.assertQuiet();
});

visiting("names that do not fit are refused in sight, with both numbers", async (visit) => {
  await visit.page.setViewportSize({ width: 390, height: 844 });
  await withOwn(visit, exported());
  await visit.openLabels("pets.txt", THREE);
  const panel = visit.page.locator("#about");
  if (await panel.evaluate((details) => details.open)) await panel.locator("summary").first().click();
  await visit.drop("many.csv", Buffer.from("name\na\nb\nc\nd\n"), "text/csv");
  const notice = await visit.notice("many.csv", "4 classes", "has 3");
  await eventually("it is in sight", async () => {
    const { y, height } = await notice.boundingBox();
    return y >= 0 && y + height <= 845;
  });
  visit.assertQuiet();
});

visiting("of several files each is used for what it is, and the others are named", async (visit) => {
  await visit.open();
  await visit.ready();
  await visit.dropAll([
    ["notes.pdf", Buffer.from("%PDF"), "application/pdf"],
    ["names.txt", Buffer.from(THREE), "text/plain"],
    ["one.png", PICTURE, "image/png"],
    ["two.png", PICTURE, "image/png"],
    ["own.onnx", exported(), ""],
  ]);
  await visit.ready("own.onnx");
  await visit.page.getByRole("heading", { name: "one.png" }).waitFor();
  await visit.page.getByRole("region", { name: "Save" }).waitFor();
  assert.deepEqual((await visit.rowLabels()).sort(), ["bird", "cat", "dog"]);
  const notice = await visit.notice("Not used", "two.png", "notes.pdf");
  assert.doesNotMatch(await notice.textContent(), /one\.png|names\.txt|own\.onnx/);
  await visit.drop("three.png", PICTURE);
  await notice.waitFor({ state: "hidden" });
  visit.assertQuiet();
});

for (const [classes, place] of [[1000, 504], [1001, 505]]) {
  visiting(`a model of ${classes} classes is taken for ImageNet's`, async (visit) => {
    await withOwn(visit, exported({ classes }));
    const about = await visit.about();
    await about.getByText(`because there are ${classes}`).waitFor();
    await eventually("the names came", async () => !(await visit.rowLabels())[0].startsWith("class"));
    await visit.page.keyboard.press("/");
    await visit.page.keyboard.type("coffee mug");
    await visit.page.getByRole("option", { name: /^coffee mug/ }).click();
    await visit.explained("coffee mug");
    assert.equal(JSON.parse(await visit.save("JSON")).class.id, place);
    for (const words of [`${place}`, "n03063599", "coffe mug"]) {
      await visit.page.getByRole("combobox", { name: "Look for another class" }).fill(words);
      await visit.page.getByRole("option").first().filter({ hasText: "coffee mug" }).waitFor();
    }
    await visit.page.keyboard.press("Escape");
    await about.getByRole("button", { name: "Numbers" }).click();
    await visit.explained(`class ${place}`);
    await about.getByRole("button", { name: "ImageNet’s" }).click();
    await visit.explained("coffee mug");
    visit.assertQuiet();
  });
}

visiting("what was said is remembered by the file, under any name", async (visit) => {
  await withOwn(visit, exported());
  await visit.openLabels("pets.txt", THREE);
  const about = await visit.about();
  const before = await logits(visit);
  await about.getByLabel("Pixel values").selectOption("caffe");
  const said = await eventually("the logits change", async () => {
    const now = await logits(visit);
    if (now.join() === before.join()) return false;
    // The rows are put in their new order a moment after their numbers change.
    await visit.page.waitForTimeout(500);
    return (await logits(visit)).join() === now.join() && now;
  });
  await visit.newPage();
  await visit.open();
  await visit.ready();
  await visit.drop("renamed.onnx", exported(), "");
  await visit.ready("renamed.onnx");
  const panel = visit.page.locator("#about");
  assert.equal(await panel.evaluate((details) => details.open), false, "nothing is left to ask");
  await visit.drop("colours.png", PICTURE);
  await visit.page.getByRole("region", { name: "Save" }).waitFor();
  assert.ok((await visit.rowLabels()).includes("cat"));
  assert.deepEqual(await logits(visit), said);
  assert.equal(await visit.asked("predict"), 1, "it is read as was said at once");
  await visit.drop("other.onnx", exported({ softmax: true }), "");
  await visit.ready("other.onnx");
  await eventually("another file was not spoken of", async () => (await visit.rowLabels()).includes("class 0"));
  visit.assertQuiet();
});

visiting("what the browser kept is not believed blindly", async (visit) => {
  await visit.open();
  await visit.page.evaluate(() => localStorage.setItem("gradcam.answers", '[{"sha256":"x","answers":7},null]'));
  await visit.page.reload();
  await visit.ready();
  await visit.sample("Bag");
  await visit.explained("bag");
  visit.assertQuiet();
});

visiting("a model that takes any size asks for one, once", async (visit) => {
  const any = exported({ channelsLast: true, batch: "N", side: "side" });
  await visit.open();
  await visit.sample("Bag");
  await visit.explained("bag");
  await visit.drop("any.onnx", any, "");
  const question = visit.page.getByRole("group", { name: "Size of the picture" });
  await question.getByText("any.onnx takes pictures of any size").waitFor();
  await visit.ready();
  await visit.explained("bag");
  // What is refused is told why, and a rectangle is taken by Enter.
  await question.getByLabel("Width in pixels").fill("4");
  await question.getByRole("button", { name: "Use it" }).click();
  await question.getByText("The width must be a whole number from 8 to 4096; 4 is none.").waitFor();
  await question.getByLabel("Width in pixels").fill("48");
  await question.getByLabel("Height in pixels").fill("32");
  await question.getByLabel("Height in pixels").press("Enter");
  await visit.ready("any.onnx");
  await eventually("it looks", async () => (await visit.rowLabels()).includes("class 0"));
  await visit.page.getByRole("region", { name: "Save" }).waitFor();
  assert.deepEqual((await visit.map()).shape, [16, 24]);
  await (await visit.about()).getByRole("button", { name: "224 × 224" }).click();
  await eventually("it has another size", async () => {
    const ready = (await visit.told("ready")).at(-1);
    return ready.model.input.size[0] === 224;
  });
  await visit.newPage();
  await visit.open();
  await visit.ready();
  await visit.drop("any.onnx", any, "");
  await visit.ready("any.onnx");
  assert.equal(await visit.page.getByRole("group", { name: "Size of the picture" }).count(), 0);
  await (await visit.about()).getByText("224 × 224 pixels").waitFor();
  visit.assertQuiet();
});

visiting("another output is explained, and one that is none is refused", async (visit) => {
  await withOwn(visit, exported({ extra: true }));
  const list = (await visit.about()).getByLabel("Explained output");
  await list.selectOption("pooled");
  await eventually("there are four values", async () => (await visit.rowLabels()).length === 4);
  visit.assertQuiet();
});

const NO_CLASSIFIERS = [
  ["a transformer", "words.onnx", transformer, ["words", "picture"]],
  ["a recurrent network", "lstm.onnx", recurrent, ["LSTM", "memory"]],
];

for (const [what, name, bytes, words] of NO_CLASSIFIERS) {
  visiting(`${what} is refused in place, and the former model stays`, async (visit) => {
    await withOwn(visit, exported());
    const [labels, map] = [await visit.rowLabels(), await visit.map()];
    await visit.drop(name, bytes(), "");
    const notice = await visit.notice(...words);
    await notice.getByRole("button", { name: "Open another ONNX file" }).waitFor();
    await visit.ready("own.onnx");
    assert.deepEqual(await visit.rowLabels(), labels);
    assert.deepEqual((await visit.map()).values, map.values);
    await visit.page.keyboard.press("2");
    await visit.explained(labels[1]);
    visit.assertQuiet();
  });
}

visiting("a model without samples says why", async (visit) => {
  const models = visit.models().map((entry) => ({ ...entry, samples: [] }));
  visit.site.replace("models/manifest.json", Buffer.from(JSON.stringify({ models })));
  await visit.open();
  await visit.page.getByText("No sample picture comes with this model").first().waitFor();
  assert.equal(await visit.page.locator(".sample").count(), 0);
  visit.assertQuiet();
});
