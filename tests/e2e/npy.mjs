// Reads NPY files of float32 in C order, version 1 or 2.

import { readFileSync } from "node:fs";

/** `{ shape, values }` of the file at `path`, or of its bytes. */
export function readNpy(source) {
  const bytes = typeof source === "string" ? readFileSync(source) : Buffer.from(source);
  if (bytes.toString("latin1", 0, 6) !== "\x93NUMPY") throw new Error("not an NPY file");
  const wide = bytes[6] >= 2;
  const start = wide ? 12 : 10;
  const length = wide ? bytes.readUInt32LE(8) : bytes.readUInt16LE(8);
  const header = bytes.toString("latin1", start, start + length);
  if (!/'descr':\s*'<f4'/.test(header) || !/'fortran_order':\s*False/.test(header)) {
    throw new Error(`neither float32 nor in C order: ${header}`);
  }
  const shape = header.match(/'shape':\s*\(([^)]*)\)/)[1].split(",").map((part) => part.trim());
  const data = bytes.subarray(start + length);
  const values = Float32Array.from({ length: data.length / 4 }, (_, index) => data.readFloatLE(4 * index));
  return { shape: shape.filter(Boolean).map(Number), values };
}

/** The greatest distance between two arrays of one length. */
export function distance(left, right) {
  if (left.length !== right.length) throw new Error(`${left.length} values against ${right.length}`);
  // NaN must not look like agreement.
  return left.reduce((most, value, index) => {
    const difference = Math.abs(value - right[index]);
    return Number.isNaN(difference) ? Infinity : Math.max(most, difference);
  }, 0);
}

/** The greatest absolute value. */
export function greatest(values) {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
