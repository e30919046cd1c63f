// From a map to pixels, as src/render does it: values between the centres of cells first, then
// colours, blended by their strength and never renormalised.

import { newCanvas } from "./canvas.js";

/** What is left of a colour that the network did not see. */
const DIMMED = 90 / 256;
/** Share of the pixels of a map of pixels that may be beyond its scale. */
const OUTLIERS = 0.01;

/**
 * The value that gets the end of the colours: the map's largest; of a map of pixels the largest
 * but one in a hundred, as few pixels can outshine all others.
 */
export function scaleOf({ values, isAtLayer }, isSigned) {
  const strengths = values.filter(Number.isFinite).map((value) => (isSigned ? Math.abs(value) : value));
  const counting = strengths.filter((value) => value > 0);
  if (counting.length === 0) return 0;
  const kept = Math.floor(counting.length * (1 - OUTLIERS));
  if (isAtLayer || kept >= counting.length) return counting.reduce((a, b) => Math.max(a, b));
  return counting.sort()[kept];
}

/**
 * Draws a map over what is on a canvas, or over `look.picture`. `table` has 256×3 bytes; `look` is
 * `{ picture, opacity, isSigned, scale, isRaw }`.
 */
export function drawMap(canvas, map, table, look) {
  const { width, height } = canvas;
  const context = canvas.getContext("2d");
  if (look.picture) context.drawImage(look.picture, 0, 0, width, height);
  if (!(width > 0 && height > 0)) return;
  const scale = look.scale ?? scaleOf(map, look.isSigned);
  const layer = newCanvas(width, height);
  const image = new ImageData(width, height);
  color(image.data, upsampled(map, height, width, look.isRaw), weightedColors(table, look), scale, look.isSigned);
  layer.getContext("2d").putImageData(image, 0, 0);
  context.drawImage(layer, 0, 0);
  // Its memory is given back now, and not when somebody collects garbage.
  layer.width = layer.height = 0;
  dimUnseen(context, map.frame);
}

/** For each of 256 steps red, green, blue and, as alpha, the weight over the picture. */
function weightedColors(table, { opacity, isSigned }) {
  const colors = new Uint8ClampedArray(256 * 4);
  for (let step = 0; step < 256; step += 1) {
    const position = step / 255;
    const strength = isSigned ? Math.abs(2 * position - 1) : position;
    colors.set(table.subarray(3 * step, 3 * step + 3), 4 * step);
    colors[4 * step + 3] = 255 * opacity * Math.min(1, 2 * strength);
  }
  return new Uint32Array(colors.buffer);
}

function color(pixels, values, colors, scale, isSigned) {
  if (!(Number.isFinite(scale) && scale > 0)) return;
  const out = new Uint32Array(pixels.buffer);
  const [factor, shift] = isSigned ? [127.5 / scale, 127.5] : [255 / scale, 0];
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index];
    if (Number.isNaN(value)) continue;
    out[index] = colors[Math.max(0, Math.min(255, Math.floor(value * factor + shift + 0.5)))];
  }
}

/** A map at `height`×`width` points of the picture; NaN where the picture is not under the map. */
function upsampled(map, height, width, isRaw) {
  const [left, top, across, down] = map.frame;
  const columns = axis(width, map.width, left, across, isRaw);
  const out = new Float32Array(height * width).fill(NaN);
  axis(height, map.height, top, down, isRaw).forEach((row, y) => {
    if (!row) return;
    const cell = (at, x) => map.values[at * map.width + x];
    const line = Float32Array.from({ length: map.width }, (_, x) => mix(cell(row.low, x), cell(row.high, x), row.weight));
    for (let x = 0; x < width; x += 1) {
      const column = columns[x];
      if (column) out[y * width + x] = mix(line[column.low], line[column.high], column.weight);
    }
  });
  return out;
}

/** For each point of the picture two cells and the weight of the second; nothing beside the map. */
function axis(points, cells, start, length, isRaw) {
  return Array.from({ length: points }, (_, point) => {
    const position = (((point + 0.5) * cells) / points - start * cells) / length;
    if (!(position >= 0 && position <= cells)) return undefined;
    const last = cells - 1;
    if (isRaw) return { low: Math.min(last, Math.floor(position)), high: 0, weight: 0 };
    const between = Math.max(0, Math.min(last, position - 0.5));
    const low = Math.floor(between);
    return { low, high: Math.min(low + 1, last), weight: between - low };
  });
}

/** 0 × ∞ would be NaN. */
function mix(a, b, weight) {
  return weight === 0 ? a : a + (b - a) * weight;
}

/** Darkens what the network did not see, and draws a white line around what it saw. */
function dimUnseen(context, [left, top, across, down]) {
  const { width, height } = context.canvas;
  const part = (place, length) => Math.round(Math.max(0, Math.min(1, place)) * length);
  const [x, y, right, bottom] = [part(left, width), part(top, height), part(left + across, width), part(top + down, height)];
  if (right - x === width && bottom - y === height) return;
  context.save();
  context.beginPath();
  context.rect(0, 0, width, height);
  context.rect(x, y, right - x, bottom - y);
  context.clip("evenodd");
  context.fillStyle = `rgb(0 0 0 / ${1 - DIMMED})`;
  context.fillRect(0, 0, width, height);
  context.strokeStyle = "white";
  context.lineWidth = 2;
  context.strokeRect(x, y, right - x, bottom - y);
  context.restore();
}
