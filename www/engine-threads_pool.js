// A thread of the engine's pool: the engine's own program on the engine's own memory.
// Started by src/engine/threads.rs.

import init, { run_pool_thread } from "./engine-threads.js";

self.onmessage = async ({ data: { module, memory, channel } }) => {
  try {
    await init({ module_or_path: module, memory });
    self.postMessage("ready");
    // Returns only if there is nothing to do.
    run_pool_thread();
    self.close();
  } catch (error) {
    // The engine may be waiting for this thread and then hears nothing: tell the page.
    if (channel) new BroadcastChannel(channel).postMessage({ crash: String(error) });
    throw error;
  }
};
