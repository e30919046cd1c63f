// Pictures that the engine does not decode itself. The site's build copies this file to
// NAME_pictures.js and puts the name of the program that reads DICOM files into DICOM.
// Called by src/engine/worker/foreign_pictures.rs, over engine_loader.js, which loads it for the first, and
// by src/app/browser/svg_picture.rs.

const DICOM = "PROGRAM";
let dicom;

/** The pixels of a DICOM file; undefined for what is none. */
export const readDicom = async (bytes, name) => {
  dicom ??= load();
  let program;
  try {
    program = await dicom;
  } catch (error) {
    dicom = undefined;
    throw new Error("The program that reads DICOM files could not be loaded. Check the connection and try " +
      `again. What the browser said: ${error instanceof Error ? error.message : error}`);
  }
  try {
    return program.read(bytes, name);
  } catch (error) {
    // A text is a sentence about the file; all else is a crash.
    if (typeof error === "string") throw error;
    console.error(error);
    throw new Error("The program that reads DICOM files failed at this one. Export it again, uncompressed");
  }
};

async function load() {
  const address = new URL(`${DICOM}.js`, import.meta.url);
  const program = await import(address.href);
  await program.default({ module_or_path: new URL(`${DICOM}_bg.wasm`, import.meta.url) });
  return program;
}

const MAX_PIXELS = 50_000_000;
// As PixelFile in src/picture/pixels.rs reads it.
const MAGIC = "gradcam pixels 1";

/** The pixels of a picture that this browser can decode; undefined for others. */
export const readByBrowser = async (bytes, name) => {
  if (typeof OffscreenCanvas !== "function" || typeof createImageBitmap !== "function") return undefined;
  const file = new Blob([bytes]);
  // Colours as they are in the file: what frameworks see. Not every browser takes the options.
  const options = { premultiplyAlpha: "none", colorSpaceConversion: "none" };
  const bitmap = await createImageBitmap(file, options).catch(() => createImageBitmap(file)).catch(() => undefined);
  if (!bitmap) return undefined;
  const { width, height } = bitmap;
  if (width * height > MAX_PIXELS || width < 1 || height < 1) return undefined;
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return pixelFile(context, [`'${name}' was decoded by this browser; another browser may give slightly other colours`]);
};

/** The long side of an SVG that is drawn, in pixels. */
const SVG_SIDE = 1024;

/** The pixels of an SVG file; undefined if this browser cannot draw it. In a page: a worker draws no SVG. */
export const readSvg = async (file, name) => {
  const drawing = sized(await file.text());
  if (!drawing) return undefined;
  const { text, width, height } = drawing;
  // As an image it runs no script and loads nothing. From a blob Chromium would not give its pixels where
  // it holds HTML.
  const image = Object.assign(new Image(), { src: `data:image/svg+xml,${encodeURIComponent(text)}` });
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.fillStyle = "white";
  context.fillRect(0, 0, width, height);
  try {
    await image.decode();
    context.drawImage(image, 0, 0, width, height);
    return pixelFile(context, [`'${name}' was drawn by this browser on white, with ${width} × ${height} pixels`]);
  } catch {
    return undefined;
  }
};

/** What may stand before the first element: white space, instructions, comments, a document type. */
const PROLOG = /^(?:[\s\uFEFF]|<\?[\s\S]*?\?>|<!--[\s\S]*?-->|<!DOCTYPE[^>[]*(?:\[[\s\S]*?\])?[^>]*>)*/i;
const ROOT = /^<(?:[\w.-]+:)?svg(?=[\s>/])((?:[^>"']|"[^"]*"|'[^']*')*)>/;
/** CSS pixels in a unit. */
const UNIT_PIXELS = { "": 1, px: 1, in: 96, cm: 96 / 2.54, mm: 96 / 25.4, pt: 96 / 72, pc: 16 };

/**
 * An SVG whose root says in pixels how large it is: else browsers disagree about it, and some draw nothing.
 * By its text, as a parser would apply the page's own policy to it. Undefined where nothing says its aspect.
 */
function sized(text) {
  const start = PROLOG.exec(text)[0].length;
  const [tag, attributes] = ROOT.exec(text.slice(start)) ?? [];
  if (tag === undefined) return undefined;
  const pattern = (name) => new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`);
  const stated = (name) => { const [, a, b] = pattern(name).exec(attributes) ?? []; return a ?? b ?? ""; };
  const pixels = (name) => {
    const [, number, unit] = /^\s*([\d.]+(?:e[+-]?\d+)?)\s*([a-z]*)\s*$/i.exec(stated(name)) ?? [];
    return Number(number) * UNIT_PIXELS[unit?.toLowerCase()];
  };
  const isSize = (sides) => sides.length === 2 && sides.every((side) => side > 0 && side < Infinity);
  const own = [pixels("width"), pixels("height")];
  const box = stated("viewBox").trim().split(/[\s,]+/).map(Number);
  const sides = [own, box.slice(2)].find(isSize);
  if (!sides) return undefined;
  const [width, height] = sides.map((side) => Math.max(1, Math.round((side * SVG_SIDE) / Math.max(...sides))));
  const others = attributes.replace(pattern("width"), "").replace(pattern("height"), "");
  const view = stated("viewBox") ? "" : ` viewBox="0 0 ${sides.join(" ")}"`;
  const name = tag.slice(0, tag.length - attributes.length - 1);
  const root = `${name} width="${width}" height="${height}"${view}${others}>`;
  return { text: text.slice(0, start) + root + text.slice(start + tag.length), width, height };
}

/** The pixels of a canvas as the engine reads them. */
function pixelFile(context, notes) {
  const { width, height } = context.canvas;
  const pixels = context.getImageData(0, 0, width, height).data;
  const header = new TextEncoder().encode(JSON.stringify({ width, height, notes, form: "rgba" }));
  const magic = new TextEncoder().encode(MAGIC);
  const handed = new Uint8Array(magic.length + 4 + header.length + pixels.length);
  handed.set(magic);
  new DataView(handed.buffer).setUint32(magic.length, header.length, true);
  handed.set(header, magic.length + 4);
  handed.set(pixels, magic.length + 4 + header.length);
  return handed;
}
