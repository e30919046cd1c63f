// Serves a folder on 127.0.0.1 under a sub-path, and misbehaves on request.

import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, resolve, sep } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".wasm": "application/wasm",
  ".onnx": "application/octet-stream",
  ".npy": "application/octet-stream",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".jpg": "image/jpeg",
};
const ISOLATION = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "cross-origin-resource-policy": "cross-origin",
};
const CHUNK_BYTES = 4096;

/** Serves `folder` at `base`; ends with `close()`. */
export async function serve(folder, { base = "/some/sub/path/", port = 0 } = {}) {
  const site = new Site(folder, base);
  await site.listen(port);
  return site;
}

class Site {
  #folder;
  #base;
  #server;
  #port;
  #faults = new Map();
  #mounts = new Map();
  #isIsolated = false;
  #isShared = false;
  #isKept = false;
  #counts = new Map();

  constructor(folder, base) {
    this.#folder = resolve(folder);
    this.#base = base;
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error) => response.destroy(error));
    });
  }

  async listen(port) {
    await new Promise((listening, failed) => {
      this.#server.once("error", failed).listen(port, "127.0.0.1", listening);
    });
    this.#port = this.#server.address().port;
  }

  /** From then on nobody answers. */
  async close() {
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }

  get origin() {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** The absolute address of a path beside the page. */
  url(path = "") {
    return `${this.origin}${this.#base}${path}`;
  }

  /** How often a path beside the page was asked for. */
  requests(path) {
    return this.#counts.get(path) ?? 0;
  }

  /** Serves another folder beside the page, as `name/`. */
  mount(name, folder) {
    this.#mounts.set(`${name}/`, resolve(folder));
  }

  /** From now on pages may share memory between threads. */
  isolate() {
    this.#isIsolated = true;
  }

  /** From now on pages of other origins may read what is served, as GitHub Pages lets them. */
  share() {
    this.#isShared = true;
  }

  /** From now on browsers may keep what is served for ten minutes, as GitHub Pages lets them. */
  keep() {
    this.#isKept = true;
  }

  /** Answers `path` with 404. */
  missing(path) {
    this.#faults.set(path, { status: 404 });
  }

  /** Breaks the connection after `bytes` of the body, of which the header promised more. */
  cutOff(path, bytes) {
    this.#faults.set(path, { cutAt: bytes });
  }

  /** Sends the body at this speed. */
  throttle(path, bytesPerSecond) {
    this.#faults.set(path, { bytesPerSecond });
  }

  /** Waits for `until` before the answer. */
  delay(path, until) {
    this.#faults.set(path, { until });
  }

  /** Sends this body, `times` times; the file itself after that. */
  replace(path, body, { times = Infinity } = {}) {
    this.#faults.set(path, { body: Buffer.from(body), times });
  }

  /** Ends a fault. */
  restore(path) {
    this.#faults.delete(path);
  }

  async #answer(request, response) {
    const path = this.#path(request.url);
    const file = path === null ? null : this.#file(path);
    if (!["GET", "HEAD"].includes(request.method)) return end(response, 405);
    if (file === null) return end(response, 404);
    this.#counts.set(path, this.requests(path) + 1);
    const fault = this.#take(path);
    await fault.until;
    if (fault.status) return end(response, fault.status);
    const size = fault.body?.length ?? (await stat(file).catch(() => null))?.size;
    if (size === undefined) return end(response, 404);
    response.writeHead(200, {
      ...(this.#isIsolated && ISOLATION),
      ...(this.#isShared && { "access-control-allow-origin": "*" }),
      "content-type": TYPES[extname(file)] ?? "application/octet-stream",
      "content-length": size,
      // Else what is not asked for again was kept by the page itself.
      "cache-control": this.#isKept ? "max-age=600" : "no-store",
    });
    if (request.method === "HEAD") return response.end();
    if (fault.cutAt !== undefined) {
      const body = (await readFile(file)).subarray(0, fault.cutAt);
      response.write(body, () => response.destroy());
    } else if (fault.bytesPerSecond) {
      await trickle(response, await readFile(file), fault.bytesPerSecond);
    } else if (fault.body) {
      response.end(fault.body);
    } else {
      createReadStream(file).on("error", (error) => response.destroy(error)).pipe(response);
    }
  }

  /** A request's path beside the page; `null` if it is outside. */
  #path(url) {
    let path;
    try {
      path = decodeURIComponent(url.split(/[?#]/)[0]);
    } catch {
      return null;
    }
    if (!path.startsWith(this.#base)) return null;
    return path.slice(this.#base.length) || "index.html";
  }

  /** Where a path lies; `null` if that is outside of what is served. */
  #file(path) {
    if (path.includes("\0")) return null;
    const mount = [...this.#mounts.keys()].find((name) => path.startsWith(name));
    const root = mount ? this.#mounts.get(mount) : this.#folder;
    const file = resolve(join(root, mount ? path.slice(mount.length) : path));
    return file.startsWith(root + sep) ? file : null;
  }

  #take(path) {
    const fault = this.#faults.get(path);
    if (fault?.times !== undefined && --fault.times === 0) this.#faults.delete(path);
    return fault ?? {};
  }
}

function end(response, status) {
  response.writeHead(status, { "content-type": "text/plain" });
  response.end(`${status}\n`);
}

async function trickle(response, body, bytesPerSecond) {
  for (let start = 0; start < body.length && !response.destroyed; start += CHUNK_BYTES) {
    response.write(body.subarray(start, start + CHUNK_BYTES));
    await sleep((1000 * CHUNK_BYTES) / bytesPerSecond);
  }
  response.end();
}
