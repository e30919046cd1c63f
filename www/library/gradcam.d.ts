// Types of gradcam.js. Those of the engine's messages stand in protocol.d.ts, which is written from
// the engine's own.

import type { Catalogue, ClassRecord, ExplanationRecord, FailureKind, MapState, MapUnit, ModelSummary, Phase, PredictionOverrides } from "./protocol.js";

export type { Catalogue, ClassRecord, ExplanationRecord, FailureKind, MapState, MapUnit, ModelSummary, Phase, PredictionOverrides };

/** The version of the library and its engine. */
export const VERSION: string;

/** What went wrong: the engine's kinds, a browser that cannot run the engine, a picture's size that a file leaves open. */
export type ErrorKind = FailureKind | "browser" | "size";

/** Something could not be done; `message` is a sentence for people, with the way out. */
export class GradcamError extends Error {
  readonly name: "GradcamError";
  readonly kind: ErrorKind;
}

/** What the engine is busy with. `total` is 0 where it is not known; of a download both are bytes. */
export interface Progress {
  phase: Phase;
  done: number;
  total: number;
}

/** What every question takes. */
export interface Asking {
  /** Rejects with its reason as soon as it is aborted; the engine is free for the next question soon after. */
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

/** The builds of the engine, the best first. */
export type Variant = "threads" | "relaxed" | "simd128";

/** Bytes of a file beside a model: weights in a second file, a configuration (`.json`). */
export type ModelPart = File | { name: string; data: BlobPart };

export interface ModelOptions extends Asking {
  /** The ONNX file: its address, or its bytes. */
  model: string | URL | Blob | ArrayBuffer | ArrayBufferView;
  /** Files that the model refers to, by their names. */
  weights?: ModelPart[];
  /** What the model is called in messages and manifests; else its file's name. */
  name?: string;
  /** The layer to begin with, by its name or alias. */
  layer?: string;
  /** Height and width in pixels, for a file that leaves them open. */
  size?: [number, number];
  /** Whether channels come last, for a file that leaves it open. */
  channelsLast?: boolean;
  /** The tensor that is explained, where the file has several. */
  logits?: string;
  /** Whether a model is loaded that may take more memory than the device has to spare; else the error's kind is `memory`. */
  exceedMemory?: boolean;
}

export interface LoadOptions extends ModelOptions {
  /** Address of the package's folder `engine`, relative to the page; it must be of the page's own origin. */
  engine?: string | URL;
  /** Only these builds of the engine. */
  variants?: Variant[];
}

/** The network's input itself: values in the input's own layout, such as [1, 3, 224, 224]. */
export interface Tensor {
  data: Float32Array;
  shape: number[];
}

/** A Blob is a picture's file; what is drawn already is taken as it is drawn. */
export type PictureInput =
  | Blob
  | HTMLImageElement
  | HTMLCanvasElement
  | HTMLVideoElement
  | OffscreenCanvas
  | ImageBitmap
  | ImageData
  | Tensor;

export interface PredictOptions extends Asking {
  /** Scaling, fit and activation in place of what the file states. */
  overrides?: Partial<PredictionOverrides>;
}

export interface Prediction {
  /** K values. */
  logits: Float32Array;
  /** K values. */
  probabilities: Float32Array;
  /** The likeliest first, at most a thousand. */
  classes: ClassRecord[];
  /** Of the upright picture in pixels; 0 for a tensor. */
  width: number;
  height: number;
  /** What a person should know about how the picture was read. */
  notes: string[];
  /** Where the network's input lies on the picture: left, top, width, height in parts of the picture's. */
  frame: [number, number, number, number];
}

export interface ExplainOptions extends Asking {
  /** A class's number, or a target's id: "logit:3", "contrast:281,285"; else the likeliest class. */
  target?: number | string;
  /** The method's id; else "grad-cam". */
  method?: string;
  /** A layer's name; else the model's. */
  layer?: string;
  /** Settings of the method by id. */
  settings?: Record<string, string | number | boolean>;
  /** What random numbers begin with. */
  seed?: number;
  /** The second picture of the target "similarity". */
  reference?: PictureInput;
  /** Called with maps that are not complete yet. */
  onMap?: (map: SaliencyMap) => void;
}

export interface SaliencyMap {
  /** `height`×`width` values, row by row, signed, never normalised. */
  values: Float32Array;
  width: number;
  height: number;
  /** Whether it has something to show. */
  state: MapState;
  unit: MapUnit;
  /** Least and greatest value. */
  min: number;
  max: number;
  target: string;
  /** The target's value for the picture. */
  value: number;
  method: string;
  layer: string;
  class: ClassRecord;
  /** Whether it has the grid of the layer, and not that of the input. */
  isAtLayer: boolean;
  /** Where it lies on the picture: left, top, width, height in parts of the picture's. */
  frame: [number, number, number, number];
  /** Whether another follows that is more complete. */
  isEarly: boolean;
  /** How often the network ran on the picture so far. */
  forwardRuns: number;
  /** How it was made: what `gradcam reproduce` reads. */
  manifest: ExplanationRecord;
}

/** How a map is drawn. */
export interface Look {
  /** Drawn first, over the whole canvas. Without one the map is laid over what the canvas has. */
  picture?: CanvasImageSource;
  /** An id of the catalogue's colour maps. */
  colormap?: string;
  /** 0…1, else 0.7. */
  opacity?: number;
  /** The value that gets the end of the colours; else the map's largest. */
  scale?: number;
  /** Shows the map's own cells instead of values between them. */
  isRaw?: boolean;
}

/** One engine, one model, one picture at a time. Questions are answered in their order. */
export class Gradcam {
  /** Starts the engine and loads a model. Rejects with a `GradcamError`. */
  static load(options: LoadOptions): Promise<Gradcam>;
  /** The model's summary: classes, labels, layers, and what was assumed. */
  readonly model: (ModelSummary & { id: string | null }) | undefined;
  /** Methods, targets and colour maps. */
  readonly catalogue: Catalogue | undefined;
  /** Loads another model in place of the one before. */
  loadModel(options: ModelOptions): Promise<ModelSummary>;
  /** Runs the network on a picture. */
  predict(input: PictureInput, options?: PredictOptions): Promise<Prediction>;
  /** Explains the picture predicted last. */
  explain(options?: ExplainOptions): Promise<SaliencyMap>;
  /** Draws a map on a canvas of any size. */
  draw(canvas: HTMLCanvasElement | OffscreenCanvas, map: SaliencyMap, look?: Look): void;
  /** The 256 colours of a colour map, red, green, blue; `isSigned` if its middle is the value zero. */
  colors(id?: string): { table: Uint8Array; isSigned: boolean };
  /** Ends the engine and gives its memory back. */
  dispose(): void;
}
