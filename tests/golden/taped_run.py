"""A pass through an ONNX graph in TensorFlow that takes the sides of corners from a tape.

The gradient of a network with ReLUs jumps where a value before one of them passes 0: of
millions of values in a photograph's run some are within rounding error of it, and fall to
one side in one engine and to the other side in another. So does the maximum of a window
with two values of almost one size. One such value may move the gradient at the picture by
several percent: on the four photographs TensorFlow in float32 is off TensorFlow in float64
by up to 2.4e-2 of the maximum for EfficientNet-Lite0 and 7.7e-2 for Xception.

Here no pixel is left out and no difference is allowed for. All values are TensorFlow's own;
only the side of the corner, and the place of a window's maximum, are those of the run that
is checked. Where they are not TensorFlow's, the value must be within rounding error of the
corner: `moved` counts such values, `most_moved` is how far the farthest is from its corner,
of its tensor's greatest value.
"""

import numpy as np
import tensorflow as tf
from onnx_in_tensorflow import NO_PADS, Run, padded, to_nhwc

# What errors of rounding in float32 may amount to, of a tensor's greatest value.
ROUNDING = 1e-5


class TapedRun(Run):
    """`tape` has tensors by name. `policy` may be changed between gradients."""

    def __init__(self, graph, image, tape):
        super().__init__(graph, image)
        self.tape, self.moved, self.most_moved = tape, 0, 0.0

    def taped(self, *names):
        """The first of these tensors that the tape has, in this run's precision."""
        found = next(self.tape[name] for name in names if name in self.tape)
        return found.astype(self.precision)

    def count(self, is_moved, distance, values):
        """Keeps in mind how far values are from the corners that they moved across."""
        self.moved += int(np.count_nonzero(is_moved))
        farthest = float(np.max(distance, where=is_moved, initial=0))
        self.most_moved = max(self.most_moved, farthest / float(np.abs(values).max()))

    def rectify(self, x, upper):
        values = x.numpy()
        taped = self.taped(self.node.input[0], self.node.output[0])
        passes = (taped > 0) & (taped < upper)
        is_moved = passes != ((values > 0) & (values < upper))
        self.count(is_moved, np.minimum(np.abs(values), np.abs(values - upper)), values)

        @tf.custom_gradient
        def rectify(x):
            def backward(gradient):
                if self.policy != "plain":
                    gradient = tf.nn.relu(gradient)
                if self.policy == "deconvnet":
                    return gradient
                return tf.where(passes, gradient, tf.zeros_like(gradient))

            return tf.clip_by_value(x, 0, upper), backward

        return rectify(x)

    def max_pool(self, x, attributes):
        window = {
            "ksize": [1, *attributes["kernel_shape"], 1],
            "strides": [1, *attributes["strides"], 1],
            "padding": "VALID",
        }
        pads = attributes.get("pads", NO_PADS)
        x = padded(x, pads, value=x.dtype.min)
        taped = padded(to_nhwc(self.taped(self.node.input[0])), pads, value=x.dtype.min)
        largest, places = tf.nn.max_pool_with_argmax(taped, **window)
        found = tf.nn.max_pool2d(x, **window)
        lost = (found - tf.gather(tf.reshape(x, [-1]), places)).numpy()
        self.count(lost > 0, lost, found.numpy())

        @tf.custom_gradient
        def max_pool(x):
            def backward(gradient):
                return tf.raw_ops.MaxPoolGrad(
                    orig_input=taped, orig_output=largest, grad=gradient, **window
                )

            return found, backward

        return max_pool(x)
