// Writes small ONNX files: the few fields of the format that a classifier needs.

const FLOAT = 1;
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
export function classifierWithSine() {
  const sine = node("Sin", ["pooled"], "waves", { name: "odd_one" });
  return model([...trunk(), sine, ...head("waves")], "logits", [1, CLASSES]);
}

/** One that gives a map of values in place of one row. */
export function segmenter() {
  return model(trunk().slice(0, 2), "seen", [1, CHANNELS, SIDE, SIDE]);
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
  const graph = message(
    ...nodes.map((bytes) => field(1, bytes)),
    field(2, "small"),
    field(5, tensor("kernel", [channels, 3, 3, 3])),
    field(5, tensor("weights", [channels, CLASSES], weight)),
    field(11, valueInfo("picture", [1, 3, side, side])),
    field(12, valueInfo(output, shape)),
  );
  const opset = message(field(1, ""), field(2, 13));
  return message(field(1, 8), field(2, "gradcam tests"), field(7, graph), field(8, opset));
}

function node(operator, inputs, output, { name = `make_${output}`, ints = {} } = {}) {
  const attributes = Object.entries(ints).map(([key, values]) =>
    field(5, message(field(1, key), ...values.map((value) => field(8, value)), field(20, 7))),
  );
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

function valueInfo(name, dims) {
  const shape = message(...dims.map((dim) => field(1, message(field(1, dim)))));
  const type = message(field(1, message(field(1, FLOAT), field(2, shape))));
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
