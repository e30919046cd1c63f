// <grad-cam> in a page of another origin: what a reader does, and what the page's author does.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { test } from "node:test";
import { SITE, engineFile } from "./browser.mjs";
import { assertAccessible, builtModel, eventually } from "./harness.mjs";
import { exported } from "./onnx.mjs";
import { serve } from "./server.mjs";
import { PICTURES, hosting, tag } from "./widget.mjs";

const MAX_GZIP_BYTES = 6000;

test("the script is small", async () => {
  const { length } = gzipSync(await readFile(join(SITE, "widget.js")), { level: 9 });
  assert.ok(length <= MAX_GZIP_BYTES, `${length} bytes by gzip`);
});

hosting("until somebody presses, nothing is loaded", async (host, visit) => {
  await host.show(`<p>Words.</p>${tag()}${tag({ poster: PICTURES[1], model: "efficientnet-lite0" })}${tag({ model: "nets/my.onnx" })}`);
  const buttons = host.page.locator("grad-cam").getByRole("button");
  assert.match(await buttons.nth(0).textContent(), /^Look: [\d.]+ MB engine and model$/);
  assert.match(await buttons.nth(2).textContent(), /^Look: [\d.]+ MB engine, and the model my\.onnx$/);
  const sources = await host.page.locator("grad-cam img").evaluateAll((all) => all.map((one) => one.getAttribute("src")));
  assert.deepEqual(sources, [PICTURES[0], PICTURES[1], PICTURES[0]]);
  await host.page.mouse.wheel(0, 500);
  assert.deepEqual(host.asked, ["widget.js"]);
  assert.equal(await host.page.locator("iframe").count(), 0);
  visit.assertQuiet();
});

hosting("a press explains; chips, question, method and opacity are the reader's", async (host, visit) => {
  await host.show(tag({ id: "boot" }));
  await host.press();
  await host.explained("ankle boot");
  const [ready] = await host.events("ready");
  assert.deepEqual([ready.id, ready.classes], ["xception-tiny", 10]);
  const [prediction] = await host.events("prediction");
  assert.equal(prediction.classes[0].label, "ankle boot");
  const [map] = await host.events("explanation");
  assert.deepEqual([map.width * map.height, map.target, map.state], [map.values.length, "logit:9", "evidence"]);
  const inside = host.inside();
  await inside.getByRole("button", { name: /sandal/ }).click();
  await inside.getByRole("heading", { name: /sandal/ }).waitFor();
  assert.equal(await inside.getByRole("button", { name: /sandal/ }).getAttribute("aria-pressed"), "true");
  await inside.getByLabel("Question").selectOption("contrast");
  await inside.getByRole("heading", { name: "Why sandal and not ankle boot" }).waitFor();
  await inside.getByLabel("Method").selectOption("layer-cam");
  const last = (await host.awaitEvents("explanation", 4)).at(-1);
  assert.deepEqual([last.method, last.target], ["layer-cam", "contrast:5,9"]);
  const drawn = () => inside.locator("canvas").evaluate((canvas) => canvas.toDataURL());
  const before = await drawn();
  await inside.getByLabel("Colour").fill("0");
  await eventually("the picture is drawn alone", async () => (await drawn()) !== before);
  const address = await inside.getByRole("link", { name: "Open full page" }).getAttribute("href");
  assert.match(address, /model=xception-tiny.*method=layer-cam/);
  assert.equal((await host.events("explanation")).length, 4, "opacity asks for no other map");
  assert.deepEqual(await host.events("failure"), []);
  visit.assertQuiet();
});

hosting("attributes and properties are the same, and what they change is explained anew", async (host, visit) => {
  await host.show(tag({ target: "logit:5", method: "layer-cam", load: "visible" }));
  await host.inside().getByRole("heading", { name: /sandal/ }).waitFor();
  const set = (name, value) => host.element().evaluate((element, [name, value]) => (element[name] = value), [name, value]);
  const attribute = (name) => host.element().getAttribute(name);
  assert.equal(await host.element().evaluate((element) => element.method), "layer-cam");
  await set("method", "grad-cam");
  assert.equal(await attribute("method"), "grad-cam");
  assert.equal((await host.awaitEvents("explanation", 2)).at(-1).method, "grad-cam");
  await set("target", "9");
  assert.equal((await host.awaitEvents("explanation", 3)).at(-1).target, "logit:9");
  await set("layer", "no such layer");
  const [failure] = await host.awaitEvents("failure");
  assert.equal(failure.kind, "explanation");
  assert.match(failure.message, /no such layer/);
  await host.inside().getByRole("alert").filter({ hasText: "no such layer" }).waitFor();
  await set("layer", null);
  assert.equal(await attribute("layer"), null);
  await host.awaitEvents("explanation", 4);
  const loads = await host.engineAsked("loadModel");
  await set("picture", PICTURES[1]);
  await set("target", null);
  await host.explained("bag");
  await set("opacity", "seven");
  await set("colormap", "rainbow");
  await host.inside().getByText(/'seven' is no number.*no colour map 'rainbow'.*viridis/).waitFor();
  await set("opacity", 0.2);
  await set("colormap", "viridis");
  await set("alt", "A bag");
  await eventually("the words change", async () => /^A bag\./.test(await host.inside().locator("canvas").getAttribute("aria-label")));
  assert.equal(await host.engineAsked("loadModel"), loads, "the model is loaded once");
  visit.assertQuiet();
});

hosting("explain() takes a file, and what was asked before ends", async (host, visit) => {
  await host.show(tag());
  const found = await host.element().evaluate(async (element, other) => {
    const file = await (await fetch(other)).blob();
    const first = element.explain(file).catch((error) => error.name);
    const map = await element.explain(file, { target: "logit:8", method: "layer-cam" });
    const again = await element.explain(file, { target: "logit:8", method: "layer-cam" });
    return { first: await first, target: map.target, again: again.target, values: map.values instanceof Float32Array, name: map.class.label };
  }, PICTURES[1]);
  assert.deepEqual(found, { first: "AbortError", target: "logit:8", again: "logit:8", values: true, name: "bag" });
  const refused = await host.element().evaluate((element) => element.explain("boot.png").catch((error) => error.message));
  assert.match(refused, /no Blob/);
  visit.assertQuiet();
});

hosting("a model and a picture by address are the page's own", async (host, visit) => {
  host.server.mount("nets", join(SITE, "models"));
  await host.show(tag({ model: "nets/xception-tiny.onnx" }) + tag({ model: "nets/xception-tiny.onnx", picture: PICTURES[1] }));
  await host.press(0);
  await host.press(1);
  await host.explained("ankle boot", 0);
  await host.explained("bag", 1);
  assert.equal(host.server.requests("nets/xception-tiny.onnx"), 1, "fetched once for both");
  assert.equal(await host.engineAsked("loadModel"), 1);
  assert.deepEqual(host.asked.filter((path) => path.startsWith("models/")), [], "the site gives no model");
  visit.assertQuiet();
});

hosting("twenty on a page share one engine and one model, and those far away hold no frame", async (host, visit) => {
  const tags = Array.from({ length: 20 }, (_, index) => tag({ id: `n${index}`, picture: PICTURES[index % 3], load: "visible" }));
  await host.show(tags.join('<p style="height: 300px">Words.</p>'));
  for (let index = 0; index < 20; index += 1) {
    await host.element(index).scrollIntoViewIfNeeded();
    await host.inside(index).getByRole("heading", { name: /^Where it looked for/ }).waitFor();
    if (index === 0) await host.inside(0).getByRole("button", { name: /sandal/ }).click();
  }
  assert.equal(await host.workers(), 1);
  assert.equal(await host.engineAsked("loadModel"), 1);
  assert.equal(host.asked.filter((path) => path.endsWith(".onnx")).length, 1);
  const frames = () => host.page.locator("grad-cam iframe").count();
  await eventually("those far away give up their frames", async () => (await frames()) <= 5);
  const heights = () => host.page.locator("grad-cam").evaluateAll((all) => all.map((one) => one.offsetHeight));
  const [before, maps] = [await heights(), await host.events("explanation")];
  await host.page.evaluate(() => scrollTo(0, 0));
  await host.inside(0).getByRole("heading", { name: "Where it looked for sandal" }).waitFor();
  await eventually("it is drawn again", () => host.inside(0).locator("canvas").evaluate((canvas) => canvas.width > 0));
  assert.deepEqual(await heights(), before, "nothing moves");
  assert.equal(await host.engineAsked("explain"), PICTURES.length + 1, "one map for each picture and choice");
  assert.equal((await host.events("explanation")).length, maps.length, "of which the page heard before");
  await host.element(19).evaluate((element) => (element.method = "layer-cam"));
  assert.equal((await host.awaitEvents("explanation", maps.length + 1)).at(-1).id, "n19", "one that is far away, too");
  await host.page.evaluate(() => document.querySelectorAll("grad-cam").forEach((one) => one.remove()));
  await eventually("the last one takes the engine with it", async () => (await host.page.locator("iframe").count()) === 0);
  visit.assertQuiet();
});

hosting("what is out of sight holds no pixels", async (host, visit) => {
  await host.show(`${tag({ load: "visible" })}<p style="height: 1000px">Words.</p>`);
  await host.explained("ankle boot");
  const pixels = () => host.inside().locator("canvas").evaluate((canvas) => canvas.width * canvas.height);
  await eventually("it is drawn", pixels);
  await host.page.evaluate(() => scrollTo(0, 700));
  await eventually("its pixels are given up", async () => (await pixels()) === 0);
  await host.page.evaluate(() => scrollTo(0, 0));
  await eventually("it is drawn again", pixels);
  visit.assertQuiet();
});

hosting("what goes wrong is said in the widget, with a way out", async (host, visit, t) => {
  visit.site.missing("models/xception-tiny.onnx");
  const tags = [tag(), tag({ picture: "none.png" }), tag({ model: "no-such-model" }), tag({ target: "why not?" }), tag({ picture: undefined }), tag({ load: "sometimes" })];
  await host.show(tags.join(""));
  for (let index = 0; index < 5; index += 1) await host.press(index);
  const said = (index, words) => host.inside(index).getByRole("alert").filter({ hasText: words }).waitFor();
  await said(0, /answered 404/);
  await said(1, /The picture is not at .*none\.png: the server answered 404/);
  await said(2, /There is no model 'no-such-model'.*xception-tiny/);
  await said(4, /no picture: name one/);
  await host.element(5).getByText(/"press" nor "visible"/).waitFor();
  visit.site.replace("models/xception-tiny.onnx", exported(), { times: 1 });
  await host.inside(0).getByRole("button", { name: "Try again" }).click();
  await said(0, /not the model of this site/);
  await host.inside(0).getByRole("button", { name: "Try again" }).click();
  await host.explained("ankle boot");
  await host.inside(3).getByRole("button", { name: "Try again" }).click();
  await said(3, /why not\?.*logit/);
  // Of another site that does not allow it.
  const closed = await serve(join(SITE, "samples"));
  t.after(() => closed.close());
  visit.hosts.add(closed.origin);
  await host.element(0).evaluate((element, address) => (element.picture = address), closed.url("coffee.png"));
  await said(0, /cannot be read by this page.*Access-Control-Allow-Origin/);
  assert.ok((await host.events("failure")).every(({ message }) => /[.]$/.test(message)));
  visit.assertQuiet([/404/, /CORS policy/, /ERR_FAILED/]);
});

hosting("threads compute where page and site are isolated", async (host, visit, t) => {
  if (!engineFile("threads", "_loader.js")) return t.skip("the site was built without the engine threads");
  visit.site.isolate();
  host.server.isolate();
  await host.show(tag());
  await host.press();
  await host.explained("ankle boot");
  const [{ manifest }] = await host.events("explanation");
  assert.ok(manifest.engine.variant === "threads" && manifest.engine.threads > 1, JSON.stringify(manifest.engine));
  visit.assertQuiet();
});

hosting("the model is fetched once, before the picture is there", async (host, visit) => {
  const model = `models/${builtModel("xception-tiny").file}`;
  let arrive;
  host.server.delay(PICTURES[0], new Promise((resolve) => (arrive = resolve)));
  await host.show(tag({ poster: PICTURES[1] }));
  await host.press();
  await eventually("the model is asked for", async () => visit.site.requests(model) > 0);
  arrive();
  await host.explained("ankle boot");
  assert.equal(visit.site.requests(model), 1);
  visit.assertQuiet();
});

hosting("cancelled while it loads", async (host, visit) => {
  const LITE = builtModel("efficientnet-lite0");
  const slow = LITE ?? builtModel("xception-tiny");
  visit.site.throttle(`models/${slow.file}`, 20_000);
  await host.show(tag({ model: slow.id }));
  await host.press();
  const inside = host.inside();
  await inside.getByText(/Loading the model [\d.]+ MB of/).waitFor();
  await inside.getByRole("button", { name: "Cancel" }).click();
  await inside.getByRole("alert").filter({ hasText: "cancelled" }).waitFor();
  assert.equal((await host.awaitEvents("failure"))[0].kind, "cancelled");
  visit.site.restore(`models/${slow.file}`);
  await inside.getByRole("button", { name: "Try again" }).click();
  await host.awaitEvents("explanation");
  visit.assertQuiet();
});

hosting("the site is away: the sentence stands in the page", async (host, visit) => {
  await host.show(tag());
  visit.site.missing("embed.html");
  await host.page.clock.install();
  await host.press();
  await host.page.clock.runFor(30_000);
  await host.element().getByRole("alert").filter({ hasText: "Nothing came from" }).waitFor();
  visit.site.restore("embed.html");
  await host.element().getByRole("button", { name: "Try again" }).click();
  await host.explained("ankle boot");
  visit.assertQuiet([/404/, /postMessage/]);
});

for (const [width, colorScheme] of [[320, "light"], [320, "dark"], [900, "light"], [900, "dark"]]) {
  hosting(`${width} px and ${colorScheme}: read, hit and reached by keyboard`, { viewport: { width, height: 900 }, colorScheme }, async (host, visit) => {
    const model = builtModel("xception-kitchenware") ?? builtModel("efficientnet-lite0");
    const picture = visit.site.url("samples/coffee.png");
    const head = "<style>:root { color-scheme: light dark } body { margin: 8px; font-family: sans-serif }</style>";
    await host.show(`<p>A page about cups.</p>${tag(model && { model: model.id, picture, alt: "A red cup" })}<p>More words.</p>`, { head });
    await visit.shot(`widget-${width}-${colorScheme}-1-poster`);
    await host.page.keyboard.press("Tab");
    await host.page.keyboard.press("Enter");
    await host.awaitEvents("explanation");
    await host.inside().getByRole("heading", { name: /^Where it looked/ }).waitFor();
    await assertLook(host, width);
    await visit.shot(`widget-${width}-${colorScheme}-2-map`);
    await host.element().evaluate((element) => (element.target = "nonsense"));
    await host.inside().getByRole("alert").waitFor();
    await visit.shot(`widget-${width}-${colorScheme}-3-problem`);
    await assertLook(host, width);
    visit.assertQuiet();
  });
}

const LEAST_TARGET = 44;

/** Nothing sticks out, everything can be hit, and axe finds nothing serious. */
async function assertLook(host, width) {
  const frame = host.page.frames().find((one) => one.url().includes("#widget="));
  await assertAccessible(frame, `${width} px`);
  const small = await frame.evaluate((least) => {
    const shown = [...document.querySelectorAll("button, select, input, a")].filter((one) => one.offsetParent);
    return shown.filter((one) => one.offsetHeight < least).map((one) => one.outerHTML);
  }, LEAST_TARGET);
  assert.deepEqual(small, []);
  const isWide = await frame.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
  assert.equal(isWide, false, "it scrolls sideways");
  const heights = await Promise.all([frame.evaluate(() => document.getElementById("widget").offsetHeight), host.element().locator("iframe").evaluate((one) => one.offsetHeight)]);
  await eventually("the frame is as high as what it shows", async () => Math.abs(heights[0] - heights[1]) <= 1 || frame.evaluate(() => Math.abs(document.getElementById("widget").offsetHeight - innerHeight) <= 1));
}
