// Firefox by WebDriver BiDi, and Chromium, which the others are compared with.

import puppeteer from "puppeteer-core";
import { Driver, eventually, find } from "./driver.mjs";

const SOURCE = find.toString();

export class PuppeteerDriver extends Driver {
  #browser;
  #page;
  /** The document that is looked at: the page, or a frame in it. */
  #context;
  /** Requests to other places than these origins are cut, once there are any. */
  #origins;
  cut = [];

  /** Where it `isOffline` it reaches this machine alone, whatever asks. */
  static async firefox(program, { isOffline = false } = {}) {
    const driver = new PuppeteerDriver();
    const extraPrefsFirefox = {
      "browser.download.folderList": 2,
      "browser.download.dir": driver.downloads,
      "browser.download.alwaysOpenPanel": false,
      "browser.download.always_ask_before_handling_new_types": false,
      "browser.helperApps.neverAsk.saveToDisk": "image/png,application/json,application/octet-stream",
      "layout.css.prefers-color-scheme.content-override": 1,
      // Nobody listens there; addresses of this machine need no proxy.
      ...(isOffline && { "network.proxy.type": 1, "network.proxy.http": "127.0.0.1", "network.proxy.http_port": 9, "network.proxy.ssl": "127.0.0.1", "network.proxy.ssl_port": 9 }),
    };
    return driver.#start({ browser: "firefox", executablePath: program, headless: true, extraPrefsFirefox });
  }

  static async chromium(program) {
    const driver = new PuppeteerDriver();
    const args = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update"];
    const downloadBehavior = { policy: "allow", downloadPath: driver.downloads };
    return driver.#start({ browser: "chrome", executablePath: program, headless: true, args, downloadBehavior });
  }

  async #start(options) {
    this.#browser = await puppeteer.launch(options);
    this.name = (await this.#browser.version()).replace(/^HeadlessChrome|^Chrome/, "Chromium").replace("firefox", "Firefox").replace("/", " ");
    this.#page = await this.#browser.newPage();
    this.#context = this.#page;
    return this;
  }

  /** Cuts every request to another origin from now on; `cut` has their addresses. */
  async only(origins) {
    const isFirst = !this.#origins;
    this.#origins = origins;
    this.cut = [];
    if (!isFirst) return;
    await this.#page.setRequestInterception(true);
    this.#page.on("request", (request) => {
      const { origin, protocol } = new URL(request.url());
      if (this.#origins.includes(origin) || ["data:", "blob:"].includes(protocol)) return request.continue();
      this.cut.push(request.url());
      return request.abort();
    });
  }

  async open(url) {
    this.#context = this.#page;
    await this.#page.goto("about:blank");
    await this.#page.goto(url);
  }

  async evaluate(act, ...args) {
    return this.#context.evaluate(act, ...args);
  }

  async element(css, text) {
    const handle = await this.#context.evaluateHandle(`(${SOURCE})(${JSON.stringify(css)}, ${JSON.stringify(text ?? null)})`);
    return handle.asElement();
  }

  async click(css, text) {
    await this.shown(css, text);
    await (await this.element(css, text)).click();
  }

  async upload(css, file) {
    await (await this.element(css)).uploadFile(file);
  }

  async key(key) {
    await this.#page.keyboard.press(key);
  }

  /** Goes into the frame that a function of the page gives. */
  async enter(frameOf, ...args) {
    const page = this.#context;
    // A frame that has just been made is another one when its document comes.
    this.#context = await eventually("the frame has a document", async () => {
      const handle = await page.evaluateHandle(frameOf, ...args);
      const frame = await handle.asElement()?.contentFrame().catch(() => undefined);
      return frame?.url().startsWith("http") && frame;
    });
  }

  /** Back to the page itself. */
  async leave() {
    this.#context = this.#page;
  }

  async resize(width, height) {
    await this.#page.setViewport({ width, height });
  }

  /** A window as narrow as a phone for what is opened next. */
  async narrow(width, height) {
    await this.resize(width, height);
  }

  async screenshot(path) {
    await this.#page.screenshot({ path });
  }

  async close() {
    await this.#browser.close();
    await super.close();
  }
}
