// The builds of the engine: the same numbers from each, the best that runs, and the
// next simpler one where it does not.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { SITE, engineFile } from "./browser.mjs";
import { openEngine } from "./engine.mjs";
import { TINY, builtModel, eventually, visiting } from "./harness.mjs";
import { distance, greatest } from "./npy.mjs";

const IDS = { simd128: "simd128", relaxed: "relaxed-simd", threads: "threads" };
const LOADERS = Object.fromEntries(Object.keys(IDS).map((name) => [name, engineFile(name, "_loader.js")]));
const POOL = engineFile("threads", "_pool.js");
/** Of the greatest logit. */
const TOLERANCE = 1e-4;

const unbuilt = (...names) => {
  const missing = names.filter((name) => !LOADERS[name]);
  return missing.length > 0 && `the site was built without the engine ${missing.join(" and ")}`;
};

/** A test of these builds; says so where they were not made. */
function testing(name, builds, options, body) {
  const skip = unbuilt(...builds);
  if (skip) console.log(`SKIPPED ${name}: ${skip}`);
  visiting(name, { ...options, skip }, body);
}

const KITCHEN = builtModel("xception-kitchenware");
const MODEL = KITCHEN
  ? { file: `models/${KITCHEN.file}`, picture: "coffee.png" }
  : { file: TINY.file, picture: "fashion-boot.png" };

/** Logits of the picture by each engine, `times` times. */
async function look({ page, site }, loader, times = 1) {
  const started = await openEngine(page, site, loader);
  const addresses = { model: site.url(MODEL.file), picture: site.url(`samples/${MODEL.picture}`), times };
  const logits = await page.evaluate(async ({ model, picture, times }) => {
    const asked = async (type, request, buffers) => {
      const answer = await window.ask(request, buffers);
      if (answer.event.type !== type) throw new Error(JSON.stringify(answer.event));
      return answer;
    };
    const source = { from: "file", name: "model.onnx" };
    const load = { type: "loadModel", model: source, layer: null, remembered: [] };
    await asked("ready", load, [await window.fetchBytes(model)]);
    const all = [];
    for (let time = 0; time < times; time += 1) {
      const request = { type: "predict", name: "picture.png", overrides: {} };
      const { buffers } = await asked("prediction", request, [await window.fetchBytes(picture)]);
      all.push([...new Float32Array(buffers[0])]);
    }
    return all;
  }, addresses);
  return { started, logits };
}

const top = (logits) => logits.indexOf(Math.max(...logits));

for (const name of ["relaxed", "threads"]) {
  testing(`${name} agrees with the baseline`, ["simd128", name], {}, async (visit, t) => {
    visit.site.isolate();
    const baseline = await look(visit, LOADERS.simd128);
    assert.deepEqual([baseline.started.variant, baseline.started.threads], ["simd128", 1]);
    const other = await look(visit, `${LOADERS[name]}?threads=2`);
    assert.deepEqual([other.started.variant, other.started.threads], [IDS[name], name === "threads" ? 2 : 1]);
    const [[wanted], [found]] = [baseline.logits, other.logits];
    assert.equal(top(found), top(wanted), "the class");
    const difference = distance(found, wanted) / greatest(wanted);
    assert.ok(difference <= TOLERANCE, `logits differ by ${difference} of the greatest`);
    t.diagnostic(`logits differ by ${difference.toExponential(1)} of the greatest`);
    visit.assertQuiet();
  });
}

testing("one thread gives the same bits each time", ["threads"], {}, async (visit) => {
  visit.site.isolate();
  const { started, logits } = await look(visit, `${LOADERS.threads}?threads=1`, 3);
  assert.equal(started.threads, 1);
  assert.deepEqual(logits[1], logits[0]);
  assert.deepEqual(logits[2], logits[0]);
  visit.assertQuiet();
});

/** Maps with random numbers, as bits. */
async function randomMaps({ page, site }, threads) {
  await openEngine(page, site, `${LOADERS.threads}?threads=${threads}`);
  const addresses = [site.url(TINY.file), site.url("samples/fashion-boot.png")];
  return page.evaluate(async ([model, picture]) => {
    const source = { from: "file", name: "model.onnx" };
    const load = { type: "loadModel", model: source, layer: null, remembered: [] };
    const { layer } = (await window.ask(load, [await window.fetchBytes(model)])).event.model;
    await window.ask({ type: "predict", name: "picture.png", overrides: {} }, [await window.fetchBytes(picture)]);
    const maps = [["rise", ["masks", "30"]], ["smoothgrad", ["samples", "5"]], ["smooth-grad-cam++", ["samples", "3"]]];
    const found = {};
    for (const [method, ...settings] of maps) {
      const request = { type: "explain", method, target: "probability:9", layer, settings, seed: 7 };
      const { event, buffers } = await window.ask(request);
      if (event.type !== "map") throw new Error(JSON.stringify(event));
      found[method] = [...new Uint32Array(buffers[0])];
    }
    return found;
  }, addresses);
}

testing("the same seed gives the same bits on one thread and on two", ["threads"], {}, async (visit) => {
  visit.site.isolate();
  const [one, two] = [await randomMaps(visit, 1), await randomMaps(visit, 2)];
  assert.deepEqual(two, one);
  visit.assertQuiet();
});

testing("64 cores are taken for 8", ["threads"], {}, async (visit) => {
  visit.site.isolate();
  const source = await readFile(join(SITE, LOADERS.threads), "utf8");
  const cores = 'Object.defineProperty(self.navigator, "hardwareConcurrency", { value: 64 });';
  visit.site.replace(LOADERS.threads, `${cores}\n${source}`);
  const { started, logits } = await look(visit, LOADERS.threads);
  assert.equal(started.threads, 8);
  assert.equal(logits[0].some(Number.isNaN), false);
  visit.assertQuiet();
});

/** Opens the page, explains a picture, and says which engine did it. */
async function explain(visit, hash = "") {
  await visit.open(`model=${TINY.id}${hash}`);
  await visit.sample("Ankle boot");
  await visit.explained("ankle boot");
  const [started] = (await visit.told("started")).slice(-1);
  const chip = visit.page.locator("button[aria-controls=engine]");
  const words = started.threads === 1 ? "1 thread" : `${started.threads} threads`;
  assert.match(await chip.textContent(), new RegExp(words));
  await visit.page.getByText(new RegExp(`in this browser, on ${words}`)).waitFor();
  return started;
}

const withCores = (count) => (visit) =>
  visit.context.addInitScript((value) => {
    Object.defineProperty(Navigator.prototype, "hardwareConcurrency", { get: () => value });
  }, count);

testing("threads run where memory may be shared", ["threads"], {}, async (visit) => {
  visit.site.isolate();
  const { variant, threads } = await explain(visit);
  assert.equal(variant, "threads");
  assert.ok(threads > 1, `${threads} threads`);
  visit.assertQuiet();
});

testing("relaxed SIMD runs where memory may not be shared", ["relaxed"], {}, async (visit) => {
  const { variant, threads } = await explain(visit);
  assert.deepEqual([variant, threads], ["relaxed-simd", 1]);
  visit.assertQuiet();
});

testing("one core needs no threads", ["relaxed", "threads"], {}, async (visit) => {
  visit.site.isolate();
  await withCores(1)(visit);
  assert.equal((await explain(visit)).variant, "relaxed-simd");
  visit.assertQuiet();
});

for (const name of Object.keys(LOADERS)) {
  testing(`the address asks for ${name}`, [name], {}, async (visit) => {
    visit.site.isolate();
    const { variant } = await explain(visit, `&engine=${name}`);
    assert.equal(variant, IDS[name]);
    assert.match(await visit.hash(), new RegExp(`engine=${name}`));
    visit.assertQuiet();
  });
}

const FILE_FAULTS = ["_loader.js", ".js", "_bg.wasm"];
for (const ending of FILE_FAULTS) {
  testing(`without engine-threads…${ending} the page goes on with relaxed SIMD`, ["relaxed", "threads"], {}, async (visit) => {
    visit.site.isolate();
    visit.site.missing(engineFile("threads", ending));
    assert.equal((await explain(visit)).variant, "relaxed-simd");
    assert.equal(await visit.page.getByRole("alert").count(), 0, "the user is told nothing");
    visit.assertQuiet([/404/, /answered 404/]);
  });
}

testing("a program that cannot be compiled gives way twice", ["relaxed", "threads"], {}, async (visit) => {
  visit.site.isolate();
  visit.site.replace(engineFile("threads", "_bg.wasm"), "no program");
  visit.site.replace(engineFile("relaxed", "_bg.wasm"), "no program");
  assert.equal((await explain(visit)).variant, "simd128");
  assert.equal(await visit.page.getByRole("alert").count(), 0, "the user is told nothing");
  visit.assertQuiet([/CompileError|magic/]);
});

testing("without the pool's script the engine computes with one thread", ["threads"], {}, async (visit) => {
  visit.site.isolate();
  visit.site.missing(POOL);
  const { variant, threads } = await explain(visit);
  assert.deepEqual([variant, threads], ["threads", 1]);
  visit.assertQuiet([/404/]);
});

testing("a pool that never comes is not waited for", ["threads"], {}, async (visit) => {
  visit.site.isolate();
  visit.site.replace(POOL, "self.onmessage = () => {};");
  const { variant, threads } = await explain(visit);
  assert.deepEqual([variant, threads], ["threads", 1]);
  visit.assertQuiet();
});

testing("an engine that never listens gives way", ["relaxed", "threads"], {}, async (visit) => {
  visit.site.isolate();
  const loaded = '{ header: { job: 0, event: { type: "loaded" } }, buffers: [] }';
  visit.site.replace(LOADERS.threads, `self.postMessage(${loaded});`);
  assert.equal((await explain(visit)).variant, "relaxed-simd");
  visit.assertQuiet();
});

testing("a thread that dies while the engine waits for it", ["relaxed", "threads"], {}, async (visit) => {
  visit.site.isolate();
  const pool = await readFile(join(SITE, POOL), "utf8");
  const dying = pool.replace("run_pool_thread();", 'throw new WebAssembly.RuntimeError("unreachable");');
  assert.notEqual(dying, pool);
  visit.site.replace(POOL, dying);
  assert.equal((await explain(visit)).variant, "relaxed-simd");
  visit.assertQuiet([/unreachable/]);
});

testing("a thread that dies later is told by its channel, and the engine replaced", ["threads"], {}, async (visit) => {
  visit.site.isolate();
  await visit.context.addInitScript(() => {
    window.Worker = class extends window.Worker {
      constructor(address, options) {
        super(address, options);
        window.engineName = options.name;
      }
    };
  });
  await explain(visit);
  await visit.page.evaluate(() => {
    new BroadcastChannel(window.engineName).postMessage({ crash: "RuntimeError: unreachable" });
  });
  await visit.notice("The engine");
  await visit.sampleAgain("fashion-bag.png");
  await visit.explained("bag");
  assert.deepEqual((await visit.told("started")).map(({ variant }) => variant), ["threads", "threads"]);
  visit.assertQuiet();
});

testing("in a frame of a page that is not isolated it explains, without threads", ["relaxed"], {}, async (visit) => {
  const frame = '<!doctype html><title>host</title><link rel="icon" href="icon.svg">';
  const hash = `model=${TINY.id}`;
  visit.site.replace("host.html", `${frame}<iframe src="index.html#${hash}" title="gradcam" width="900" height="700"></iframe>`);
  await visit.page.goto(visit.site.url("host.html"));
  const inside = visit.page.frameLocator("iframe");
  await inside.getByRole("button", { name: /Ankle boot$/ }).click();
  await inside.getByRole("heading", { name: "Where it looked for ankle boot" }).waitFor();
  await inside.getByText(/on 1 thread with relaxed SIMD/).waitFor();
  const workers = await visit.page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length);
  assert.equal(workers, 0, "a frame registers no service worker");
  visit.assertQuiet();
});

testing("a host without headers has threads from the second visit on", ["relaxed", "threads"], { isKept: true }, async (visit) => {
  assert.equal((await explain(visit)).variant, "relaxed-simd");
  const isReady = () => visit.page.evaluate(() => document.documentElement.dataset.offline === "kept");
  await eventually("the service worker has what it keeps", isReady);
  const reason = await visit.page.evaluate(() => performance.getEntriesByType("navigation")[0].type);
  assert.equal(reason, "navigate", "the first visit is not reloaded");
  await visit.page.close();
  await visit.newPage();
  const { variant, threads } = await explain(visit);
  assert.equal(variant, "threads");
  assert.ok(threads > 1, `${threads} threads`);
  assert.equal(visit.site.requests(TINY.file), 1, "the model is still the one that was kept");
  visit.assertQuiet();
});
