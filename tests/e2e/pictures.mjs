// Makes small picture files, good and bad.

import { crc32, deflateSync } from "node:zlib";

const SIGNATURE = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);

/** A PNG with 8 bits a channel; `color(x, y)` gives [red, green, blue]. */
export function png(width, height, color = gradient) {
  const rows = Buffer.alloc(height * (1 + 3 * width));
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      rows.set(color(x, y), y * (1 + 3 * width) + 1 + 3 * x);
    }
  }
  return pngOf(width, height, { bits: 8, type: 2 }, rows);
}

/** A PNG of one bit a pixel, all black: large in pixels, small as a file. */
export function blackPng(width, height) {
  return pngOf(width, height, { bits: 1, type: 0 }, Buffer.alloc(height * (1 + Math.ceil(width / 8))));
}

function gradient(x, y) {
  return [(5 * x) % 256, (3 * y) % 256, (x + y) % 256];
}

function pngOf(width, height, { bits, type }, rows) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([bits, type, 0, 0, 0], 8);
  const parts = [chunk("IHDR", header), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))];
  return Buffer.concat([SIGNATURE, ...parts]);
}

function chunk(name, data) {
  const body = Buffer.concat([Buffer.from(name, "latin1"), data]);
  const around = Buffer.alloc(8);
  around.writeUInt32BE(data.length, 0);
  around.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([around.subarray(0, 4), body, around.subarray(4)]);
}

/** An animated GIF of plain frames, each in one of four shades of grey. */
export function gif(side, shades) {
  const size = [side & 255, side >> 8, side & 255, side >> 8];
  const palette = [0, 85, 170, 255].flatMap((value) => [value, value, value]);
  const loop = [0x21, 0xff, 11, ...Buffer.from("NETSCAPE2.0"), 3, 1, 0, 0, 0];
  const frames = shades.flatMap((shade) => [
    ...[0x21, 0xf9, 4, 0, 10, 0, 0, 0],
    ...[0x2c, 0, 0, 0, 0, ...size, 0],
    ...plainPixels(side * side, shade),
  ]);
  return Buffer.from([...Buffer.from("GIF89a"), ...size, 0x81, 0, 0, ...palette, ...loop, ...frames, 0x3b]);
}

/** LZW without compression: a clear code before the table would need longer codes. */
function plainPixels(count, shade) {
  const [clear, stop, codeBits] = [4, 5, 3];
  const codes = [];
  for (let index = 0; index < count; index += 1) {
    if (index % 2 === 0) codes.push(clear);
    codes.push(shade);
  }
  codes.push(stop);
  const bytes = [];
  let [held, bits] = [0, 0];
  for (const code of codes) {
    held |= code << bits;
    bits += codeBits;
    while (bits >= 8) {
      bytes.push(held & 255);
      [held, bits] = [held >> 8, bits - 8];
    }
  }
  bytes.push(held & 255);
  const blocks = [];
  for (let start = 0; start < bytes.length; start += 255) {
    const block = bytes.slice(start, start + 255);
    blocks.push(block.length, ...block);
  }
  return [2, ...blocks, 0];
}
