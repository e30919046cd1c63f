// Pictures and models that cannot be used: each gives a sentence that says what
// and what to do, and the page goes on with everything the user had chosen.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { SITE } from "./browser.mjs";
import { TINY, eventually, visiting } from "./harness.mjs";
import { distance } from "./npy.mjs";
import { classifierWithTangent, featureTable, pessimist, plainClassifier } from "./onnx.mjs";
import { blackPng, gif, png } from "./pictures.mjs";

const tinyBytes = () => readFile(join(SITE, TINY.file));

/** A visit with a boot explained, and a class chosen that is not the first. */
async function withResult(visit) {
  await visit.open();
  await visit.sample("Ankle boot");
  await visit.explained("ankle boot");
  const [, second] = await visit.rowLabels();
  await visit.rows().nth(1).click();
  await visit.explained(second);
  return { second, map: await visit.map(), labels: await visit.rowLabels() };
}

/** The boot, its classes and the chosen one are still there, and can still be used. */
async function assertGoesOn(visit, { second, map, labels }) {
  await visit.explained(second);
  assert.deepEqual(await visit.rowLabels(), labels);
  assert.equal(distance(map.values, (await visit.map()).values), 0);
  await visit.page.keyboard.press("3");
  await visit.explained(labels[2]);
  await visit.sampleAgain("fashion-bag.png");
  await visit.explained("bag");
}

const BAD_PICTURES = [
  {
    name: "diary.jpg",
    what: "a text file named .jpg",
    bytes: () => Buffer.from("Dear diary, today I was a JPEG.\n".repeat(20)),
    words: ["'diary.jpg'", "no picture that can be read", "save it as one of those"],
  },
  {
    name: "half.png",
    what: "a truncated PNG",
    bytes: () => png(200, 100).subarray(0, 900),
    words: ["'half.png'", "damaged or cut off", "save it again"],
  },
  {
    name: "dot.png",
    what: "a picture of 1×1",
    bytes: () => png(1, 1),
    words: ["'dot.png'", "1 × 1 pixels", "at least 8 × 8", "Choose a larger picture"],
  },
  {
    name: "wall.png",
    what: "a picture of 20000×20000",
    bytes: () => blackPng(20_000, 20_000),
    words: ["'wall.png'", "20000 × 20000", "400 megapixels", "limit is 50", "Make it smaller"],
  },
  {
    name: "empty.png",
    what: "an empty file",
    bytes: () => Buffer.alloc(0),
    words: ["'empty.png'", "no picture that can be read"],
  },
];

for (const { name, what, bytes, words } of BAD_PICTURES) {
  visiting(`${what}, as the first picture`, async (visit) => {
    await visit.open();
    await visit.chooseFile(name, bytes());
    const notice = await visit.notice(...words);
    await notice.getByRole("button", { name: "Choose another picture" }).waitFor();
    await visit.sample("Bag");
    await visit.explained("bag");
    assert.equal(await visit.page.getByRole("alert").count(), 0, "the notice goes with its cause");
    visit.assertQuiet();
  });

  visiting(`${what}, after a good picture`, async (visit) => {
    const before = await withResult(visit);
    await visit.drop(name, bytes());
    await visit.notice(...words);
    await assertGoesOn(visit, before);
    visit.assertQuiet();
  });
}

visiting("the way out of a bad picture opens the choice of another", async (visit) => {
  await visit.open();
  await visit.chooseFile("diary.jpg", Buffer.from("no picture"));
  const chooser = visit.page.waitForEvent("filechooser");
  await visit.goWay(await visit.notice("'diary.jpg'"), "Choose another picture");
  await (await chooser).setFiles(join(SITE, "samples/fashion-bag.png"));
  await visit.explained("bag");
  visit.assertQuiet();
});

visiting("an animated GIF: its first frame is used, and the page says so", async (visit) => {
  await visit.open();
  await visit.chooseFile("dance.gif", gif(64, [1, 3, 0]), "image/gif");
  await visit.explained("");
  await visit.page.getByText(/'dance\.gif' is animated; its first frame is used/).waitFor();
  const animated = await visit.map();
  await visit.chooseFile("still.gif", gif(64, [1]), "image/gif");
  await visit.page.getByRole("heading", { name: "still.gif" }).waitFor();
  await visit.explained("");
  assert.equal(await visit.page.getByText("first frame").count(), 0);
  assert.equal(distance(animated.values, (await visit.map()).values), 0);
  visit.assertQuiet();
});

const BAD_MODELS = [
  {
    name: "half.onnx",
    what: "an ONNX file that is cut off",
    bytes: async () => (await tinyBytes()).subarray(0, 40_000),
    words: [/cut off|ends|incomplete|damaged/i],
  },
  {
    name: "story.onnx",
    what: "a text file named .onnx",
    bytes: async () => Buffer.from("Once upon a time there was a network.\n".repeat(30)),
    words: [/ONNX/],
  },
  {
    name: "tangent.onnx",
    what: "an operator that has no gradient rule",
    bytes: async () => classifierWithTangent(),
    words: ["'odd_one'", "Tan", "no gradient rule"],
  },
  {
    name: "features.onnx",
    what: "an ONNX file whose output is neither [1, K] nor classes by place",
    bytes: async () => featureTable(),
    words: ["'table'", "[4, 256]", "[1, K]"],
  },
];

for (const { name, what, bytes, words } of BAD_MODELS) {
  visiting(`${what}`, async (visit) => {
    const before = await withResult(visit);
    await visit.openOnnx(name, await bytes());
    const notice = await visit.notice(...words);
    await notice.getByRole("button", { name: /Load|Open|Choose/ }).first().waitFor();
    await visit.ready();
    await assertGoesOn(visit, before);
    visit.assertQuiet();
  });
}

visiting("a good ONNX file of the user's own is explained", async (visit) => {
  await visit.open();
  await visit.ready();
  await visit.openOnnx("own.onnx", plainClassifier());
  await visit.ready("own.onnx");
  await visit.drop("colours.png", png(40, 30));
  await visit.page.getByRole("region", { name: "Save" }).waitFor();
  assert.equal((await visit.rowLabels()).length, 3);
  assert.deepEqual((await visit.map()).shape, [16, 16]);
  visit.assertQuiet();
});

visiting("a class that nothing speaks for says so in place of a map", async (visit) => {
  await visit.open();
  await visit.ready();
  await visit.openOnnx("pessimist.onnx", pessimist());
  await visit.ready("pessimist.onnx");
  await visit.drop("colours.png", png(40, 30));
  await visit.page.locator(".finding", { hasText: "Nothing in this picture speaks for class" }).waitFor();
  await visit.page.getByRole("button", { name: "For and against" }).click();
  await visit.page.locator(".finding", { hasText: "Nothing in this picture speaks for class" }).waitFor();
  const { values } = await visit.map();
  assert.ok(values.every((value) => Number.isFinite(value) && value <= 0), "the signed map is kept");
  assert.ok(values.some((value) => value < 0));
  visit.assertQuiet();
});

const NOT_FOUND = [/Failed to load resource.*404/];
const BROKEN = [/Failed to load resource.*net::ERR_/];

visiting("a model missing from the server", async (visit) => {
  visit.site.missing(TINY.file);
  await visit.open();
  await visit.sampleAgain("fashion-boot.png");
  const notice = await visit.notice(TINY.name, "not on the server", "404", "Choose another model");
  await visit.page.getByText("The picture waits for a model").waitFor();
  visit.site.restore(TINY.file);
  await visit.goWay(notice, `Load ${TINY.name}`);
  await visit.explained("ankle boot");
  visit.assertQuiet(NOT_FOUND);
});

visiting("a model whose body is cut off", async (visit) => {
  visit.site.cutOff(TINY.file, 30_000);
  await visit.open();
  await visit.sampleAgain("fashion-boot.png");
  const notice = await visit.notice(TINY.name, "Check the connection and try again");
  visit.site.restore(TINY.file);
  await visit.goWay(notice, `Load ${TINY.name}`);
  await visit.explained("ankle boot");
  visit.assertQuiet(BROKEN);
});

visiting("a model that is not the one of the manifest", async (visit) => {
  const bytes = await tinyBytes();
  bytes[bytes.length >> 1] ^= 1;
  visit.site.replace(TINY.file, bytes, { times: 1 });
  await visit.open();
  const notice = await visit.notice(TINY.name, "checksum", "Reload the page");
  await visit.goWay(notice, `Load ${TINY.name}`);
  await visit.ready();
  visit.assertQuiet();
});

visiting("a list of models that is missing", async (visit) => {
  visit.site.missing("models/manifest.json");
  await visit.open();
  const notice = await visit.notice("list of models", "404", "open an ONNX file of your own");
  visit.site.restore("models/manifest.json");
  await visit.goWay(notice, "Try again");
  await visit.ready();
  visit.assertQuiet(NOT_FOUND);
});

visiting("a sample picture that is missing", async (visit) => {
  await visit.open();
  await visit.page.getByRole("button", { name: /Ankle boot$/ }).waitFor();
  visit.site.missing("samples/fashion-boot.png");
  await visit.sample("Ankle boot");
  await visit.notice("fashion-boot.png", "404");
  await visit.sample("Bag");
  await visit.explained("bag");
  visit.assertQuiet(NOT_FOUND);
});

visiting("an address with a class that the model does not have", async (visit) => {
  await visit.open(`model=${TINY.id}&class=4000`);
  await visit.notice("class 4000", "0 to 9");
  await visit.sample("Bag");
  await visit.explained("bag");
  await visit.notice("class 4000");
  assert.doesNotMatch(await visit.hash(), /class/);
  await eventually("the page is at rest", async () => (await visit.asked("explain")) === 1);
  visit.assertQuiet();
});
