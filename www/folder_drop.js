// A folder that is dropped becomes the files in it that the page takes: what Hugging Face, timm
// or an exporter puts beside a model. Everything else in it (texts about it, tokenizers, weights
// of other programs) is left out without a word.

/** Entries that are looked at, at most, and how deep. */
const MAX_ENTRIES = 500;
const MAX_DEPTH = 4;

const TAKEN =
  /(\.onnx|\.ort|\.data|_data|\.weight|\.bias|\.npy|\.csv|\.dcm|\.png|\.jpe?g|\.gif|\.webp|\.bmp|\.tiff?|\.avif|\.heic|\.svg)$|^(config|preprocessor_config)\.json$|^(labels?|classes|class_names|imagenet_classes)\.(txt|json|csv)$/i;

/** Listens for folders before the page itself hears of what is dropped. */
export function listenForFolders() {
  window.addEventListener("drop", (event) => {
    const items = [...(event.dataTransfer?.items ?? [])];
    // Asked for at once: the list is empty when the event is over.
    const entries = items.map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    if (!entries.some((entry) => entry.isDirectory)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    void dropFiles(entries, event.target);
  }, { capture: true });
}

/** Drops the files of folders in the place of the folders. */
async function dropFiles(entries, target) {
  const files = [];
  const budget = { entries: MAX_ENTRIES };
  for (const entry of entries) await collect(entry, files, budget, 0);
  const transfer = new DataTransfer();
  for (const file of inOrder(files)) transfer.items.add(file);
  const dropped = new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: transfer });
  (target ?? document.body).dispatchEvent(dropped);
}

/** The files of an entry that are taken; a file that was dropped by itself always is. */
async function collect(entry, files, budget, depth) {
  if (budget.entries-- <= 0 || depth > MAX_DEPTH) return;
  if (!entry.isDirectory) {
    if (depth === 0 || TAKEN.test(entry.name)) {
      const file = await new Promise((resolve) => entry.file(resolve, () => resolve(null)));
      if (file) files.push(file);
    }
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    // Some browsers give a hundred at a time.
    const inside = await new Promise((resolve) => reader.readEntries(resolve, () => resolve([])));
    if (inside.length === 0) return;
    for (const one of inside) await collect(one, files, budget, depth + 1);
  }
}

/** The plain model before its quantised and halved copies: of several the first is taken. */
function inOrder(files) {
  const isCopy = (name) => /(quant|int8|uint8|fp16|q4|bnb4)/i.test(name);
  const rank = ({ name }) => (name === "model.onnx" ? 0 : isCopy(name) ? 2 : 1);
  return files.map((file, place) => ({ file, place }))
    .sort((a, b) => rank(a.file) - rank(b.file) || a.place - b.place)
    .map(({ file }) => file);
}
