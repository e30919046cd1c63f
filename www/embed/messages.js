// Messages between the page that holds <grad-cam>, the frame that shows it, and the hub. Whoever
// made the page may send anything: what has another form or version is ignored.

/** Of the messages; see www/widget.js. */
export const VERSION = 1;

const MAX_TEXT = 500;
const MAX_FILE_BYTES = 2 ** 30;

const isNumber = (value) => Number.isSafeInteger(value) && value >= 0;
const isBoolean = (value) => typeof value === "boolean";
const isText = (value) => typeof value === "string" && value.length <= MAX_TEXT;
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isFile = (value) => value instanceof Blob && value.size <= MAX_FILE_BYTES;
const isOptional = (check) => (value) => value === undefined || value === null || check(value);
const isNamedFile = (value) => isObject(value) && isFile(value.file) && isText(value.name) && isNumber(value.key);
const isModel = (value) => isObject(value) && (isText(value.id) || isNamedFile(value));
const isTexts = (value) => isObject(value) && Object.values(value).every(isOptional(isText));

/** What a page may tell the frame of an element. */
export const FROM_PAGE = {
  hub: {},
  show: { number: isNumber, settings: isTexts, chosen: isOptional(isTexts), model: isOptional(isModel), picture: isOptional(isNamedFile) },
  refuse: { number: isNumber, message: isText },
};

/** What a page may tell the hub. */
export const TO_HUB = { join: { model: isOptional(isText) } };

/** What a frame may ask the hub. */
export const FROM_FRAME = {
  explain: { number: isNumber, settings: isTexts, model: isModel, picture: isNamedFile, exceedMemory: isOptional(isBoolean) },
  cancel: {},
};

/** What the hub answers a frame. It is of the same site, but its port came through the page. */
export const FROM_HUB = {
  catalogue: { catalogue: isObject, colors: (value) => value instanceof Uint8Array },
  progress: { number: isNumber, phase: isText, done: Number.isFinite, total: Number.isFinite },
  ready: { number: isNumber, model: isObject },
  prediction: { number: isNumber, prediction: isObject },
  explanation: { number: isNumber, map: isMap },
  failure: { number: isNumber, kind: isText, message: (value) => typeof value === "string" },
};

function isMap(map) {
  return isObject(map) && map.values instanceof Float32Array && map.values.length === map.width * map.height;
}

/** A message of one of these kinds; `undefined` for anything else. */
export function read(data, kinds) {
  if (!isObject(data) || data.v !== VERSION || !Object.hasOwn(kinds, data.type)) return undefined;
  const fields = Object.entries(kinds[data.type]);
  return fields.every(([name, check]) => check(data[name])) ? data : undefined;
}

/** Calls `receive(message, ports)` for each message of these kinds, and gives what posts. */
export function open(port, kinds, receive) {
  port.onmessage = ({ data, ports }) => {
    const message = read(data, kinds);
    if (message) receive(message, ports);
  };
  return (type, fields, transfer = []) => port.postMessage({ v: VERSION, type, ...fields }, transfer);
}
