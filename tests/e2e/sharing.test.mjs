// What is passed on: an address, and a report in one file.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SITE } from "./browser.mjs";
import { TINY, visiting } from "./harness.mjs";

const BOOT = "fashion-boot.png";
const NAME = "patient-0815.png";

visiting("an address brings model, sample, class, method, colours and view back", async (visit) => {
  const { page } = visit;
  await visit.open(`model=${TINY.id}&sample=${BOOT}&class=5&method=layer-cam&colour=viridis&opacity=40`);
  await visit.explained("sandal");
  assert.equal(await page.getByLabel("Opacity").inputValue(), "40");
  await page.getByRole("button", { name: "Compare" }).click();
  await page.getByRole("region", { name: "Maps side by side" }).waitFor();
  const address = page.url();
  for (const part of [`model=${TINY.id}`, `sample=${BOOT}`, "class=5", "method=layer-cam", "colour=viridis", "view=compare"]) assert.ok(address.includes(part), address);
  // As a page comes back that the system has thrown away.
  await page.reload();
  await page.getByRole("region", { name: "Maps side by side" }).waitFor();
  await page.getByRole("button", { name: /sandal/, pressed: true }).waitFor();
  assert.equal(page.url(), address);

  await visit.drop(NAME, await readFile(join(SITE, "samples", BOOT)));
  await page.waitForFunction(() => !location.hash.includes("sample="));
  assert.ok(!page.url().includes("patient"), page.url());
  visit.assertQuiet();
});

visiting("a sample that the site has not leaves the page as it opens", async (visit) => {
  await visit.open(`model=${TINY.id}&sample=../../secret.png&class=5`);
  await visit.page.getByRole("button", { name: /Ankle boot$/ }).waitFor();
  await visit.sample("Ankle boot");
  await visit.explained("ankle boot");
  assert.ok(visit.page.url().includes(`sample=${BOOT}`), visit.page.url());
  visit.assertQuiet();
});

/** Saves the report, with the picture or without it, and opens the file. */
async function savedReport({ page, context, site }, answer, folder) {
  await page.getByRole("button", { name: "Report" }).click();
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: answer, exact: true }).click()]);
  const path = join(folder, "report.html");
  await file.saveAs(path);
  const text = await readFile(path, "utf8");
  site.replace("report.html", text);
  const report = await context.newPage();
  await report.goto(site.url("report.html"));
  return { name: file.suggestedFilename(), text, report };
}

visiting("a report holds picture, maps, numbers and manifest in one file without scripts", async (visit, t) => {
  const folder = mkdtempSync(join(tmpdir(), "gradcam-report-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const { page } = visit;
  await visit.open();
  await visit.chooseFile(NAME, await readFile(join(SITE, "samples", BOOT)), "image/png");
  await visit.explained("ankle boot");
  await page.keyboard.press("2");
  await visit.explained("sandal");

  const { name, text, report } = await savedReport(visit, "With the picture", folder);
  assert.match(name, /^patient-0815\..*\.html$/);
  await report.getByRole("heading", { name: /^Where it looked for sandal/ }).waitFor();
  await report.getByText(NAME).first().waitFor();
  const images = report.getByRole("img");
  assert.equal(await images.count(), 2, "both classes' maps");
  const widths = await images.evaluateAll((all) => all.map((image) => image.naturalWidth));
  assert.ok(widths.every((width) => width > 0), `${widths}`);
  assert.ok(!/<script|javascript:|https?:/i.test(text.replace(/"(source|license|id)": "[^"]*"|&quot;(source|license)&quot;: &quot;[^&]*&quot;/g, "")), "nothing that runs or is fetched");
  const pictures = [...text.matchAll(/base64,([^"]+)"/g)].map(([, data]) => Buffer.from(data, "base64").length);
  const sum = pictures.reduce((all, one) => all + one, 0);
  t.diagnostic(`${text.length} bytes with pictures of ${sum}`);
  await visit.shot("report");

  // The manifest in it makes the explanation again.
  const manifest = await report.locator("pre").textContent();
  const { image, method, class: found } = JSON.parse(manifest);
  assert.deepEqual([image.name, method, found.label], [NAME, "grad-cam", "sandal"]);
  await report.close();

  const without = await savedReport(visit, "Without it", folder);
  assert.match(without.name, /^picture\./);
  assert.ok(!without.text.includes("patient"), "the file is not named");
  await without.report.getByText("The picture is not in this file.").waitFor();
  const grey = await without.report.getByRole("img").first().evaluate((image) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0, 1, 1, 0, 0, 1, 1);
    return context.getImageData(0, 0, 1, 1).data[3];
  });
  assert.equal(grey, 255);
  visit.assertQuiet();
});
