// A worker that does what it is asked, one thing at a time.

/** Answers `{ job, command, values }` with `{ job, result }` or `{ job, error }`. */
export function answering(commands) {
  self.onmessage = async ({ data: { job, command, values } }) => {
    try {
      self.postMessage({ job, result: await commands[command](...values) });
    } catch (error) {
      self.postMessage({ job, error: error?.message ?? String(error) });
    }
  };
  self.postMessage({ job: 0, result: null });
}

/** Runs `work` and says how long it took: `{ ms, outputs }`. */
export async function timed(work) {
  const started = performance.now();
  const outputs = await work();
  return { ms: performance.now() - started, outputs };
}
