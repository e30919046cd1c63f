// How a map was made, with the fields of src/protocol/explanation_record.rs: what
// `gradcam reproduce` reads.

/** Of the record: `RECORD_VERSION` in src/protocol/explanation_record.rs. */
export const RECORD_VERSION = 2;
/** Of this library and its engine: as in Cargo.toml. */
export const VERSION = "0.1.0";

const PIXELS = "(byte × scale − mean) / std, in the order of channels";
const VALUES = "signed, before ReLU and normalisation";

/** The record of a map: from its summary, the model, the prediction and the engine's first message. */
export function record({ map, model, prediction, started, name, sha256 }) {
  const { width, height, frame, overrides } = prediction;
  const [inputHeight, inputWidth] = model.input.size;
  const isPicture = width > 0 && height > 0;
  return {
    version: RECORD_VERSION,
    image: {
      name,
      sha256,
      width,
      height,
      seen: isPicture ? pixels(clipped(frame), width, height) : null,
      place_in_input: isPicture ? pixels(clipped(inverse(frame)), inputWidth, inputHeight) : null,
    },
    model: {
      id: model.id,
      name: model.name,
      sha256: model.sha256,
      source: model.source,
      license: model.license,
      input_size: model.input.size,
      input: model.input,
      logits: model.output.logits,
      scaling: overrides.scaling,
      probabilities: overrides.outputActivation,
      assumptions: model.notes,
    },
    preprocessing: preprocessing(model, overrides),
    method: map.method,
    target: map.target,
    value: finite(map.value),
    settings: Object.fromEntries(map.settings),
    seed: map.seed,
    layer: map.layer,
    further_layers: map.furtherLayers,
    class: prediction.classOf(map.class),
    top_classes: prediction.classes.slice(0, 5),
    map: {
      height: map.height,
      width: map.width,
      min: finite(map.min),
      max: finite(map.max),
      state: map.state,
      grid: map.isAtLayer ? "layer" : "input",
      unit: map.unit,
      values: VALUES,
    },
    runs: map.runs,
    left_out: map.leftOut,
    completeness: map.completeness,
    coincides_with: map.coincidesWith,
    important_channels: map.channels,
    engine: { variant: started.variant, threads: started.threads },
    gradcam_version: VERSION,
  };
}

/** All that is done to the picture before the network sees it; `null` where a scaling by name replaces the file's. */
function preprocessing({ input }, { scaling, fit }) {
  const known = !scaling && input.preprocess && JSON.parse(input.preprocess);
  if (!known) return null;
  const { layout, channels, size, resize, scale, mean, std } = known;
  return { layout, channels, size, fit: fit ?? known.fit ?? "stretch", resize, pixels: PIXELS, scale, mean, std };
}

function finite(value) {
  return Number.isFinite(value) ? value : null;
}

/** Where the picture lies on the input, from where the input lies on the picture. */
function inverse([left, top, width, height]) {
  return [-left / width, -top / height, 1 / width, 1 / height];
}

/** The part of a rectangle that lies within 0…1. */
function clipped([left, top, width, height]) {
  const inside = (part) => Math.max(0, Math.min(1, part));
  return [inside(left), inside(top), inside(left + width) - inside(left), inside(top + height) - inside(top)];
}

function pixels([left, top, across, down], width, height) {
  const [x, y] = [Math.round(left * width), Math.round(top * height)];
  return [x, y, Math.round((left + across) * width) - x, Math.round((top + down) * height) - y];
}
