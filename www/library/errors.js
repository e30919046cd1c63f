// What goes wrong, as one class.

/** Names of what went wrong: those of the engine (`FailureKind` in protocol.d.ts), and further ones. */
export const KINDS = ["picture", "model", "memory", "explanation", "order", "engine", "browser", "size"];

/**
 * Something could not be done. `message` is a sentence for people, with the way out.
 *
 * `kind` says what to do about it: `picture` and `model`: choose another; `memory`: the model may take
 * more memory than the device has to spare, so choose another, or load it with `exceedMemory`;
 * `explanation`: this class, method or layer cannot be explained; `order`: something has to be asked
 * first; `engine`: ask again; `browser`: this browser cannot run the engine; `size`: the model's file
 * leaves the picture's size open, so load it with `size`.
 */
export class GradcamError extends Error {
  constructor(kind, message, options) {
    super(message, options);
    this.name = "GradcamError";
    this.kind = KINDS.includes(kind) ? kind : "engine";
  }
}

/** What a browser says of an error, as the end of a sentence. */
export function reason(error) {
  const text = String(error?.message ?? error ?? "").slice(0, 200);
  return text ? ` The browser says: ${text.replace(/\.?$/, ".")}` : "";
}
