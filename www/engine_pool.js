// A thread of the engine's pool: the engine's own program on the engine's own memory.
// Started by src/engine/worker_threads.rs. The site's build copies this file to
// NAME_pool.js and puts the program's name into the next line.

import init, { run_pool_thread } from "./PROGRAM.js";

self.onmessage = async ({ data: { module, memory, channel } }) => {
  try {
    await init({ module_or_path: module, memory });
    self.postMessage("ready");
    // Returns only if the pool could not be built.
    run_pool_thread();
    self.close();
  } catch (error) {
    // The engine may be blocked until this thread is done: tell the page.
    if (channel) new BroadcastChannel(channel).postMessage({ crash: String(error) });
    throw error;
  }
};
