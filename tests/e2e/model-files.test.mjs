// Files as exporters write them: the browser's engine gives what onnxruntime gives, and a model
// of two files is opened by dropping both.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./browser.mjs";
import { openEngine } from "./engine.mjs";
import { visiting } from "./harness.mjs";
import { readNpy } from "./npy.mjs";
import { png } from "./pictures.mjs";

const CASES = join(ROOT, "tests/cases");
/** File, input, and how far its numbers may be from onnxruntime's. */
const FILES = [
  ["plain", "plain.x", 1e-4],
  ["float16-inside", "float16-inside.x", 1e-2],
  ["int8-qdq", "int8-qdq.x", 0.029],
  ["int8-qoperator", "int8-qoperator.x", 0.029],
  ["int8-dynamic", "int8-dynamic.x", 2e-2],
  ["input-uint8-nhwc", "input-uint8-nhwc.img", 1e-4],
  ["input-three-axes", "input-three-axes.img", 1e-4],
  ["input-four-channels", "input-four-channels.x", 1e-4],
  ["signal-12-leads", "signal-12-leads.x", 1e-4],
  ["output-features-first", "output-features-first.x", 1e-4],
  ["output-without-batch", "output-without-batch.x", 1e-4],
  ["output-one-sigmoid", "output-one-sigmoid.x", 1e-4],
  ["metadata-ultralytics", "metadata-ultralytics.x", 1e-4],
  ["rule-reduce-l2", "rule-reduce-l2.x", 1e-4],
  ["vit", "vit.x", 1e-4],
];
/** Files whose output is after their softmax or sigmoid. */
const PROBABILITIES = ["output-one-sigmoid", "metadata-ultralytics"];

visiting("files in every form give what onnxruntime gives", async ({ page, site }, t) => {
  site.mount("cases", CASES);
  await openEngine(page, site);
  for (const [name, input, tolerance] of FILES) {
    const addresses = [site.url(`cases/${name}.onnx`), site.url(`cases/${input}.npy`)];
    const found = await page.evaluate(seen, addresses);
    const wanted = [...readNpy(join(CASES, `${name}.expected.npy`)).values];
    const values = PROBABILITIES.includes(name) ? found.probabilities : found.logits;
    assert.equal(values?.length, wanted.length, `${name}: ${JSON.stringify(found)}`);
    const off = Math.max(...values.map((value, place) => Math.abs(value - wanted[place])));
    t.diagnostic(`${name}: ${off.toExponential(1)} off, explained at ${found.layer}`);
    assert.ok(off <= tolerance, `${name}: ${values}, ${wanted} wanted`);
    assert.equal(found.map, "map", name);
  }
});

/** Runs in the page: loads a model, predicts an input and explains class 0. */
async function seen([model, input]) {
  const source = { from: "file", name: "tested.onnx" };
  const load = { type: "loadModel", model: source, layer: null, remembered: [] };
  const loaded = await window.ask(load, [await window.fetchBytes(model)]);
  if (loaded.event.type !== "ready") return loaded.event;
  const predict = { type: "predict", name: "input.npy", overrides: {} };
  const { event, buffers } = await window.ask(predict, [await window.fetchBytes(input)]);
  if (event.type !== "prediction") return event;
  const { layer } = loaded.event.model;
  const explain = { type: "explain", method: "grad-cam", target: "logit:0", layer, settings: [], seed: 0 };
  const explained = await window.ask(explain);
  const [logits, probabilities] = buffers.map((buffer) => [...new Float32Array(buffer)]);
  return { logits, probabilities, layer, map: explained.event.type };
}

visiting("a model of two files is opened by dropping both", async (visit) => {
  const read = (name) => readFileSync(join(CASES, name));
  await visit.open();
  await visit.ready();
  await visit.drop("external.onnx", read("external.onnx"), "");
  // Alone it says what is missing, and the model before stays.
  await visit.page.getByText(/external\.onnx\.data.*which is missing/).first().waitFor();
  await visit.ready();
  await visit.dropAll([
    ["external.onnx.data", read("external.onnx.data"), ""],
    ["external.onnx", read("external.onnx"), ""],
    ["cat.png", png(40, 30), "image/png"],
  ]);
  await visit.ready("external.onnx");
  await visit.page.getByRole("region", { name: "Save" }).waitFor();
  assert.equal((await visit.rowLabels()).length, 5);
  // Weights without their model say what they are.
  await visit.drop("external.onnx.data", read("external.onnx.data"), "");
  await visit.page.getByText("open it together with the model’s file").first().waitFor();
  visit.assertQuiet();
});

visiting("an array is explained on grey", async (visit) => {
  const read = (name) => readFileSync(join(CASES, name));
  await visit.open();
  await visit.ready();
  await visit.dropAll([
    ["signal.onnx", read("signal-12-leads.onnx"), ""],
    ["signal.npy", read("signal-12-leads.x.npy"), ""],
  ]);
  await visit.ready("signal.onnx");
  await visit.page.getByRole("region", { name: "Save" }).waitFor();
  await visit.page.getByText("The input is a signal").first().waitFor();
  await visit.page.locator("canvas").first().waitFor();
  assert.equal(await visit.page.getByText("Opening the picture").count(), 0);
  assert.deepEqual((await visit.map()).shape, [1, 125]);
  visit.assertQuiet();
});
