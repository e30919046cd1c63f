// The engine's messages. Written by src/protocol/typescript.rs from the types there; do not edit.

/**
 * A header from the page to the engine.
 */
export type RequestMessage = { job: number, request: Request, };

/**
 * A header from the engine to the page.
 */
export type EventMessage = { job: number, event: Event, };

export type Request = { "type": "loadModel", model: ModelSource, 
/**
 * The layer to begin with; one that the model does not have gives way
 * to the usual one, and [`ModelSummary::notes`] say so.
 */
layer: string | null, 
/**
 * What a person has said about files before. The engine uses what is
 * about this one.
 */
remembered: Array<Remembered>, 
/**
 * Whether a model is loaded that may take more memory than the device has to spare.
 */
exceedsMemory: boolean, } | { "type": "predict", name: string, overrides: PredictionOverrides, } | { "type": "explain", 
/**
 * The method's id.
 */
method: string, 
/**
 * The question: a target's id, such as "logit:3".
 */
target: string, 
/**
 * One of [`ModelSummary::layers`], by name.
 */
layer: string, 
/**
 * Settings of the method by id, where they are not the default.
 */
settings: Array<[string, string]>, 
/**
 * What random numbers begin with.
 */
seed: number, 
/**
 * The name of a second picture, whose file's bytes are buffer 0, for a question that
 * compares with it.
 */
reference: string | null, 
/**
 * The part of the picture that the question is about. A mask is the last buffer.
 */
region: DrawnRegion | null, } | { "type": "measure", 
/**
 * The metric's id.
 */
metric: string, 
/**
 * What random numbers begin with.
 */
seed: number, 
/**
 * Where the object is.
 */
region: DrawnRegion | null, map: MapSummary, } | { "type": "curvePicture", metric: string, 
/**
 * As in [`Request::Measure`].
 */
seed: number, 
/**
 * The number of the curve.
 */
curve: number, 
/**
 * The point's x.
 */
share: number, map: MapSummary, } | { "type": "change", change: PictureChange, map: MapSummary, } | { "type": "tryScalings", name: string, overrides: PredictionOverrides, } | { "type": "tryEverything" } | { "type": "cancel", job: number, };

/**
 * Where the engine finds a model.
 */
export type ModelSource = { "from": "manifest", url: string, entry: ManifestEntry, } | { "from": "file", name: string, weights: Array<WeightsFile>, };

/**
 * A file that holds weights of a model beside the model's own.
 */
export type WeightsFile = { name: string, bytes: number, };

/**
 * What a person said about a file: only what cannot be changed without
 * preparing it anew.
 */
export type Remembered = { 
/**
 * Of the file's bytes, lower-case hexadecimal.
 */
sha256: string, 
/**
 * Height and width in pixels, for a file that leaves them open.
 */
size: [number, number] | null, 
/**
 * Whether channels come last, for a file that leaves it open.
 */
channelsLast: boolean | null, 
/**
 * The tensor that is explained.
 */
logits: string | null, 
/**
 * Values of inputs besides the picture, by name.
 */
inputs: Array<[string, Array<number>]>, 
/**
 * The layer to begin with, unless the request names one.
 */
layer: string | null, };

/**
 * What a person chose in place of what the file states or, where it states nothing, of
 * what was assumed; `None` for each thing that nobody chose.
 */
export type PredictionOverrides = { 
/**
 * The scaling of pixel values: the id of one of `picture::SCALINGS`.
 */
scaling: string | null, 
/**
 * How the picture is fitted to the input: the text of a `picture::Fit`.
 */
fit: string | null, 
/**
 * The activation that makes probabilities of the logits.
 */
outputActivation: OutputActivation | null, picture: PictureOverrides, };

/**
 * The activation that makes probabilities of logits.
 */
export type OutputActivation = "softmax" | "sigmoid";

/**
 * In a message it is internally tagged by `type`, as a request is. Engine and page convert
 * it themselves: serde reads an internally tagged enum with several times the code, and
 * the page has to be small.
 */
export type Event = { "type": "loaded" } | { "type": "started", protocol: number, 
/**
 * `simd128`, `relaxed-simd` or `threads`.
 */
variant: string, 
/**
 * The number of threads that compute, the worker's own included.
 */
threads: number, 
/**
 * For clients without this library; the page has it itself and does not read it.
 */
catalogue: Catalogue, } | { "type": "ready", model: ModelSummary, timingsMs: LoadTimings, } | { "type": "sizeWanted", sha256: string, input: string, } | { "type": "progress", phase: Phase, done: number, total: number, } | { "type": "prediction", width: number, height: number, notes: Array<string>, preview: [number, number] | null, reading: PictureReading, 
/**
 * Where the network's input lies on the picture: left, top, width and height in parts of
 * the picture's. The page computes it itself.
 */
frame: [number, number, number, number], timingsMs: PredictTimings, } | { "type": "map", map: MapSummary, 
/**
 * Whether another map follows that is more complete.
 */
isEarly: boolean, 
/**
 * How often the network ran on the picture so far: 1 as long as the
 * first look was enough.
 */
forwardRuns: number, timingsMs: ExplainTimings, } | { "type": "measured", measurement: MeasurementSummary, 
/**
 * Whether another follows that is more complete.
 */
isEarly: boolean, } | { "type": "changed", map: MapSummary, width: number, height: number, 
/**
 * Spearman's rank correlation of the maps before and after.
 */
correlation: number, } | { "type": "curvePicture", width: number, height: number, } | { "type": "scalingTrials", trials: Array<ScalingTrial>, 
/**
 * Whether another follows that is more complete.
 */
isEarly: boolean, } | { "type": "report", text: string, } | { "type": "failed", kind: FailureKind, message: string, } | { "type": "cancelled" };

/**
 * What the engine is busy with, in the order of a first visit.
 */
export type Phase = "download" | "cache" | "prepare" | "decode" | "run" | "explain";

/**
 * What went wrong, as far as the page treats it differently.
 */
export type FailureKind = "picture" | "model" | "memory" | "explanation" | "order" | "engine";

/**
 * Everything that has an id.
 */
export type Catalogue = { 
/**
 * The default first.
 */
methods: Array<MethodEntry>, 
/**
 * The default first.
 */
targets: Array<TargetEntry>, 
/**
 * The default first.
 */
colorMaps: Array<ColorMapEntry>, };

/**
 * A method of explanation.
 */
export type MethodEntry = { id: string, 
/**
 * The field's name for it.
 */
name: string, 
/**
 * What it answers, for people who do not know the name.
 */
plainName: string, 
/**
 * Whether it runs the network, or a part of it, many times.
 */
isSlow: boolean, };

/**
 * A kind of target.
 */
export type TargetEntry = { 
/**
 * Before the colon of a target's id.
 */
id: string, 
/**
 * The question, with "the class" for the class.
 */
question: string, 
/**
 * How many classes it names.
 */
classes: number, };

/**
 * A colour map.
 */
export type ColorMapEntry = { id: string, name: string, 
/**
 * Whether its middle is the value zero.
 */
isDiverging: boolean, };

/**
 * What the page shows of a model that is ready.
 */
export type ModelSummary = { name: string, 
/**
 * Of the file's bytes, lower-case hexadecimal.
 */
sha256: string, 
/**
 * K.
 */
classes: number, 
/**
 * One for each class; empty where the file names none.
 */
labels: Array<string>, input: InputSummary, output: OutputSummary, 
/**
 * The layer that is explained first, by its name in the file.
 */
layer: string, 
/**
 * Every layer that can be explained, in the order of the file.
 */
layers: Array<LayerSummary>, source: string | null, license: string | null, 
/**
 * What the file is and how it is read, in plain text for a report.
 */
report: string, 
/**
 * What a person should know about how the model was prepared.
 */
notes: Array<string>, 
/**
 * Whether the browser now keeps the file for the next visit; a sentence if
 * it was asked to and could not.
 */
cacheNote: string | null, };

/**
 * How the network takes its picture.
 */
export type InputSummary = { 
/**
 * The tensor's name.
 */
name: string, 
/**
 * Four axes, the first 1.
 */
shape: [number, number, number, number], channelsLast: boolean, 
/**
 * The file would allow its channels first as well as last.
 */
layoutIsOpen: boolean, channels: number, 
/**
 * Height and width in pixels.
 */
size: [number, number], 
/**
 * The file leaves the size open; a person chose this one.
 */
sizeIsChosen: boolean, 
/**
 * One of `picture::SCALINGS` by its id, if it is one of the usual.
 */
scaling: string | null, 
/**
 * The file does not say how its pixel values are scaled: why this was assumed.
 */
scalingAssumed: string | null, 
/**
 * All of the preprocessing, as JSON of `picture::Preprocess`.
 */
preprocess: string, 
/**
 * What else the network takes.
 */
further: Array<FurtherInputSummary>, };

/**
 * Which numbers of the network are explained.
 */
export type OutputSummary = { 
/**
 * The tensor that holds the logits.
 */
logits: string, 
/**
 * The activation by which the file itself makes probabilities of its logits, if it
 * does.
 */
activation: OutputActivation | null, 
/**
 * The activation that makes probabilities of them unless a person chose another.
 */
probabilities: OutputActivation, 
/**
 * Tensors that could be explained instead.
 */
others: Array<string>, 
/**
 * Of a network that gives classes for places: rows and columns of its grid.
 */
places: [number, number] | null, };

export type LayerSummary = { name: string, 
/**
 * "block 4": what a person would call it, where that is known.
 */
alias: string | null, operator: string, 
/**
 * Channels, height, width.
 */
shape: [number, number, number], };

/**
 * An input besides the picture.
 */
export type FurtherInputSummary = { 
/**
 * The tensor's name.
 */
name: string, shape: Array<number>, 
/**
 * Its values in row-major order, where somebody gave them; they are zero otherwise.
 */
values: Array<number> | null, };

/**
 * What a network says of a picture by one scaling of its pixel values.
 */
export type ScalingTrial = { 
/**
 * The id of one of `picture::SCALINGS`.
 */
scaling: string, 
/**
 * The likeliest classes, that first, and their probabilities.
 */
top: Array<[number, number]>, };

/**
 * What a person chose of how a picture's file is read; `None` for what nobody chose.
 */
export type PictureOverrides = { 
/**
 * The values that become black and white, the lower first, of grey pictures of more than 8
 * bits.
 */
window: [number, number] | null, 
/**
 * The text of a `picture::Background`, for pictures that are transparent in places.
 */
background: string | null, 
/**
 * Which bands are shown as red, green and blue, counted from 0, of pictures of other bands
 * than colours.
 */
bands: [number, number, number] | null, 
/**
 * Colours that the file states to be other than sRGB's become sRGB's.
 */
convertsColors: boolean, };

/**
 * What there is to choose of a picture.
 */
export type PictureReading = { 
/**
 * Of a grey picture of more than 8 bits.
 */
levels: LevelsReading | null, 
/**
 * It is transparent in places.
 */
isTransparent: boolean, 
/**
 * The file states that its colours are other than sRGB's.
 */
hasProfile: boolean, 
/**
 * Number of bands, where they are no colours.
 */
bands: number | null, };

/**
 * Grey levels of more than 8 bits.
 */
export type LevelsReading = { 
/**
 * The values that are black and white.
 */
window: [number, number], 
/**
 * The same unless a person chooses.
 */
usual: [number, number], 
/**
 * The file itself states `usual`.
 */
isUsualOfFile: boolean, 
/**
 * The least and the greatest value of a pixel.
 */
range: [number, number], 
/**
 * How many pixels are in each of 64 equal parts of `range`, by the logarithm: 100 for the most.
 */
bars: Array<number>, };

/**
 * Everything about a map but its values.
 */
export type MapSummary = { 
/**
 * The class that was asked about.
 */
class: number, 
/**
 * The question: a target's id, such as "logit:3".
 */
target: string, 
/**
 * The target's value for the picture.
 */
value: number, method: string, 
/**
 * Every setting of the method, by id.
 */
settings: Array<[string, string]>, 
/**
 * What random numbers began with; `None` where there are none.
 */
seed: number | null, 
/**
 * The layer that was chosen.
 */
layer: string, 
/**
 * Layers that were combined with it.
 */
furtherLayers: Array<string>, 
/**
 * Whether the map has the grid of the layer, and not that of the input.
 */
isAtLayer: boolean, height: number, width: number, 
/**
 * Minimum and maximum of the signed map.
 */
min: number, max: number, state: MapState, unit: MapUnit, 
/**
 * How often the network ran for this map.
 */
runs: number, 
/**
 * What was not done because the budget ended.
 */
leftOut: string | null, completeness: CompletenessSummary | null, 
/**
 * Ids of methods whose map is the same here up to a factor.
 */
coincidesWith: Array<string>, 
/**
 * The channels of the layer that add most to the map, the greatest first.
 */
channels: Array<ChannelSummary>, };

/**
 * What a channel of the layer adds to a map.
 */
export type ChannelSummary = { channel: number, 
/**
 * The factor of its activations.
 */
weight: number, 
/**
 * The sum of what it adds.
 */
contribution: number, };

/**
 * What a map should add up to, and how far it is from that.
 */
export type CompletenessSummary = { sum: number, expected: number, 
/**
 * A sentence that says what should add up to what.
 */
meaning: string, };

/**
 * Whether a map has something to show.
 */
export type MapState = "evidence" | "noPositiveEvidence" | "notFinite";

/**
 * What the values of a map are measured in.
 */
export type MapUnit = "logit" | "probability" | "none";

/**
 * A part of the picture that a person marked.
 */
export type DrawnRegion = { "type": "box", area: [number, number, number, number], } | { "type": "mask", height: number, width: number, };

/**
 * How a picture is changed before it is explained.
 */
export type PictureChange = { "type": "cover", area: [number, number, number, number], } | { "type": "attack", 
/**
 * In grey levels of 255.
 */
size: number, steps: number, class: number, 
/**
 * Whether it shall rise.
 */
towards: boolean, };

/**
 * What was measured of a map.
 */
export type MeasurementSummary = { 
/**
 * The metric's id.
 */
metric: string, 
/**
 * NaN as long as nothing is known.
 */
value: number, 
/**
 * The same metric on maps that know nothing, once it is known.
 */
chance: ChanceSummary | null, 
/**
 * What the value was computed from, where that is a curve.
 */
curves: Array<CurveSummary>, 
/**
 * Every setting of the metric, by id.
 */
protocol: Array<[string, string]>, 
/**
 * What random numbers began with.
 */
seed: number, 
/**
 * How often the network ran.
 */
runs: number, 
/**
 * What was not done because the budget ended.
 */
leftOut: string | null, };

/**
 * What maps give that know nothing of picture and network.
 */
export type ChanceSummary = { 
/**
 * The mean of random maps.
 */
random: number, 
/**
 * A blob at the centre.
 */
centre: number, };

/**
 * Points in the order of x.
 */
export type CurveSummary = { name: string, 
/**
 * A share of the picture or of the network's layers, 0…1.
 */
xs: Array<number>, 
/**
 * What was measured there.
 */
ys: Array<number>, };

/**
 * Milliseconds of each step from bytes in memory to ready.
 */
export type LoadTimings = { fetch: number, prepare: number, };

export type PredictTimings = { decode: number, resize: number, forward: number, };

export type ExplainTimings = { 
/**
 * From the request to the map, with all that had to be built for it.
 */
explain: number, };

export type ManifestEntry = { 
/**
 * Short and stable, for the URL: "xception-kitchenware".
 */
id: string, 
/**
 * For people: "Xception, kitchenware".
 */
name: string, 
/**
 * One plain sentence: what it knows.
 */
description: string, 
/**
 * File name beside the manifest.
 */
file: string, bytes: number, 
/**
 * Lower-case hexadecimal.
 */
sha256: string, classes: number, 
/**
 * Files in `samples/` that suit this model.
 */
samples: Array<string>, 
/**
 * Why there are none, for people; a general sentence stands in for it.
 */
samplesNote: string | null, source: string, license: string, };

/**
 * How one map was made.
 */
export type ExplanationRecord = { 
/**
 * [`RECORD_VERSION`] of whoever wrote it.
 */
version: number, image: ImageRecord, model: ModelRecord, preprocessing: PreprocessingRecord | null, 
/**
 * The method's id.
 */
method: string, 
/**
 * The target's id.
 */
target: string, 
/**
 * The target's value for the picture.
 */
value: number | null, 
/**
 * Every setting of the method, by id.
 */
settings: { [key in string]: string }, seed: number | null, 
/**
 * By its tensor in the model's file.
 */
layer: string, 
/**
 * Layers that were combined with it.
 */
further_layers: Array<string>, class: ClassRecord, 
/**
 * The likeliest first.
 */
top_classes: Array<ClassRecord>, map: MapRecord, runs: number, left_out: string | null, completeness: CompletenessSummary | null, coincides_with: Array<string>, 
/**
 * The channels of the layer that add most to the map.
 */
important_channels: Array<ChannelSummary>, 
/**
 * The build that computed it.
 */
engine: EngineRecord | null, gradcam_version: string, };

/**
 * The picture's file.
 */
export type ImageRecord = { 
/**
 * A name for people; no file is opened by it.
 */
name: string, 
/**
 * Of the file's bytes, lower-case hexadecimal.
 */
sha256: string | null, 
/**
 * Of the upright picture, in pixels; 0 for an input tensor.
 */
width: number, height: number, 
/**
 * The part that the network saw: left, top, width and height in pixels of the upright
 * picture. `None` for an input tensor, and in older records.
 */
seen: [number, number, number, number] | null, 
/**
 * Where that part lies in the input: left, top, width and height in pixels of the input.
 */
place_in_input: [number, number, number, number] | null, 
/**
 * The values that were black and white, of a grey picture of more than 8 bits.
 */
window: [number, number] | null, 
/**
 * What was put behind a picture that is transparent in places, by its name.
 */
background: string | null, 
/**
 * `ignored` or `converted` to sRGB, of a file whose colours are other than sRGB's.
 */
color_profile: string | null, };

/**
 * The model's file, and what a person chose of how it is read.
 */
export type ModelRecord = { 
/**
 * In the page's catalogue.
 */
id: string | null, name: string, 
/**
 * Of the file's bytes, lower-case hexadecimal.
 */
sha256: string, source: string | null, license: string | null, 
/**
 * Height and width in pixels.
 */
input_size: [number, number], input: InputSummary, 
/**
 * The tensor that is explained.
 */
logits: string, 
/**
 * The scaling that a person chose, by id.
 */
scaling: string | null, 
/**
 * The activation that a person chose.
 */
probabilities: OutputActivation | null, assumptions: Array<string>, };

/**
 * All that is done to the picture before the network sees it.
 */
export type PreprocessingRecord = { layout: string, channels: string, 
/**
 * Height and width in pixels.
 */
size: [number, number], 
/**
 * The text of a `picture::Fit`.
 */
fit: string, resize: string, 
/**
 * What is done to a byte, in words.
 */
pixels: string, scale: number, mean: Array<number>, std: Array<number>, };

export type ClassRecord = { id: number, label: string, 
/**
 * `None` where it is no number.
 */
logit: number | null, probability: number | null, };

/**
 * The map, without its values.
 */
export type MapRecord = { height: number, width: number, 
/**
 * `None` where it is no number.
 */
min: number | null, max: number | null, state: MapState, 
/**
 * `layer` or `input`.
 */
grid: string, unit: MapUnit, 
/**
 * What the values are, in words.
 */
values: string, 
/**
 * Of the values, float32, little-endian, row by row.
 */
sha256: string | null, };

/**
 * The build that computed it.
 */
export type EngineRecord = { variant: string, threads: number, };
