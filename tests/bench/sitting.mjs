// One sitting: everybody measured on the same machine in the same browser, by turns.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { SITE } from "../e2e/browser.mjs";
import { MEASURE, OUT } from "./files.mjs";
import { OURS, PARTICIPANTS, RELU_TOLERANCE, THEIRS, TOLERANCE } from "./settings.mjs";

const PICTURE = "/site/samples/coffee.png";
const PEAK_MS = 400;
/** The input gradient of a class that is always the same, since every class costs the same. */
const CLASS = 0;

export class Sitting {
  #page;
  #wishes;
  #say;
  rows = [];
  comparisons = [];
  missing = [];
  memory = [];
  peaks = [];
  flops = null;
  engines = {};
  input = null;

  /** `page` shows page/index.html; `wishes` are the settings; `say` tells a person. */
  constructor(page, wishes, say) {
    this.#page = page;
    this.#wishes = wishes;
    this.#say = say;
  }

  #call(name, ...values) {
    return this.#page.evaluate(([name, values]) => window.bench[name](...values), [name, values]);
  }

  #miss(what, why) {
    this.missing.push({ what, why });
    this.#say(`SKIPPED ${what}: ${why}`);
  }

  wants(...works) {
    return works.some((work) => this.#wishes.works.includes(work));
  }

  /** Preparation, forward runs, Grad-CAM and memory, by the site's own engine. */
  async engineWorks({ xception, lite0 }, attached) {
    if (!this.wants("prepare", "forward", "grad_cam", "memory", "forward_lite0")) return;
    const present = this.#presentEngines();
    if (this.wants("memory")) await this.#memories(present, xception);
    await this.#openEngines(present);
    if (this.wants("prepare", "forward", "grad_cam")) await this.#xception(present, xception, attached);
    if (this.wants("forward_lite0")) await this.#lite0(present, lite0);
    await this.#call("closeAll");
  }

  #presentEngines() {
    return PARTICIPANTS.filter(({ engine, variant, loader, id }) => {
      const built = engine === THEIRS || loader !== null;
      if (!built) this.#miss(id, `there is no engine '${variant}' in ${SITE}`);
      return built;
    });
  }

  async #openEngines(present) {
    for (const one of present) {
      const started = await this.#call("open", one.engine === THEIRS ? "ort" : "engine", one);
      if (!started) continue;
      this.engines[one.id] = started;
      if (started.threads !== one.threads) {
        throw new Error(`${one.id} was to have ${one.threads} threads and says that it has ${started.threads}`);
      }
    }
  }

  async #xception(present, model, attached) {
    await this.#call("fetch", "xception", `/site/models/${model.file}`);
    await this.#prepareAll("prepare", present, "xception");
    const options = await this.#makeInput(present, "xception");
    // The class is found here even where forward runs are not asked for.
    if (this.wants("forward")) await this.#forward("forward", present, "xception");
    if (!this.wants("grad_cam")) return;
    await this.#call("fetch", "grad-cam", `/made/${attached.gradCam}`);
    const theirs = present.filter(({ engine }) => engine === THEIRS);
    for (const { id } of theirs) await this.#call("prepare", id, "grad-cam");
    await this.#alternate("grad_cam", present, ({ id }) => this.#call("run", id, "gradCam", "xception", options));
    await this.#compareAll("grad_cam", "gradCam", present);
  }

  async #lite0(present, model) {
    if (!model) return this.#miss("forward_lite0", "the site has no EfficientNet-Lite0: run `make models`");
    await this.#call("fetch", "lite0", `/site/models/${model.file}`);
    for (const { id } of present) await this.#call("prepare", id, "lite0");
    await this.#makeInput(present, "lite0");
    return this.#forward("forward_lite0", present, "lite0");
  }

  /** Everybody prepares the file; the times count if the work is wanted. */
  async #prepareAll(work, present, file) {
    if (!this.wants(work)) {
      for (const { id } of present) await this.#call("prepare", id, file);
      return;
    }
    const seen = new Map(present.map(({ id }) => [id, []]));
    await this.#alternate(work, present, async ({ id }) => {
      const prepared = await this.#call("prepare", id, file);
      if (prepared.seen !== undefined) seen.get(id).push(prepared.seen);
      return prepared.ms;
    });
    for (const one of present) {
      const counted = seen.get(one.id).slice(this.#wishes.warmUps);
      if (counted.length) this.#add(`${work}_seen`, one, counted);
    }
  }

  /** The input, and which class is explained, from what our engine says of the file. */
  async #makeInput(present, file) {
    const [first] = present;
    const model = await this.#call("model", first.id);
    this.input ??= model.input;
    await this.#call("makeInput", file, model.input, PICTURE);
    await this.#call("run", first.id, "forward", file);
    const top = await this.#call("top", first.id);
    this.logits = model.output.logits;
    return { class: top, classes: model.classes };
  }

  async #forward(work, present, file) {
    await this.#alternate(work, present, ({ id }) => this.#call("run", id, "forward", file));
    await this.#compareAll(work, "forward", present);
  }

  /** Of a worker that has prepared one model and run it once: a memory never shrinks. */
  async #memories(present, model) {
    await this.#call("fetch", "xception", `/site/models/${model.file}`);
    for (const one of present) {
      await this.#openEngines([one]);
      await this.#call("prepare", one.id, "xception");
      if (one === present[0]) await this.#makeInput(present, "xception");
      else await this.#call("run", one.id, "forward", "xception");
      const bytes = await this.#call("memory", one.id);
      this.memory.push({ ...named(one), megabytes: bytes / 1e6 });
      await this.#call("closeAll");
    }
  }

  /** The gradient at the picture, guided, by our measuring program and by theirs, on one file. */
  async measureWorks(xception, attached) {
    if (!this.wants("input_gradient", "peak", "forward")) return;
    const present = PARTICIPANTS.filter(({ id, engine, variant }) => {
      const built = engine === THEIRS || existsSync(join(MEASURE, variant, "measure.js"));
      if (!built) this.#miss(`input_gradient and peak of ${id}`, `there is no ${join(MEASURE, variant)}/measure.js`);
      return built;
    });
    const ours = present.filter(({ engine }) => engine === OURS);
    if (!ours.length) return;
    for (const one of present) await this.#call("open", one.engine === THEIRS ? "ort" : "measure", one);
    await this.#call("fetch", "xception", `/site/models/${xception.file}`);
    this.flops = await this.#call("flops", ours[0].id, "xception");
    await this.#measurePeak(ours);
    if (this.wants("input_gradient")) {
      await this.#inputGradient(present, ours[0].id, attached);
      await this.#measurePeak(ours);
    }
    await this.#call("closeAll");
  }

  async #inputGradient(present, first, attached) {
    await this.#call("fetch", "attached", `/made/${attached.inputGradient}`);
    for (const { id } of present) await this.#call("prepare", id, "attached");
    const [picture, cotangent] = JSON.parse(await this.#call("ask", first, "inputs"));
    await this.#call("makeInput", "attached", inputOf(picture), PICTURE);
    const options = { class: CLASS, classes: cotangent.shape[1], picture: picture.name };
    await this.#alternate("input_gradient", present, ({ id }) => this.#call("run", id, "attached", "attached", options));
    await this.#compareAll("input_gradient", "attached", present);
  }

  /** A loop of multiply-adds in registers, by each build; the best of all counts as what one core can do. */
  async #measurePeak(ours) {
    for (const one of ours.filter(({ threads }) => threads === 1)) {
      for (let time = 0; time < 3; time += 1) {
        this.peaks.push({ variant: one.variant, gflops: await this.#call("ask", one.id, "peak", PEAK_MS) });
      }
    }
  }

  /** A B C, B C A, C A B …: run by run, so that what disturbs the machine disturbs everybody. */
  async #alternate(work, present, run) {
    const { warmUps, runs } = this.#wishes;
    const times = new Map(present.map((one) => [one, []]));
    for (let turn = 0; turn < warmUps + runs; turn += 1) {
      const start = turn % present.length;
      for (const one of [...present.slice(start), ...present.slice(0, start)]) times.get(one).push(await run(one));
    }
    for (const [one, values] of times) this.#add(work, one, values.slice(warmUps));
  }

  #add(work, one, values) {
    const row = { work, ...named(one), median_ms: median(values), min_ms: Math.min(...values), runs: values.length };
    this.rows.push({ ...row, values_ms: values });
    this.#say(`  ${work}, ${one.id}: ${row.median_ms.toFixed(1)} ms`);
  }

  /** Everybody's outputs against those of the first, which is ours. */
  async #compareAll(work, method, [first, ...others]) {
    // A file that does not end in its logits gives probabilities.
    for (const { id, engine } of others) {
      const aliases = engine === THEIRS && method === "forward" ? await this.#aliases(id) : {};
      const found = await this.#call("compare", method, first.id, id, aliases);
      if (!found.length) throw new Error(`${work}: ${id} and ${first.id} have no output in common`);
      for (const output of found) {
        const { name } = output;
        if (output.difference === null) throw new Error(`${work}: ${name} of ${id} has another length than that of ${first.id}`);
        const { off, whole, words, tolerance } = apart(name, output);
        this.comparisons.push({ work, output: name, with: first.id, participant: id, difference: off / (whole || 1) });
        if (!(off <= tolerance * whole)) {
          throw new Error(
            `${work}: ${name} of ${id} differs from that of ${first.id} by ${off}, which is more than ${tolerance} of ${words}, ${whole}`,
          );
        }
      }
    }
  }

  async #aliases(id) {
    const { outputs } = await this.#call("ask", id, "names");
    return { [outputs[0]]: outputs[0] === this.logits ? "logits" : "probabilities" };
  }
}

/**
 * How far two outputs are apart, in proportion to what, and how far they may be. A
 * gradient at the picture goes through every ReLU, which lets it pass or not: where a
 * number is close to 0, rounding decides. All of it together is compared instead.
 */
function apart(name, { difference, greatest, distance, length }) {
  if (name === "gradients.input") return { off: distance, whole: length, words: "its length", tolerance: RELU_TOLERANCE };
  return { off: difference, whole: greatest, words: "its greatest value", tolerance: TOLERANCE };
}

/** How a row names who it is about. */
function named({ engine, variant, threads }) {
  return { engine, variant, threads };
}

/** A picture's input by its shape alone. */
function inputOf({ shape }) {
  const channelsLast = shape[3] === 3;
  return { shape, channelsLast, size: channelsLast ? shape.slice(1, 3) : shape.slice(2, 4) };
}

export function median(values) {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
