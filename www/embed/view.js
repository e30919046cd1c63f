// What a reader sees in the frame of <grad-cam>. The parts stand in embed.html.

import { newCanvas } from "../library/canvas.js";
import { drawMap } from "../library/draw.js";
import { megabytes } from "../library/input.js";
import { PHASES, percent, problemsOf, questions, readTarget, targetOf, titleOf } from "./words.js";

/** The tallest that a picture is drawn, in CSS pixels. */
const MAX_HEIGHT = 520;
/** Larger pictures are left to the engine, which refuses them by name. */
const MAX_PIXELS = 50e6;
/** Smaller pictures show their pixels. */
const FEW_PIXELS = 100;
const DEFAULT_OPACITY = 0.7;

const part = (id) => document.getElementById(id);

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

export class View {
  #act;
  #settings = {};
  #catalogue;
  #colors;
  #prediction;
  #map;
  #modelId;
  /** The picture: its key, its file, its size, and while it can be seen its pixels as they are drawn. */
  #picture = {};
  #isVisible = false;
  #isToDraw = false;
  #drawing;

  /** `act` has what the reader can do: `choose(settings)`, `retry()`, `cancel()`. */
  constructor(act) {
    this.#act = act;
    part("retry").onclick = () => act.retry();
    part("cancel").onclick = () => act.cancel();
    part("opacity").oninput = ({ target }) => act.choose({ opacity: String(target.value / 100) });
    part("method").onchange = ({ target }) => act.choose({ method: target.value });
    part("question").onchange = ({ target }) => this.#chooseQuestion(target.value);
    new IntersectionObserver(([entry]) => this.#setVisible(entry.isIntersecting)).observe(part("stage"));
    new ResizeObserver(() => this.#draw()).observe(part("stage"));
  }

  /** Calls `report(height)` in CSS pixels whenever it changes, from the first time that something is shown. */
  watchSize(report) {
    new ResizeObserver(() => {
      const height = part("widget").offsetHeight;
      if (height > 0) report(height);
    }).observe(part("widget"));
  }

  show(picture, settings) {
    part("widget").hidden = false;
    this.#settings = settings;
    if (picture && picture.key !== this.#picture.key) {
      this.#release();
      this.#picture = { key: picture.key, file: picture.file };
      this.#prediction = this.#map = undefined;
      part("classes").replaceChildren();
      part("controls").classList.add("is-awaited");
      // A line of its height.
      part("title").textContent = "\u00a0";
      this.#draw();
    }
    this.look(settings);
  }

  setCatalogue({ catalogue, colors }) {
    this.#catalogue = catalogue;
    this.#colors = colors;
    const option = ({ id, name }) => element("option", { value: id, textContent: name });
    const group = (label, isSlow) => element("optgroup", { label }, ...catalogue.methods.filter((one) => one.isSlow === isSlow).map(option));
    part("method").replaceChildren(group("At once", false), group("In many runs", true));
  }

  /** Opacity, colours and words, without another map. */
  look(settings) {
    this.#settings = settings;
    part("opacity").value = 100 * this.#opacity();
    this.#showNotes();
    this.#draw();
  }

  /** What a person should know of the picture, and what is wrong with the page's settings. */
  #showNotes() {
    const problems = this.#catalogue ? problemsOf(this.#settings, this.#catalogue.colorMaps) : [];
    const notes = [...(this.#prediction?.notes ?? []), ...problems];
    part("notes").textContent = notes.join(" ");
    part("notes").hidden = notes.length === 0;
  }

  busy(text) {
    part("side").classList.remove("is-failed");
    part("busy").hidden = false;
    part("problem").hidden = true;
    part("busy-text").textContent = `${text}…`;
    part("busy-bar").removeAttribute("value");
  }

  progress({ phase, done, total }) {
    const isBytes = phase === "download" && total > 0;
    const bytes = isBytes ? ` ${megabytes(done)} of ${megabytes(total)}` : "";
    this.busy((PHASES[phase] ?? "Working") + bytes);
    if (total > 0 && done <= total) part("busy-bar").value = done / total;
  }

  model({ id, name }) {
    this.#modelId = id;
    part("model").textContent = `${name}, computed in this browser`;
  }

  prediction(prediction) {
    this.#prediction = prediction;
    this.#showNotes();
    if (prediction.preview) this.#setPreview(prediction.preview);
    this.#showChoices();
    this.#draw();
  }

  map(map, settings, isLast) {
    this.#settings = settings;
    this.#map = map;
    const { title, label } = titleOf(map, this.#prediction.classes);
    part("title").replaceChildren(title, " ", element("small", { textContent: percent(map.class.probability) }));
    part("status").textContent = isLast ? `Explained: ${label}, ${percent(map.class.probability)}` : "";
    part("busy").hidden = isLast;
    part("problem").hidden = true;
    this.#showChoices();
    this.#draw();
  }

  /** `retry` is what the button says. */
  fail(message, retry = "Try again") {
    part("retry").textContent = retry;
    part("widget").hidden = false;
    part("side").classList.add("is-failed");
    part("busy").hidden = true;
    part("problem").hidden = false;
    part("problem-text").textContent = message;
  }

  // --- what the reader chooses -------------------------------------------------

  #chooseQuestion(kind) {
    this.#act.choose({ target: targetOf(kind, this.#map.class.id, this.#prediction.classes) });
  }

  /** Chips, questions and method, as the map has them. */
  #showChoices() {
    const { kind, classId } = readTarget(this.#map?.target ?? "logit");
    const chip = ({ id, label, probability }) => {
      const button = element("button", { type: "button", title: label }, element("span", { textContent: label }), element("small", { textContent: percent(probability) }));
      button.setAttribute("aria-pressed", String(id === classId));
      button.onclick = () => this.#act.choose({ target: targetOf(kind, id, this.#prediction.classes) });
      return element("li", {}, button);
    };
    const focused = [...part("classes").children].findIndex((one) => one.contains(document.activeElement));
    const { classes } = this.#prediction;
    const asked = this.#map && !classes.some(({ id }) => id === classId) ? [this.#map.class] : [];
    part("classes").replaceChildren(...asked.concat(classes).map(chip));
    part("classes").children[focused]?.firstChild.focus();
    part("controls").classList.toggle("is-awaited", !this.#map);
    if (!this.#map) return;
    const option = ({ id, text }) => element("option", { value: id, textContent: text });
    part("question").replaceChildren(...questions(this.#catalogue.targets, this.#map, this.#prediction.classes).map(option));
    part("question").value = kind;
    part("method").value = this.#map.method;
    part("full").href = this.#address(kind, classId);
  }

  /** The whole page with the same model and question; never with the picture. */
  #address(kind, classId) {
    const known = { model: this.#modelId, method: this.#map.method, class: classId, target: kind };
    const pairs = Object.entries(known).filter(([, value]) => value !== null && value !== undefined);
    return this.#modelId ? `./#${new URLSearchParams(pairs)}` : "./";
  }

  // --- the picture ------------------------------------------------------------

  #opacity() {
    const opacity = Number(this.#settings.opacity || DEFAULT_OPACITY);
    return opacity >= 0 && opacity <= 1 ? opacity : DEFAULT_OPACITY;
  }

  /** What cannot be seen holds no pixels. */
  #setVisible(isVisible) {
    if (isVisible === this.#isVisible) return;
    this.#isVisible = isVisible;
    if (isVisible) this.#draw();
    else this.#release();
  }

  #release() {
    const canvas = part("canvas");
    canvas.width = canvas.height = 0;
    this.#picture.pixels = undefined;
  }

  #setPreview(preview) {
    const { key, file } = this.#picture;
    this.#picture = { key, file, preview };
  }

  /** Draws soon: what changes at once is drawn once, and nothing that cannot be seen. */
  #draw() {
    this.#isToDraw = true;
    this.#drawing ??= this.#drawWhileAsked().finally(() => {
      this.#drawing = undefined;
    });
  }

  async #drawWhileAsked() {
    while (this.#isToDraw) {
      await new Promise(requestAnimationFrame);
      this.#isToDraw = false;
      await this.#drawPicture(this.#picture);
    }
  }

  async #drawPicture(picture) {
    let found;
    if (!picture.size && picture.file) {
      found = await read(picture);
      picture.size = found && { width: found.width, height: found.height };
    }
    const isTensor = this.#prediction?.width === 0;
    const size = picture.size ?? (isTensor ? { width: 480, height: 480 } : undefined);
    const isOther = () => picture !== this.#picture;
    if (isOther() || !size) return;
    const canvas = part("canvas");
    this.#place(canvas, size);
    if (!this.#isVisible) return;
    const width = Math.max(1, Math.round(canvas.clientWidth * Math.min(2, devicePixelRatio)));
    const height = Math.max(1, Math.round((width * size.height) / size.width));
    if (picture.pixels?.width !== width) picture.pixels = await scaled(found ?? (await read(picture)), width, height);
    if (!isOther() && this.#isVisible) this.#drawOn(canvas, picture.pixels);
    else picture.pixels = undefined;
  }

  /** Its size on the screen, which it keeps without pixels. */
  #place(canvas, { width, height }) {
    const room = part("stage").clientWidth;
    canvas.style.width = `${Math.floor(Math.min(room, (MAX_HEIGHT * width) / height))}px`;
    canvas.style.aspectRatio = `${width} / ${height}`;
  }

  #drawOn(canvas, pixels) {
    canvas.width = pixels.width;
    canvas.height = pixels.height;
    canvas.getContext("2d").drawImage(pixels, 0, 0);
    const words = this.#map ? titleOf(this.#map, this.#prediction.classes).title : "";
    canvas.setAttribute("aria-label", [this.#settings.alt || "The picture", words].filter(Boolean).join(". "));
    if (this.#map) this.#drawMap(canvas);
  }

  #drawMap(canvas) {
    const { colorMaps } = this.#catalogue;
    const found = colorMaps.findIndex((one) => one.id === this.#settings.colormap);
    const index = Math.max(0, found);
    const table = this.#colors.subarray(768 * index, 768 * (index + 1));
    drawMap(canvas, this.#map, table, { opacity: this.#opacity(), isSigned: colorMaps[index].isDiverging });
  }
}

/** The picture as the engine read it, or as the browser shows it; nothing where neither has one. */
async function read({ file, preview }) {
  if (preview) return fromBytes(preview);
  const image = file && (await readImage(file));
  return image && { source: image, width: image.naturalWidth, height: image.naturalHeight };
}

/**
 * A picture in the pixels of the canvas, grey where there is none. The image itself, which can be a
 * hundred times as large, is given back at once: browsers keep what was drawn from an element in a
 * cache.
 */
async function scaled(found, width, height) {
  const pixels = newCanvas(width, height);
  const context = pixels.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.fillStyle = "#808080";
  context.fillRect(0, 0, width, height);
  if (!found) return pixels;
  const bitmap = await createImageBitmap(found.source).catch(() => undefined);
  context.imageSmoothingEnabled = found.width > FEW_PIXELS;
  context.drawImage(bitmap ?? found.source, 0, 0, width, height);
  bitmap?.close();
  return pixels;
}

/** An image that the browser can show, of a size that it should; its pixels are not read yet. */
async function readImage(file) {
  const image = new Image();
  image.src = URL.createObjectURL(file);
  const isShown = await new Promise((resolve) => Object.assign(image, { onload: () => resolve(true), onerror: () => resolve(false) }));
  URL.revokeObjectURL(image.src);
  return isShown && image.naturalWidth * image.naturalHeight <= MAX_PIXELS ? image : undefined;
}

function fromBytes({ width, height, rgb }) {
  const image = new ImageData(width, height);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    image.data.set(rgb.subarray(3 * pixel, 3 * pixel + 3), 4 * pixel);
    image.data[4 * pixel + 3] = 255;
  }
  const source = newCanvas(width, height);
  source.getContext("2d").putImageData(image, 0, 0);
  return { source, width, height };
}
