// A worker that dies in the middle is replaced, and nothing chosen is lost.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { SITE, engineFile } from "./browser.mjs";
import { TINY, eventually, visiting } from "./harness.mjs";
import { hugeClassifier } from "./onnx.mjs";

const LOADER = engineFile("simd128", "_loader.js");
/** Another build that cannot start would give way to this one. */
const BASELINE = `model=${TINY.id}&engine=simd128`;

/** The engine's loader with a worker's own uncaught error at a request. */
async function loaderThatDiesAt(type) {
  const loader = await readFile(join(SITE, LOADER), "utf8");
  return `addEventListener("message", ({ data }) => {
    if (data.header.request.type === "${type}") throw new WebAssembly.RuntimeError("unreachable");
  });\n${loader}`;
}

const STEPS = [
  { type: "loadModel", words: "while it prepared the model" },
  { type: "predict", words: "while it looked at the picture" },
  { type: "explain", words: "while it explained" },
];

for (const { type, words } of STEPS) {
  visiting(`it dies at ${type}, once`, async (visit) => {
    visit.site.replace(LOADER, await loaderThatDiesAt(type), { times: 1 });
    await visit.open(BASELINE);
    await visit.sample("Ankle boot");
    await visit.notice(words, "unreachable", "It was replaced, and goes on");
    await visit.explained("ankle boot");
    await visit.sampleAgain("fashion-bag.png");
    await visit.explained("bag");
    visit.assertQuiet([/unreachable/]);
  });
}

visiting("it dies at each look: given up after the second, the former result stays", async (visit) => {
  await visit.open(BASELINE);
  await visit.sample("Bag");
  await visit.explained("bag");
  const labels = await visit.rowLabels();
  visit.site.replace(LOADER, await loaderThatDiesAt("predict"));
  await visit.die();
  await visit.notice("The engine");
  await visit.sampleAgain("fashion-boot.png");
  await visit.notice("while it looked at the picture, twice", "too little memory");
  assert.deepEqual(await visit.rowLabels(), labels, "the former result stays");
  await visit.explained("bag");
  visit.site.restore(LOADER);
  await visit.die();
  await visit.sampleAgain("fashion-boot.png");
  await visit.explained("ankle boot");
  visit.assertQuiet([/unreachable/]);
});

visiting("it dies while the page rests, and the next wish is served", async (visit) => {
  await visit.open(BASELINE);
  await visit.sample("Ankle boot");
  await visit.explained("ankle boot");
  const labels = await visit.rowLabels();
  await visit.rows().nth(1).click();
  await visit.explained(labels[1]);
  await visit.die();
  assert.deepEqual(await visit.rowLabels(), labels, "the result stays");
  await visit.page.keyboard.press("3");
  await visit.explained(labels[2]);
  assert.match(await visit.hash(), new RegExp(`model=${TINY.id}`));
  visit.assertQuiet([/unreachable/]);
});

visiting("a model that needs more memory than there is: refused, and the next model works", async (visit) => {
  await visit.open(BASELINE);
  await visit.ready();
  await visit.sample("Bag");
  await visit.explained("bag");
  const labels = await visit.rowLabels();
  await visit.openOnnx("huge.onnx", hugeClassifier());
  await visit.notice("convolved", "more than 268435456 values");
  assert.deepEqual(await visit.rowLabels(), labels, "the former result stays");
  await visit.chooseModel(TINY.name);
  await visit.explained("bag");
  visit.assertQuiet();
});

visiting("it cannot start: the page says so, and starts it when asked", async (visit) => {
  visit.site.replace(LOADER, 'throw new Error("no engine today");');
  await visit.open(BASELINE);
  await visit.sample("Bag");
  const notice = await visit.notice("The engine could not start", "no engine today");
  await notice.getByRole("button", { name: "Start it again" }).waitFor();
  visit.site.restore(LOADER);
  await visit.goWay(notice, "Start it again");
  await visit.explained("bag");
  visit.assertQuiet([/no engine today/]);
});

visiting("an engine of another version: the page says to reload, whatever else has changed", async (visit) => {
  // What was loaded is told in another form, and nothing but the version is where it was.
  const told = (event) => `self.postMessage({ header: { job: 0, event: ${JSON.stringify(event)} }, buffers: [] });`;
  const newer = told({ type: "fetched", parts: 3 }) + told({ type: "started", protocol: 1_000_000, build: {} });
  visit.site.replace(LOADER, newer + told({ type: "thinking" }));
  await visit.open(BASELINE);
  const notice = await visit.notice("different versions", "Reload the page");
  await notice.getByRole("button", { name: "Reload the page" }).waitFor();
  assert.equal((await visit.told("started")).length, 1, "no other build is tried");
  visit.site.restore(LOADER);
  await visit.goWay(notice, "Reload the page");
  await visit.ready();
  visit.assertQuiet();
});

visiting("where the browser cannot abort a download, requests are answered all the same", async (visit) => {
  const loader = await readFile(join(SITE, LOADER), "utf8");
  visit.site.replace(LOADER, `delete self.AbortController;\n${loader}`);
  await visit.open(BASELINE);
  await visit.sample("Bag");
  await visit.explained("bag");
  visit.assertQuiet();
});

visiting("it dies twice at one picture: that is said as long as nobody closes it", async (visit) => {
  await visit.open(BASELINE);
  await visit.sample("Bag");
  await visit.explained("bag");
  // The former picture can be looked at again, unlike the new one.
  const loader = await readFile(join(SITE, LOADER), "utf8");
  const dies = `addEventListener("message", ({ data }) => {
    const { request } = data.header;
    if (request.type === "predict" && /boot/.test(request.name)) throw new WebAssembly.RuntimeError("unreachable");
  });\n${loader}`;
  visit.site.replace(LOADER, dies);
  await visit.die();
  await visit.sampleAgain("fashion-boot.png");
  const notice = await visit.notice("while it looked at the picture, twice");
  await eventually("the former picture is looked at again", async () => {
    const names = await visit.looked();
    const boots = names.filter((name) => /boot/.test(name)).length;
    return boots === 2 && !/boot/.test(names.at(-1));
  });
  await visit.explained("bag");
  await visit.page.waitForTimeout(500);
  assert.ok(await notice.isVisible(), "the notice stays");
  visit.assertQuiet([/unreachable/]);
});
