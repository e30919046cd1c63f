// A page of another origin that holds <grad-cam>, and what happens in it.

import { mkdtempSync, rmSync } from "node:fs";
import { copyFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SITE } from "./browser.mjs";
import { TINY, visiting } from "./harness.mjs";
import { serve } from "./server.mjs";

/** Pictures that the page has, from the site's samples. */
export const PICTURES = ["fashion-boot.png", "fashion-bag.png", "fashion-dress.png"];

/** A test with a visit and the page of another origin, `host`; `options` as for `visiting`. */
export function hosting(name, options, body) {
  if (!body) [options, body] = [{}, options];
  visiting(name, options, async (visit, t) => {
    visit.site.share();
    const host = await Host.open(visit);
    t.after(() => host.close());
    await body(host, visit, t);
  });
}

/** A tag of the tiny model. */
export function tag(attributes = {}) {
  const all = { model: TINY.id, picture: PICTURES[0], alt: "An ankle boot", ...attributes };
  const pairs = Object.entries(all).filter(([, value]) => value !== undefined);
  return `<grad-cam ${pairs.map(([key, value]) => `${key}="${value}"`).join(" ")}></grad-cam>`;
}

class Host {
  static async open(visit) {
    const folder = mkdtempSync(join(tmpdir(), "gradcam-host-"));
    await Promise.all(PICTURES.map((file) => copyFile(join(SITE, "samples", file), join(folder, file))));
    const server = await serve(folder, { base: "/docs/" });
    visit.hosts.add(server.origin);
    return new Host(visit, server, folder);
  }

  constructor(visit, server, folder) {
    Object.assign(this, { visit, server, folder, page: visit.page });
    /** Everything that was asked of the site, in order. */
    this.asked = [];
    visit.context.on("request", (request) => {
      if (request.url().startsWith(visit.site.origin)) this.asked.push(request.url().slice(visit.site.url().length));
    });
  }

  /** Opens a page with this body. Events of the elements are kept in `window.events`. */
  async show(body, { script = this.visit.site.url("widget.js"), head = "" } = {}) {
    const listen = `window.events = [];
      for (const type of ["ready", "prediction", "explanation", "failure"]) {
        addEventListener(type, ({ target, detail }) => events.push({ type, id: target.id, detail }));
      }`;
    const html = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
      <title>host</title><link rel="icon" href="data:,">${head}<script>${listen}</script>
      ${script ? `<script type="module" src="${script}"></script>` : ""}${body}`;
    await writeFile(join(this.folder, "page.html"), html);
    await this.page.goto(this.server.url("page.html"));
  }

  /** The number-th element. */
  element(number = 0) {
    return this.page.locator("grad-cam").nth(number);
  }

  /** What the number-th element's frame shows. */
  inside(number = 0) {
    return this.element(number).locator("iframe").contentFrame();
  }

  /** By the keyboard: frames that open above would move the button away from the mouse. */
  async press(number = 0) {
    await this.element(number).getByRole("button").press("Enter");
  }

  /** Waits until the number-th element says this. */
  async explained(label, number = 0) {
    await this.inside(number).getByRole("heading", { name: `Where it looked for ${label}` }).waitFor();
  }

  /** The events of one kind, with what can be copied of their details. */
  async events(type) {
    return this.page.evaluate((type) => window.events.filter((one) => one.type === type).map(({ id, detail }) => ({ id, ...detail, values: detail.values && [...detail.values] })), type);
  }

  /** Waits for events of a kind, and gives them. */
  async awaitEvents(type, count = 1) {
    await this.page.waitForFunction(([type, count]) => window.events.filter((one) => one.type === type).length >= count, [type, count]);
    return this.events(type);
  }

  /** How many workers all frames of the page have started. */
  async workers() {
    const counts = this.page.frames().map((frame) => frame.evaluate(() => window.seen?.workers.length ?? 0).catch(() => 0));
    return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
  }

  /** How often the engine was asked for something, in all frames. */
  async engineAsked(type) {
    const counts = this.page.frames().map((frame) => frame.evaluate((type) => window.seen?.asked.filter((one) => one.type === type).length ?? 0, type).catch(() => 0));
    return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
  }

  async close() {
    await this.server.close();
    rmSync(this.folder, { recursive: true });
  }
}
