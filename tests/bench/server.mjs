// Serves the benchmark's page, cross-origin isolated, and what it loads.

import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, resolve, sep } from "node:path";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".wasm": "application/wasm",
  ".svg": "image/svg+xml",
  ".png": "image/png",
};

/** What makes a page cross-origin isolated, so that it may share memory between threads, and the site's own policy. */
const HEADERS = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "cross-origin-resource-policy": "same-origin",
  "content-security-policy":
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; connect-src 'self'; img-src 'self' blob: data:; manifest-src 'self'; style-src 'self'",
  "cache-control": "no-store",
};

/**
 * Serves folders by the first part of the path, and `extra` files by their whole
 * path, on 127.0.0.1: `{ url(path), close() }`. `headers` take the place of the usual ones.
 */
export async function serve(folders, extra = {}, headers = {}) {
  const roots = new Map(Object.entries(folders).map(([name, folder]) => [name, resolve(folder)]));
  const files = new Map(Object.entries(extra));
  const server = createServer((request, response) => {
    answer(roots, files, headers, request, response).catch((error) => response.destroy(error));
  });
  await new Promise((listening, failed) => server.once("error", failed).listen(0, "127.0.0.1", listening));
  return {
    url: (path) => `http://127.0.0.1:${server.address().port}/${path}`,
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

async function answer(roots, files, headers, request, response) {
  const file = locate(roots, files, request.url);
  const found = file && (await stat(file).catch(() => null));
  if (!found?.isFile()) {
    response.writeHead(404, { ...HEADERS, "content-type": "text/plain" });
    return response.end(`there is no ${request.url}\n`);
  }
  const type = TYPES[extname(file)] ?? "application/octet-stream";
  response.writeHead(200, { ...HEADERS, "content-type": type, "content-length": found.size, ...headers });
  return createReadStream(file).on("error", (error) => response.destroy(error)).pipe(response);
}

/** The file at an address; `null` outside of the folders. */
function locate(roots, files, url) {
  let path;
  try {
    path = decodeURIComponent(url.split(/[?#]/)[0]).slice(1);
  } catch {
    return null;
  }
  if (files.has(path)) return files.get(path);
  const [name, ...rest] = path.split("/");
  const root = roots.get(name);
  if (!root || path.includes("\0")) return null;
  const file = resolve(join(root, ...rest));
  return file.startsWith(root + sep) ? file : null;
}
