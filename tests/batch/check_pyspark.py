"""Runs `gradcam explain --stdin` under PySpark's `pipe`, on a local master.

    check_pyspark.py GRADCAM MODEL PICTURE…
"""

import json
import shlex
import sys
import tempfile
from pathlib import Path

from pyspark.sql import SparkSession


def main():
    gradcam, model, *pictures = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        listed = pictures * 10 + ["nowhere.png"]
        names = Path(folder) / "list.txt"
        names.write_text("".join(f"{name}\n" for name in listed))
        spark = SparkSession.builder.master("local[2]").appName("gradcam").getOrCreate()
        spark.sparkContext.setLogLevel("ERROR")
        paths = spark.sparkContext.textFile(str(names), minPartitions=2)
        command = shlex.join([gradcam, "explain", model, "--stdin", "--json"])
        answers = paths.pipe(command, checkCode=False).map(json.loads).collect()
        spark.stop()
    assert [answer["image"]["name"] for answer in answers] == listed, answers
    bad = [answer for answer in answers if "error" in answer]
    assert [answer["image"]["name"] for answer in bad] == ["nowhere.png"], bad
    print(f"PySpark: {len(answers)} answers in order, {len(bad)} of them an error")


if __name__ == "__main__":
    main()
