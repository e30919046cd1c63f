// Explanations of ONNX image classifiers in the browser: one engine, one model, one picture at a
// time. gradcam.d.ts has the types.

import { engines } from "../engines.js";
import { drawMap } from "./draw.js";
import { Engine, abortable } from "./engine.js";
import { GradcamError, reason } from "./errors.js";
import { modelFile, pictureFile } from "./input.js";
import { VERSION, record } from "./record.js";

export { GradcamError, VERSION };

/** Opacity and colours where none are chosen. */
const DEFAULT_OPACITY = 0.7;

/** A model that is ready, the picture predicted last, and the maps of it. */
export class Gradcam {
  #engine;
  #last = Promise.resolve();
  /** What was loaded and predicted, to do it again in another worker, each with the worker's generation. */
  #loaded;
  #predicted;
  #started;
  #isDisposed = false;

  /** `loaders` are addresses of the engine's builds, the best first. See `Gradcam.load`. */
  constructor(loaders) {
    this.#engine = new Engine(loaders);
  }

  /**
   * Starts the engine and loads a model: `model` is its address, a Blob or an ArrayBuffer; `weights`
   * are files beside it, `{ name, data }` or `File`. `engine` is the address of the package's folder
   * `engine`, if it does not lie beside this file. Rejects with a `GradcamError`.
   */
  static async load({ engine, variants, ...options }) {
    const cam = new Gradcam(await builds(engine, variants));
    try {
      await cam.loadModel(options);
    } catch (error) {
      cam.dispose();
      throw error;
    }
    return cam;
  }

  /** The engine's build, threads and catalogue of methods, targets and colour maps; starts it. */
  async start() {
    this.#started = await this.#engine.start();
    return this.#started;
  }

  /** The model's summary: classes, labels, layers and what was assumed; `undefined` before there is one. */
  get model() {
    return this.#loaded?.summary;
  }

  /** Methods, targets and colour maps; `undefined` before the engine runs. */
  get catalogue() {
    return this.#started?.catalogue;
  }

  /**
   * Loads a model in place of the one before; options as for `Gradcam.load`. Resolves with its summary.
   * `model` can also be a `RemoteFile` of input.js, which is fetched anew for another worker.
   */
  loadModel({ signal, onProgress, ...options }) {
    return this.#inTurn(signal, async () => {
      this.start().catch(() => {});
      const file = await modelFile(options.model, { signal, onProgress });
      const weights = (options.weights ?? []).map((one) => ({ name: one.name, data: one.data ?? one }));
      this.#loaded = undefined;
      this.#predicted = undefined;
      const loaded = { file, weights, options };
      await this.#load(loaded, { signal, onProgress });
      this.#loaded = loaded;
      return loaded.summary;
    });
  }

  /**
   * Runs the network on a picture: a Blob of its file, an image, a canvas, or a tensor `{ data, shape }`.
   * Resolves with `{ logits, probabilities, classes, width, height, notes }`, the likeliest class first.
   */
  predict(input, { signal, onProgress, overrides = {} } = {}) {
    return this.#inTurn(signal, async () => {
      await this.#keepModel({ signal, onProgress });
      const file = await pictureFile(input);
      const name = input instanceof File ? input.name : "picture";
      this.#predicted = undefined;
      const predicted = { file, name, overrides };
      await this.#predict(predicted, { signal, onProgress });
      this.#predicted = predicted;
      return predicted.prediction;
    });
  }

  /**
   * Explains the picture predicted last. `target` is a class's number or a target's id ("contrast:281,285"),
   * else the likeliest class; `method`, `layer` and `settings` are the method's id, a layer's name and
   * settings by id. Maps that are not complete yet go to `onMap`. Resolves with the map.
   */
  explain({ signal, onProgress, onMap, ...question } = {}) {
    return this.#inTurn(signal, async () => {
      await this.#keepModel({ signal, onProgress });
      if (!this.#predicted) throw new GradcamError("order", "There is no picture to explain yet: call predict first.");
      await this.#keepPicture({ signal, onProgress });
      const { request, buffers } = await this.#question(question);
      const onEvent = (event, values) => {
        if (event.type === "map") onMap?.(this.#map(event, values));
        else report(event, onProgress);
      };
      const { event, buffers: values } = await this.#engine.ask(request, buffers, { signal, onEvent });
      return this.#map(event, values);
    });
  }

  /**
   * Draws a map over what is on a canvas, or over `picture`. `colormap` is an id of the catalogue,
   * `opacity` 0…1, `scale` the value that gets the end of the colours (else the map's largest),
   * `isRaw` shows the map's own cells.
   */
  draw(canvas, map, { picture, colormap, opacity = DEFAULT_OPACITY, scale, isRaw = false } = {}) {
    const { table, isSigned } = this.colors(colormap);
    drawMap(canvas, map, table, { picture, opacity, isSigned, scale, isRaw });
  }

  /** The 256 colours of a colour map, `{ table: Uint8Array of 256×3, isSigned }`. */
  colors(id) {
    const { catalogue, colors } = this.#started ?? {};
    if (!catalogue) throw new GradcamError("order", "The colours come with the engine: wait until it has started.");
    const index = id ? catalogue.colorMaps.findIndex((one) => one.id === id) : 0;
    if (index < 0) {
      const known = catalogue.colorMaps.map((one) => one.id).join(", ");
      throw new GradcamError("explanation", `There is no colour map '${id}'; the colour maps are: ${known}.`);
    }
    return { table: colors.subarray(768 * index, 768 * (index + 1)), isSigned: catalogue.colorMaps[index].isDiverging };
  }

  /** Ends the engine and gives its memory back. What is still asked rejects. */
  dispose() {
    this.#isDisposed = true;
    this.#loaded = this.#predicted = undefined;
    this.#engine.end();
  }

  /** Does `work` after all that was asked before. Rejects as soon as `signal` is aborted. */
  #inTurn(signal, work) {
    if (this.#isDisposed) return Promise.reject(new GradcamError("order", "This was ended by dispose(): load the model anew."));
    const mine = this.#last.then(() => {
      signal?.throwIfAborted();
      if (this.#isDisposed) throw new DOMException("The engine was stopped.", "AbortError");
      return work();
    });
    this.#last = mine.catch(() => {});
    return abortable(mine, signal);
  }

  /** Loads the model again if the worker that had it is gone. */
  async #keepModel(options) {
    if (!this.#loaded) throw new GradcamError("order", "There is no model yet: load one first.");
    if (this.#loaded.generation !== this.#engine.generation) await this.#load(this.#loaded, options);
  }

  async #keepPicture(options) {
    if (this.#predicted.generation !== this.#engine.generation) await this.#predict(this.#predicted, options);
  }

  async #load(loaded, { signal, onProgress }) {
    const { file, weights, options } = loaded;
    const remembered = [];
    if (options.size || options.logits || options.channelsLast !== undefined) {
      remembered.push(answers(options, await checksum(file).catch(noChecksum)));
    }
    const ask = async () => {
      const blobs = weights.map((one) => new Blob([one.data]));
      const files = await Promise.all([file, ...blobs].map((one) => one.arrayBuffer({ signal, onProgress })));
      const named = weights.map((one, index) => ({ name: one.name, bytes: files[index + 1].byteLength }));
      const model = { from: "file", name: options.name ?? nameOf(options.model), weights: named };
      const exceedsMemory = Boolean(options.exceedMemory);
      const request = { type: "loadModel", model, layer: options.layer ?? null, remembered, exceedsMemory };
      return this.#engine.ask(request, [await joined(files)], { signal, onEvent: (event) => report(event, onProgress) });
    };
    let { event } = await ask();
    const isUnknown = remembered[0]?.sha256 === "";
    if (isUnknown || (event.type === "sizeWanted" && options.size)) {
      // The engine's checksum counts the weights beside the file, too.
      remembered.push(answers(options, event.sha256 ?? event.model.sha256));
      ({ event } = await ask());
    }
    if (event.type === "sizeWanted") {
      throw new GradcamError("size", "The model's file leaves the size of the picture open: load it with size: [height, width], such as [224, 224].");
    }
    this.#started = await this.#engine.start();
    loaded.summary = { id: options.id ?? null, ...event.model };
    loaded.generation = this.#engine.generation;
  }

  async #predict(predicted, { signal, onProgress }) {
    const { file, name } = predicted;
    const { scaling = null, fit = null, outputActivation = null } = predicted.overrides;
    const overrides = { scaling, fit, outputActivation };
    const buffer = await file.arrayBuffer();
    const onEvent = (event) => report(event, onProgress);
    const { event, buffers } = await this.#engine.ask({ type: "predict", name, overrides }, [buffer], { signal, onEvent });
    predicted.prediction = prediction(event, buffers, this.#loaded.summary, overrides);
    predicted.sha256 ??= await checksum(file).catch(() => null);
    predicted.generation = this.#engine.generation;
  }

  async #question({ target, method = "grad-cam", layer, settings = {}, seed = 0, reference }) {
    const { prediction: predicted } = this.#predicted;
    const asked = target ?? predicted.classes[0].id;
    const request = {
      type: "explain",
      method,
      target: /^\d+$/.test(asked) ? `logit:${asked}` : String(asked),
      layer: layer ?? this.#loaded.summary.layer,
      settings: Object.entries(settings).map(([id, value]) => [id, String(value)]),
      seed,
      reference: reference ? "reference" : null,
      region: null,
    };
    return { request, buffers: reference ? [await (await pictureFile(reference)).arrayBuffer()] : [] };
  }

  #map({ map, isEarly, forwardRuns }, [values]) {
    const { prediction: predicted, name, sha256 } = this.#predicted;
    const model = this.#loaded.summary;
    const { height, width, state, unit, target, method, layer, isAtLayer, min, max, value } = map;
    const manifest = record({ map, model, prediction: predicted, started: this.#started, name, sha256 });
    const found = { target, method, layer, class: manifest.class, value, state, unit, min, max, isAtLayer };
    return { values: new Float32Array(values), width, height, ...found, frame: predicted.frame, isEarly, forwardRuns, manifest };
  }
}

/** Addresses of the engine's builds that this browser can run, from the package's folder `engine`. */
async function builds(folder, variants) {
  const base = new URL(folder ?? "../engine/", folder ? document.baseURI : import.meta.url);
  const list = new URL("engines.json", base);
  let names;
  try {
    const response = await fetch(list);
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    names = await response.json();
  } catch (error) {
    const way = "Copy the package's folder 'engine' to your site, and give its address as 'engine'.";
    throw new GradcamError("engine", `The engine's files are not at ${base.href}. ${way}${reason(error)}`, { cause: error });
  }
  const wanted = engines(Object.keys(names)).filter((name) => !variants || variants.includes(name));
  return wanted.map((name) => new URL(`${names[name]}_loader.js`, base).href);
}

function report({ type, phase, done, total }, onProgress) {
  if (type === "progress") onProgress?.({ phase, done, total });
}

function answers({ size, logits, channelsLast, layer }, sha256) {
  return { sha256, size: size ?? null, logits: logits ?? null, channelsLast: channelsLast ?? null, layer: layer ?? null };
}

function nameOf(model) {
  if (model instanceof File) return model.name;
  const isAddress = typeof model === "string" || model instanceof URL;
  return isAddress ? decodeURIComponent(new URL(model, document.baseURI).pathname.split("/").pop()) : "model.onnx";
}

/** Buffers as one, which the engine cuts again. */
async function joined(files) {
  return files.length === 1 ? files[0] : new Blob(files).arrayBuffer();
}

/** A page that was not sent by https can compute none; the engine can. */
function noChecksum() {
  return "";
}

/** SHA-256 in lower-case hexadecimal; rejects where the page was not sent by https. */
async function checksum(file) {
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function prediction(event, [logits, probabilities, preview], model, overrides) {
  const values = { logits: new Float32Array(logits), probabilities: new Float32Array(probabilities) };
  const classOf = (id) => ({
    id,
    label: model.labels[id] ?? `class ${id}`,
    logit: finite(values.logits[id]),
    probability: finite(values.probabilities[id]),
  });
  const order = [...values.logits.keys()].sort((a, b) => (finite(values.logits[b]) ?? -Infinity) - (finite(values.logits[a]) ?? -Infinity));
  const { width, height, notes, frame, timingsMs } = event;
  const shown = preview && { width: event.preview[0], height: event.preview[1], rgb: new Uint8Array(preview) };
  const classes = order.slice(0, 1000).map(classOf);
  return { ...values, classes, width, height, notes, frame, preview: shown, timings: timingsMs, overrides, classOf };
}

function finite(value) {
  return Number.isFinite(value) ? value : null;
}
