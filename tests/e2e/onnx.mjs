// Writes small ONNX files: the few fields of the format that a classifier needs.

const FLOAT = 1;
const INT64 = 7;
const SIDE = 16;
const CHANNELS = 4;
const CLASSES = 3;
const SMALL = { side: SIDE, channels: CHANNELS };
/** What its first layer gives takes 4.3 GB, more than WebAssembly can address. */
const HUGE = { side: 4096, channels: 64 };

/** A classifier of pictures of 16×16 that can be explained. */
export function plainClassifier() {
  return model([...trunk(), ...head("pooled")], "logits", [1, CLASSES]);
}

/** One in which everything that is seen speaks against every class. */
export function pessimist() {
  return model([...trunk(), ...head("pooled")], "logits", [1, CLASSES], SMALL, () => -1 / 3);
}

/** One that needs more memory than WebAssembly has. */
export function hugeClassifier() {
  return model([...trunk(), ...head("pooled")], "logits", [1, CLASSES], HUGE);
}

/** One with a node `odd_one` whose operator has no gradient rule, in the head. */
export function classifierWithTangent() {
  const tangent = node("Tan", ["pooled"], "waves", { name: "odd_one" });
  return model([...trunk(), tangent, ...head("waves")], "logits", [1, CLASSES]);
}

/** One that gives a map of values in place of one row. */
export function segmenter() {
  return model(trunk().slice(0, 2), "seen", [1, CHANNELS, SIDE, SIDE]);
}

/** A model whose output is a table of features by place. */
export function featureTable() {
  const nodes = [...trunk().slice(0, 2), node("Flatten", ["seen"], "table", { number: { axis: 2 } })];
  return model(nodes, "table", [SMALL.channels, SIDE * SIDE]);
}

/**
 * One with two layers of 16×16 and 8×8, as exporters write them: channels first or
 * last, any batch, any size, a softmax at the end, `mark` after the names that are shown.
 */
export function exported({ channelsLast = false, batch = 1, side = SIDE, softmax = false, classes = CLASSES, extra = false, mark = "" } = {}) {
  const [picture, edges, parts, pooled, logits] = ["picture", "edges", "parts", "pooled", "logits"].map((name) => name + mark);
  const pixels = channelsLast ? [batch, side, side, 3] : [batch, 3, side, side];
  const shape = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };
  const nodes = [
    ...(channelsLast ? [node("Transpose", [picture], "turned", { ints: { perm: [0, 3, 1, 2] } })] : []),
    node("Conv", [channelsLast ? "turned" : picture, "kernel"], "early", { ints: shape }),
    node("Relu", ["early"], edges),
    node("MaxPool", [edges], "smaller", { ints: { kernel_shape: [2, 2], strides: [2, 2] } }),
    node("Conv", ["smaller", "second_kernel"], "late", { ints: shape }),
    node("Relu", ["late"], parts),
    node("GlobalAveragePool", [parts], "averages"),
    node("Flatten", ["averages"], pooled),
    node("Gemm", [pooled, "weights"], logits),
    ...(softmax ? [node("Softmax", [logits], "probabilities")] : []),
  ];
  const last = softmax ? "probabilities" : logits;
  return file(
    nodes,
    [
      tensor("kernel", [CHANNELS, 3, 3, 3]),
      tensor("second_kernel", [CHANNELS, CHANNELS, 3, 3], (index) => Math.cos(2.3 * index) / 2),
      tensor("weights", [CHANNELS, classes], (index) => 2 * varied(index)),
    ],
    valueInfo(picture, pixels),
    [valueInfo(last, [batch, classes]), ...(extra ? [valueInfo(pooled, [batch, CHANNELS])] : [])],
  );
}

/** A language model: it takes words. */
export function transformer() {
  const nodes = [
    node("Gather", ["table", "words"], "embedded"),
    node("MatMul", ["embedded", "weights"], "logits"),
  ];
  const weights = [tensor("table", [32, CHANNELS]), tensor("weights", [CHANNELS, CLASSES])];
  return file(nodes, weights, valueInfo("words", ["batch", "sequence"], INT64), [
    valueInfo("logits", ["batch", "sequence", CLASSES]),
  ]);
}

/** One with an LSTM between its picture and its output. */
export function recurrent() {
  const nodes = [
    ...trunk().slice(0, 3),
    node("Squeeze", ["averages", "axes"], "sequence"),
    node("LSTM", ["sequence", "w", "r"], "states", { name: "memory", number: { hidden_size: 2 } }),
    node("Flatten", ["states"], "pooled"),
    ...head("pooled"),
  ];
  const weights = [
    tensor("kernel", [CHANNELS, 3, 3, 3]),
    tensor("w", [1, 8, CHANNELS]),
    tensor("r", [1, 8, 2]),
    tensor("weights", [2, CLASSES]),
    integers("axes", [3]),
  ];
  return file(nodes, weights, valueInfo("picture", [1, 3, SIDE, SIDE]), [valueInfo("logits", [1, CLASSES])]);
}

function trunk() {
  return [
    node("Conv", ["picture", "kernel"], "convolved", { ints: { kernel_shape: [3, 3], pads: [1, 1, 1, 1] } }),
    node("Relu", ["convolved"], "seen"),
    node("GlobalAveragePool", ["seen"], "averages"),
    node("Flatten", ["averages"], "pooled"),
  ];
}

function head(input) {
  return [node("Gemm", [input, "weights"], "logits")];
}

function model(nodes, output, shape, { side, channels } = SMALL, weight = varied) {
  const weights = [tensor("kernel", [channels, 3, 3, 3]), tensor("weights", [channels, CLASSES], weight)];
  return file(nodes, weights, valueInfo("picture", [1, 3, side, side]), [valueInfo(output, shape)]);
}

function file(nodes, weights, input, outputs) {
  const graph = message(
    ...nodes.map((bytes) => field(1, bytes)),
    field(2, "small"),
    ...weights.map((bytes) => field(5, bytes)),
    field(11, input),
    ...outputs.map((bytes) => field(12, bytes)),
  );
  const opset = message(field(1, ""), field(2, 13));
  return message(field(1, 8), field(2, "gradcam tests"), field(7, graph), field(8, opset));
}

function node(operator, inputs, output, { name = `make_${output}`, ints = {}, number = {} } = {}) {
  const attributes = Object.entries(ints).map(([key, values]) =>
    field(5, message(field(1, key), ...values.map((value) => field(8, value)), field(20, 7))),
  );
  for (const [key, value] of Object.entries(number)) {
    attributes.push(field(5, message(field(1, key), field(3, value), field(20, 2))));
  }
  return message(
    ...inputs.map((input) => field(1, input)),
    field(2, output),
    field(3, name),
    field(4, operator),
    ...attributes,
  );
}

/** Weights that differ from each other, always the same. */
function varied(index) {
  return Math.sin(1.7 * index) / 3;
}

function tensor(name, dims, weight = varied) {
  const count = dims.reduce((product, dim) => product * dim, 1);
  const raw = Buffer.alloc(4 * count);
  for (let index = 0; index < count; index += 1) raw.writeFloatLE(weight(index), 4 * index);
  return message(...dims.map((dim) => field(1, dim)), field(2, FLOAT), field(8, name), field(9, raw));
}

function integers(name, values) {
  const raw = Buffer.alloc(8 * values.length);
  values.forEach((value, index) => raw.writeBigInt64LE(BigInt(value), 8 * index));
  return message(field(1, values.length), field(2, INT64), field(8, name), field(9, raw));
}

/** A dimension that is a word is left open under that name. */
function valueInfo(name, dims, kind = FLOAT) {
  const dimension = (dim) => message(field(typeof dim === "number" ? 1 : 2, dim));
  const shape = message(...dims.map((dim) => field(1, dimension(dim))));
  const type = message(field(1, message(field(1, kind), field(2, shape))));
  return message(field(1, name), field(2, type));
}

function message(...fields) {
  return Buffer.concat(fields);
}

/** A number as varint; a string or bytes with their length. */
function field(number, value) {
  if (typeof value === "number") return Buffer.concat([varint(8 * number), varint(value)]);
  const bytes = Buffer.from(value);
  return Buffer.concat([varint(8 * number + 2), varint(bytes.length), bytes]);
}

function varint(value) {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return Buffer.from([...bytes, value]);
}
