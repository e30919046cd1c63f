// Cancelling, waiting, and what survives a reload.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { GOLDEN } from "./browser.mjs";
import { TINY, eventually, visiting } from "./harness.mjs";
import { blackPng } from "./pictures.mjs";

const SLOW = 8_000;

visiting("the model's download is cancelled and begun again", async (visit) => {
  visit.site.throttle(TINY.file, SLOW);
  await visit.open();
  await visit.sample("Ankle boot");
  await visit.page.getByText(/Waiting for the model: Xception-tiny.*\d+ %/).waitFor();
  await visit.page.getByRole("button", { name: "Cancel" }).click();
  const notice = await visit.notice(`Loading ${TINY.name} was stopped`);
  visit.site.restore(TINY.file);
  await visit.goWay(notice, `Load ${TINY.name}`);
  await visit.explained("ankle boot");
  assert.equal(visit.site.requests(TINY.file), 2);
  visit.assertQuiet();
});

visiting("a download is stopped from the list of models", async (visit) => {
  visit.site.throttle(TINY.file, SLOW);
  await visit.open();
  const models = await visit.openModels();
  await models.getByRole("button", { name: "Stop loading" }).click();
  await visit.notice(`Loading ${TINY.name} was stopped`);
  visit.site.restore(TINY.file);
  await visit.chooseModel(TINY.name);
  await visit.sample("Bag");
  await visit.explained("bag");
  visit.assertQuiet();
});

visiting("cancelled while the model is prepared", async (visit) => {
  let go;
  visit.site.delay(TINY.file, new Promise((resolve) => (go = resolve)));
  await visit.open();
  await visit.sample("Ankle boot");
  const cancelled = await visit.cancelWhen(/preparing/);
  go();
  await cancelled();
  const notice = await visit.notice(`Loading ${TINY.name} was stopped`);
  await visit.goWay(notice, `Load ${TINY.name}`);
  await visit.explained("ankle boot");
  visit.assertQuiet();
});

visiting("cancelled while the network runs", async (visit) => {
  await visit.open();
  // With the first picture comes the part of the program that shows progress.
  await visit.sampleAgain("fashion-dress.png");
  await visit.explained("dress");
  const cancelled = await visit.cancelWhen(/looking|reading/);
  await visit.sample("Ankle boot");
  await cancelled();
  await visit.notice("Stopped");
  await visit.page.getByText("Not looked at yet").waitFor();
  // Another picture is looked at; the stopped one is not.
  await visit.sampleAgain("fashion-bag.png");
  await visit.explained("bag");
  assert.equal(await visit.page.getByRole("alert").count(), 0);
  visit.assertQuiet();
});

visiting("what was stopped is looked at when asked", async (visit) => {
  await visit.open();
  await visit.sampleAgain("fashion-dress.png");
  await visit.explained("dress");
  const cancelled = await visit.cancelWhen(/looking|reading/);
  await visit.sample("Ankle boot");
  await cancelled();
  await visit.goWay(await visit.notice("Stopped"), "Look again");
  await visit.explained("ankle boot");
  visit.assertQuiet();
});

visiting("a picture that comes before the model is shown at once and waits for it", async (visit) => {
  let go;
  visit.site.delay(TINY.file, new Promise((resolve) => (go = resolve)));
  await visit.open();
  await visit.sampleAgain("fashion-boot.png");
  await visit.page.getByText("The picture waits for the model").waitFor();
  await visit.page.getByText(/Waiting for the model: Xception-tiny/).waitFor();
  await visit.page.getByRole("img", { name: "fashion-boot.png" }).waitFor();
  assert.equal(await visit.asked("predict"), 0);
  go();
  await visit.explained("ankle boot");
  visit.assertQuiet();
});

visiting("of several pictures the last one counts", async (visit) => {
  await visit.open();
  await visit.ready();
  for (const file of ["fashion-boot.png", "fashion-dress.png", "fashion-trouser.png", "fashion-bag.png"]) {
    await visit.sampleAgain(file);
  }
  await visit.explained("bag");
  await visit.page.getByRole("heading", { name: "fashion-bag.png" }).waitFor();
  visit.assertQuiet();
});

visiting("a picture of 49 megapixels works", async (visit) => {
  await visit.open();
  await visit.chooseFile("large.png", blackPng(7000, 7000));
  await visit.page.getByRole("region", { name: "Save" }).waitFor();
  const { image } = JSON.parse(await visit.save("JSON"));
  assert.deepEqual([image.width, image.height], [7000, 7000]);
  visit.assertQuiet();
});

visiting("a photograph that was turned comes upright, as the page shows it", async (visit) => {
  const folder = join(GOLDEN, "prepare/exif");
  await visit.open();
  const seen = [];
  for (const name of ["orientation-1.jpg", "orientation-6.jpg", "orientation-8.jpg"]) {
    await visit.drop(name, await readFile(join(folder, name)), "image/jpeg");
    await visit.page.getByRole("heading", { name }).waitFor();
    await visit.page.getByRole("img", { name: new RegExp(`${name}( with|;)`) }).waitFor();
    const { image } = JSON.parse(await visit.save("JSON"));
    const shown = await visit.page.locator("canvas").evaluate(({ width, height }) => width / height);
    assert.ok(Math.abs(shown - image.width / image.height) < 0.05, `${name} is shown as it is read`);
    seen.push({ size: [image.width, image.height], labels: await visit.rowLabels() });
  }
  assert.deepEqual(seen[1], seen[0]);
  assert.deepEqual(seen[2], seen[0]);
  visit.assertQuiet();
});

visiting("choices live in the address and survive a reload", async (visit) => {
  const { page } = visit;
  await visit.open();
  await visit.sample("Ankle boot");
  await visit.explained("ankle boot");
  const labels = await visit.rowLabels();
  await page.keyboard.press("2");
  await visit.explained(labels[1]);
  await page.getByRole("checkbox", { name: /^Keep/ }).check();
  await page.getByRole("slider", { name: "Opacity" }).fill("35");
  await page.getByRole("button", { name: "For and against" }).click();
  await page.getByRole("checkbox", { name: /Raw cells/ }).check();
  const hash = await eventually("the address has it all", async () => {
    const now = await visit.hash();
    const wanted = [/model=xception-tiny/, /class=\d/, /pin=1/, /opacity=35/, /signed=1/, /cells=1/];
    return wanted.every((part) => part.test(now)) && now;
  });
  assert.match(hash, /sample=fashion-boot\.png/, "a sample is in the address");

  await page.reload();
  await visit.explained(labels[1]);
  assert.equal(await visit.hash(), hash);
  assert.equal(await page.getByRole("slider", { name: "Opacity" }).inputValue(), "35");
  assert.ok(await page.getByRole("checkbox", { name: /Raw cells/ }).isChecked());
  const signed = page.getByRole("button", { name: "For and against" });
  assert.equal(await signed.getAttribute("aria-pressed"), "true");
  visit.assertQuiet();
});

visiting("an address that cannot be read is ignored", async (visit) => {
  const nonsense = "%%%&class=-1&opacity=999&colour=rainbow&method=magic&signed&=&scale=";
  await visit.open(`model=${TINY.id}&${nonsense}`);
  await visit.sample("Bag");
  await visit.explained("bag");
  assert.equal(await visit.page.getByRole("slider", { name: "Opacity" }).inputValue(), "70");
  assert.equal(await visit.hash(), `#sample=fashion-bag.png&model=${TINY.id}`);
  assert.equal(await visit.page.getByRole("alert").count(), 0);
  visit.assertQuiet();
});

visiting("a new picture begins with its own class unless one is kept", async (visit) => {
  await visit.open(`model=${TINY.id}&class=3`);
  await visit.sample("Bag");
  await visit.explained("bag");
  const [, second] = await visit.rowLabels();
  await visit.rows().nth(1).click();
  await visit.explained(second);
  await visit.sampleAgain("fashion-boot.png");
  await visit.explained("ankle boot");
  await visit.page.getByRole("checkbox", { name: "Keep ankle boot" }).check();
  await visit.sampleAgain("fashion-dress.png");
  await visit.page.getByRole("heading", { name: "fashion-dress.png" }).waitFor();
  await visit.explained("ankle boot");
  visit.assertQuiet();
});

visiting("an address with an unknown model, or none, gets the most general one", async (visit) => {
  const classes = Math.max(...visit.models().map((entry) => entry.classes));
  const general = visit.models().find((entry) => entry.classes === classes);
  for (const hash of ["model=no-such-model&class=2", ""]) {
    await visit.newPage();
    await visit.open(hash);
    await visit.ready(general.name);
    const words = `${general.description} Anything else will be called one of these ${classes}.`;
    await visit.page.getByText(words).first().waitFor();
    const samples = await visit.page.locator(".sample img").evaluateAll((all) => all.map(({ src }) => src));
    assert.deepEqual(samples.map((address) => address.split("/").at(-1)), general.samples);
  }
  visit.assertQuiet();
});

visiting("an address with an unknown layer says so and goes on with the usual one", async (visit) => {
  await visit.open(`model=${TINY.id}&layer=no-such-layer`);
  await visit.sample("Bag");
  await visit.explained("bag");
  await visit.page.getByText("has no layer “no-such-layer”").first().waitFor();
  visit.assertQuiet();
});
