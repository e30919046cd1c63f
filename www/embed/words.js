// Words of the frame of <grad-cam>, and the targets behind them.

/** What the engine is busy with. */
export const PHASES = {
  wait: "Waiting for another picture",
  download: "Loading the model",
  cache: "Loading the model",
  prepare: "Preparing the model",
  decode: "Reading the picture",
  run: "Looking at the picture",
  explain: "Explaining",
};

/** Kinds of targets that need more than a choice: a second picture, a part of the picture. */
const NOT_OFFERED = ["similarity", "region"];

/** "93 %"; what is nearly nothing or nearly all is not rounded to it. */
export function percent(probability) {
  if (!Number.isFinite(probability)) return "";
  if (probability > 0 && probability < 0.01) return "< 1 %";
  if (probability < 1 && probability > 0.99) return "> 99 %";
  return `${Math.round(100 * probability)} %`;
}

/** What is wrong with how a map is to look, in sentences. */
export function problemsOf({ opacity, colormap }, colorMaps) {
  const problems = [];
  if (opacity && !(Number(opacity) >= 0 && Number(opacity) <= 1)) {
    problems.push(`The opacity '${opacity}' is no number from 0 to 1, so the usual one is taken.`);
  }
  if (colormap && !colorMaps.some(({ id }) => id === colormap)) {
    problems.push(`There is no colour map '${colormap}', so the usual one is taken; the colour maps are: ${colorMaps.map(({ id }) => id).join(", ")}.`);
  }
  return problems;
}

/** A target's id in parts: "contrast:3,5" is `{ kind: "contrast", classId: 3, other: 5 }`. */
export function readTarget(target) {
  const [kind, classes = ""] = target.split(":");
  const [classId, other] = classes.split(",").map(Number);
  return { kind, classId, other };
}

/** The class that another is compared with: the likeliest but itself. */
function otherOf(classId, classes) {
  return classes.find(({ id }) => id !== classId);
}

/** The id of a target of this kind about this class. */
export function targetOf(kind, classId, classes) {
  const other = kind === "contrast" ? otherOf(classId, classes)?.id : undefined;
  return other === undefined ? `${kind}:${classId}` : `${kind}:${classId},${other}`;
}

/** The questions that can be asked about a map's class. */
export function questions(targets, map, classes) {
  const { kind: now } = readTarget(map.target);
  const other = otherOf(map.class.id, classes);
  const isOffered = ({ id }) => id === now || (!NOT_OFFERED.includes(id) && (id !== "contrast" || other));
  return targets.filter(isOffered).map(({ id, question }) => ({ id, text: question.replace("the class", "it") }));
}

/** What a map shows, in words. */
export function titleOf(map, classes) {
  const { label } = map.class;
  const { kind, other } = readTarget(map.target);
  if (map.state === "notFinite") return { label, title: `No map for ${label}: the network gave values that are no numbers` };
  if (map.state === "noPositiveEvidence") return { label, title: `Nothing in this picture speaks for ${label}` };
  const second = classes.find(({ id }) => id === other)?.label ?? `class ${other}`;
  const titles = {
    probability: `What makes ${label} more probable`,
    contrast: `Why ${label} and not ${second}`,
    against: `What speaks against ${label}`,
    finer: `What sets ${label} apart`,
  };
  return { label, title: titles[kind] ?? `Where it looked for ${label}` };
}
