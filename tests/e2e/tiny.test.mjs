// From a picture to its explanation, with the model that every site has.

import assert from "node:assert/strict";
import { TINY, eventually, visiting } from "./harness.mjs";
import { distance } from "./npy.mjs";

visiting("a boot is taken for a boot, and shown where", async (visit) => {
  await visit.open();
  await visit.ready();
  await visit.sample("Ankle boot");
  await visit.explained("ankle boot");
  assert.match(await visit.said(), /^Explained: ankle boot, \d+ %/i);
  const [first] = await visit.rowLabels();
  assert.equal(first.toLowerCase(), "ankle boot");
  assert.equal((await visit.rowLabels()).length, 5);
  const map = await visit.map();
  assert.equal(map.shape.length, 2);
  assert.ok(map.values.some((value) => value > 0), "some place speaks for the class");
  assert.ok(await visit.page.getByRole("img", { name: /strongest at \d+ % from the left/ }).isVisible());
  visit.assertQuiet();
});

visiting("another class is explained without another look", async (visit) => {
  await visit.open();
  await visit.sample("Ankle boot");
  await visit.explained("ankle boot");
  const first = await visit.map();
  assert.equal(await visit.asked("predict"), 1);
  const [, second] = await visit.rowLabels();
  await visit.rows().nth(1).click();
  await visit.explained(second);
  const other = await visit.map();
  assert.ok(distance(first.values, other.values) > 0, "each class has its own map");
  assert.equal(await visit.asked("predict"), 1);
  assert.equal(await visit.asked("explain"), 2);
  await visit.rows().nth(0).click();
  await visit.explained("ankle boot");
  assert.equal(distance(first.values, (await visit.map()).values), 0);
  assert.equal(await visit.asked("explain"), 2, "what was explained is kept");
  visit.assertQuiet();
});

visiting("the keyboard reaches classes, search, help and the picture alone", async (visit) => {
  const { page } = visit;
  await visit.open();
  await visit.sample("Bag");
  await visit.explained("bag");
  const labels = await visit.rowLabels();
  for (const key of [2, 3, 4, 5, 1]) {
    await page.keyboard.press(String(key));
    await visit.explained(labels[key - 1]);
  }
  const withMap = await visit.painted();
  await page.keyboard.down("o");
  await visit.repainted(withMap);
  await page.locator("button[aria-pressed=true]", { hasText: "picture alone" }).waitFor();
  await page.keyboard.up("o");
  await eventually("the map is back", async () => (await visit.painted()) === withMap);

  await page.keyboard.press("/");
  const search = page.getByRole("combobox", { name: "Look for another class" });
  assert.ok(await search.evaluate((input) => input === document.activeElement));
  await page.keyboard.type("san");
  await page.getByRole("option", { name: /sandal/i }).waitFor();
  await page.keyboard.press("Enter");
  await visit.explained("sandal");
  await search.blur();

  await page.keyboard.press("?");
  const help = page.getByRole("dialog", { name: "What you see" });
  await help.waitFor();
  await page.keyboard.press("Escape");
  await help.waitFor({ state: "hidden" });
  visit.assertQuiet();
});

visiting("pictures come by drop and by paste", async (visit) => {
  const bag = await fetchSample(visit, "fashion-bag.png");
  const boot = await fetchSample(visit, "fashion-boot.png");
  await visit.open();
  await visit.drop("dropped.png", bag);
  await visit.explained("bag");
  await visit.paste("pasted.png", boot);
  await visit.explained("ankle boot");
  assert.ok(await visit.page.getByText("pasted.png").first().isVisible());
  visit.assertQuiet();
});

visiting("what is saved says how it was made", async (visit) => {
  await visit.open();
  await visit.sample("Ankle boot");
  await visit.explained("ankle boot");
  const made = JSON.parse(await visit.save("JSON"));
  assert.equal(made.model.id, TINY.id);
  assert.equal(made.class.label.toLowerCase(), "ankle boot");
  assert.deepEqual((await visit.map()).shape, [made.map.height, made.map.width]);
  const overlay = await visit.save("PNG");
  const size = [overlay.readUInt32BE(16), overlay.readUInt32BE(20)];
  assert.deepEqual(size, [made.image.width, made.image.height]);
  visit.assertQuiet();
});

visiting("the map is shown as the user wants it", async (visit) => {
  const { page } = visit;
  await visit.open();
  await visit.sample("Dress");
  await visit.explained("dress");
  const looks = [await visit.painted()];
  const changes = [
    () => page.getByRole("button", { name: "For and against" }).click(),
    () => page.getByRole("checkbox", { name: /Raw cells/ }).check(),
    () => page.getByRole("slider", { name: "Opacity" }).fill("30"),
    () => page.getByRole("button", { name: "For the class" }).click(),
    () => page.getByRole("radio", { name: /jet/i }).check({ force: true }),
  ];
  for (const change of changes) {
    await change();
    looks.push(await visit.repainted(looks.at(-1)));
  }
  assert.equal(new Set(looks).size, looks.length, "each choice gives another picture");
  await page.getByRole("slider", { name: "Opacity" }).fill("0");
  const bare = await visit.repainted(looks.at(-1));
  await page.keyboard.down("o");
  await page.locator("button[aria-pressed=true]", { hasText: "picture alone" }).waitFor();
  assert.equal(await visit.painted(), bare, "an opacity of nothing leaves the picture");
  await page.keyboard.up("o");
  visit.assertQuiet();
});

visiting("a map with little or nothing to show says so and offers more", async (visit) => {
  const { page } = visit;
  await visit.open();
  await visit.sample("Bag");
  await visit.explained("bag");
  const offers = {
    "Show what speaks against it": "What speaks against",
    "Show it on its own scale": "Where it looked for",
  };
  const found = new Set();
  const search = page.getByRole("combobox", { name: "Look for another class" });
  const all = ["ankle boot", "sandal", "sneaker", "coat", "dress", "trouser", "shirt", "pullover"];
  for (const label of all) {
    await page.getByRole("button", { name: "For the class" }).click();
    await search.fill(label);
    await page.keyboard.press("Enter");
    await visit.explained(label);
    const offer = page.locator(".finding button");
    if (!(await offer.count())) continue;
    const words = await offer.textContent();
    found.add(words);
    assert.equal(await page.locator(".legend").count(), /own scale/.test(words) ? 1 : 0, "a legend only for colours");
    await offer.click();
    await page.getByRole("heading", { name: `${offers[words]} ${label}` }).waitFor();
    assert.equal(await offer.count(), 0);
    await page.locator(".legend").waitFor();
    const own = page.getByRole("checkbox", { name: /scale for each class/ });
    if (await own.isChecked()) await own.uncheck();
  }
  assert.ok(found.size > 0, "some class has nothing to show in a bag");
  visit.assertQuiet();
});

async function fetchSample(visit, name) {
  const response = await fetch(visit.site.url(`samples/${name}`));
  return Buffer.from(await response.arrayBuffer());
}
