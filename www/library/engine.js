// One engine: a worker that is started, asked one thing at a time, stopped and replaced.
// The messages are those of src/protocol/mod.rs; protocol.d.ts has their types.

import { GradcamError, reason } from "./errors.js";

/** The version of the messages: `PROTOCOL_VERSION` in src/protocol/mod.rs. */
export const PROTOCOL_VERSION = 13;

/** A build whose program is there and does not listen after this time never will. */
const START_MS = 30_000;
/** An explanation that was given up is heard by the engine within this time, or the engine is replaced. */
const CANCEL_MS = 2_000;

const NO_BUILD =
  "This browser has no WebAssembly SIMD, with which the engine computes. Chrome and Edge have it from " +
  "version 91, Firefox from 89, Safari from 16.4.";

/** The engine, in the best of its builds that can start here. */
export class Engine {
  #loaders;
  /** The worker, the channel of its threads, and what ends its start. */
  #connection;
  #started;
  #running;
  #lastJob = 0;
  /** Raised when a worker ends: what it held is gone. */
  generation = 0;

  /** `loaders` are addresses of the builds' scripts, the best first; they must have this page's origin. */
  constructor(loaders) {
    this.#loaders = [...loaders];
  }

  /**
   * Starts the engine, if it does not run yet. Resolves with its first message,
   * `{ variant, threads, catalogue, colors }`; `colors` has 256×3 bytes for each of the catalogue's
   * colour maps. Rejects with a `GradcamError` if no build can start.
   */
  start() {
    this.#started ??= this.#startBest();
    return this.#started;
  }

  async #startBest() {
    if (this.#loaders.length === 0) throw new GradcamError("browser", NO_BUILD);
    for (;;) {
      try {
        return await this.#open(this.#loaders[0]);
      } catch (error) {
        this.#stopWorker();
        const isFinal = error instanceof GradcamError || error.name === "AbortError" || this.#loaders.length === 1;
        if (isFinal) {
          this.#started = undefined;
          throw error instanceof GradcamError || error.name === "AbortError" ? error : notStarted(error);
        }
        console.warn(`the engine could not start (${error.message}); a simpler build of it is tried`);
        this.#loaders.shift();
      }
    }
  }

  /** Starts one build; resolves when it listens. */
  #open(address) {
    return new Promise((resolve, reject) => {
      // The channel of the threads has the worker's name; other pages must not receive what is sent there.
      const name = `gradcam engine ${crypto.getRandomValues(new Uint32Array(2)).join("-")}`;
      const worker = new Worker(address, { type: "module", name });
      const channel = new BroadcastChannel(name);
      let timer;
      const opening = { worker, channel, reject };
      const crashed = (text) => {
        clearTimeout(timer);
        const error = new Error(text || "it stopped");
        if (this.#connection === opening && opening.hasStarted) this.#crashed(error);
        reject(error);
      };
      this.#connection = opening;
      worker.onerror = (event) => {
        event.preventDefault();
        crashed(event.message);
      };
      worker.onmessageerror = () => crashed("a message could not be read");
      channel.onmessage = ({ data }) => typeof data?.crash === "string" && crashed(data.crash);
      worker.onmessage = ({ data: { header, buffers } }) => {
        const { job, event } = header;
        if (event.type === "loaded") {
          timer = setTimeout(() => crashed("it did not start in time"), START_MS);
        } else if (event.type === "started") {
          clearTimeout(timer);
          opening.hasStarted = true;
          if (event.protocol !== PROTOCOL_VERSION) reject(otherVersion(event.protocol));
          else resolve({ ...event, colors: new Uint8Array(buffers[0]) });
        } else {
          this.#heard(job, event, buffers);
        }
      };
    });
  }

  /**
   * Asks one thing, when what was asked before is answered. Resolves with `{ event, buffers }` of the
   * last answer; those before it (progress, early maps) go to `onEvent(event, buffers)`. `buffers` are
   * transferred. Rejects with a `GradcamError`, or with `signal.reason` as soon as that is aborted.
   */
  async ask(request, buffers = [], { signal, onEvent } = {}) {
    await abortable(this.start(), signal);
    while (this.#running) await abortable(this.#running.ended, signal);
    signal?.throwIfAborted();
    this.#lastJob += 1;
    const running = { job: this.#lastJob, onEvent };
    const answer = new Promise((resolve, reject) => Object.assign(running, { resolve, reject }));
    running.ended = answer.then(
      () => {},
      () => {},
    );
    this.#running = running;
    const giveUp = () => this.#giveUp(running, request.type);
    signal?.addEventListener("abort", giveUp);
    try {
      this.#connection.worker.postMessage({ header: { job: running.job, request }, buffers }, buffers);
      return await abortable(answer, signal);
    } finally {
      signal?.removeEventListener("abort", giveUp);
    }
  }

  /** An explanation can be told to stop; everything else ends with its worker. */
  #giveUp(running, type) {
    if (this.#running !== running) return;
    running.onEvent = undefined;
    if (type !== "explain") return this.end();
    this.#connection.worker.postMessage({ header: { job: 0, request: { type: "cancel", job: running.job } }, buffers: [] });
    setTimeout(() => this.#running === running && this.end(), CANCEL_MS);
  }

  #heard(job, event, buffers) {
    const running = this.#running;
    if (running?.job !== job) return;
    if (event.type === "progress" || event.isEarly) return running.onEvent?.(event, buffers);
    this.#running = undefined;
    if (event.type === "failed") {
      const error = new GradcamError(event.kind, event.message);
      if (event.kind === "engine") this.end(error);
      running.reject(error);
    } else if (event.type === "cancelled") {
      running.reject(new DOMException("The explanation was given up.", "AbortError"));
    } else {
      running.resolve({ event, buffers });
    }
  }

  #crashed(error) {
    const message = "The engine stopped, perhaps because this device has too little memory for the model. Try again, or take a smaller model.";
    this.end(new GradcamError("engine", message + reason(error)));
  }

  /** Ends the worker, and with it the memory that it took. The next question starts another. */
  end(why = new DOMException("The engine was stopped.", "AbortError")) {
    const running = this.#running;
    this.#connection?.reject(why);
    this.#stopWorker();
    this.#started = this.#running = undefined;
    running?.reject(why);
  }

  #stopWorker() {
    this.generation += 1;
    this.#connection?.worker.terminate();
    this.#connection?.channel.close();
    this.#connection = undefined;
  }
}

/** The same promise, which also ends when `signal` is aborted. */
export function abortable(promise, signal) {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) return stop();
    signal.addEventListener("abort", stop);
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

function otherVersion(protocol) {
  return new GradcamError(
    "engine",
    `The engine's files are of another version (${protocol}) than this script (${PROTOCOL_VERSION}), perhaps from a cache. ` +
      "Reload the page; if it stays so, deploy all files together.",
  );
}

function notStarted(error) {
  return new GradcamError("engine", `The engine could not start. Reload the page, or check that its files are there.${reason(error)}`);
}
