// The hub: one engine for all elements of a page. Each frame has a port, over which it asks for
// explanations; they are made one by one, and of each frame only what it asked last.

import { engines, workerScript } from "../engines.js";
import { GradcamError, Gradcam } from "../library/gradcam.js";
import { RemoteFile, modelFile } from "../library/input.js";
import { FROM_FRAME, TO_HUB, open } from "./messages.js";

/** How many classes a frame is told. */
const CLASSES = 5;
/** How many answers are kept for frames that were given up and come back. */
const MAX_ANSWERS = 40;

export function start(port) {
  const hub = new Hub();
  const say = open(port, TO_HUB, ({ model }, ports) => ports.forEach((one) => hub.join(one, model)));
  // The page waits for a sign of life.
  say("hello");
}

function remoteFile({ file, bytes }) {
  return new RemoteFile(`models/${file}`, bytes);
}

class Hub {
  #cam = new Gradcam(engines().map(workerScript));
  #manifest;
  #held = {};
  /** A model of this site that will be asked for, and its file, which is being fetched. */
  #expected = {};
  /** The last answers, by their questions. */
  #answers = new Map();
  #waiting = [];
  #running;

  constructor() {
    // Said to whoever asks for an explanation.
    this.#cam.start().catch(() => {});
  }

  /** `model` is the id of this site's model that the frame will ask for, "" for the first. */
  join(port, model) {
    this.#expect(model);
    const frame = {};
    frame.say = open(port, FROM_FRAME, (message) => this.#receive(frame, message));
    port.onclose = () => this.#drop(frame);
  }

  #receive(frame, message) {
    this.#drop(frame, message);
    if (message.type === "explain") this.#waiting.push({ frame, ...message });
    if (!this.#running) this.#work();
    else if (message.type === "explain") frame.say("progress", { number: message.number, phase: "wait", done: 0, total: 0 });
  }

  /**
   * Gives up what a frame asked before. A run of the network is ended only if the frame no longer
   * wants it: with it goes the worker, and the next question would have to wait for another.
   */
  #drop(frame, next) {
    this.#waiting = this.#waiting.filter((one) => one.frame !== frame);
    const { job, controller, isExplaining } = this.#running ?? {};
    if (job?.frame !== frame) return;
    const isSame = next?.type === "explain" && next.picture.key === job.picture.key;
    if (isExplaining || !isSame) controller.abort();
  }

  async #work() {
    for (;;) {
      const job = this.#waiting.shift();
      if (!job) break;
      this.#running = { job, controller: new AbortController(), isExplaining: false };
      await this.#explain(job).catch((error) => {
        if (error.name === "AbortError") return;
        const isOurs = error instanceof GradcamError;
        if (!isOurs) console.error(error);
        const message = isOurs ? error.message : `Something went wrong: ${error.message}. Try again, or reload the page.`;
        job.frame.say("failure", { number: job.number, kind: isOurs ? error.kind : "engine", message });
      });
      this.#running = undefined;
    }
  }

  async #explain(job) {
    const { frame, number, settings, model, picture } = job;
    const key = model.file ? model.key : model.id || (await this.#models())[0]?.id;
    const question = JSON.stringify([key, picture.key, settings.target, settings.method, settings.layer]);
    const kept = this.#answers.get(question);
    if (kept) {
      const { catalogue, colors } = await this.#cam.start();
      frame.say("catalogue", { catalogue, colors });
      return Object.entries(kept).forEach(([type, fields]) => frame.say(type, { number, ...fields }));
    }
    const answer = await this.#compute(job, key);
    // Pictures that only the engine can read are large.
    if (answer.prediction.prediction.preview) return undefined;
    this.#answers.set(question, answer);
    if (this.#answers.size > MAX_ANSWERS) this.#answers.delete(this.#answers.keys().next().value);
    return undefined;
  }

  /** Tells the frame model, prediction and map as they come; all of them at last. */
  async #compute({ frame, number, settings, model, picture, exceedMemory }, key) {
    const answer = {};
    const say = (type, fields) => {
      answer[type] = fields;
      frame.say(type, { number, ...fields });
    };
    const { signal } = this.#running.controller;
    const onProgress = (progress) => frame.say("progress", { number, ...progress });
    // The model is fetched while the engine starts.
    await this.#load(model, key, { signal, onProgress, exceedMemory });
    const { catalogue, colors } = await this.#cam.start();
    frame.say("catalogue", { catalogue, colors });
    const { id, name, classes, layers, layer } = this.#cam.model;
    say("ready", { model: { id, name, classes, layer, layers: layers.map((one) => one.name) } });
    if (this.#held.picture !== picture.key) {
      this.#held.picture = undefined;
      const file = new File([picture.file], picture.name);
      this.#held.prediction = await this.#cam.predict(file, { signal, onProgress });
      this.#held.picture = picture.key;
    }
    const { classes: all, width, height, notes, preview } = this.#held.prediction;
    say("prediction", { prediction: { classes: all.slice(0, CLASSES), width, height, notes, preview } });
    this.#running.isExplaining = true;
    const [target, method, wanted] = [settings.target, settings.method, settings.layer].map((text) => text || undefined);
    const onMap = (map) => say("explanation", { map });
    say("explanation", { map: await this.#cam.explain({ target, method, layer: wanted, signal, onProgress, onMap }) });
    return answer;
  }

  /** Makes a model ready, unless it is. One of this site has to be what its list says. */
  async #load(model, key, { signal, onProgress, exceedMemory }) {
    if (this.#held.model === key) return;
    const entry = model.file ? undefined : await this.#entry(key);
    const expected = this.#expected;
    // Where another model is asked for, nobody needs its bytes.
    this.#expected = {};
    const file = model.file ?? (expected.key === key ? expected.file : remoteFile(entry));
    this.#held = {};
    const name = entry?.name ?? model.name;
    const { sha256 } = await this.#cam.loadModel({ model: file, id: entry?.id, name, signal, onProgress, exceedMemory });
    if (entry && sha256 !== entry.sha256.toLowerCase()) {
      throw new GradcamError("model", `What the server sent as '${name}' is not the model of this site. Try again; if it stays so, the site was not deployed completely.`);
    }
    this.#held = { model: key };
  }

  /** Fetches the first model while the engine starts and the frame has no picture yet. */
  async #expect(id) {
    if (typeof id !== "string" || this.#manifest) return;
    // What fails here fails again, and is said, when the frame asks.
    const entry = await this.#entry(id).catch(() => {});
    if (!entry || this.#held.model) return;
    this.#expected = { key: entry.id, file: remoteFile(entry) };
    this.#expected.file.begin();
  }

  /** What the site's list says of a model; of the first where `id` is "". */
  async #entry(id) {
    const models = await this.#models();
    const found = id ? models.find((one) => one.id === id) : models[0];
    if (found) return found;
    throw new GradcamError("model", `There is no model '${id}' on this site; its models are: ${models.map((one) => one.id).join(", ")}.`);
  }

  async #models() {
    this.#manifest ??= modelFile("models/manifest.json").then((file) => file.text()).then((text) => JSON.parse(text).models);
    try {
      return await this.#manifest;
    } catch (error) {
      this.#manifest = undefined;
      throw error;
    }
  }
}
