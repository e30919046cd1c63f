// The frame of one <grad-cam>: keeps what the page wants shown and what the reader chose, asks the
// hub for the map, and tells the page what came of it.

import { FROM_HUB, FROM_PAGE, open } from "./messages.js";
import { View } from "./view.js";

export function start(port) {
  new Frame(port);
}

class Frame {
  #say;
  #ask;
  #view = new View({
    choose: (choice) => this.#choose(choice),
    retry: () => this.#retry(),
    cancel: () => this.#cancel(),
  });
  /** What the page wants: `number`, `settings`, and the files as far as they have come. */
  #wanted;
  /** What the reader chose in place of the page's settings. */
  #chosen = {};
  /** The question that was asked last, and its answers. */
  #asked;
  /** Whether the reader wants a model that may take more memory than the device has to spare. */
  #exceedMemory = false;

  constructor(port) {
    this.#say = open(port, FROM_PAGE, (message, ports) => this.#receive(message, ports));
    this.#view.watchSize((height) => this.#say("size", { height }));
    // The page waits for a sign of life.
    this.#say("hello");
  }

  #receive(message, ports) {
    if (message.type === "hub" && ports.length === 1 && !this.#ask) {
      this.#ask = open(ports[0], FROM_HUB, (answer) => this.#hear(answer));
    } else if (message.type === "show") {
      this.#show(message);
    } else if (message.type === "refuse" && message.number === this.#wanted?.number) {
      this.#fail("picture", message.message);
    }
  }

  #show(message) {
    const before = this.#wanted;
    if (before && message.number < before.number) return;
    this.#wanted = message;
    // A frame that was given up and comes back begins with what its reader had chosen.
    if (!before) this.#chosen = { ...message.chosen };
    else this.#forgetChoices(before, message);
    document.documentElement.style.colorScheme = message.settings.scheme === "dark" ? "dark" : "light";
    this.#view.show(message.picture, this.#settings());
    this.#explain();
  }

  /** What the page changes is the page's again, and another picture has other classes. */
  #forgetChoices(before, { settings, picture }) {
    const kept = Object.keys(this.#chosen).filter((name) => before.settings[name] === settings[name]);
    const isOther = picture && this.#asked && this.#asked.picture !== picture.key;
    this.#chosen = Object.fromEntries(kept.filter((name) => !(isOther && name === "target")).map((name) => [name, this.#chosen[name]]));
    this.#say("chosen", { chosen: this.#chosen });
  }

  /** The page's settings with the reader's in their place. */
  #settings() {
    return { ...this.#wanted.settings, ...this.#chosen };
  }

  #choose(choice) {
    Object.assign(this.#chosen, choice);
    this.#say("chosen", { chosen: this.#chosen });
    if ("opacity" in choice) this.#view.look(this.#settings());
    else this.#explain();
  }

  /** Asks the hub, once both files are there, unless that is what it was asked last. */
  #explain() {
    const { number, picture, model } = this.#wanted;
    const settings = this.#settings();
    if (!picture || !model) return this.#view.busy(picture ? "Loading the model" : "Loading the picture");
    const { target, method, layer } = settings;
    const question = JSON.stringify([picture.key, model.key ?? model.id, target, method, layer]);
    if (this.#asked?.question === question && this.#asked.state !== "failed") {
      this.#asked.number = number;
      this.#view.look(settings);
      if (this.#asked.map) this.#say("explanation", { number, detail: this.#asked.map, isAgain: true });
      return;
    }
    this.#asked = { question, number, state: "asked", picture: picture.key, hubNumber: (this.#asked?.hubNumber ?? 0) + 1 };
    this.#view.busy("Starting");
    this.#ask?.("explain", { number: this.#asked.hubNumber, settings: { target, method, layer }, model, picture, exceedMemory: this.#exceedMemory });
  }

  #hear(answer) {
    const asked = this.#asked;
    if (answer.type === "catalogue") return this.#view.setCatalogue(answer);
    if (answer.number !== asked?.hubNumber || asked.state === "failed") return;
    const { number } = asked;
    if (answer.type === "progress") this.#view.progress(answer);
    if (answer.type === "failure") this.#fail(answer.kind, answer.message);
    if (answer.type === "ready") {
      this.#view.model(answer.model);
      this.#say("ready", { number, detail: answer.model });
    }
    if (answer.type === "prediction") {
      this.#view.prediction(answer.prediction);
      this.#say("prediction", { number, detail: { ...answer.prediction, preview: undefined } });
    }
    if (answer.type === "explanation") {
      const isLast = !answer.map.isEarly;
      this.#view.map(answer.map, this.#settings(), isLast);
      if (!isLast) return;
      Object.assign(asked, { state: "explained", map: answer.map });
      this.#say("explanation", { number, detail: answer.map });
    }
  }

  #cancel() {
    this.#ask?.("cancel");
    this.#say("cancel");
    this.#fail("cancelled", "This was cancelled.");
  }

  #retry() {
    this.#exceedMemory ||= this.#asked?.kind === "memory";
    this.#say("retry");
  }

  #fail(kind, message) {
    if (this.#asked) Object.assign(this.#asked, { state: "failed", kind });
    this.#view.fail(message, kind === "memory" ? "Load it all the same" : undefined);
    this.#say("failure", { number: this.#wanted.number, detail: { kind, message } });
  }
}
