"""Quick tests of int8 weights and of what measures their cost."""

import contextlib
import io
import json
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import convert
import cost
import export
import head
import int8
import metadata
import numpy as np
import onnx
import pictures
import sources
from onnx import TensorProto, helper, numpy_helper

CHANNELS, CLASSES, SIDE = 16, 5, 12
SMALL = mock.patch("int8.MIN_VALUES", 64)


def classifier(seed=5):
    """image [1, 12, 12, 3] → Conv → Relu → depthwise Conv → mean → two dense layers → logits."""
    rng = np.random.default_rng(seed)
    shapes = {
        "conv/weight": (CHANNELS, 3, 3, 3), "conv/bias": (CHANNELS,),
        "depthwise/weight": (CHANNELS, 1, 3, 3), "depthwise/bias": (CHANNELS,),
        "hidden/weight": (CHANNELS, 20), "hidden/bias": (20,),
        "dense/weight": (CLASSES, 20), "dense/bias": (CLASSES,),
    }
    weights = [numpy_helper.from_array(rng.normal(size=shape).astype(np.float32), name)
               for name, shape in shapes.items()]
    node = helper.make_node
    nodes = [
        node("Transpose", ["image"], ["first"], perm=[0, 3, 1, 2]),
        node("Conv", ["first", "conv/weight", "conv/bias"], ["conv"]),
        node("Relu", ["conv"], ["relu"]),
        node("Conv", ["relu", "depthwise/weight", "depthwise/bias"], ["layer"], group=CHANNELS),
        node("GlobalAveragePool", ["layer"], ["pool"]),
        node("Flatten", ["pool"], ["flat"]),
        node("Gemm", ["flat", "hidden/weight", "hidden/bias"], ["hidden"]),
        node("Relu", ["hidden"], ["bent"]),
        node("Gemm", ["bent", "dense/weight", "dense/bias"], ["logits"], transB=1),
    ]
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, SIDE, SIDE, 3])
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, CLASSES])
    graph = helper.make_graph(nodes, "classifier", [image], [logits], weights)
    opset = [helper.make_opsetid("", convert.OPSET)]
    model = helper.make_model(graph, opset_imports=opset, ir_version=8)
    metadata.set_metadata(
        model, layer="layer", preprocess=metadata.preprocess(SIDE, "minus-one-to-one"),
        labels=[str(label) for label in range(CLASSES)], source="test", license="MIT",
    )
    return model


def weights_of(model):
    return {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}


def some_tensors(count):
    rng = np.random.default_rng(9)
    return [rng.uniform(-0.5, 1, (1, SIDE, SIDE, 3)).astype(np.float32) for _ in range(count)]


@SMALL
class Int8Storage(unittest.TestCase):
    def test_no_value_is_off_by_more_than_half_a_step_of_its_channel(self):
        rows = np.random.default_rng(1).normal(size=(7, 300)).astype(np.float32)
        rows *= np.logspace(-6, 3, 7, dtype=np.float32)[:, None]
        rows[3] = 0
        values, scales = int8.quantise(rows)
        self.assertEqual(values.dtype, np.int8)
        self.assertEqual(int(np.abs(values[0]).max()), 127)
        off = np.abs(rows - values * scales[:, None])
        self.assertTrue((off <= scales[:, None] * 0.5001).all())
        self.assertFalse(off[3].any())

    def test_large_weights_are_int8_along_their_outputs_and_the_others_float16(self):
        model = classifier()
        exact = weights_of(model)
        convert.store(model, "int8")
        onnx.checker.check_model(model, full_check=True)
        kept = weights_of(model)
        for name, axis in {"conv/weight": 0, "hidden/weight": 1, "dense/weight": 0}.items():
            self.assertEqual(kept[f"{name}/int8"].dtype, np.int8, name)
            self.assertEqual(kept[f"{name}/scale"].shape, (exact[name].shape[axis],), name)
            self.assertEqual(kept[f"{name}/scale"].dtype, np.float32, name)
        self.assertEqual(kept["depthwise/weight/f16"].dtype, np.float16)
        decoded = weights_of(int8.decoded(model))
        for name, values in exact.items():
            if name.endswith("/bias"):
                continue
            step = np.abs(values).max() / 100
            np.testing.assert_allclose(decoded[name], values, atol=step, err_msg=name)

    def test_onnxruntime_widens_to_the_same_values(self):
        model = classifier()
        convert.store(model, "int8")
        wanted = weights_of(int8.decoded(model))
        names = [name for name in wanted if name.endswith("/weight")]
        model.graph.output.extend(helper.make_empty_tensor_value_info(name) for name in names)
        _, *found = convert.run(model, some_tensors(1)[0])
        for name, values in zip(names, found, strict=True):
            np.testing.assert_array_equal(values, wanted[name], err_msg=name)

    def test_biases_take_back_what_the_rounding_does_to_the_mean(self):
        tensors = some_tensors(8)
        exact, plain, corrected = classifier(), classifier(), classifier()
        with mock.patch("int8.GREATEST", 7):
            int8.store_as_int8(plain)
            int8.store_as_int8(corrected, tensors)
        (wanted, without, with_means) = (
            int8.mean_inputs(model, {"pool", "hidden"}, tensors)
            for model in (exact, plain, corrected)
        )
        for name in ("pool", "hidden"):
            before = np.abs(without[name] - wanted[name]).max()
            after = np.abs(with_means[name] - wanted[name]).max()
            self.assertLess(after, before / 2, name)

    def test_weights_that_are_shared_or_not_finite_stay(self):
        model = classifier()
        bad = np.full((CHANNELS, 20), np.inf, np.float32)
        for weight in model.graph.initializer:
            if weight.name == "hidden/weight":
                weight.CopyFrom(numpy_helper.from_array(bad, weight.name))
        model.graph.node.append(helper.make_node("Identity", ["conv/weight"], ["again"]))
        int8.store_as_int8(model)
        stored = [name for name in weights_of(model) if name.endswith("/int8")]
        self.assertEqual(stored, ["dense/weight/int8"])


@SMALL
class Measuring(unittest.TestCase):
    def test_the_gradient_of_a_head_is_the_slope_of_its_logits(self):
        model = classifier()
        found = head.Head(model.graph, "layer")
        network = cost.Network(model)
        _, activations = network.session.run(None, {"image": some_tensors(1)[0]})
        shaped = onnx.shape_inference.infer_shapes(model)
        tail = onnx.utils.Extractor(shaped).extract_model(["layer"], ["logits"])
        gradients = found.gradients(activations, 3)
        for place in [(0, 0, 0, 0), (0, 7, 4, 2), (0, 15, 7, 7)]:
            up, down = activations.copy(), activations.copy()
            up[place] += 0.5
            down[place] -= 0.5
            slope = (convert.run(tail, up)[0] - convert.run(tail, down)[0])[0, 3]
            self.assertAlmostEqual(gradients[place], slope, places=4)

    def test_a_model_costs_nothing_against_itself_and_much_against_another(self):
        others = {"itself": classifier(), "another": classifier(seed=6)}
        found = cost.measure(classifier(), others, some_tensors(10))
        self.assertTrue(found["itself"].is_accepted())
        self.assertAlmostEqual(found["itself"].correlations.min(), 1)
        self.assertFalse(found["another"].is_accepted())
        self.assertIn("10 of 10 pictures (100.00 %)", str(found["itself"]))

    def test_pictures_are_the_same_in_every_run(self):
        one, two = (list(pictures.variants(pictures.photographs(), 9)) for _ in range(2))
        self.assertEqual(len(one), 9)
        self.assertEqual([a.tobytes() for a in one], [b.tobytes() for b in two])
        self.assertEqual(len({a.tobytes() for a in one}), 9)


class Refusals(unittest.TestCase):
    def test_a_model_of_the_catalogue_without_a_measured_cost_stays_as_it_is(self):
        says = io.StringIO()
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(says), \
                contextlib.redirect_stderr(says):
            arguments = ["build", "--out", folder, "--only", "xception-tiny", "--precision"]
            self.assertEqual(export.main([*arguments, "int8"]), 1)
            self.assertEqual(export.main([*arguments, "f16"]), 0)
            self.assertEqual(export.main([*arguments, "int8"]), 0)
            manifest = json.loads(Path(folder, "manifest.json").read_text(encoding="utf-8"))
        self.assertIn("xception-tiny: not built with int8 weights", says.getvalue())
        self.assertEqual([entry["id"] for entry in manifest["models"]], ["xception-tiny"])

    def test_converting_refuses_a_model_that_int8_changes(self):
        says = io.StringIO()
        few = mock.patch("export.MEASURED_PICTURES", 8)
        with few, contextlib.redirect_stdout(says):
            with self.assertRaisesRegex(sources.Unavailable, "int8 costs too much.*f16"):
                export.check_cost(classifier(), classifier(seed=6), [])
        self.assertIn("int8 against float32: same class for", says.getvalue())


if __name__ == "__main__":
    unittest.main()
