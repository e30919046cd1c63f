// What is guessed of a file, and how a person sets it right: the scaling of pixel values by the
// answers that each gives, further inputs, the text for a report, a signal from a table.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./browser.mjs";
import { eventually, visiting } from "./harness.mjs";
import { readNpy } from "./npy.mjs";
import { png } from "./pictures.mjs";

const CASES = join(ROOT, "tests/cases");
const read = (name) => readFileSync(join(CASES, name));

visiting("where the scaling is a guess, the answers by each are shown and one is chosen", async (visit) => {
  await visit.open();
  await visit.ready();
  await visit.dropAll([
    ["secret-name.onnx", read("plain.onnx"), ""],
    ["cat.png", png(40, 30), "image/png"],
  ]);
  await visit.ready("secret-name.onnx");
  const about = await visit.about();
  const trials = about.getByRole("group", { name: "Which of these is right?" });
  await trials.waitFor();
  await eventually("all are tried", async () => (await trials.getByRole("listitem").count()) >= 4);
  const lines = await trials.getByRole("listitem").allInnerTexts();
  for (const line of lines) assert.match(line, /class \d \d/, line);
  assert.ok(new Set(lines.map((line) => line.replace(/^[^\n]*\n/, ""))).size > 1, "they differ");
  const before = await visit.asked("predict");
  await trials.getByRole("button", { pressed: false }).first().click();
  await eventually("it looks anew", async () => (await visit.asked("predict")) > before);
  await eventually("nothing is asked any more", async () => (await trials.count()) === 0);
  await about.getByRole("button", { name: "As first assumed" }).click();
  await trials.waitFor();
  // The text for a report: without the file's name, and with what was tried out.
  await about.getByText("As a text for a report").click();
  const report = about.locator("pre");
  assert.match(await report.innerText(), /The file[^]*operator set[^]*How it is read/);
  await about.getByRole("button", { name: "Try what works" }).click();
  await eventually("it was tried", async () => /What can be asked of it/.test(await report.innerText()));
  assert.match(await report.innerText(), /methods +grad-cam, /);
  assert.ok(!(await report.innerText()).includes("secret-name"));
  // A page that is loaded anew has no such file any more, and says so.
  await visit.page.reload();
  await visit.notice("A model of your own was open here", "open it again");
  visit.assertQuiet();
});

visiting("a second input has a field, and its values count", async (visit) => {
  await visit.open();
  await visit.ready();
  await visit.dropAll([
    ["two.onnx", read("input-and-vector.onnx"), ""],
    ["x.npy", read("input-and-vector.x.npy"), ""],
  ]);
  await visit.ready("two.onnx");
  const about = await visit.about();
  const values = [...readNpy(join(CASES, "input-and-vector.meta.npy")).values];
  const field = about.getByLabel("Input “meta”");
  await field.fill("1, old");
  await field.press("Enter");
  await about.getByText("“old” is no number").waitFor();
  const before = await visit.asked("loadModel");
  await field.fill(values.join(" "));
  await field.press("Enter");
  await eventually("it is prepared anew", async () => (await visit.asked("loadModel")) > before);
  await visit.ready("two.onnx");
  await (await visit.about()).getByText("now as given here").waitFor();
  const wanted = [...readNpy(join(CASES, "input-and-vector.expected.npy")).values];
  const best = wanted.indexOf(Math.max(...wanted));
  await eventually("the class is that of the values", async () => (await visit.rowLabels())[0] === `class ${best}`);
  visit.assertQuiet();
});

visiting("a signal comes as a table, and its map lies under its curves", async (visit) => {
  const { shape, values } = readNpy(join(CASES, "signal-12-leads.x.npy"));
  const [channels, samples] = shape.filter((length) => length !== 1);
  const rows = Array.from({ length: samples }, (_, sample) =>
    Array.from({ length: channels }, (_, channel) => values[channel * samples + sample]).join(","),
  );
  const table = Buffer.from(`${Array.from({ length: channels }, (_, lead) => `lead ${lead + 1}`).join(",")}\n${rows.join("\n")}\n`);
  await visit.open();
  await visit.ready();
  await visit.dropAll([
    ["ecg.onnx", read("signal-12-leads.onnx"), ""],
    ["ecg.csv", table, "text/csv"],
  ]);
  await visit.ready("ecg.onnx");
  await visit.page.getByRole("region", { name: "Save" }).waitFor();
  const wanted = [...readNpy(join(CASES, "signal-12-leads.expected.npy")).values];
  const best = wanted.indexOf(Math.max(...wanted));
  assert.equal((await visit.rowLabels())[0], `class ${best}`);
  const size = await visit.page.locator("canvas").first().evaluate((canvas) => canvas.width / canvas.height);
  assert.ok(size > 1.5, `${size}: curves, not a square of grey`);
  // One that is cut is refused with its place, and the result stays.
  await visit.drop("cut.csv", Buffer.from(`${rows.slice(0, 50).join("\n")}\n1,2,3\n`.repeat(1)), "text/csv");
  await visit.page.getByText(/line 51 has 3 numbers/).first().waitFor();
  assert.equal((await visit.rowLabels())[0], `class ${best}`);
  visit.assertQuiet();
});

visiting("a folder is dropped as it is", async (visit) => {
  await visit.open();
  await visit.ready();
  const names = JSON.stringify({ id2label: { 0: "a", 1: "b", 2: "c", 3: "d", 4: "the fifth" } });
  const files = [
    ["README.md", Buffer.from("# A model")],
    ["tokenizer.json", Buffer.from("{}")],
    ["config.json", Buffer.from(names)],
    ["external.onnx.data", read("external.onnx.data")],
    ["external.onnx", read("external.onnx")],
    ["cat.png", png(40, 30)],
  ];
  // The browser gives no folders to scripts: one with the same face is handed over.
  await visit.page.evaluate((files) => {
    const file = ([name, bytes]) => ({
      name,
      isDirectory: false,
      file: (take) => take(new File([Uint8Array.from(atob(bytes), (sign) => sign.charCodeAt(0))], name)),
    });
    let parts = [files.slice(0, 3).map(file), files.slice(3).map(file), []];
    const folder = { name: "hub", isDirectory: true, createReader: () => ({ readEntries: (take) => take(parts.shift()) }) };
    const event = new DragEvent("drop", { bubbles: true, cancelable: true });
    Object.defineProperty(event, "dataTransfer", { value: { items: [{ webkitGetAsEntry: () => folder }], files: [] } });
    document.body.dispatchEvent(event);
  }, files.map(([name, bytes]) => [name, bytes.toString("base64")]));
  await visit.ready("external.onnx");
  await eventually("the names are those of the folder", async () => (await visit.rowLabels()).includes("the fifth"));
  assert.equal(await visit.page.getByText("Not used").count(), 0);
  visit.assertQuiet();
});
