// What is written and printed of a sitting.

import { median } from "./sitting.mjs";
import { MORE_RATIOS, PARTICIPANTS, RATIOS, TARGETS } from "./settings.mjs";

/** The ratios of medians, `null` where one side was not measured. */
export function ratios(rows, list) {
  const find = (work, id) => {
    const { engine, variant, threads } = PARTICIPANTS.find((one) => one.id === id);
    const is = (row) => row.work === work && row.engine === engine && row.variant === variant && row.threads === threads;
    return rows.find(is)?.median_ms ?? null;
  };
  const values = list.map(({ name, ours, theirs }) => {
    const [above, below] = [find(...ours), find(...theirs)];
    return [name, above === null || below === null ? null : above / below];
  });
  return Object.fromEntries(values);
}

/** The report as it is written. */
export function report(sitting, facts) {
  const relaxed = sitting.peaks.filter(({ variant }) => variant === "relaxed");
  // Without a build that fuses, what one core can do is not known.
  const peak = relaxed.length ? Math.max(...relaxed.map(({ gflops }) => gflops)) : null;
  const forward = sitting.rows.find(({ work, variant, threads }) => work === "forward" && variant === "relaxed" && threads === 1);
  const gflops = forward && sitting.flops ? sitting.flops / 1e6 / forward.median_ms : null;
  return {
    ...facts,
    flops: sitting.flops,
    rows: sitting.rows,
    ratios: ratios(sitting.rows, RATIOS),
    more_ratios: ratios(sitting.rows, MORE_RATIOS),
    peak_gflops: peak,
    peaks: sitting.peaks,
    fraction_of_peak: peak === null || gflops === null ? null : gflops / peak,
    memory: sitting.memory,
    comparisons: sitting.comparisons,
    engines: sitting.engines,
    missing: sitting.missing,
  };
}

/** The report as lines for a person. */
export function table(report) {
  return [
    "",
    ...header(report),
    "",
    ...times(report),
    "",
    ...firstMap(report),
    ...goals(report),
    "",
    ...sizes(report),
    ...report.missing.map(({ what, why }) => `SKIPPED ${what}: ${why}`),
  ];
}

function header({ machine, browser, model, settings, comparisons, loud }) {
  const differences = comparisons.map(({ difference }) => difference);
  const most = differences.length ? Math.max(...differences).toExponential(1) : null;
  return [
    `${machine.processor}, ${machine.cores} cores, load ${machine.load.toFixed(2)} before; ${browser}`,
    `${model}; median of ${settings.runs} after ${settings.warm_ups}; site and programs by profile ${settings.profile}`,
    most ? `outputs differ by at most ${most} of their greatest value` : "no outputs were compared",
    ...(loud ? [loud] : []),
  ];
}

function times({ rows, memory }) {
  const lines = rows.map(({ work, engine, variant, threads, median_ms: middle, min_ms: least }) =>
    [work, engine, variant, `${threads}`, middle.toFixed(1), least.toFixed(1)],
  );
  const more = memory.map(({ engine, variant, threads, megabytes }) => {
    const verdict = engine === "gradcam" && megabytes > TARGETS.memory_mb ? `missed, under ${TARGETS.memory_mb} MB` : "";
    return ["memory", engine, variant, `${threads}`, `${megabytes.toFixed(0)} MB`, verdict];
  });
  return columns([["work", "engine", "variant", "threads", "median ms", "least ms"], ...lines, ...more]);
}

/** From opening the page to the first map; what the model itself takes of it; the first run beside a warm one. */
function firstMap({ visits }) {
  if (!visits) return [];
  const middle = (kind, value) => median(visits[kind].map(value));
  const ms = (value) => value.toFixed(0);
  const share = ({ fetch_and_prepare, look, explain }) => fetch_and_prepare + look + explain;
  const second = middle("second", ({ map }) => map);
  const look = middle("second", ({ look, warm_look }) => look / warm_look);
  const lines = ["cold", "second"].map((kind) => [
    `first_map_${kind}`,
    ms(middle(kind, ({ map }) => map)),
    ms(middle(kind, ({ started }) => started)),
    ms(middle(kind, share)),
    ms(middle(kind, ({ look }) => look)),
    ms(middle(kind, ({ warm_look }) => warm_look)),
  ]);
  const targets = [
    ["first_map_second", ms(second), `≤ ${TARGETS.first_map_second_ms}`, verdict(second, (value) => value <= TARGETS.first_map_second_ms)],
    ["first_look_vs_warm", shown(look), `≤ ${TARGETS.first_look_vs_warm}`, verdict(look, (value) => value <= TARGETS.first_look_vs_warm)],
  ];
  return [
    ...columns([["visit", "ms to the map", "engine started", "model's share", "first look", "warm look"], ...lines]),
    "",
    ...columns([["second visit", "", "target", ""], ...targets]),
    "",
  ];
}

function goals({ ratios: found, more_ratios: more, peak_gflops: peak, fraction_of_peak: fraction }) {
  const lines = RATIOS.map(({ name, target }) => [name, shown(found[name]), `≤ ${target}`, verdict(found[name], (value) => value <= target)]);
  const wanted = TARGETS.fraction_of_peak;
  lines.push(["fraction_of_peak", shown(fraction), `≥ ${wanted}`, verdict(fraction, (value) => value >= wanted)]);
  lines.push(["peak_gflops", shown(peak), "", ""]);
  lines.push(...Object.entries(more).filter(([, value]) => value !== null).map(([name, value]) => [name, shown(value), "", ""]));
  return columns([["ratio", "ours ÷ theirs", "target", ""], ...lines]);
}

function verdict(value, reached) {
  if (value === null) return "not measured";
  return reached(value) ? "reached" : "missed";
}

function sizes({ sizes: parts }) {
  const lines = Object.entries(parts).map(([part, size]) =>
    size ? [part, mega(size.bytes), mega(size.gzip)] : [part, "not built", ""],
  );
  return columns([["part of the site", "size", "by gzip"], ...lines]);
}

function shown(value) {
  return value === null ? "–" : value.toFixed(3);
}

function mega(bytes) {
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(0)} kB` : `${(bytes / 1e6).toFixed(2)} MB`;
}

function columns(lines) {
  const widths = lines[0].map((_, place) => Math.max(...lines.map((line) => line[place].length)));
  return lines.map((line) => `  ${line.map((cell, place) => cell.padEnd(widths[place])).join("  ").trimEnd()}`);
}
