// The JavaScript library, as a page of the site's own origin uses it.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { ROOT, SITE, engineFile } from "./browser.mjs";
import { TINY, visiting } from "./harness.mjs";
import { distance, greatest, readNpy } from "./npy.mjs";
import { exported } from "./onnx.mjs";

const run = promisify(execFile);
const BOOT = "samples/fashion-boot.png";
const cli = process.env.GRADCAM_CLI;
const noCli = !(cli && existsSync(cli)) && "GRADCAM_CLI does not name the command line's program";

/** A test in a page that has the library as `window.gradcam`, and `open(options)` for a model of the site. */
function using(name, options, body) {
  if (!body) [options, body] = [{}, options];
  visiting(name, options, async (visit, t) => {
    const { site, page } = visit;
    const policy = readFileSync(join(SITE, "index.html"), "utf8").match(/<meta http-equiv="Content-Security-Policy"[^>]*>/)[0];
    const engines = Object.fromEntries(["threads", "relaxed", "simd128"].map((variant) => [variant, engineFile(variant, "")]).filter(([, file]) => file));
    site.replace("engines.json", JSON.stringify(engines));
    site.replace("library-only.js", `import * as gradcam from "./library/gradcam.js";
      window.gradcam = gradcam;
      window.load = (options = {}) => gradcam.Gradcam.load({ engine: "./", model: "${TINY.file}", ...options });
      window.blob = async (url) => (await fetch(url)).blob();
      window.isReady = true;`);
    site.replace("library-only.html", `<!doctype html><meta charset="utf-8">${policy}<title>library</title><link rel="icon" href="icon.svg"><script type="module" src="library-only.js"></script>`);
    await page.goto(site.url("library-only.html"));
    await page.waitForFunction(() => window.isReady);
    await body(visit, t);
  });
}

test("the versions are those of the engine", () => {
  const rust = readFileSync(join(ROOT, "src/protocol/mod.rs"), "utf8") + readFileSync(join(ROOT, "src/protocol/explanation_record.rs"), "utf8");
  const script = ["engine.js", "record.js"].map((file) => readFileSync(join(ROOT, "www/library", file), "utf8")).join("");
  for (const name of ["PROTOCOL_VERSION", "RECORD_VERSION"]) {
    const [, wanted] = rust.match(new RegExp(`pub const ${name}: u32 = (\\d+);`));
    assert.match(script, new RegExp(`export const ${name} = ${wanted};`));
  }
  const [, version] = readFileSync(join(ROOT, "Cargo.toml"), "utf8").match(/^version = "(.+)"$/m);
  assert.match(script, new RegExp(`export const VERSION = "${version}";`));
});

using("a picture's file, its pixels and its tensor are explained alike", async (visit) => {
  const found = await visit.page.evaluate(async (address) => {
    const progress = [];
    const cam = await window.load({ onProgress: ({ phase }) => progress.push(phase) });
    const file = await window.blob(address);
    const bitmap = await createImageBitmap(file);
    const canvas = Object.assign(document.createElement("canvas"), { width: bitmap.width, height: bitmap.height });
    const context = canvas.getContext("2d");
    context.drawImage(bitmap, 0, 0);
    const pixels = context.getImageData(0, 0, 28, 28);
    const data = Float32Array.from({ length: 784 }, (_, index) => pixels.data[4 * index] * (2 / 255) - 1);
    const tops = [];
    for (const input of [file, bitmap, canvas, pixels, { data, shape: [1, 28, 28, 1] }]) {
      const { classes } = await cam.predict(input);
      const { values, width, height, state, manifest } = await cam.explain({ method: "layer-cam" });
      tops.push([classes[0].label, classes[0].logit.toFixed(2), width, height, state, values.length, manifest.method, manifest.engine.threads]);
    }
    return { tops, progress, model: [cam.model.classes, cam.model.layers.length], methods: cam.catalogue.methods.length };
  }, BOOT);
  assert.deepEqual(found.tops[0].slice(0, 1).concat(found.tops[0].slice(2)), ["ankle boot", 7, 7, "evidence", 49, "layer-cam", 1]);
  found.tops.forEach((top) => assert.deepEqual(top, found.tops[0]));
  assert.ok(found.progress.includes("download") && found.progress.includes("prepare"), found.progress.join());
  assert.ok(found.model[0] === 10 && found.model[1] > 1 && found.methods >= 20);
  visit.assertQuiet();
});

using("the command line makes the same map from the manifest", { skip: noCli }, async (visit, t) => {
  const { manifest, values } = await visit.page.evaluate(async (address) => {
    const cam = await window.load();
    await cam.predict(new File([await window.blob(address)], "fashion-boot.png"));
    const { manifest, values } = await cam.explain({ target: "contrast:9,7", method: "smoothgrad", settings: { samples: 4 }, seed: 3 });
    return { manifest, values: [...values] };
  }, BOOT);
  const folder = mkdtempSync(join(tmpdir(), "gradcam-"));
  t.after(() => rmSync(folder, { recursive: true }));
  await writeFile(join(folder, "map.json"), JSON.stringify(manifest));
  const files = ["--model", join(SITE, TINY.file), "--image", join(SITE, BOOT)];
  const { stdout } = await run(cli, ["reproduce", join(folder, "map.json"), ...files]);
  t.diagnostic(stdout.trim().split("\n").at(-1));
  const args = ["explain", join(SITE, TINY.file), join(SITE, BOOT), "--target", "contrast:9,7", "--method", "smoothgrad", "--set", "samples=4", "--seed", "3", "--out", folder];
  await run(cli, args);
  const native = readNpy(join(folder, "fashion-boot.smoothgrad.npy"));
  assert.ok(distance(values, native.values) / greatest(native.values) < 1e-3);
});

using("what is drawn is what the command line draws", { skip: noCli }, async (visit, t) => {
  const folder = mkdtempSync(join(tmpdir(), "gradcam-"));
  t.after(() => rmSync(folder, { recursive: true }));
  await run(cli, ["explain", join(SITE, TINY.file), join(SITE, BOOT), "--out", folder]);
  visit.site.mount("drawn", folder);
  const differences = await visit.page.evaluate(async (address) => {
    const pixels = async (source, width, height, then) => {
      const canvas = Object.assign(document.createElement("canvas"), { width, height });
      const context = canvas.getContext("2d");
      context.drawImage(source, 0, 0, width, height);
      await then?.(canvas);
      return context.getImageData(0, 0, width, height).data;
    };
    const cam = await window.load();
    const file = await window.blob(address);
    await cam.predict(file);
    const map = await cam.explain();
    const native = await createImageBitmap(await window.blob("drawn/fashion-boot.grad-cam.png"));
    const { width, height } = native;
    const wanted = await pixels(native, width, height);
    const found = await pixels(await createImageBitmap(file), width, height, (canvas) => cam.draw(canvas, map, { opacity: 0.6 }));
    return { size: [width, height], most: wanted.reduce((most, value, place) => Math.max(most, Math.abs(value - found[place])), 0) };
  }, BOOT);
  t.diagnostic(JSON.stringify(differences));
  assert.ok(differences.most <= 3, JSON.stringify(differences));
});

using("what is given up ends at once, and the next question is answered", async (visit, t) => {
  const found = await visit.page.evaluate(async (address) => {
    const cam = await window.load();
    const file = await window.blob(address);
    await cam.predict(file);
    const ended = async (start) => {
      const controller = new AbortController();
      let since;
      const stop = () => {
        since ??= performance.now();
        controller.abort();
      };
      const name = await start(controller.signal, stop).then(() => "done", (error) => error.name);
      return [name, performance.now() - since];
    };
    const results = {
      rise: await ended((signal, onProgress) => cam.explain({ method: "rise", settings: { masks: 20000 }, signal, onProgress })),
      predict: await ended((signal, onProgress) => cam.predict(file, { signal, onProgress })),
    };
    const controller = new AbortController();
    const slow = cam.explain({ method: "rise", settings: { masks: 300 } }).then(() => "done", (error) => `${error.kind}: ${error.message}`);
    const waiting = cam.explain({ signal: controller.signal }).catch((error) => error.name);
    controller.abort();
    results.waiting = await waiting;
    results.slow = await slow;
    results.early = await cam.predict(file, { signal: AbortSignal.abort() }).catch((error) => error.name);
    const { classes } = await cam.predict(file);
    results.after = [classes[0].label, (await cam.explain()).state];
    results.load = await ended((signal, stop) => cam.loadModel({ model: file, signal, onProgress: stop }).finally(stop));
    return results;
  }, BOOT);
  t.diagnostic(JSON.stringify(found));
  assert.equal(found.rise[0], "AbortError");
  assert.equal(found.predict[0], "AbortError");
  assert.deepEqual([found.waiting, found.early, found.after], ["AbortError", "AbortError", ["ankle boot", "evidence"]]);
  assert.match(found.slow, /^order: .*predict first/, "the picture whose run was given up is no picture to explain");
  assert.equal(found.load[0], "AbortError");
  visit.assertQuiet();
});

using("an engine that dies is replaced, and the model and the picture come back", async (visit) => {
  const found = await visit.page.evaluate(async (address) => {
    const cam = await window.load();
    await cam.predict(await window.blob(address));
    const before = await cam.explain({ target: 9 });
    const die = () => window.seen.workers.at(-1).dispatchEvent(new ErrorEvent("error", { message: "unreachable", cancelable: true }));
    const dying = cam.explain({ method: "rise", settings: { masks: 20000 }, onProgress: die }).catch((error) => [error.name, error.kind, error.message]);
    const words = await dying;
    const after = await cam.explain({ target: 9 });
    const same = after.values.every((value, place) => value === before.values[place]);
    cam.dispose();
    const gone = await cam.explain().catch((error) => error.kind);
    return { words, same, gone, workers: window.seen.workers.length };
  }, BOOT);
  assert.deepEqual(found.words.slice(0, 2), ["GradcamError", "engine"]);
  assert.match(found.words[2], /The engine stopped.*unreachable\.$/);
  assert.deepEqual([found.same, found.gone, found.workers], [true, "order", 2]);
  visit.assertQuiet();
});

using("weights in a second file are given with the model", async (visit) => {
  visit.site.mount("cases", join(ROOT, "tests/cases"));
  const found = await visit.page.evaluate(async () => {
    const data = await window.blob("cases/external.onnx.data");
    const refused = await window.load({ model: "cases/external.onnx" }).catch((error) => error.message);
    const cam = await window.load({ model: "cases/external.onnx", weights: [{ name: "external.onnx.data", data }] });
    const [, channels, height, width] = cam.model.input.shape;
    await cam.predict({ data: new Float32Array(channels * height * width).fill(0.5), shape: cam.model.input.shape });
    return { refused, name: cam.model.name, length: (await cam.explain()).values.length };
  });
  assert.match(found.refused, /external\.onnx\.data/);
  assert.ok(found.name === "external.onnx" && found.length > 0);
  visit.assertQuiet();
});

using("errors are of one class, with a kind and a sentence", async (visit) => {
  const open = [...exported({ side: "side" })];
  const found = await visit.page.evaluate(async ([address, bytes]) => {
    const problem = (promise) => promise.then(() => "none", (error) => [error instanceof window.gradcam.GradcamError, error.kind, error.message]);
    const openModel = new Uint8Array(bytes).buffer;
    const cam = await window.load();
    const problems = {
      engine: await problem(window.load({ engine: "nowhere/" })),
      address: await problem(window.load({ model: "none.onnx" })),
      model: await problem(window.load({ model: new Blob(["no model"]) })),
      size: await problem(window.load({ model: openModel })),
      order: await problem(cam.explain()),
      picture: await problem(cam.predict(new Blob(["no picture"]))),
      nothing: await problem(cam.predict("boot.png")),
      tensor: await problem(cam.predict({ data: new Float32Array(3), shape: [2, 2] })),
    };
    await cam.predict(await window.blob(address));
    problems.target = await problem(cam.explain({ target: "why" }));
    problems.method = await problem(cam.explain({ method: "grad-kam" }));
    problems.draw = await problem((async () => cam.draw(document.createElement("canvas"), {}, { colormap: "rainbow" }))());
    const sized = await window.load({ model: openModel, size: [16, 16] });
    return { problems, size: sized.model.input.size, chosen: sized.model.input.sizeIsChosen };
  }, [BOOT, open]);
  const kinds = Object.fromEntries(Object.entries(found.problems).map(([name, [, kind]]) => [name, kind]));
  assert.deepEqual(kinds, {
    engine: "engine", address: "model", model: "model", size: "size", order: "order", picture: "picture",
    nothing: "picture", tensor: "picture", target: "explanation", method: "explanation", draw: "explanation",
  });
  for (const [name, [isOurs, , message]] of Object.entries(found.problems)) assert.ok(isOurs && /^[A-Z'].*[.]$/s.test(message), `${name}: ${message}`);
  assert.deepEqual([found.size, found.chosen], [[16, 16], true]);
  visit.assertQuiet([/404/]);
});
