// From what a program has to the bytes of a file that the engine reads.

import { newCanvas, pngOf } from "./canvas.js";
import { GradcamError, reason } from "./errors.js";

/** Larger files are refused before they are read: the engine itself takes no larger one. */
export const MAX_PICTURE_BYTES = 100_000_000;
/** The largest model that a browser can be asked to hold. */
export const MAX_MODEL_BYTES = 2 ** 30;

const NOT_A_PICTURE =
  "This is nothing that can be predicted: give a Blob of a picture's file, an image, a canvas, an ImageBitmap, " +
  "ImageData, or a tensor { data: Float32Array, shape }.";

/**
 * The file of a picture: a Blob as it is; what is drawn already as a PNG of its pixels; a tensor
 * `{ data, shape }` in NumPy's format.
 */
export async function pictureFile(input) {
  let file = input;
  if (input?.data instanceof Float32Array && Array.isArray(input.shape)) file = npy(input);
  else if (!(input instanceof Blob)) file = await drawn(input);
  if (file.size > MAX_PICTURE_BYTES) {
    const [size, limit] = [megabytes(file.size), megabytes(MAX_PICTURE_BYTES)];
    throw new GradcamError("picture", `The picture has ${size}; a picture's file may have up to ${limit}. Save it smaller and try again.`);
  }
  return file;
}

/** What is drawn somewhere, as a PNG of its own size in pixels. */
async function drawn(input) {
  const width = input?.naturalWidth ?? input?.videoWidth ?? input?.width;
  const height = input?.naturalHeight ?? input?.videoHeight ?? input?.height;
  if (!(width > 0 && height > 0)) throw new GradcamError("picture", NOT_A_PICTURE);
  try {
    const canvas = newCanvas(width, height);
    const context = canvas.getContext("2d");
    if (input instanceof ImageData) context.putImageData(input, 0, 0);
    else context.drawImage(input, 0, 0, width, height);
    return await pngOf(canvas);
  } catch (error) {
    const why = "The picture's pixels cannot be read. One of another site has to be sent with Access-Control-Allow-Origin and loaded with crossorigin.";
    throw new GradcamError("picture", why + reason(error), { cause: error });
  }
}

/** A tensor as a file in NumPy's format, version 1.0: a header of a multiple of 64 bytes, then the values. */
function npy({ data, shape }) {
  if (shape.reduce((product, length) => product * length, 1) !== data.length) {
    throw new GradcamError("picture", `The tensor has ${data.length} values, which do not fit its shape [${shape}].`);
  }
  const start = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(", ")},), }`;
  const text = `${start.padEnd(Math.ceil((start.length + 11) / 64) * 64 - 11)}\n`;
  const prefix = new Uint8Array([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, text.length & 255, text.length >> 8]);
  return new Blob([prefix, text, data]);
}

/**
 * The bytes of a model's file as a Blob: an address is fetched, `onProgress({ phase: "download", done,
 * total })` in bytes, `total` 0 where the server does not say it.
 */
export async function modelFile(source, { signal, onProgress } = {}) {
  if (source instanceof Blob || source instanceof RemoteFile) return checked(source);
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) return checked(new Blob([source]));
  if (typeof source === "string" || source instanceof URL) return checked(await fetched(source, { signal, onProgress }));
  throw new GradcamError("model", "A model is given by its address, a Blob or an ArrayBuffer of its file.");
}

function checked(file) {
  if (file.size <= MAX_MODEL_BYTES) return file;
  throw new GradcamError("model", `The model has ${megabytes(file.size)}; up to ${megabytes(MAX_MODEL_BYTES)} can be loaded. Take a smaller one, or float16 weights.`);
}

async function fetched(address, options) {
  return new Blob([await modelBytes(address, options)]);
}

/** A file of this site, of a size that is known, which is fetched whenever its bytes are asked for. */
export class RemoteFile {
  #address;
  #begun;

  constructor(address, size) {
    this.#address = address;
    this.size = size;
  }

  /** Fetches the bytes that will be asked for next; who asks is told what became of it. */
  begin() {
    const controller = new AbortController();
    const begun = { controller };
    const onProgress = (progress) => begun.onProgress?.(progress);
    begun.bytes = modelBytes(this.#address, { signal: controller.signal, onProgress });
    begun.bytes.catch(() => {});
    this.#begun = begun;
  }

  arrayBuffer({ signal, onProgress } = {}) {
    if (!this.#begun) this.begin();
    const { bytes, controller } = Object.assign(this.#begun, { onProgress: (progress) => onProgress?.({ ...progress, total: this.size }) });
    this.#begun = undefined;
    const stop = () => controller.abort(signal.reason);
    if (signal?.aborted) stop();
    signal?.addEventListener("abort", stop, { once: true });
    return bytes;
  }
}

/**
 * The bytes of the file at an address, as an ArrayBuffer. By XMLHttpRequest, which collects them in the
 * browser itself and says how many there are: `fetch` hands out a large file in hundreds of chunks.
 */
function modelBytes(address, { signal, onProgress } = {}) {
  const { href } = new URL(address, document.baseURI);
  const request = new XMLHttpRequest();
  return new Promise((resolve, reject) => {
    const refuse = (message) => reject(new GradcamError("model", message));
    const stop = () => request.abort();
    request.open("GET", href);
    request.responseType = "arraybuffer";
    request.onprogress = ({ loaded, total }) => onProgress?.({ phase: "download", done: loaded, total });
    request.onload = () => {
      if (request.status < 200 || request.status > 299) refuse(`The model is not at ${href}: the server answered ${request.status}. Check its address.`);
      else if (!request.response) refuse(`The model at ${href} is too large for this browser's memory. Take a smaller one, or float16 weights.`);
      else resolve(request.response);
    };
    request.onerror = () => {
      refuse(`The model could not be fetched from ${href}. Check the connection; a server of another site has to allow it (Access-Control-Allow-Origin).`);
    };
    request.onabort = () => reject(signal?.reason);
    request.onloadend = () => signal?.removeEventListener("abort", stop);
    if (signal?.aborted) return reject(signal.reason);
    signal?.addEventListener("abort", stop);
    request.send();
  });
}

/** "9.3 MB", in millions of bytes. */
export function megabytes(bytes) {
  const number = bytes / 1e6;
  return `${number < 10 ? Number(number.toFixed(1)) : Math.round(number)} MB`;
}
