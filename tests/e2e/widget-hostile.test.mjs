// Pages that mean no good to the frame of <grad-cam>, and frames that mean no good to the page.

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { TINY, eventually } from "./harness.mjs";
import { PICTURES, hosting, tag } from "./widget.mjs";

hosting("a frame without the element says where it belongs", async (host, visit) => {
  await host.show(`<iframe src="${visit.site.url("embed.html")}" width="600" height="200"></iframe>`, { script: null });
  const alone = host.page.locator("iframe").contentFrame().getByText("This frame belongs to the element <grad-cam>");
  await alone.waitFor();
  await host.page.goto(visit.site.url("embed.html#hub=1"));
  await host.page.getByText("This frame belongs to the element <grad-cam>").waitFor();
  assert.equal(await host.workers(), 0);
  visit.assertQuiet();
});

/** Opens a frame by hand and tries to open its channel with each of these messages; which one was answered. */
async function knock(host, messages) {
  return host.page.evaluate(async ([address, messages]) => {
    const frame = document.querySelector("iframe");
    frame.src = `${address}#widget=right`;
    await new Promise((loaded) => (frame.onload = loaded));
    const answers = messages.map((message) => {
      const { port1, port2 } = new MessageChannel();
      const answer = new Promise((resolve) => (port1.onmessage = () => resolve(true)));
      frame.contentWindow.postMessage(message, new URL(address).origin, [port2]);
      port1.postMessage({ v: 1, type: "show", number: 1, settings: {} });
      return answer;
    });
    const given = [];
    answers.forEach((answer, index) => answer.then(() => given.push(index)));
    await Promise.race(answers);
    return given;
  }, [host.visit.site.url("embed.html"), messages]);
}

hosting("only the right number, version and form open the channel, and only once", async (host, visit) => {
  await host.show('<iframe width="600" height="200"></iframe>', { script: null });
  const right = { v: 1, type: "connect", nonce: "right" };
  const wrong = [{ ...right, nonce: "wrong" }, { ...right, v: 2 }, { ...right, type: "open" }, "connect", null, [right]];
  assert.deepEqual(await knock(host, [...wrong, right, right]), [wrong.length]);
  visit.assertQuiet();
});

hosting("a neighbour of the frame cannot open its channel, nor speak for it", async (host, visit) => {
  await writeFile(join(host.folder, "neighbour.html"), `<!doctype html><title>neighbour</title><link rel="icon" href="data:,"><script>
    const forged = { v: 1, type: "ready", number: 1, detail: { id: "forged" } };
    parent.postMessage(forged, "*");
    setInterval(() => {
      parent.postMessage({ ...forged, type: "explanation" }, "*");
      for (let index = 0; index < parent.frames.length; index += 1) {
        parent.frames[index].postMessage({ v: 1, type: "connect", nonce: "right" }, "*", [new MessageChannel().port2]);
      }
    }, 5);
  </script>`);
  await host.show(`${tag()}<iframe src="neighbour.html" title="neighbour"></iframe>`);
  await host.press();
  await host.explained("ankle boot");
  const seen = await host.page.evaluate(() => window.events.map(({ type }) => type));
  assert.deepEqual(seen, ["ready", "prediction", "explanation"]);
  assert.equal((await host.events("ready"))[0].id, TINY.id);
  visit.assertQuiet();
});

hosting("a flood of nonsense is ignored, and the newest question answered", async (host, visit) => {
  await host.show('<iframe id="hub" width="10" height="10"></iframe><iframe id="widget" width="600" height="400"></iframe>', { script: null });
  const answer = await host.page.evaluate(flood, [visit.site.url("embed.html"), PICTURES[0], TINY.id]);
  assert.equal(answer.detail.class.label, "ankle boot");
  assert.equal(answer.number, 3000);
  assert.equal(await host.workers(), 1);
  assert.ok((await host.engineAsked("explain")) <= 2, "what is no longer wanted is not explained");
  visit.assertQuiet();
});

/** Runs in the page: what widget.js does, badly meant. Resolves with the last answer. */
async function flood([address, picture, id]) {
  const connect = async (kind) => {
    const frame = document.getElementById(kind);
    frame.src = `${address}#${kind}=n`;
    await new Promise((loaded) => (frame.onload = loaded));
    const { port1, port2 } = new MessageChannel();
    frame.contentWindow.postMessage({ v: 1, type: "connect", nonce: "n" }, new URL(address).origin, [port2]);
    return port1;
  };
  const [hub, widget] = await Promise.all(["hub", "widget"].map(connect));
  const { port1, port2 } = new MessageChannel();
  hub.postMessage({ v: 1, type: "join" }, [port1]);
  widget.postMessage({ v: 1, type: "hub" }, [port2]);
  const file = await (await fetch(picture)).blob();
  const shown = { file, name: "boot.png", key: 1 };
  const nonsense = [
    null, 0, "show", [], {}, new Date(), new Map([["v", 1]]), { v: 2, type: "show" }, { v: 1, type: "constructor" },
    { v: 1, type: "__proto__" }, { v: 1, type: "toString" }, { v: 1, type: ["show"] }, { v: 1, type: "show" },
    { v: 1, type: "show", number: -1, settings: {} }, { v: 1, type: "show", number: 1e300, settings: {} },
    { v: 1, type: "show", number: 1, settings: { target: {} } }, { v: 1, type: "show", number: 1, settings: { target: "x".repeat(1e5) } },
    { v: 1, type: "show", number: 1, settings: {}, picture: "boot.png" }, { v: 1, type: "show", number: 1, settings: {}, picture: { file: { size: 1 }, name: "a", key: 1 } },
    { v: 1, type: "show", number: 1, settings: JSON.parse('{ "__proto__": { "target": "logit:1" } }'), model: 5 },
    { v: 1, type: "hub" }, { v: 1, type: "join" }, { v: 1, type: "refuse", number: 1, message: 5 },
  ];
  const last = 3000;
  const answered = new Promise((resolve) => {
    widget.onmessage = ({ data }) => data.type === "explanation" && data.number === last && resolve(data);
  });
  for (let number = 1; number <= last; number += 1) {
    widget.postMessage(nonsense[number % nonsense.length]);
    hub.postMessage(nonsense[number % nonsense.length]);
    if (number % 10 === 0) widget.postMessage({ v: 1, type: "show", number, settings: { target: `logit:${number === last ? 9 : number % 7}` }, picture: shown, model: { id } });
  }
  return answered;
}

hosting("a picture that is too large is refused with a sentence, by the element and by the frame", async (host, visit) => {
  await host.show(tag());
  const large = () => new Blob(Array.from({ length: 11 }, () => new Uint8Array(10e6)));
  const said = await host.element().evaluate(async (element, source) => {
    const picture = new Function(`return (${source})()`)();
    return element.explain(picture).catch((error) => error.message);
  }, large.toString());
  assert.match(said, /The picture has 110 MB; up to 100 MB/);
  await host.inside().getByRole("alert").filter({ hasText: "110 MB" }).waitFor();
  const text = await host.element().evaluate(async (element) => element.explain(new Blob(["no picture"])).catch((error) => error.message));
  assert.match(text, /picture/);
  visit.assertQuiet();
});

hosting("nothing is sent, kept or read, whatever a reader does", async (host, visit) => {
  const touched = [];
  await visit.context.exposeBinding("touched", ({ frame }, what) => touched.push(`${what} in ${frame.url()}`));
  await visit.context.addInitScript(watchStorage);
  host.page.on("websocket", (socket) => touched.push(`a socket to ${socket.url()}`));
  await host.show(tag({ id: "first" }) + tag({ id: "second", picture: PICTURES[1], target: "contrast:8,9" }));
  await host.press(0);
  await host.press(1);
  await host.explained("ankle boot", 0);
  await host.inside(1).getByRole("heading", { name: "Why bag" }).waitFor();
  const inside = host.inside(0);
  let maps = (await host.awaitEvents("explanation", 2)).length;
  const next = async (act) => {
    await act();
    maps += 1;
    await host.awaitEvents("explanation", maps);
  };
  await next(() => inside.getByRole("button", { name: /sandal/ }).click());
  for (const kind of ["probability", "contrast", "against", "finer"]) await next(() => inside.getByLabel("Question").selectOption(kind));
  for (const method of ["hirescam", "saliency", "occlusion"]) await next(() => inside.getByLabel("Method").selectOption(method));
  await inside.getByLabel("Colour").fill("30");
  await next(() => host.element(0).evaluate((element) => Object.assign(element, { picture: "fashion-dress.png", target: "3", method: null })));
  await host.element(0).evaluate((element) => element.explain(new Blob(["no picture"])).catch(() => {}));
  for (const frame of host.page.frames().filter((one) => one.url().startsWith(visit.site.origin))) {
    const kept = await frame.evaluate(async () => ({
      cookie: document.cookie,
      local: localStorage.length,
      session: sessionStorage.length,
      databases: (await indexedDB.databases()).length,
      caches: (await caches.keys()).length,
      workers: (await navigator.serviceWorker.getRegistrations()).length,
    }));
    assert.deepEqual(kept, { cookie: "", local: 0, session: 0, databases: 0, caches: 0, workers: 0 }, frame.url());
  }
  assert.deepEqual(touched, []);
  assert.deepEqual(await visit.context.cookies(), []);
  await eventually("both are there", async () => (await host.page.locator("iframe").count()) === 3);
  visit.assertQuiet();
});

/** Runs in every document first: reports whoever asks for storage or sends something, but for the test itself. */
function watchStorage() {
  const tell = (what) => {
    const isTest = /UtilityScript|evaluate/.test(new Error().stack);
    if (!isTest) window.touched(what);
  };
  const watchGetter = (object, name) => {
    const { get, set } = Object.getOwnPropertyDescriptor(object, name);
    Object.defineProperty(object, name, {
      get() {
        tell(name);
        return get.call(this);
      },
      set(value) {
        tell(name);
        set?.call(this, value);
      },
    });
  };
  for (const name of ["localStorage", "sessionStorage", "indexedDB", "caches"]) watchGetter(window, name);
  watchGetter(Document.prototype, "cookie");
  const { sendBeacon } = Navigator.prototype;
  Navigator.prototype.sendBeacon = function send(...all) {
    tell("sendBeacon");
    return sendBeacon.apply(this, all);
  };
}
