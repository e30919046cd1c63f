// What the benchmark does inside the page; Node drives it one run at a time, so
// that never more than one worker is busy. Arrays stay here.

import { Engine, Measure, Ort } from "./workers.mjs";

const KINDS = { engine: Engine, ort: Ort, measure: Measure };

const workers = new Map();
const files = new Map();
const inputs = new Map();
const outputs = new Map();

window.bench = {
  isolated: () => window.crossOriginIsolated,

  /** Starts a worker; what our engine says of itself, or `null`. */
  async open(kind, participant) {
    const worker = await KINDS[kind].open(participant);
    workers.set(participant.id, worker);
    return worker.started ?? null;
  },

  closeAll() {
    workers.forEach((worker) => worker.close());
    workers.clear();
    outputs.clear();
  },

  async fetch(name, url) {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${url}: ${response.status}`);
    files.set(name, await response.arrayBuffer());
  },

  async prepare(id, file) {
    const { ms, seen } = await workers.get(id).prepare(files.get(file));
    return { ms, seen };
  },

  /** What our engine found in the file that it prepared last. */
  model: (id) => workers.get(id).model,

  /** Makes the input of `file`: a picture, squeezed to the network's size, from −1 to 1. */
  async makeInput(file, { shape, channelsLast, size: [height, width] }, picture) {
    const bitmap = await createImageBitmap(await (await fetch(picture)).blob());
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext("2d");
    context.drawImage(bitmap, 0, 0, width, height);
    const { data } = context.getImageData(0, 0, width, height);
    const values = new Float32Array(3 * height * width);
    for (let pixel = 0; pixel < height * width; pixel += 1) {
      for (let channel = 0; channel < 3; channel += 1) {
        const place = channelsLast ? 3 * pixel + channel : channel * height * width + pixel;
        values[place] = data[4 * pixel + channel] / 127.5 - 1;
      }
    }
    inputs.set(file, { values, shape, npy: npy(values, shape) });
  },

  /** One run of a work; keeps its outputs for comparing, tells the time. */
  async run(id, method, file, options) {
    const result = await workers.get(id)[method](inputs.get(file), options);
    outputs.set(`${method} ${id}`, result.outputs);
    return result.ms;
  },

  /** The class with the greatest logit of the last forward run. */
  top(id) {
    const { values } = outputs.get(`forward ${id}`).logits;
    return values.indexOf(Math.max(...values));
  },

  /** For each output that both gave: `{ name, difference, greatest, distance, length }`. */
  compare(method, reference, id, aliases = {}) {
    const [wanted, found] = [reference, id].map((one) => outputs.get(`${method} ${one}`));
    const shared = Object.keys(found).filter((name) => wanted[aliases[name] ?? name]);
    return shared.map((name) => ({ name, ...distance(found[name].values, wanted[aliases[name] ?? name].values) }));
  },

  memory: (id) => workers.get(id).memory(),
  ask: (id, command, ...values) => workers.get(id).ask(command, ...values),
  /** How long each node of our graph took in one run on a file's input. */
  profile: (id, file, options) => workers.get(id).profile(inputs.get(file), options),
  flops: (id, file) => workers.get(id).ask("flops", new Uint8Array(files.get(file))),
};

function distance(found, wanted) {
  if (found.length !== wanted.length) return { difference: null, greatest: null };
  let [difference, greatest, apartSquares, squares] = [0, 0, 0, 0];
  for (let place = 0; place < found.length; place += 1) {
    // NaN must not look like agreement.
    const apart = Math.abs(found[place] - wanted[place]);
    difference = Number.isNaN(apart) ? Infinity : Math.max(difference, apart);
    greatest = Math.max(greatest, Math.abs(wanted[place]));
    apartSquares += apart * apart;
    squares += wanted[place] * wanted[place];
  }
  return { difference, greatest, distance: Math.sqrt(apartSquares), length: Math.sqrt(squares) };
}

/** The bytes of an NPY file of float32, version 1. */
function npy(values, shape) {
  const words = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(", ")}), }`;
  const length = 64 * Math.ceil((words.length + 11) / 64);
  const bytes = new Uint8Array(length + values.byteLength);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  new DataView(bytes.buffer).setUint16(8, length - 10, true);
  bytes.set(new TextEncoder().encode(`${words.padEnd(length - 11)}\n`), 10);
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), length);
  return bytes.buffer;
}
