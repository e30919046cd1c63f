// The workers of those who take part, behind one set of calls. Every call that is
// timed is timed inside its worker and resolves with `{ ms, outputs }`, the outputs
// by name as `{ values }`.

/** Our engine, as the site uses it. */
export class Engine {
  #worker;
  #name;
  #waiting = new Map();
  #lastJob = 0;

  static async open({ id, loader, threads }) {
    const engine = new Engine();
    engine.started = await engine.#start(id, loader, threads);
    return engine;
  }

  #start(id, loader, threads) {
    this.#name = `memory of ${id}`;
    const address = `/site/bench-worker.mjs?threads=${threads}&loader=${encodeURIComponent(loader)}`;
    this.#worker = new Worker(address, { type: "module", name: this.#name });
    return new Promise((resolve, reject) => {
      this.#worker.onerror = ({ message }) => {
        const error = new Error(`the engine ${id} died: ${message ?? "its program could not be loaded"}`);
        reject(error);
        this.#waiting.forEach((job) => job.reject(error));
      };
      this.#worker.onmessage = ({ data: { header, buffers } }) => {
        const { job, event } = header;
        if (event.type === "started") return resolve(event);
        if (event.type === "progress") return undefined;
        const waiting = this.#waiting.get(job);
        this.#waiting.delete(job);
        return waiting?.resolve({ event, buffers, seen: performance.now() - waiting.since });
      };
    });
  }

  async #ask(wanted, request, buffers = []) {
    const answer = await new Promise((resolve, reject) => {
      this.#lastJob += 1;
      this.#waiting.set(this.#lastJob, { resolve, reject, since: performance.now() });
      this.#worker.postMessage({ header: { job: this.#lastJob, request }, buffers }, buffers);
    });
    if (answer.event.type !== wanted) throw new Error(answer.event.message ?? JSON.stringify(answer.event));
    return answer;
  }

  /** `seen` is from the request to the answer, with hashing and copying the bytes. */
  async prepare(bytes) {
    const request = { type: "loadModel", model: { from: "file", name: "model.onnx" }, layer: null, remembered: [] };
    const { event, seen } = await this.#ask("ready", request, [bytes.slice(0)]);
    this.model = event.model;
    return { ms: event.timingsMs.prepare, seen, outputs: {} };
  }

  async forward({ npy }) {
    const request = { type: "predict", name: "input.npy", overrides: {} };
    const { event, buffers } = await this.#ask("prediction", request, [npy.slice(0)]);
    const [logits, probabilities] = buffers.map((buffer) => ({ values: new Float32Array(buffer) }));
    return { ms: event.timingsMs.forward, outputs: { logits, probabilities } };
  }

  async gradCam(input, { class: wanted }) {
    const forward = await this.forward(input);
    const request = { type: "explain", method: "grad-cam", target: `logit:${wanted}`, layer: this.model.layer, settings: [], seed: 0 };
    const { event, buffers } = await this.#ask("map", request);
    const map = { values: new Float32Array(buffers[0]) };
    return { ms: forward.ms + event.timingsMs.explain, outputs: { map } };
  }

  memory() {
    const channel = new BroadcastChannel(this.#name);
    return new Promise((resolve) => {
      channel.onmessage = ({ data }) => {
        channel.close();
        resolve(data.bytes);
      };
      channel.postMessage("memory?");
    });
  }

  close() {
    this.#worker.terminate();
  }
}

/** A worker that answers `{ job, command, values }`: onnxruntime-web, our measuring program. */
class Asked {
  #worker;
  #waiting = new Map();
  #lastJob = 0;

  constructor(name, address) {
    this.#worker = new Worker(address, { type: "module" });
    this.ready = new Promise((resolve, reject) => this.#waiting.set(0, { resolve, reject }));
    this.#worker.onerror = ({ message }) => {
      const error = new Error(`${name} died: ${message ?? "its program could not be loaded"}`);
      this.#waiting.forEach((job) => job.reject(error));
    };
    this.#worker.onmessage = ({ data: { job, result, error } }) => {
      const waiting = this.#waiting.get(job);
      this.#waiting.delete(job);
      return error === undefined ? waiting?.resolve(result) : waiting?.reject(new Error(`${name}: ${error}`));
    };
  }

  ask(command, ...values) {
    return new Promise((resolve, reject) => {
      this.#lastJob += 1;
      this.#waiting.set(this.#lastJob, { resolve, reject });
      this.#worker.postMessage({ job: this.#lastJob, command, values });
    });
  }

  prepare(bytes) {
    return this.ask("prepare", new Uint8Array(bytes));
  }

  memory() {
    return this.ask("memory");
  }

  close() {
    this.#worker.terminate();
  }
}

export class Ort extends Asked {
  static async open({ id, threads }) {
    const ort = new Ort(`onnxruntime-web (${id})`, `/page/ort-worker.mjs?threads=${threads}`);
    await ort.ready;
    return ort;
  }

  async prepare(bytes) {
    const prepared = await super.prepare(bytes);
    this.names = await this.ask("names");
    return prepared;
  }

  async forward({ values, shape }) {
    const { ms, outputs } = await this.ask("run", { [this.names.inputs[0]]: { values, shape } });
    // A file ends in logits or in probabilities; whoever compares knows which.
    return { ms, outputs: { [this.names.outputs[0]]: outputs[this.names.outputs[0]] } };
  }

  gradCam(input, { class: wanted, classes }) {
    return this.ask("gradCam", this.feeds(input, wanted, classes));
  }

  attached(input, { class: wanted, classes }) {
    return this.ask("run", this.feeds(input, wanted, classes));
  }

  feeds({ values, shape }, wanted, classes) {
    const picture = this.names.inputs.find((name) => name !== "cotangent");
    return feeds(picture, { values, shape }, wanted, classes);
  }
}

export class Measure extends Asked {
  static async open({ id, variant, threads }) {
    const measure = new Measure(`the measuring program (${id})`, `/measure/${variant}/worker.mjs?threads=${threads}`);
    await measure.ready;
    return measure;
  }

  attached(input, { class: wanted, classes, picture }) {
    return this.ask("run", feeds(picture, input, wanted, classes));
  }

  profile(input, { class: wanted, classes, picture }) {
    return this.ask("profile", feeds(picture, input, wanted, classes));
  }
}

function feeds(picture, { values, shape }, wanted, classes) {
  const cotangent = new Float32Array(classes);
  cotangent[wanted] = 1;
  return { [picture]: { values, shape }, cotangent: { values: cotangent, shape: [1, classes] } };
}
