// <grad-cam>: a picture and where an image classifier looks in it, in anybody's page.
//
// Until a reader asks for it the element shows the picture alone. Then it makes a frame of this
// site, which explains, and one hidden frame for the whole page, in which one engine works for all
// elements. The pictures and models that the page names are fetched here, as the page's own; the
// frames get their bytes and ask no other site for anything.

/** Of the messages; see embed/messages.js. */
const VERSION = 1;
const SITE = new URL(".", import.meta.url);
/** Bytes of the engine and of the site's models, as they are sent; the build of the site writes them. */
const SIZES = { engine: 0, models: {} };

const MAX_PICTURE_BYTES = 100e6;
const MAX_MODEL_BYTES = 2 ** 30;
/** A frame that does not answer after this time never will. */
const ANSWER_MS = 20_000;
/** CSS pixels of embed.css: from which width on the frame has two columns, and its classes, controls and foot. */
const WIDE = 560;
const SIDE_HEIGHT = { narrow: 352, wide: 508 };
/** The frame ignores longer texts. */
const MAX_TEXT = 500;
const TEXTS = ["target", "method", "layer", "colormap", "opacity", "alt"];
const FILES = ["model", "picture"];
const ATTRIBUTES = [...TEXTS, ...FILES, "poster", "load"];

const style = new CSSStyleSheet();
style.replaceSync(`
  :host { display: grid; max-width: 44rem; margin: 1em 0; }
  :host([hidden]), [hidden] { display: none; }
  /* The button is at the end of the room that the page gave it: it does not move when the picture comes. */
  figure { margin: 0; display: grid; grid-template: 1fr / minmax(0, 1fr); justify-items: start; }
  img { display: block; align-self: start; min-width: min(10rem, 100%); max-width: 100%; height: auto; margin: 0 0 8px; border-radius: 10px; }
  button { min-height: 44px; padding: 0 16px; border: 1px solid; border-radius: 10px; font: inherit;
    background: light-dark(#fff, #1f1d1b); color: light-dark(#8f3207, #ffab7a); cursor: pointer; }
  button:focus-visible { outline: 3px solid; outline-offset: 2px; }
  p { margin: 8px 0; }
  iframe { display: block; width: 100%; height: 0; border: 0; color-scheme: inherit; }
`);

/** A frame of this site and the port that leads into it. What is posted at once arrives when it has loaded. */
function openFrame(kind, parent, onMessage, onSilence) {
  const nonce = crypto.randomUUID?.() ?? crypto.getRandomValues(new Uint32Array(4)).join("-");
  const frame = document.createElement("iframe");
  const { port1: port, port2 } = new MessageChannel();
  const timer = setTimeout(onSilence, ANSWER_MS);
  let isConnected = false;
  frame.title = "Where the network looks";
  frame.allow = "cross-origin-isolated";
  frame.src = new URL(`embed.html#${kind}=${nonce}`, SITE);
  frame.onload = () => {
    // A reader can load a frame anew, which then has no channel.
    if (isConnected) return onSilence();
    isConnected = true;
    // Only a document of this site receives it.
    frame.contentWindow.postMessage({ v: VERSION, type: "connect", nonce }, SITE.origin, [port2]);
  };
  port.onmessage = ({ data }) => {
    clearTimeout(timer);
    if (data?.v === VERSION) onMessage(data);
  };
  parent.append(frame);
  const close = () => {
    clearTimeout(timer);
    port.close();
    frame.remove();
  };
  return { frame, port, post: (type, fields, ports) => port.postMessage({ v: VERSION, type, ...fields }, ports ?? []), close };
}

/** The frame in which the engine works for all elements of the page. */
let hub;
const users = new Set();

function joinHub(user, model) {
  users.add(user);
  if (!hub) {
    const silent = () => users.forEach((one) => one.failed());
    hub = openFrame("hub", document.body, () => {}, silent);
    hub.frame.hidden = true;
    hub.frame.style.display = "none";
  }
  const { port1, port2 } = new MessageChannel();
  hub.post("join", { model }, [port1]);
  return port2;
}

/** With its last element the hub goes, and the engine with it. */
function leaveHub(user) {
  users.delete(user);
  if (users.size > 0) return;
  hub?.close();
  hub = undefined;
}

/** Models that the page names, fetched once for all its elements. */
const models = new Map();
const addresses = new Map();
const files = new WeakMap();
let lastKey = 0;

/** A file as it is sent: by its key, of its address or of itself, the hub knows that it is the same. */
function named(file, name, address) {
  const [keys, known] = address ? [addresses, address] : [files, file];
  if (!keys.has(known)) keys.set(known, (lastKey += 1));
  return { file, name: (name || "file").slice(0, 200), key: keys.get(known) };
}

async function fetched(what, address, signal) {
  let url = address;
  let response;
  try {
    url = new URL(address, document.baseURI).href;
    response = await fetch(url, { signal });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Error(
      `The ${what} ${url.slice(0, 200)} cannot be read by this page. Check the address and the connection; ` +
        "the server of another site has to allow it (Access-Control-Allow-Origin), or put the file on this site.",
    );
  }
  if (!response.ok) throw new Error(`The ${what} is not at ${url.slice(0, 200)}: the server answered ${response.status}. Check the address.`);
  return response.blob();
}

function limited(what, file, limit) {
  if (file.size <= limit) return file;
  const [size, most] = [file.size, limit].map((bytes) => `${Math.round(bytes / 1e6)} MB`);
  throw new Error(`The ${what} has ${size}; up to ${most} can be explained. Take a smaller one.`);
}

/** Whether a model is named by its address, not by its id in this site's catalogue. */
const isAddress = (model) => /[./:]/.test(model);
/** The last part of an address; nothing of one that is the file itself. */
const nameOf = (address) => (/^(data|blob):/.test(address) ? "" : address.split(/[?#]/)[0].split("/").pop());

class GradCamElement extends HTMLElement {
  static observedAttributes = ATTRIBUTES;

  #root = this.attachShadow({ mode: "open" });
  /** Files that were given as such, in place of their attributes. */
  #given = {};
  /** The picture of the attribute, once it was fetched. */
  #fetched;
  #frame;
  #number = 0;
  #waiting = new Map();
  #fetching;
  #observer;
  /** What the reader chose in the frame. */
  #chosen = {};
  #overrides = {};
  #isNear = true;
  #isPlaced = false;
  /** Whether what is wanted was explained. */
  #isDone = false;
  #isResting = false;
  /** Whether the page heard already of what is explained. */
  #isQuiet = false;
  #change;
  /** CSS pixels that the frame says it has, and that it will need before it can say so. */
  #height = 0;
  #room = 0;

  connectedCallback() {
    this.#isPlaced = true;
    this.#root.adoptedStyleSheets = [style];
    if (this.#number > 0) this.#open();
    else this.#showPoster();
  }

  disconnectedCallback() {
    this.#isPlaced = false;
    this.#observer?.disconnect();
    this.#isResting = false;
    this.#close();
    this.#answer(Infinity);
  }

  attributeChangedCallback(name, before, after) {
    if (before === after) return;
    if (FILES.includes(name)) delete this.#given[name];
    delete this.#overrides[name];
    this.#changed();
  }

  /** Several things may change at once; those that it is made with are shown when it is placed. */
  #changed() {
    if (!this.#isPlaced) return;
    this.#change ??= Promise.resolve().then(() => {
      this.#change = undefined;
      if (!this.#isPlaced) return;
      if (this.#frame) this.#show();
      else if (this.#isResting) this.#open(true);
      else this.#showPoster();
    });
  }

  /**
   * Explains a picture, a Blob, in place of the element's own. `options` are `target`, `method` and
   * `layer`. Resolves with the map: what the event `explanation` has as its detail.
   */
  explain(blob, options = {}) {
    if (!(blob instanceof Blob)) return Promise.reject(new Error("The picture is no Blob: give a file."));
    if (!this.isConnected) return Promise.reject(new Error("The element is in no page yet: append it first."));
    this.#given.picture = blob;
    this.#overrides = { ...options };
    const number = this.#frame ? this.#show() : this.#open(true);
    return new Promise((resolve, reject) => this.#waiting.set(number, { resolve, reject }));
  }

  /** A file given as such; `undefined` takes it back. */
  giveFile(name, file) {
    this.#given[name] = file;
    this.#changed();
  }

  given(name) {
    return this.#given[name];
  }

  // --- before anything is asked ----------------------------------------------

  #showPoster(sentence) {
    const figure = document.createElement("figure");
    const shown = this.poster || (this.#given.picture ? URL.createObjectURL(this.#given.picture) : this.picture);
    if (shown) {
      const image = document.createElement("img");
      Object.assign(image, { src: shown, alt: this.alt ?? "" });
      figure.append(image);
    }
    if (sentence) {
      const words = document.createElement("p");
      Object.assign(words, { role: "alert", textContent: sentence });
      figure.append(words);
    }
    const button = document.createElement("button");
    Object.assign(button, { type: "button", textContent: sentence ? "Try again" : this.#label() });
    button.onclick = () => {
      button.disabled = true;
      button.textContent = "Loading…";
      this.#room = this.#roomFor(figure.querySelector("img"));
      figure.style.minHeight = `${this.#room}px`;
      this.#open();
    };
    figure.append(button);
    this.#root.replaceChildren(figure);
    this.#observer?.disconnect();
    const load = this.load ?? "press";
    if (load === "visible" && !sentence) this.#watch("200px", (isNear) => isNear && button.click());
    else if (load !== "press" && load !== "visible" && !sentence) {
      figure.append(Object.assign(document.createElement("p"), { textContent: `load="${load}" is neither "press" nor "visible", so the picture waits for a press.` }));
    }
  }

  /** The height that the frame will have, by embed.css, so that nothing jumps when it comes. */
  #roomFor(image) {
    const width = this.clientWidth;
    const isWide = width >= WIDE;
    const column = isWide ? Math.min(0.6 * (width - 38), width - 278) : width - 26;
    const height = Math.min(column * (image?.naturalHeight / image?.naturalWidth || 0.7), 520);
    return isWide ? 59 + Math.max(height, SIDE_HEIGHT.wide) : 71 + height + SIDE_HEIGHT.narrow;
  }

  #watch(rootMargin, act) {
    this.#observer?.disconnect();
    this.#observer = new IntersectionObserver((entries) => act(entries.at(-1).isIntersecting), { rootMargin });
    this.#observer.observe(this);
  }

  /** What a press loads, and how large it is. */
  #label() {
    const model = this.model ?? Object.keys(SIZES.models)[0];
    const engine = hub ? 0 : SIZES.engine;
    const size = (bytes) => `${bytes < 9.95e6 ? (bytes / 1e6).toFixed(1).replace(".0", "") : Math.round(bytes / 1e6)} MB`;
    if (this.#given.model || models.has(model)) return engine ? `Look: ${size(engine)} engine` : "Look";
    const bytes = SIZES.models[model];
    if (bytes) return `Look: ${size(engine + bytes)} ${engine ? "engine and model" : "model"}`;
    const name = model && isAddress(model) ? `the model ${nameOf(model)}` : "a model";
    return engine ? `Look: ${size(engine)} engine, and ${name}` : `Look: loads ${name}`;
  }

  // --- the frame -------------------------------------------------------------

  /** `isNew` unless it only comes back with what was explained before. */
  #open(isNew = !this.#isResting) {
    this.#isResting = false;
    this.#height = 0;
    // First of all, since the engine takes longest to start.
    const port = joinHub(this, this.#siteModel());
    this.#frame = openFrame("widget", this.#root, (message) => this.#receive(message), () => this.failed());
    this.#frame.post("hub", {}, [port]);
    const number = this.#show();
    this.#isQuiet = !isNew;
    this.#watch("50%", (isNear) => {
      this.#isNear = isNear;
      if (isNear && this.#isResting) this.#open();
      this.#restIfFar();
    });
    return number;
  }

  /** An element that is done and far from what can be seen gives its frame up until it is near. */
  #restIfFar() {
    if (this.#isNear || !this.#isDone || !this.#frame || document.activeElement === this) return;
    const room = document.createElement("div");
    room.style.height = `${this.#frame.frame.offsetHeight}px`;
    this.#isResting = true;
    this.#fetched = undefined;
    this.#close();
    this.#root.replaceChildren(room);
  }

  #close() {
    this.#fetching?.abort();
    this.#frame?.close();
    this.#frame = undefined;
    // An element that is only moved comes back at once.
    setTimeout(() => this.#frame || this.#isResting || leaveHub(this));
  }

  /** Called where the site's frames do not answer. */
  failed() {
    const message = `Nothing came from ${SITE.host}, where the engine is. Check the connection and try again.`;
    this.#close();
    this.#fail("network", message);
    this.#showPoster(message);
  }

  /** Tells the frame what to show: first what it is, then each file as it comes. Its number. */
  #show() {
    this.#fetching?.abort();
    const fetching = new AbortController();
    const { signal } = fetching;
    this.#fetching = fetching;
    this.#isDone = this.#isQuiet = false;
    this.#number += 1;
    const number = this.#number;
    const settings = Object.fromEntries(TEXTS.map((name) => [name, String(this.#overrides[name] ?? this.getAttribute(name) ?? "").slice(0, MAX_TEXT)]));
    settings.scheme = this.#scheme();
    const sent = { number, settings, chosen: this.#chosen };
    const send = (name, file) => {
      sent[name] = file;
      if (!signal.aborted) this.#frame.post("show", sent);
    };
    const problem = (error) => {
      if (signal.aborted) return;
      this.#frame.post("refuse", { number, message: error.message.slice(0, MAX_TEXT) });
      fetching.abort();
    };
    this.#frame.post("show", sent);
    this.#picture(signal).then((file) => send("picture", file), problem);
    this.#model(signal).then((file) => send("model", file), problem);
    return number;
  }

  /** Whether the page around it is dark: a frame would ask the system alone. */
  #scheme() {
    const schemes = getComputedStyle(this).colorScheme;
    const isDark = schemes.includes("dark") && (!schemes.includes("light") || matchMedia("(prefers-color-scheme: dark)").matches);
    return isDark ? "dark" : "light";
  }

  async #picture(signal) {
    const given = this.#given.picture;
    if (!given && !this.picture) throw new Error("There is no picture: name one in the attribute picture.");
    const address = this.picture;
    if (!given && this.#fetched?.address !== address) this.#fetched = { address, file: await fetched("picture", address, signal) };
    const file = given ?? this.#fetched.file;
    limited("picture", file, MAX_PICTURE_BYTES);
    return given ? named(file, given.name ?? "picture") : named(file, nameOf(address), new URL(address, document.baseURI).href);
  }

  /** The id of the site's model that it takes, "" for the first; `undefined` for another model. */
  #siteModel() {
    const model = this.model ?? "";
    return isAddress(model) || this.#given.model ? undefined : model.slice(0, MAX_TEXT);
  }

  async #model(signal) {
    const given = this.#given.model;
    if (given) return named(limited("model", given, MAX_MODEL_BYTES), given.name ?? "model.onnx");
    const id = this.#siteModel();
    if (id !== undefined) return { id };
    const { model } = this;
    // Not ended with the element that asked first: others may wait for it.
    if (!models.has(model)) models.set(model, fetched("model", model));
    try {
      return named(limited("model", await models.get(model), MAX_MODEL_BYTES), nameOf(model));
    } catch (error) {
      models.delete(model);
      throw error;
    }
  }

  #receive({ type, number, height, chosen, detail, isAgain }) {
    if (type === "size" && height > 0) {
      const { frame } = this.#frame;
      const hadFocus = this.#root.activeElement?.localName === "button";
      for (const one of [...this.#root.children]) if (one !== frame) one.remove();
      if (hadFocus) frame.focus();
      this.#height = height;
      this.#setHeight();
    } else if (type === "retry") {
      this.#show();
    } else if (type === "chosen") {
      this.#chosen = chosen;
    } else if (type === "cancel") {
      this.#fetching?.abort();
    } else if (type === "failure") {
      this.#setHeight(0);
      this.#fail(detail?.kind, String(detail?.message), number);
    } else if (["ready", "prediction", "explanation"].includes(type)) {
      if (!isAgain) this.#tell(type, detail);
      if (type !== "explanation") return;
      this.#answer(number, ({ resolve }) => resolve(detail));
      this.#isDone = number === this.#number;
      this.#setHeight(0);
      this.#isQuiet &&= !this.#isDone;
      this.#restIfFar();
    }
  }

  /** As the frame says it, and at least the room that is kept for it. */
  #setHeight(room = this.#room) {
    this.#room = room;
    if (this.#height) this.#frame.frame.style.height = `${Math.min(Math.ceil(Math.max(this.#height, this.#room)), 4000)}px`;
  }

  #tell(type, detail) {
    if (!this.#isQuiet) this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }

  #fail(kind, message, number = this.#number) {
    this.#tell("failure", { kind, message });
    this.#answer(number, ({ reject }) => reject(Object.assign(new Error(message), { kind })));
  }

  /** Ends what waits for this explanation; what waited for an earlier one will not come. */
  #answer(number, end) {
    for (const [asked, waiting] of this.#waiting) {
      if (asked > number) continue;
      this.#waiting.delete(asked);
      if (asked === number) end(waiting);
      else waiting.reject(new DOMException("Something else was asked for.", "AbortError"));
    }
  }
}

for (const name of ATTRIBUTES) {
  const isFile = FILES.includes(name);
  Object.defineProperty(GradCamElement.prototype, name, {
    get() {
      return (isFile && this.given(name)) || this.getAttribute(name);
    },
    set(value) {
      if (isFile && value instanceof Blob) return this.giveFile(name, value);
      if (isFile && this.given(name)) this.giveFile(name, undefined);
      if (value === null || value === undefined) this.removeAttribute(name);
      else this.setAttribute(name, value);
    },
    enumerable: true,
    configurable: true,
  });
}

if (!customElements.get("grad-cam")) customElements.define("grad-cam", GradCamElement);
