// The start of both frames of <grad-cam>: waits for the page that made the frame to hand over a
// port, once, and only from that page and with the number that it put into the address.

import { VERSION } from "./messages.js";

/** A page that frames this one without the element's script hands over nothing. */
const ALONE_MS = 5_000;

const [kind, nonce] = location.hash.slice(1).split("=");
const KINDS = { widget: () => import("./frame.js"), hub: () => import("./hub.js") };

function alone() {
  document.getElementById("alone").hidden = false;
}

function connect({ source, data, ports }) {
  const isOurs = source === window.parent && data?.v === VERSION && data.type === "connect" && data.nonce === nonce;
  if (!isOurs || ports.length !== 1) return;
  clearTimeout(timer);
  document.getElementById("alone").hidden = true;
  removeEventListener("message", connect);
  loaded.then((module) => module.start(ports[0]), (error) => {
    // Part of the site is missing; the element says so when nobody answers.
    console.error(error);
  });
}

const isFramed = window.parent !== window && Object.hasOwn(KINDS, kind) && nonce;
const timer = isFramed && setTimeout(alone, ALONE_MS);
const loaded = isFramed ? KINDS[kind]() : undefined;
if (isFramed) addEventListener("message", connect);
else alone();
