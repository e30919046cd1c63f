"""Quick tests of the exporter: python -m unittest discover models

Nothing here loads TensorFlow or downloads anything.
"""

import io
import json
import os
import pickle
import struct
import subprocess
import sys
import tempfile
import time
import types
import unittest
from argparse import Namespace
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from unittest import mock

import convert
import efficientnet_lite
import export
import metadata
import numpy as np
import onnx
import picture
import sources
import torch_file
from onnx import TensorProto, helper, numpy_helper

MANIFEST_KEYS = {
    "id", "name", "description", "file", "bytes", "sha256",
    "classes", "samples", "source", "license",
}
SAMPLES = Path(__file__).resolve().parent.parent / "www" / "samples"


def toy_model(weight, bias):
    """image [1, n] → Gemm → logits [1, k]."""
    inputs, classes = weight.shape
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, inputs])
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, classes])
    graph = helper.make_graph(
        [helper.make_node("Gemm", ["image", "weight", "bias"], ["logits"], "dense")],
        "toy", [image], [logits],
        [numpy_helper.from_array(weight, "weight"), numpy_helper.from_array(bias, "bias")],
    )
    opset = [helper.make_opsetid("", convert.OPSET)]
    return helper.make_model(graph, opset_imports=opset, ir_version=8)


class F16Storage(unittest.TestCase):
    def setUp(self):
        rng = np.random.default_rng(3)
        self.weight = rng.normal(size=(8, 4)).astype(np.float32)
        self.bias = rng.normal(size=4).astype(np.float32)
        self.tensor = rng.normal(size=(1, 8)).astype(np.float32)

    def test_computes_in_float32_on_weights_rounded_to_float16(self):
        model = toy_model(self.weight, self.bias)
        convert.store_as_f16(model)
        rounded = self.weight.astype(np.float16).astype(np.float32)
        got = convert.run(model, self.tensor)[0]
        np.testing.assert_allclose(got, self.tensor @ rounded + self.bias, rtol=1e-5)

    def test_small_tensors_stay_float32(self):
        model = toy_model(self.weight, self.bias)
        convert.store_as_f16(model)
        kinds = {value.name: value.data_type for value in model.graph.initializer}
        self.assertEqual(
            kinds, {"weight/f16": TensorProto.FLOAT16, "bias": TensorProto.FLOAT}
        )

    def test_a_tensor_too_large_for_float16_stays_float32(self):
        self.weight[0, 0] = 1e6
        model = toy_model(self.weight, self.bias)
        before = convert.run(model, self.tensor)[0]
        convert.store_as_f16(model)
        self.assertNotIn("Cast", [node.op_type for node in model.graph.node])
        np.testing.assert_array_equal(convert.run(model, self.tensor)[0], before)


class TensorInFile:
    """A tensor as torch.save writes it: a call with storage, offset, shape, strides."""

    def __init__(self, key, offset, shape, strides):
        self.arguments = (("storage", key), offset, shape, strides, False, None)

    def __reduce__(self):
        return sys.modules["torch._utils"]._rebuild_tensor_v2, self.arguments


class TorchFile(unittest.TestCase):
    VALUES = np.arange(12, dtype=np.float32)

    def write(self, path, weights):
        """A file in PyTorch's old format with one storage, written without PyTorch."""
        torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")
        torch.FloatStorage = type("FloatStorage", (), {"__module__": "torch"})
        utils._rebuild_tensor_v2 = types.FunctionType((lambda *_: None).__code__, {})
        utils._rebuild_tensor_v2.__module__ = "torch._utils"
        utils._rebuild_tensor_v2.__name__ = "_rebuild_tensor_v2"
        utils._rebuild_tensor_v2.__qualname__ = "_rebuild_tensor_v2"
        count = len(self.VALUES)

        class Pickler(pickle.Pickler):
            def persistent_id(self, value):
                if isinstance(value, tuple) and value[:1] == ("storage",) and len(value) == 2:
                    return ("storage", torch.FloatStorage, value[1], "cpu", count, None)
                return None

        modules = {"torch": torch, "torch._utils": utils}
        with open(path, "wb") as file, mock.patch.dict(sys.modules, modules):
            for value in (torch_file.MAGIC_NUMBER, 1001, {}, weights, ["7"]):
                Pickler(file, protocol=2).dump(value)
            file.write(struct.pack("<q", count) + self.VALUES.tobytes())

    def load(self, weights):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "weights.pth")
            self.write(path, weights)
            return torch_file.load_weights(path)

    def test_offset_and_strides_are_honoured(self):
        loaded = self.load({"a": TensorInFile("7", 2, (2, 3), (1, 3))})
        np.testing.assert_array_equal(loaded["a"], [[2, 5, 8], [3, 6, 9]])

    def test_a_tensor_beyond_its_storage_is_refused(self):
        with self.assertRaisesRegex(torch_file.BadTorchFile, "beyond the storage 7"):
            self.load({"a": TensorInFile("7", 4, (3, 3), (3, 1))})

    def test_a_file_that_wants_to_run_something_is_refused(self):
        with self.assertRaisesRegex(torch_file.BadTorchFile, "asks for (posix|nt).getcwd"):
            self.load({"a": os.getcwd})


class EfficientNetLite(unittest.TestCase):
    MODEL = export.DEFAULT_OUT / "efficientnet-lite0.onnx"

    def test_same_padding_is_tensorflows(self):
        for case, padding in {(224, 3, 2): (0, 1), (112, 3, 1): (1, 1), (56, 5, 2): (1, 2),
                              (7, 1, 1): (0, 0), (7, 3, 2): (1, 1)}.items():
            self.assertEqual(efficientnet_lite.same_padding(*case), padding, case)

    def test_the_photographs_are_recognised(self):
        if not self.MODEL.exists():
            self.skipTest("efficientnet-lite0 is not built: export.py build")
        model = onnx.load(self.MODEL)
        about = {entry.key: json.loads(entry.value) for entry in model.metadata_props
                 if entry.key in ("gradcam.preprocess", "gradcam.labels")}
        labels = about["gradcam.labels"]
        self.assertEqual(len(labels), 1000)
        # ImageNet's "Egyptian cat", class 285, is the Egyptian Mau in these names.
        cat, coffee = {"Egyptian Mau", "tabby cat"}, {"espresso"}
        for name, right in {"chelsea.png": cat, "coffee.png": coffee}.items():
            tensor = picture.prepare(SAMPLES / name, about["gradcam.preprocess"])
            logits = convert.run(model, tensor)[0]
            self.assertIn(labels[int(logits.argmax())], right, name)


class Names(unittest.TestCase):
    LAYERS = {"add", "add_1", "add_10", "dense", "dense_1", "block14_sepconv2_act"}

    def test_scopes_lead_to_their_keras_layer(self):
        for scope, layer in {
            "model_1/add_1/Add": "add",
            "model_1/add_1_2/Add": "add_1",
            "model_1/add_10_1/Add": "add_10",
            "model_1/dense_1/MatMul_Gemm__6": "dense",
            "model_1/block14_sepconv2_act_1/Relu:0": "block14_sepconv2_act",
            "const_fold_opt__370": None,
        }.items():
            self.assertEqual(convert.keras_layer(scope, self.LAYERS), layer, scope)

    def test_tensors_and_weights_are_named_after_the_layer(self):
        model = toy_model(np.ones((8, 4), np.float32), np.ones(4, np.float32))
        renamed = {"weight": "m_1/dense_1/weights:0", "bias": "const__3", "logits": "m_1/out:0"}
        convert.apply_names(model.graph, renamed)
        convert.name_by_layers(model.graph, {"dense"})
        onnx.checker.check_model(model, full_check=True)
        (node,) = model.graph.node
        self.assertEqual(node.name, "dense")
        self.assertEqual(list(node.input), ["image", "dense/weight", "dense/bias"])
        self.assertEqual(list(node.output), ["logits"])


class Sources(unittest.TestCase):
    def test_a_wrong_checksum_names_both_and_the_way_out(self):
        with tempfile.NamedTemporaryFile() as file:
            with self.assertRaises(sources.Unavailable) as caught:
                sources.check_sha256(file.name, "0" * 64, "weights.keras")
        message = str(caught.exception)
        self.assertIn("weights.keras has the SHA-256 e3b0c442", message)
        self.assertIn("0" * 64, message)
        self.assertIn("models/catalog.toml", message)

    def test_an_unknown_model_is_told_which_there_are(self):
        with self.assertRaises(sources.Unavailable) as caught:
            sources.find_entries(sources.read_catalog(), ["xception-moon"])
        self.assertIn("no model xception-moon", str(caught.exception))
        self.assertIn("xception-tiny", str(caught.exception))

    def test_a_failed_download_is_remembered_for_some_hours(self):
        with tempfile.TemporaryDirectory() as folder:
            cache = Path(folder)
            self.assertIsNone(sources.remembered_failure(cache, "m"))
            sources.remember_failure(cache, "m", "no answer")
            self.assertEqual(sources.remembered_failure(cache, "m"), "no answer")
            later = time.time() + 3600 * (sources.REMEMBER_FAILURE_HOURS + 1)
            with mock.patch("sources.time.time", return_value=later):
                self.assertIsNone(sources.remembered_failure(cache, "m"))

    def test_a_download_that_stands_still_is_ended(self):
        process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        with tempfile.TemporaryDirectory() as folder:
            sources.wait_while_growing(process, Path(folder), limit_seconds=0.3)
        self.assertIsNotNone(process.returncode)
        self.assertNotEqual(process.returncode, 0)


class Catalogue(unittest.TestCase):
    def test_every_entry_is_complete(self):
        wanted = {"id", "name", "description", "source", "license", "labels", "weights"}
        for entry in sources.read_catalog():
            self.assertLessEqual(wanted, entry.keys(), entry.get("id"))
            if entry["weights"]["kind"] != "committed":
                self.assertIn(entry["value_range"], metadata.VALUE_RANGES)
                self.assertGreater(entry["input_size"], 0)

    def test_every_sample_is_listed_with_source_and_licence(self):
        listed = json.loads((SAMPLES / "samples.json").read_text(encoding="utf-8"))
        for sample in listed:
            self.assertEqual(sample.keys(), {"file", "name", "alt", "source", "license"})
            self.assertTrue((SAMPLES / sample["file"]).exists(), sample["file"])
        known = {sample["file"] for sample in listed}
        for entry in sources.read_catalog():
            self.assertLessEqual(set(entry["samples"]), known, entry["id"])


class Build(unittest.TestCase):
    def run_build(self, out, only):
        options = Namespace(out=out, only=only, precision="f16", cache=out / "cache",
                            imagenet_timeout=1.0, retry=False, run=export.build)
        text = io.StringIO()
        with redirect_stdout(text), redirect_stderr(text):
            export.build(options)
        return text.getvalue()

    def test_the_committed_model_needs_no_download_and_is_built_once(self):
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder)
            self.assertIn("xception-tiny: built", self.run_build(out, ["xception-tiny"]))
            self.assertIn("up to date", self.run_build(out, ["xception-tiny"]))
            manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
            (entry,) = manifest["models"]
            self.assertEqual(entry.keys(), MANIFEST_KEYS)
            path = out / entry["file"]
            self.assertEqual(entry["bytes"], path.stat().st_size)
            self.assertEqual(entry["sha256"], metadata.sha256_of(path))
            self.assertEqual(entry["classes"], 10)

    def test_a_model_that_cannot_be_had_is_one_line(self):
        failing = mock.patch("sources.load_keras", side_effect=sources.DownloadFailed("no answer"))
        labels = mock.patch("sources.load_labels", return_value=["a"])
        with tempfile.TemporaryDirectory() as folder, failing, labels:
            out = Path(folder)
            self.run_build(out, ["xception-tiny"])
            first = self.run_build(out, ["xception-imagenet"])
            second = self.run_build(out, ["xception-imagenet"])
            manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
        self.assertEqual(len(first.splitlines()), 1)
        self.assertIn("xception-imagenet: skipped, no answer", first)
        self.assertIn("--retry", second)
        self.assertEqual([entry["id"] for entry in manifest["models"]], ["xception-tiny"])


class CommittedModel(unittest.TestCase):
    MODEL = Path(__file__).resolve().parent / "xception-tiny.onnx"

    def test_the_file_keeps_the_contract(self):
        model = onnx.load(self.MODEL)
        about = {entry.key: entry.value for entry in model.metadata_props}
        tensors = {name for node in model.graph.node for name in node.output}
        self.assertEqual(about["gradcam.version"], metadata.CONTRACT_VERSION)
        self.assertIn(about["gradcam.layer"], tensors)
        self.assertEqual(len(json.loads(about["gradcam.labels"])), 10)
        self.assertEqual([value.name for value in model.graph.output], ["logits"])
        self.assertLess(self.MODEL.stat().st_size, 300_000)


if __name__ == "__main__":
    unittest.main()
