// Pictures that the engine does not decode itself. The site's build copies this file to
// NAME_pictures.js and puts the name of the program that reads DICOM files into DICOM.
// Called by src/engine/worker/foreign_pictures.rs, over engine_loader.js, which loads it for the first.

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
  const pixels = context.getImageData(0, 0, width, height).data;
  const notes = [`'${name}' was decoded by this browser; another browser may give slightly other colours`];
  const header = new TextEncoder().encode(JSON.stringify({ width, height, notes, form: "rgba" }));
  const magic = new TextEncoder().encode(MAGIC);
  const handed = new Uint8Array(magic.length + 4 + header.length + pixels.length);
  handed.set(magic);
  new DataView(handed.buffer).setUint32(magic.length, header.length, true);
  handed.set(header, magic.length + 4);
  handed.set(pixels, magic.length + 4 + header.length);
  return handed;
};
