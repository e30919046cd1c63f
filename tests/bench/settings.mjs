// What is measured, on whom, and how often.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { engineFile } from "../e2e/browser.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));

export const OURS = "gradcam";
export const THEIRS = "onnxruntime-web";
/** The version of onnxruntime-web, pinned exactly. */
export const THEIR_VERSION = JSON.parse(readFileSync(join(HERE, "package.json"), "utf8")).devDependencies[THEIRS];
/** Outputs may differ by this share of the greatest absolute value. */
export const TOLERANCE = 1e-3;
/** The same for a gradient through all ReLUs: `tests/golden/networks.py` sees rounding move it by 3e-3 to 3e-2. */
export const RELU_TOLERANCE = 1e-2;

/** The works in the order in which they are measured; `ONLY` names some of them. */
export const WORKS = ["prepare", "forward", "grad_cam", "memory", "forward_lite0", "input_gradient", "peak", "first_map"];

/** Builds of this engine: their loader beside the page (`null` if the site has none), and the numbers of threads to try. */
export const VARIANTS = [
  { variant: "simd128", loader: engineFile("simd128", "_loader.js"), threads: [1] },
  { variant: "relaxed", loader: engineFile("relaxed", "_loader.js"), threads: [1] },
  { variant: "threads", loader: engineFile("threads", "_loader.js"), threads: [1, 2] },
];

/** Everybody who takes part, ours first: the first one's outputs are those that the others' are compared with. */
export const PARTICIPANTS = [
  ...VARIANTS.flatMap(({ variant, loader, threads }) =>
    threads.map((count) => ({ id: `${variant}-${count}`, engine: OURS, variant, loader, threads: count })),
  ),
  ...[1, 2].map((threads) => ({ id: `ort-${threads}`, engine: THEIRS, variant: "wasm", threads })),
];

/** Each ratio: what is divided by what (work, participant), and what we aim at. */
export const RATIOS = [
  ratio("forward_relaxed_1t", ["forward", "relaxed-1"], ["forward", "ort-1"], 0.65),
  ratio("forward_simd_1t", ["forward", "simd128-1"], ["forward", "ort-1"], 0.85),
  ratio("forward_threads_2t", ["forward", "threads-2"], ["forward", "ort-2"], 0.65),
  ratio("forward_lite0_relaxed_1t", ["forward_lite0", "relaxed-1"], ["forward_lite0", "ort-1"], 0.7),
  ratio("prepare", ["prepare", "relaxed-1"], ["prepare", "ort-1"], 1.0),
  ratio("prepare_seen_vs_prepare", ["prepare_seen", "relaxed-1"], ["prepare", "relaxed-1"], 1.5),
  ratio("input_gradient_vs_forward", ["input_gradient", "relaxed-1"], ["forward", "relaxed-1"], 2.5),
];

/** More ratios, for the reader; they have no target. */
export const MORE_RATIOS = [
  ratio("prepare_seen", ["prepare_seen", "relaxed-1"], ["prepare", "ort-1"]),
  ratio("grad_cam_relaxed_1t", ["grad_cam", "relaxed-1"], ["grad_cam", "ort-1"]),
  ratio("grad_cam_threads_2t", ["grad_cam", "threads-2"], ["grad_cam", "ort-2"]),
  ratio("forward_lite0_simd_1t", ["forward_lite0", "simd128-1"], ["forward_lite0", "ort-1"]),
  ratio("forward_lite0_threads_2t", ["forward_lite0", "threads-2"], ["forward_lite0", "ort-2"]),
  ratio("input_gradient_relaxed_1t", ["input_gradient", "relaxed-1"], ["input_gradient", "ort-1"]),
  ratio("input_gradient_threads_2t", ["input_gradient", "threads-2"], ["input_gradient", "ort-2"]),
  ratio("input_gradient_vs_forward_theirs", ["input_gradient", "ort-1"], ["forward", "ort-1"]),
];

export const TARGETS = { fraction_of_peak: 0.55, memory_mb: 450, first_map_second_ms: 1500, first_look_vs_warm: 1.2 };

function ratio(name, ours, theirs, target = null) {
  return { name, ours, theirs, target };
}

/** The environment's wishes: `RUNS`, `WARM_UPS`, `ONLY` (works, by commas), `PROFILE`. */
export function settings(environment = process.env) {
  const number = (name, usual, least) => {
    const value = environment[name] ? Number(environment[name]) : usual;
    if (!Number.isInteger(value) || value < least) {
      throw new Error(`${name} must be a whole number of at least ${least}, not '${environment[name]}'`);
    }
    return value;
  };
  const only = (environment.ONLY ?? "").split(",").map((work) => work.trim()).filter(Boolean);
  const unknown = only.find((work) => !WORKS.includes(work));
  if (unknown) throw new Error(`ONLY knows no work '${unknown}'; the works are ${WORKS.join(", ")}`);
  return {
    runs: number("RUNS", 9, 1),
    warmUps: number("WARM_UPS", 3, 0),
    works: only.length ? WORKS.filter((work) => only.includes(work)) : WORKS,
    profile: environment.PROFILE || "release",
  };
}
