"""Runs `gradcam explain --stdin` under Ray Data's `map_batches`, on this machine.

    check_ray.py GRADCAM MODEL PICTURE…
"""

import json
import subprocess
import sys

import ray


class Explain:
    """One process for each actor: the model is made ready once."""

    def __init__(self, gradcam, model):
        self.process = subprocess.Popen(
            [gradcam, "explain", model, "--stdin", "--json"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
        )

    def __call__(self, batch):
        answers = []
        for path in batch["path"]:
            self.process.stdin.write(json.dumps(str(path)) + "\n")
            answers.append(self.process.stdout.readline())
        return {"path": batch["path"], "answer": answers}


def main():
    gradcam, model, *pictures = sys.argv[1:]
    ray.init(num_cpus=2, include_dashboard=False, logging_level="error")
    listed = pictures * 10 + ["nowhere.png"]
    data = ray.data.from_items([{"path": path} for path in listed])
    rows = data.map_batches(
        Explain, fn_constructor_args=[gradcam, model], batch_size=8,
        compute=ray.data.ActorPoolStrategy(size=1),
    ).take_all()
    ray.shutdown()
    bad = 0
    for row in rows:
        answer = json.loads(row["answer"])
        assert answer["image"]["name"] == row["path"], row
        bad += "error" in answer
    assert sorted(row["path"] for row in rows) == sorted(listed)
    assert bad == 1, bad
    print(f"Ray Data: {len(rows)} answers, {bad} of them an error")


if __name__ == "__main__":
    main()
