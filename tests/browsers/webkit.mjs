// WebKit by WebDriver: WebKitGTK's own small browser on a screen that is only in memory.

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Driver, eventually, find } from "./driver.mjs";

/** The key under which WebDriver gives an element. */
const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";
const KEYS = { Enter: "\uE007", Escape: "\uE00C", Tab: "\uE004", ArrowRight: "\uE014", ArrowLeft: "\uE012" };
/** Longer than what the driver itself waits for pages and scripts. */
const COMMAND_MS = 150_000;
const SCREEN = "1600x1200x24";
const SOURCE = find.toString();

export class WebKitDriver extends Driver {
  #processes = [];
  #home = mkdtempSync(join(tmpdir(), "gradcam-webkit-"));
  #session;
  /** What the window has around the page. */
  #frame = { width: 0, height: 0 };
  /** The width of the frame that stands for a narrow window. */
  #narrow;

  static async start({ driver, browser, screen }) {
    const made = new WebKitDriver();
    await made.#start(driver, browser, screen);
    return made;
  }

  async #start(driver, browser, screen) {
    const display = `:${await this.#startScreen(screen)}`;
    const port = await freePort();
    writeFileSync(join(this.#home, "user-dirs.dirs"), `XDG_DOWNLOAD_DIR="${this.downloads}"\n`);
    const env = {
      ...process.env,
      DISPLAY: display,
      HOME: this.#home,
      XDG_CONFIG_HOME: this.#home,
      XDG_DOWNLOAD_DIR: this.downloads,
      // Its sandbox cannot be made by root, as which programs run in containers.
      ...(process.getuid() === 0 && { WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1" }),
      LIBGL_ALWAYS_SOFTWARE: "1",
      WEBKIT_DISABLE_COMPOSITING_MODE: "1",
    };
    this.#run(driver, [`--port=${port}`, "--host=127.0.0.1"], { env });
    const address = `http://127.0.0.1:${port}`;
    await eventually("WebKit's driver listens", () => fetch(`${address}/status`).then(({ ok }) => ok, () => false));
    const options = { "webkitgtk:browserOptions": { binary: browser, args: ["--automation"] } };
    const { sessionId, capabilities } = await ask("POST", `${address}/session`, { capabilities: { alwaysMatch: options } });
    this.#session = `${address}/session/${sessionId}`;
    this.name = `WebKitGTK ${capabilities.browserVersion}`;
    await this.#ask("POST", "timeouts", { script: 120_000, pageLoad: 120_000 });
  }

  async #startScreen(program) {
    const child = this.#run(program, ["-displayfd", "3", "-screen", "0", SCREEN, "-nolisten", "tcp"], { stdio: ["ignore", "ignore", "ignore", "pipe"] });
    let text = "";
    child.stdio[3].on("data", (data) => (text += data));
    return eventually("the screen is there", () => text.endsWith("\n") && text.trim());
  }

  #run(program, args, options) {
    const child = spawn(program, args, { stdio: "ignore", ...options });
    this.#processes.push(child);
    return child;
  }

  #ask(method, path, body) {
    return ask(method, `${this.#session}/${path}`, body);
  }

  async open(url) {
    await this.#ask("POST", "frame", { id: null });
    await this.#ask("POST", "url", { url: "about:blank" });
    if (this.#narrow) return this.#openFramed(url);
    await this.#ask("POST", "url", { url });
  }

  async #openFramed(url) {
    await this.#ask("POST", "url", { url: new URL("/", url).href });
    await this.evaluate((url, width) => {
      const style = `position: fixed; left: 0; top: 0; width: ${width}px; height: 100%; border: 0`;
      const frame = Object.assign(document.createElement("iframe"), { src: url, style });
      document.documentElement.replaceChildren(document.createElement("body"));
      document.body.append(frame);
      return new Promise((resolve) => (frame.onload = () => resolve(true)));
    }, url, this.#narrow);
    await this.leave();
  }

  async evaluate(act, ...args) {
    const script = `const args = [...arguments], done = args.pop();
      Promise.resolve().then(() => (${act})(...args)).then((value) => done({ value }), (error) => done({ error: String(error) }));`;
    const { value, error } = await this.#ask("POST", "execute/async", { script, args });
    if (error) throw new Error(error);
    return value;
  }

  async element(css, text) {
    const script = `return (${SOURCE})(...arguments)`;
    return this.#ask("POST", "execute/sync", { script, args: [css, text ?? null] });
  }

  async click(css, text) {
    await this.shown(css, text);
    const element = await this.element(css, text);
    await this.#ask("POST", `element/${element[ELEMENT]}/click`, {});
  }

  async upload(css, file) {
    const element = await this.element(css);
    await this.#ask("POST", `element/${element[ELEMENT]}/value`, { text: file });
  }

  async key(key) {
    const value = KEYS[key] ?? key;
    const press = [{ type: "keyDown", value }, { type: "keyUp", value }];
    await this.#ask("POST", "actions", { actions: [{ type: "key", id: "keyboard", actions: press }] });
  }

  async enter(frameOf, ...args) {
    const id = await this.#ask("POST", "execute/sync", { script: `return (${frameOf})(...arguments)`, args });
    await this.#ask("POST", "frame", { id });
  }

  async leave() {
    await this.#ask("POST", "frame", { id: null });
    if (!this.#narrow) return;
    const id = await this.#ask("POST", "execute/sync", { script: "return document.querySelector('iframe')", args: [] });
    await this.#ask("POST", "frame", { id });
  }

  async resize(width, height) {
    this.#narrow = undefined;
    await this.#ask("POST", "frame", { id: null });
    const { width: aroundX, height: aroundY } = this.#frame;
    await this.#ask("POST", "window/rect", { x: 0, y: 0, width: width + aroundX, height: height + aroundY });
    const inside = await this.evaluate(() => [innerWidth, innerHeight]);
    const [moreX, moreY] = [width - inside[0], height - inside[1]];
    if (moreX === 0 && moreY === 0) return;
    this.#frame = { width: aroundX + moreX, height: aroundY + moreY };
    await this.#ask("POST", "window/rect", { x: 0, y: 0, width: width + aroundX + moreX, height: height + aroundY + moreY });
  }

  /** A window as narrow as a phone for what is opened next: its frame, as windows have a least width. */
  async narrow(width, height) {
    await this.resize(width, height);
    this.#narrow = (await this.evaluate(() => innerWidth)) > width ? width : undefined;
  }

  async screenshot(path) {
    // WebKit waits for the next frame, which a page that is at rest never paints.
    await this.#ask("POST", "execute/sync", { script: `(${keepPainting})()`, args: [] });
    writeFileSync(path, Buffer.from(await this.#ask("GET", "screenshot"), "base64"));
  }

  async close() {
    if (this.#session) await ask("DELETE", this.#session).catch(() => {});
    for (const child of this.#processes.reverse()) child.kill();
    if (existsSync(this.#home)) rmSync(this.#home, { recursive: true, force: true, maxRetries: 5 });
    await super.close();
  }
}

/** Runs in the page: a point of it changes with every frame for some seconds. */
function keepPainting() {
  const point = document.createElement("div");
  point.style = "position: fixed; right: 0; bottom: 0; width: 1px; height: 1px";
  document.body.append(point);
  let frames = 300;
  const paint = () => {
    frames -= 1;
    if (frames === 0) return point.remove();
    point.style.background = frames % 2 ? "#7f7f7f" : "#808080";
    requestAnimationFrame(paint);
  };
  paint();
}

async function ask(method, address, body) {
  const options = body && { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const response = await fetch(address, { method, ...options, signal: AbortSignal.timeout(COMMAND_MS) }).catch((error) => {
    throw new Error(`${method} ${address}: ${error.message}`);
  });
  const { value } = await response.json();
  if (!response.ok) throw new Error(`${value.error}: ${value.message}`);
  return value;
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
