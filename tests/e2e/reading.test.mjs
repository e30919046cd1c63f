// How a picture's file is read: DICOM, grey levels of more than 8 bits, transparency, bands, and
// what only the browser decodes.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { GOLDEN } from "./browser.mjs";
import { eventually, visiting } from "./harness.mjs";
import { exported } from "./onnx.mjs";

const CASES = join(GOLDEN, "..", "cases");

async function withPicture(visit, name, bytes, model = exported()) {
  await visit.open();
  await visit.ready();
  await visit.drop("own.onnx", model, "");
  await visit.ready("own.onnx");
  await visit.drop(name, bytes, "");
  await visit.page.getByRole("region", { name: "Save" }).waitFor();
}

const saved = async (visit) => JSON.parse(await visit.save("JSON"));

visiting("a DICOM file is shown through a window that can be chosen, and its patient never", async (visit) => {
  const { page } = visit;
  const file = readFileSync(join(GOLDEN, "dicom/film.dcm"));
  assert.ok(file.includes("Marmalade^Orpheus"));
  await withPicture(visit, "scan", file);
  await page.getByText("MONOCHROME1").waitFor();
  const levels = page.getByRole("group", { name: "Grey levels" });
  const first = await saved(visit);
  assert.deepEqual(first.image.window, [0, 3363]);
  assert.deepEqual([first.image.width, first.image.height], [10, 12]);
  await visit.shot("reading-dicom");
  await levels.getByLabel("White").fill("1000");
  await levels.getByLabel("White").press("Enter");
  await page.getByText("Values from 0 to 1000 are taken").waitFor();
  await eventually("a map through the window", async () => (await saved(visit)).image.window[1] === 1000);
  await levels.getByRole("button").click();
  await eventually("the usual window", async () => (await saved(visit)).image.window[1] === 3363);
  const said = (await page.content()) + JSON.stringify(await saved(visit));
  for (const secret of ["Marmalade", "Orpheus", "4711-SECRET"]) assert.ok(!said.includes(secret), secret);
  // What is no picture, or damaged, gets a sentence.
  await visit.drop("report.dcm", readFileSync(join(GOLDEN, "dicom/reportsi.dcm")), "");
  await page.getByText("is a DICOM file without a picture").first().waitFor();
  await visit.drop("cut.dcm", file.subarray(0, file.length - 300), "");
  await page.getByText("fewer pixels than it states").first().waitFor();
  visit.assertQuiet();
});

visiting("a transparent picture has the background that is chosen", async (visit) => {
  const { page } = visit;
  await withPicture(visit, "colors.png", readFileSync(join(GOLDEN, "background/colors.png")));
  await page.getByText("is transparent in places").waitFor();
  assert.equal((await saved(visit)).image.background, "as-is");
  await page.getByLabel("Behind the picture").selectOption("white");
  await page.getByText("the network saw it on white").waitFor();
  await eventually("a map on white", async () => (await saved(visit)).image.background === "white");
  visit.assertQuiet();
});

visiting("bands are explained, and three of them are shown", async (visit) => {
  const { page } = visit;
  const model = readFileSync(join(CASES, "input-four-channels.onnx"));
  await withPicture(visit, "pages.tif", readFileSync(join(GOLDEN, "bands/pages.tif")), model);
  const bands = page.getByRole("group", { name: "Shown of 4 bands" });
  await bands.getByLabel("Red").fill("4");
  await bands.getByLabel("Red").press("Enter");
  await visit.shot("reading-bands");
  await visit.drop("five.tif", readFileSync(join(GOLDEN, "bands/contiguous.tif")), "");
  await page.getByText("has 5 bands, and the network takes 4").first().waitFor();
  visit.assertQuiet();
});

visiting("colours that are not sRGB's are converted where that is chosen", async (visit) => {
  const { page } = visit;
  await withPicture(visit, "wide.png", readFileSync(join(GOLDEN, "profiles/wide.png")));
  await page.getByText("states that its colours are not sRGB's").waitFor();
  assert.equal((await saved(visit)).image.color_profile, "ignored");
  await page.getByLabel("The network sees the colours as sRGB").check();
  await page.getByText("were converted to sRGB").waitFor();
  await eventually("a map of converted colours", async () => (await saved(visit)).image.color_profile === "converted");
  visit.assertQuiet();
});

visiting("what the browser decodes is taken from it", async (visit) => {
  await withPicture(visit, "photo.avif", readFileSync(join(GOLDEN, "browser/photo.avif")));
  await visit.page.getByText("was decoded by this browser").waitFor();
  const { image } = await saved(visit);
  assert.ok(image.width > 8 && image.height > 8);
  visit.assertQuiet();
});

visiting("SVG is drawn by the page, without what it would load", async (visit) => {
  // With HTML in it, as Mermaid and draw.io write it.
  const drawing = `<!-- twice as wide --><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 1">
    <image href="${visit.site.url("samples/coffee.png")}?by-svg" width="1" height="1"/>
    <foreignObject width="1" height="1"><p xmlns="http://www.w3.org/1999/xhtml">cup</p></foreignObject>
    <rect width="1" height="1" fill="red"/></svg>`;
  const asked = [];
  visit.page.on("request", (request) => asked.push(request.url()));
  await withPicture(visit, "drawing.svg", Buffer.from(drawing));
  await visit.page.getByText("was drawn by this browser on white").waitFor();
  const { image } = await saved(visit);
  assert.deepEqual([image.width, image.height], [1024, 512]);
  assert.ok(!asked.some((url) => url.includes("by-svg")));
  visit.assertQuiet();
});

visiting("an SVG that cannot be drawn is refused in words", async (visit) => {
  await visit.open();
  await visit.ready();
  for (const [name, text] of [["broken.svg", "<svg><not closed"], ["unsized.svg", '<svg xmlns="http://www.w3.org/2000/svg"/>']]) {
    await visit.drop(name, Buffer.from(text), "image/svg+xml");
    await visit.notice(`'${name}' is no picture that can be read here`);
  }
  visit.assertQuiet();
});
