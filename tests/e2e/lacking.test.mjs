// What a browser may not have: the next simpler way is taken, or a sentence says what is missing.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { GOLDEN, SITE, engineFile } from "./browser.mjs";
import { TINY, eventually, visiting } from "./harness.mjs";
import { hosting, tag } from "./widget.mjs";

const LOADER = engineFile("simd128", "_loader.js");
const BASELINE = `model=${TINY.id}&engine=simd128`;

/** Each runs in every document before its own scripts. */
const WITHOUT = {
  "no cache of files": () => delete window.caches && delete Window.prototype.caches,
  "no service workers": () => delete Navigator.prototype.serviceWorker,
  "storage that throws, as where cookies are blocked": () => {
    for (const name of ["localStorage", "sessionStorage", "indexedDB"]) {
      const get = () => {
        throw new DOMException("access is denied", "SecurityError");
      };
      Object.defineProperty(window, name, { get, configurable: true });
    }
  },
  "no canvases but the page's": () => delete window.OffscreenCanvas,
  "no idle callbacks, no clipboard, no sharing of memory": () => {
    delete window.requestIdleCallback;
    delete Navigator.prototype.clipboard;
    delete window.SharedArrayBuffer;
  },
};

for (const [name, remove] of Object.entries(WITHOUT)) {
  visiting(`${name}: a sample is explained`, async (visit) => {
    await visit.context.addInitScript(remove);
    await visit.newPage();
    await visit.open();
    await visit.sample("Ankle boot");
    await visit.explained("ankle boot");
    const { values } = await visit.map();
    assert.ok(values.some((value) => value > 0));
    assert.ok((await visit.save("PNG")).length > 100);
    visit.assertQuiet();
  });
}

visiting("the list of models opens where nothing can be kept", async (visit) => {
  await visit.context.addInitScript(WITHOUT["no cache of files"]);
  await visit.newPage();
  await visit.open();
  await visit.ready();
  await (await visit.openModels()).getByText(TINY.name).first().waitFor();
  await visit.shot("no-caches-models");
  visit.assertQuiet();
});

visiting("no relaxed SIMD: the baseline runs", async (visit) => {
  await visit.context.addInitScript(() => {
    const { validate } = WebAssembly;
    // The prefix and number of f32x4.relaxed_madd.
    const isRelaxed = (bytes) => bytes.some((byte, at) => byte === 253 && bytes[at + 1] === 133 && bytes[at + 2] === 2);
    WebAssembly.validate = (bytes) => !isRelaxed(bytes) && validate(bytes);
  });
  await visit.newPage();
  await visit.open();
  await visit.sample("Ankle boot");
  await visit.explained("ankle boot");
  assert.equal(await visit.page.evaluate(() => document.documentElement.dataset.engines), "simd128");
  assert.deepEqual((await visit.told("started")).map(({ variant }) => variant), ["simd128"]);
  visit.assertQuiet();
});

visiting("no workers that are modules: a sentence says so", async (visit) => {
  await visit.context.addInitScript(() => {
    const Known = window.Worker;
    window.Worker = class extends Known {
      constructor(address, { name } = {}) {
        super(address, { name });
      }
    };
  });
  await visit.newPage();
  await visit.page.goto(visit.site.url(`index.html#model=${TINY.id}`));
  const alert = visit.page.getByRole("alert").filter({ hasText: "a JavaScript module" });
  await alert.waitFor();
  assert.match(await alert.textContent(), /Firefox from 114.*Update the browser/);
  // The worker, started as a script, cannot read the module before it is ended.
  visit.assertQuiet([/import statement outside a module/]);
});

visiting("no WebAssembly SIMD: a sentence says so", async (visit) => {
  await visit.context.addInitScript(() => (WebAssembly.validate = () => false));
  await visit.newPage();
  await visit.page.goto(visit.site.url(`index.html#model=${TINY.id}`));
  await visit.page.getByRole("alert").filter({ hasText: "WebAssembly SIMD" }).waitFor();
  visit.assertQuiet();
});

/** In the engine's worker, before its own script. */
async function changeWorker(visit, script) {
  const loader = await readFile(join(SITE, LOADER), "utf8");
  visit.site.replace(LOADER, `${script}\n${loader}`);
}

visiting("a worker without caches, checksums, canvases and compiling while it loads", async (visit) => {
  await changeWorker(visit, `delete self.caches; delete WorkerGlobalScope.prototype.caches; delete self.OffscreenCanvas;
    delete self.createImageBitmap; delete WebAssembly.compileStreaming; delete self.BroadcastChannel;
    Object.defineProperty(crypto, "subtle", { value: undefined });`);
  await visit.open(BASELINE);
  await visit.sample("Ankle boot");
  await visit.explained("ankle boot");
  visit.assertQuiet();
});

visiting("pictures are decoded by a browser that does not take options for it", async (visit) => {
  await changeWorker(visit, `const decode = self.createImageBitmap.bind(self);
    self.createImageBitmap = (file, options) => (options ? Promise.reject(new TypeError("no options")) : decode(file));`);
  await visit.open(BASELINE);
  await visit.ready();
  await visit.drop("photo.avif", readFileSync(join(GOLDEN, "browser/photo.avif")), "image/avif");
  await visit.page.getByText("was decoded by this browser").waitFor();
  visit.assertQuiet();
});

visiting("a picture that neither the engine nor the browser's worker can read is refused in words", async (visit) => {
  await changeWorker(visit, "delete self.OffscreenCanvas;");
  await visit.open(BASELINE);
  await visit.ready();
  await visit.drop("photo.avif", readFileSync(join(GOLDEN, "browser/photo.avif")), "image/avif");
  await visit.notice("photo.avif");
  visit.assertQuiet();
});

hosting("<grad-cam> without canvases of its own and without storage", async (host, visit) => {
  await visit.context.addInitScript(() => {
    delete window.OffscreenCanvas;
    Object.defineProperty(window, "localStorage", {
      get() {
        throw new DOMException("access is denied", "SecurityError");
      },
    });
  });
  await visit.newPage();
  host.page = visit.page;
  await host.show(tag());
  await host.press();
  await host.explained("ankle boot");
  await eventually("the map is drawn", () =>
    host.inside().locator("canvas").evaluate((canvas) => {
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return new Set(new Uint32Array(data.buffer)).size > 20;
    }),
  );
  visit.assertQuiet();
});
