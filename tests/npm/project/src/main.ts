// What a web developer writes: loads, predicts, explains, gives up, draws and ends.

import { Gradcam, GradcamError, type Progress, type SaliencyMap } from "gradcam-web";

export interface Found {
  label: string;
  state: SaliencyMap["state"];
  cells: number;
  sum: number;
  phases: Progress["phase"][];
  givenUp: string;
  afterwards: string;
  painted: boolean;
  kind: GradcamError["kind"] | "none";
  disposed: string;
}

async function run(): Promise<Found> {
  const phases = new Set<Progress["phase"]>();
  const onProgress = ({ phase }: Progress) => void phases.add(phase);
  const cam = await Gradcam.load({ model: "xception-tiny.onnx", engine: "gradcam/", onProgress });
  const picture = await (await fetch("boot.png")).blob();
  const { classes } = await cam.predict(picture, { onProgress });
  const map = await cam.explain({ target: classes[0].id, method: "layer-cam" });

  const controller = new AbortController();
  const slow = cam.explain({ method: "rise", settings: { masks: 20000 }, signal: controller.signal, onProgress: () => controller.abort() });
  const givenUp = await slow.then(() => "done", (error: Error) => error.name);
  const again = await cam.explain({ target: `contrast:${classes[0].id},${classes[1].id}` });

  const canvas = document.getElementById("canvas") as HTMLCanvasElement;
  cam.draw(canvas, map, { picture: await createImageBitmap(picture), colormap: cam.catalogue?.colorMaps[0].id });
  const pixels = canvas.getContext("2d")!.getImageData(0, 0, 280, 280).data;

  const problem = await cam.explain({ method: "no such method" }).then(() => undefined, (error: unknown) => error);
  const waiting = cam.explain({ method: "rise", settings: { masks: 20000 } });
  cam.dispose();
  return {
    label: classes[0].label,
    state: map.state,
    cells: map.values.length,
    sum: map.values.reduce((sum, value) => sum + value, 0),
    phases: [...phases],
    givenUp,
    afterwards: again.manifest.target,
    painted: pixels.some((value, place) => place % 4 === 0 && value !== pixels[place + 1]),
    kind: problem instanceof GradcamError ? problem.kind : "none",
    disposed: await waiting.then(() => "done", (error: Error) => error.name),
  };
}

declare global {
  interface Window {
    found: Promise<Found>;
  }
}
window.found = run();
