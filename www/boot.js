// Starts the page: checks what the browser can do, then loads the application.
// A file of its own, because the page's security policy allows no inline script.

const script = document.querySelector("script[data-js][data-wasm]");

// (module (func (result v128) i32.const 0 i8x16.splat i8x16.popcnt))
const SIMD_PROBE = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11,
]);

function say(sentence) {
  const paragraph = document.createElement("p");
  paragraph.className = "boot";
  paragraph.setAttribute("role", "alert");
  paragraph.textContent = sentence;
  document.getElementById("app").replaceChildren(paragraph);
}

function wanting() {
  if (typeof WebAssembly !== "object" || !WebAssembly.validate(SIMD_PROBE)) {
    return "This page computes with WebAssembly SIMD, which this browser does not have or does not allow. " +
      "Chrome and Edge have it from version 91, Firefox from 89, Safari from 16.4.";
  }
  return null;
}

async function start() {
  const lack = wanting();
  if (lack) {
    say(lack);
    return;
  }
  try {
    // Relative addresses count from the page, not from this file.
    const address = (name) => new URL(script.dataset[name], document.baseURI).href;
    const wasm = address("wasm");
    const preload = [...document.querySelectorAll("link[rel=preload][as=fetch]")].find((link) => link.href === wasm);
    const [module, response] = await Promise.all([
      import(address("js")),
      fetch(wasm, preload?.integrity ? { integrity: preload.integrity } : {}),
    ]);
    if (!response.ok) throw new Error(`the server answered ${response.status} for ${wasm}`);
    await module.default({ module_or_path: response });
  } catch (error) {
    console.error(error);
    say("The page could not be loaded. Check the connection and reload it. " +
      `What the browser said: ${error instanceof Error ? error.message : error}`);
  }
}

start();
