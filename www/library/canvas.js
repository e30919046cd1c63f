// Canvases that nobody sees.

/** One of this size in pixels; a page's own element where the browser has no others. */
export function newCanvas(width, height) {
  if (typeof OffscreenCanvas === "function") return new OffscreenCanvas(width, height);
  return Object.assign(document.createElement("canvas"), { width, height });
}

/** Its pixels as a PNG. */
export function pngOf(canvas) {
  if (canvas.convertToBlob) return canvas.convertToBlob();
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the canvas is too large"))));
  });
}
