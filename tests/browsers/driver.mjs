// What the checks ask of a browser, whichever it is. Each driver has `open`, `evaluate`, `element`,
// `click`, `upload`, `key`, `enter`, `leave`, `resize`, `screenshot` and `close`; what can be said in
// those words is here.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Nothing is judged by its time; this only ends what hangs. */
const PATIENCE_MS = 120_000;

/** Waits until `check` gives something true, and gives it. */
export async function eventually(what, check) {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const value = await check();
    if (value) return value;
    if (Date.now() > end) throw new Error(`never happened: ${what}`);
    await sleep(50);
  }
}

/** Runs in the page: the first element of a selector that is shown and has this text or accessible name. */
export function find(css, text) {
  const wanted = text && new RegExp(text, "i");
  const isShown = (one) => one.type === "file" || one.getClientRects().length > 0;
  const names = (one) => [one.textContent.trim(), one.getAttribute("aria-label") ?? "", one.title];
  const found = [...document.querySelectorAll(css)].find((one) => isShown(one) && (!wanted || names(one).some((name) => wanted.test(name))));
  return found ?? null;
}

export class Driver {
  /** What the browser calls itself, with its version. */
  name = "";
  /** Where it puts what is saved. */
  downloads = mkdtempSync(join(tmpdir(), "gradcam-saved-"));

  /** Waits until a function gives something true in the page, and gives it. */
  async wait(what, check, ...args) {
    return eventually(what, () => this.evaluate(check, ...args)).catch(async (error) => {
      const text = await this.evaluate(() => document.body.innerText.slice(0, 600)).catch(String);
      throw new Error(`${error.message}; the page says: ${text}`);
    });
  }

  /** Waits for an element with a text. `text` is the source of a regular expression. */
  async shown(css, text) {
    await eventually(`${css} with ${text}`, () => this.element(css, text)).catch(async (error) => {
      const says = await this.evaluate(() => document.body.innerText.slice(0, 600)).catch(String);
      throw new Error(`${error.message}; the page says: ${says}`);
    });
  }

  /** Waits for the next file that the browser saves while `act` runs. */
  async saved(act) {
    const files = () => readdirSync(this.downloads).filter((name) => !/\.(part|wkdownload)$/.test(name));
    const before = new Set(files());
    await act();
    const name = await eventually("a file is saved", () => files().find((one) => !before.has(one) && isWhole(join(this.downloads, one))));
    return { name, bytes: readFileSync(join(this.downloads, name)) };
  }

  /** Takes a screenshot into this folder. */
  async shot(folder, name) {
    mkdirSync(folder, { recursive: true });
    await this.screenshot(join(folder, `${name}.png`));
  }

  async close() {
    if (existsSync(this.downloads)) rmSync(this.downloads, { recursive: true });
  }
}

/** Firefox makes the file before it writes it. */
function isWhole(file) {
  return readFileSync(file).length > 0 && !existsSync(`${file}.part`);
}
