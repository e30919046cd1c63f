// Computes checksums while the engine prepares the model: Chromium computes them in the
// thread that asks. Started by src/engine/checksum.rs. The site's build copies this file
// to NAME_checksum.js.

self.onmessage = async ({ data: { bytes, answer } }) => {
  let digest;
  try {
    digest = await crypto.subtle.digest("SHA-256", bytes);
  } catch {
    // The engine computes it, from the bytes that go back.
  }
  answer.postMessage({ digest, bytes }, [bytes]);
  answer.close();
};
self.postMessage("ready");
