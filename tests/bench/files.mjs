// The model files that are measured, those attached for it, and the sizes of the site.

import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { ROOT, SITE, manifest } from "../e2e/browser.mjs";

const run = promisify(execFile);

/** Where everything that the benchmark makes lies. */
export const OUT = join(ROOT, "target/bench");
/** Our measuring program, a folder for each variant. */
export const MEASURE = join(OUT, "measure");

/** The built site's models by the name of the work's file: `{ xception, lite0 }`, absent ones `null`. */
export function models() {
  const built = manifest();
  const find = (...ids) => ids.map((id) => built.find((model) => model.id === id)).find(Boolean) ?? null;
  const xception = find("xception-imagenet", "xception-kitchenware", "xception-brain-mri");
  return { xception, lite0: find("efficientnet-lite0") };
}

/**
 * Writes the model with its gradient branch, by the native program: at the last
 * layer, and down to the picture with guided rectifiers.
 */
export async function attach(model) {
  const cli = process.env.GRADCAM_CLI;
  if (!cli || !existsSync(cli)) {
    throw new Error("GRADCAM_CLI names no program: build it with `cargo build --release --features cli --bin gradcam`");
  }
  mkdirSync(OUT, { recursive: true });
  const source = join(SITE, "models", model.file);
  const made = { gradCam: `${model.id}.grad-cam.onnx`, inputGradient: `${model.id}.input-gradient.onnx` };
  await run(cli, ["attach", source, "--runs", "0", "-o", join(OUT, made.gradCam)]);
  const guided = ["--input-gradient", "--relu", "guided"];
  const { stdout } = await run(cli, ["attach", source, "--runs", "9", ...guided, "-o", join(OUT, made.inputGradient)]);
  console.log(`input gradient of ${model.id}, guided, native: ${stdout.trim().split("\n").at(-1)}`);
  return made;
}

/** Of each part of the site: bytes as they are and by gzip. */
export function sizes() {
  const parts = {
    engine_simd128: /^engine-simd128-.*\.(js|wasm)$/,
    engine_relaxed: /^engine-relaxed-.*\.(js|wasm)$/,
    engine_threads: /^engine-threads-.*\.(js|wasm)$/,
    app: /^app-(?!more).*\.(js|wasm)$|^boot\.js$/,
    app_on_need: /^app-more-.*\.wasm$/,
  };
  const names = readdirSync(SITE).sort();
  const measured = Object.entries(parts).map(([part, pattern]) => [part, sizeOf(names.filter((name) => pattern.test(name)))]);
  return Object.fromEntries(measured);
}

function sizeOf(names) {
  if (!names.length) return null;
  const files = names.map((name) => readFileSync(join(SITE, name)));
  const sum = (values) => values.reduce((total, value) => total + value, 0);
  return {
    bytes: sum(files.map((file) => file.length)),
    gzip: sum(files.map((file) => gzipSync(file, { level: 9 }).length)),
  };
}
