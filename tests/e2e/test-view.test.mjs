// Whether a map can be believed: the view of tests, and saved explanations that are restored.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "./browser.mjs";
import { openEngine } from "./engine.mjs";
import { TINY, assertAccessible, builtModel, eventually, visiting } from "./harness.mjs";

const kitchenware = builtModel("xception-kitchenware");
const skipCup = !kitchenware && "the kitchenware model was not built";

async function testing(visit, tool) {
  await visit.page.getByRole("button", { name: "Test", exact: true }).click();
  await visit.page.getByRole("button", { name: tool, exact: true }).click();
}

async function withBoot(visit) {
  await visit.open();
  await visit.sample("Ankle boot");
  await visit.explained("ankle boot");
}

/** Presses in the middle of a part of the picture and drags along these places. */
async function drag(page, places, between = async () => {}) {
  const box = await page.locator(".drag-surface").boundingBox();
  const at = ([across, down]) => [box.x + box.width * across, box.y + box.height * down];
  await page.mouse.move(...at(places[0]));
  await page.mouse.down();
  for (const place of places.slice(1)) {
    await page.mouse.move(...at(place), { steps: 3 });
    if (await between()) break;
  }
  await page.mouse.up();
}

const verdict = (page) => page.locator(".verdict");
const value = (page, metric) => page.locator(`[data-metric="${metric}"] output`);

visiting("a cup is covered until it is something else, deceived, saved, dropped again, and restored", { skip: skipCup }, async (visit, t) => {
  const { page } = visit;
  await visit.open(`model=${kitchenware.id}`);
  await visit.sample("Coffee cup");
  await visit.explained("cup");
  const record = await visit.save("JSON");

  await testing(visit, "Cover a part");
  await verdict(page).waitFor();
  await page.getByRole("slider", { name: "Size of the patch" }).fill("45");
  const changes = async () => (await visit.told("changed")).length;
  const places = [...Array(12).keys()].map((step) => [0.1 + step * 0.04, 0.15 + step * 0.03]);
  await drag(page, places, async () => {
    const before = await changes();
    await eventually("the network looks at the covered picture", async () => (await changes()) > before);
    return /now taken for/.test(await verdict(page).textContent());
  });
  const words = await verdict(page).textContent();
  t.diagnostic(words);
  assert.match(words, /now taken for .* instead of cup/);

  await page.getByRole("button", { name: "Deceive it" }).click();
  await page.getByRole("button", { name: "Change the picture" }).click();
  await page.locator("#save-changed").waitFor();
  const deceived = await verdict(page).textContent();
  t.diagnostic(deceived);
  const taken = deceived.match(/now taken for (.+) instead of cup/)?.[1];
  assert.ok(taken, deceived);
  const told = page.locator(".before-after tr", { hasText: new RegExp(`^${taken}`) }).locator("td").last();
  const percent = await told.textContent();
  const download = page.waitForEvent("download");
  await page.locator("#save-changed").click();
  const file = await download;
  assert.equal(file.suggestedFilename(), "coffee.changed.png");
  const changed = await readFile(await file.path());
  await page.getByRole("button", { name: "Explain", exact: true }).click();
  await visit.drop("changed.png", changed);
  await visit.explained(taken);
  assert.equal(await visit.rows().first().locator(".row-percent").textContent(), percent);

  // Elsewhere, with nothing open: model and picture are found by the record.
  await visit.newPage();
  await visit.open();
  await visit.drop("coffee.json", record, "application/json");
  await visit.page.getByText(/This is the saved explanation/).waitFor();
  await visit.explained("cup");
  visit.assertQuiet();
});

visiting("twelve methods on a cup, a Score-CAM that is stopped, and why a cup and not a plate", { skip: skipCup }, async (visit) => {
  const { page } = visit;
  await visit.open(`model=${kitchenware.id}`);
  await visit.sample("Coffee cup");
  await visit.explained("cup");
  await page.locator("#question summary").click();
  await page.locator("#question select").first().selectOption("contrast");
  await page.locator("#question select").nth(1).selectOption({ label: "plate" });
  await page.getByRole("heading", { name: "Why cup and not plate?" }).waitFor();
  const contrast = (await visit.told("map")).at(-1).map;
  assert.match(contrast.target, /^contrast:\d+,\d+$/);
  await page.locator("#question select").first().selectOption("logit");

  await page.getByRole("button", { name: "Compare" }).click();
  await page.locator(".comparison summary", { hasText: "Methods" }).click();
  for (const name of ["XGrad-CAM", "Element-wise Grad-CAM", "Gradient × input", "Score-CAM"]) {
    await page.locator(".method-boxes").getByLabel(name, { exact: true }).check();
  }
  await page.locator(".map-card").nth(11).waitFor();
  await eventually("eleven maps are there", async () => (await page.getByRole("button", { name: /^Open / }).count()) >= 11);
  const isScore = ({ map, isEarly }) => map.method === "score-cam" && isEarly;
  await eventually("a map of some channels", async () => (await visit.told("map")).some(isScore));
  await page.getByRole("button", { name: "Stop all" }).click();
  const card = page.locator(".map-card", { has: page.getByText("Score-CAM", { exact: true }) });
  await card.getByText(/of 2048 features/).waitFor();
  await card.getByRole("button", { name: "Open Score-CAM" }).click();
  await page.getByText(/Not finished: \d+ of 2048 features/).waitFor();
  assert.equal(await page.evaluate(() => window.seen.workers.length), 1, "the engine stays");
  visit.assertQuiet();
});

visiting("measures of a map: curves with their pictures, stopped and kept", async (visit) => {
  const { page } = visit;
  await withBoot(visit);
  await testing(visit, "Faithfulness");
  await page.getByRole("button", { name: "Measure Deletion" }).click();
  await page.getByText(/random map \S+ · centre blob/).waitFor();
  assert.ok(Number.isFinite(Number(await value(page, "deletion").textContent())));
  await page.getByRole("slider", { name: /Point of the curve/ }).fill("4");
  await page.getByText("20 % of the picture changed").waitFor();
  // The picture of the point under the pointer.
  await page.locator(".curve-plot svg").first().scrollIntoViewIfNeeded();
  const plot = await page.locator(".curve-plot svg").first().boundingBox();
  await page.mouse.move(plot.x + plot.width * 0.7, plot.y + plot.height / 2);
  await page.getByText(/^7\d % of the picture changed/).waitFor();
  // What was measured is saved with the map.
  await page.getByRole("button", { name: "Explain", exact: true }).click();
  const { measurements } = JSON.parse(await visit.save("JSON"));
  assert.equal(measurements[0].metric, "deletion");
  assert.ok(measurements[0].protocol.some(([id, value]) => id === "steps" && value === "20"));
  await testing(visit, "Faithfulness");
  await page.getByRole("button", { name: "Measure all" }).click();
  await eventually("all are measured", async () => (await page.locator(".metrics output").count()) >= 9);
  // What this method does not promise is said, and the others are there.
  await page.getByRole("button", { name: "Compare" }).click();
  await page.locator(".map-card", { hasText: "Deletion" }).first().waitFor();
  await page.getByLabel("Measure and sort by").selectOption({ label: "ADCC" });
  await eventually("all maps are measured", async () => (await page.locator(".map-card", { hasText: /ADCC/ }).count()) >= 8);
  const adcc = (await page.locator(".map-card", { hasText: /ADCC/ }).allTextContents())
    .map((text) => Number(text.match(/ADCC ([\d.]+(e[−-]\d+)?)/)[1].replace("−", "-")));
  assert.deepEqual(adcc, [...adcc].sort((a, b) => b - a), "the best first");
  await testing(visit, "Sanity");
  await page.getByRole("button", { name: "Measure all" }).click();
  await eventually("the rows of maps", async () => (await page.locator(".metrics canvas").count()) >= 18);
  await assertAccessible(page, "sanity");
  visit.assertQuiet();
});

visiting("an object is marked by box, by brush, by keys", async (visit) => {
  const { page } = visit;
  await withBoot(visit);
  await testing(visit, "Mark the object");
  await drag(page, [[0.1, 0.1], [0.9, 0.9]]);
  await value(page, "pointing-game").waitFor();
  assert.equal(await value(page, "pointing-game").textContent(), "1.00");
  await page.getByRole("textbox", { name: "Box in %" }).fill("0, 0, 10, 10");
  await page.getByRole("textbox", { name: "Box in %" }).press("Enter");
  await eventually("another box", async () => (await value(page, "pointing-game").textContent()) === "0");
  await page.getByRole("button", { name: "Brush" }).click();
  await drag(page, [[0.2, 0.6], [0.8, 0.6]]);
  await eventually("what the brush touched", async () => (await page.locator(".mark.brushed").count()) > 3);
  await value(page, "energy-pointing-game").waitFor();
  await page.getByRole("button", { name: "Clear" }).click();
  await eventually("nothing is marked", async () => (await page.locator(".mark").count()) === 0);
  await assertAccessible(page, "marking");
  visit.assertQuiet();
});

visiting("the patch goes by keys, on a phone in the dark", { viewport: { width: 360, height: 640 }, colorScheme: "dark" }, async (visit) => {
  const { page } = visit;
  await withBoot(visit);
  await testing(visit, "Cover a part");
  await verdict(page).waitFor();
  const left = () => page.locator(".patch").getAttribute("x");
  const before = Number(await left());
  await page.locator(".drag-surface").focus();
  for (let key = 0; key < 3; key += 1) await page.keyboard.press("ArrowRight");
  await eventually("the patch moves", async () => Number(await left()) === before + 75);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing sticks out");
  for (const tool of ["Deceive it", "Mark the object", "Sanity", "Faithfulness", "Cover a part"]) {
    await page.getByRole("button", { name: tool, exact: true }).click();
    await assertAccessible(page, `${tool} on a phone`);
  }
  visit.assertQuiet();
});

visiting("saved explanations that do not fit are told apart", async (visit) => {
  const { page } = visit;
  await withBoot(visit);
  const record = JSON.parse(await visit.save("JSON"));
  const drop = (change) => visit.drop("saved.json", Buffer.from(JSON.stringify({ ...record, ...change })), "application/json");
  await drop({ version: 1 });
  await visit.notice("saved.json", "the format 1");
  await drop({ method: "magic" });
  await visit.notice("no method “magic”");
  await drop({ image: { ...record.image, sha256: "0".repeat(64), name: "../../secret.png" } });
  await page.getByText(/not the picture of the saved explanation, .*secret\.png/).waitFor();
  await drop({ model: { ...record.model, sha256: "1".repeat(64), name: "other.onnx" } });
  await page.getByText(/of the model other\.onnx, which is not the one that is here/).waitFor();
  await visit.drop("cut.json", Buffer.from(JSON.stringify(record).slice(0, 300)), "application/json");
  await drop({});
  await page.getByText(/This is the saved explanation/).waitFor();
  await drop({ map: { ...record.map, max: record.map.max * 2 } });
  await page.getByText(/not the saved one/).waitFor();
  await page.locator(".restoration").getByRole("button", { name: "Close" }).click();
  assert.equal(await page.locator(".restoration").count(), 0);
  visit.assertQuiet();
});

visiting("a deceiving picture is a picture: read back it gives the logits that were shown", async ({ page, site }, t) => {
  site.mount("tested", join(ROOT, "models"));
  site.mount("pictures", join(ROOT, "www/samples"));
  await openEngine(page, site);
  const off = await page.evaluate(deceive, [site.url("tested/xception-tiny.onnx"), site.url("pictures/fashion-boot.png")]);
  t.diagnostic(`off by ${off.logits}; ${off.moved} bytes moved, ${off.furthest} levels at most`);
  assert.ok(off.logits <= 1e-4, `${off.logits}`);
  assert.ok(off.moved > 100 && off.furthest <= 3);
});

/** Runs in the page. */
async function deceive([model, picture]) {
  const source = { from: "file", name: "tiny.onnx" };
  const load = { type: "loadModel", model: source, layer: null, remembered: [] };
  const { layer } = (await window.ask(load, [await window.fetchBytes(model)])).event.model;
  const predict = async (bytes) => {
    const { buffers } = await window.ask({ type: "predict", name: "boot.png", overrides: {} }, [bytes]);
    return [...new Float32Array(buffers[0])];
  };
  const logits = await predict(await window.fetchBytes(picture));
  const best = logits.indexOf(Math.max(...logits));
  const explain = { type: "explain", method: "grad-cam", target: `logit:${best}`, layer, settings: [], seed: 0 };
  const { event, buffers } = await window.ask(explain);
  const attack = { type: "attack", size: 3, steps: 5, class: best, towards: false };
  const changed = await window.ask({ type: "change", change: attack, map: event.map }, [buffers[0]]);
  const [before, after] = [new Uint8Array(changed.buffers[3]), new Uint8Array(changed.buffers[4])];
  const { width, height } = changed.event;
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  const rgba = Uint8ClampedArray.from({ length: width * height * 4 }, (_, at) => (at % 4 === 3 ? 255 : after[(at >> 2) * 3 + (at % 4)]));
  canvas.getContext("2d").putImageData(new ImageData(rgba, width, height), 0, 0);
  const png = await new Promise((done) => canvas.toBlob(done, "image/png"));
  const again = await predict(await png.arrayBuffer());
  const told = [...new Float32Array(changed.buffers[0])];
  const moves = [...before].map((byte, at) => Math.abs(byte - after[at]));
  return {
    logits: Math.max(...again.map((logit, at) => Math.abs(logit - told[at]))),
    moved: moves.filter((move) => move > 0).length,
    furthest: Math.max(...moves),
  };
}
