// The right numbers: the site's own engine in the browser against Keras, and
// against the native command line.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { GOLDEN, ROOT } from "./browser.mjs";
import { openEngine } from "./engine.mjs";
import { visiting } from "./harness.mjs";
import { distance, greatest, readNpy } from "./npy.mjs";

const run = promisify(execFile);

const TO_KERAS = { logit: 1e-3, ofMaximum: 1e-4 };
const TO_NATIVE = { logit: 1e-4, ofMaximum: 1e-4 };
const PHOTOGRAPHS = ["chelsea", "coffee", "rocket", "astronaut"];

const CASES = [
  {
    name: "xception-tiny",
    model: join(ROOT, "models/xception-tiny.onnx"),
    arrays: join(GOLDEN, "xception-tiny"),
    pictures: ["fashion-bag", "fashion-boot", "fashion-dress"],
  },
  ...["xception-kitchenware", "xception-brain-mri"].map((name) => ({
    name,
    model: join(GOLDEN, `built/${name}.f32.onnx`),
    arrays: join(GOLDEN, `built/${name}`),
    pictures: PHOTOGRAPHS,
  })),
];

for (const golden of CASES) {
  const built = existsSync(golden.model) && golden.pictures.every((name) => existsSync(input(golden, name)));
  const unbuilt = !built && `the golden arrays of ${golden.name} were not made: run \`make golden\``;
  visiting(`${golden.name} agrees with Keras`, { skip: unbuilt }, async (visit, t) => {
    const results = await explainInBrowser(visit, golden);
    for (const name of golden.pictures) {
      const keras = {
        class: JSON.parse(readFileSync(join(golden.arrays, `${name}.json`), "utf8")).class,
        logits: readNpy(join(golden.arrays, `${name}.logits.npy`)).values,
        map: readNpy(join(golden.arrays, `${name}.map.npy`)),
      };
      assert.equal(results[name].class, keras.class, `${name}: the top class`);
      const logits = distance(results[name].logits, keras.logits);
      assert.ok(logits <= TO_KERAS.logit, `${name}: logits differ by ${logits}`);
      const maps = assertSameMap(results[name].map, keras.map, TO_KERAS.ofMaximum, name);
      t.diagnostic(differences(name, logits, maps));
    }
    visit.assertQuiet();
  });

  const cli = process.env.GRADCAM_CLI;
  const skip = unbuilt || (!cli && "GRADCAM_CLI does not name the command line's program");
  visiting(`${golden.name} agrees with the command line`, { skip }, async (visit, t) => {
    assert.ok(existsSync(cli), `there is no ${cli}: build it with --features cli --bin gradcam`);
    const native = await explainNatively(cli, golden);
    const browser = await explainInBrowser(visit, golden);
    for (const name of golden.pictures) {
      assert.equal(browser[name].class, native[name].class, `${name}: the top class`);
      const logit = Math.abs(browser[name].logits[native[name].class] - native[name].logit);
      assert.ok(logit <= TO_NATIVE.logit, `${name}: the logit differs by ${logit}`);
      const maps = assertSameMap(browser[name].map, native[name].map, TO_NATIVE.ofMaximum, name);
      t.diagnostic(differences(name, logit, maps));
    }
    visit.assertQuiet();
  });
}

function input({ arrays }, name) {
  return join(arrays, `${name}.input.npy`);
}

function assertSameMap(found, wanted, tolerance, name) {
  assert.deepEqual(found.shape, wanted.shape, `${name}: the map's shape`);
  const difference = distance(found.values, wanted.values) / greatest(wanted.values);
  assert.ok(difference <= tolerance, `${name}: the maps differ by ${difference} of the maximum`);
  return difference;
}

function differences(name, logits, maps) {
  const [first, second] = [logits, maps].map((value) => value.toExponential(1));
  return `${name}: logits differ by ${first}, maps by ${second} of their maximum`;
}

/** Class, logits and map of each picture, by the engine in the browser. */
async function explainInBrowser({ page, site }, golden) {
  site.mount("tested", dirname(golden.model));
  site.mount("arrays", golden.arrays);
  await openEngine(page, site);
  const addresses = {
    model: site.url(`tested/${basename(golden.model)}`),
    inputs: golden.pictures.map((name) => [name, site.url(`arrays/${name}.input.npy`)]),
  };
  const results = await page.evaluate(async ({ model, inputs }) => {
    const asked = async (type, request, buffers) => {
      const answer = await window.ask(request, buffers);
      if (answer.event.type !== type) throw new Error(JSON.stringify(answer.event));
      return answer;
    };
    const source = { from: "file", name: "golden.onnx" };
    const load = { type: "loadModel", model: source, layer: null, remembered: [] };
    const { layer } = (await asked("ready", load, [await window.fetchBytes(model)])).event.model;
    const results = {};
    for (const [name, url] of inputs) {
      const tensor = await window.fetchBytes(url);
      const look = { type: "predict", name: `${name}.npy`, overrides: {} };
      const predicted = await asked("prediction", look, [tensor]);
      const logits = [...new Float32Array(predicted.buffers[0])];
      const top = logits.indexOf(Math.max(...logits));
      const explained = await asked("map", { type: "explain", method: "grad-cam", target: `logit:${top}`, layer, settings: [], seed: 0 });
      const { height, width } = explained.event.map;
      const map = { shape: [height, width], values: [...new Float32Array(explained.buffers[0])] };
      results[name] = { class: top, logits, map };
    }
    return results;
  }, addresses);
  return results;
}

/** Class, its logit and the map of each picture, by the native program. */
async function explainNatively(cli, golden) {
  const out = mkdtempSync(join(tmpdir(), "gradcam-"));
  try {
    const inputs = golden.pictures.map((name) => input(golden, name));
    const { stdout } = await run(cli, ["explain", golden.model, ...inputs, "--json", "--out", out]);
    const lines = stdout.trim().split("\n").map((line) => JSON.parse(line));
    const results = lines.map((line, index) => [
      golden.pictures[index],
      { class: line.class.id, logit: line.class.logit, map: readNpy(line.map.npy) },
    ]);
    return Object.fromEntries(results);
  } finally {
    rmSync(out, { recursive: true });
  }
}
