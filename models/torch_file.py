"""Reads the weights of a PyTorch file without PyTorch and without running its code.

A file of torch.save as it was until version 1.5 is five pickles (a magic number, the
version of the format, facts about the machine, the object, the keys of its
storages), and then each storage: how many elements, and their bytes. A pickle may call any
function, so the unpickler here knows only the handful that weights need.
"""

import pickle
import struct
from collections import OrderedDict

import numpy as np

MAGIC_NUMBER = 0x1950A86A20F9469CFC6C
STORAGE_DTYPES = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}


class BadTorchFile(ValueError):
    """What is wrong with a file that should hold PyTorch weights."""


class StridedTensor:
    """A tensor as the file describes it: a view of one storage."""

    def __init__(self, storage, offset, shape, strides, *_):
        self.storage, self.offset, self.shape, self.strides = storage, offset, shape, strides

    def array(self, storages):
        """The values. Offset and strides count elements, numpy's count bytes."""
        values = storages[self.storage]
        last = self.offset + sum((n - 1) * s for n, s in zip(self.shape, self.strides))
        if min(self.offset, *self.strides, 0) < 0 or last >= len(values):
            raise BadTorchFile(f"a tensor reaches beyond the storage {self.storage}")
        strides = [stride * values.itemsize for stride in self.strides]
        view = np.lib.stride_tricks.as_strided(values[self.offset:], self.shape, strides)
        return np.ascontiguousarray(view).reshape(self.shape)


class WeightsUnpickler(pickle.Unpickler):
    """Gives a state dict of StridedTensors; refuses everything else."""

    def __init__(self, file):
        super().__init__(file, encoding="utf-8")
        self.dtypes = {}

    def find_class(self, module, name):
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return StridedTensor
        if module == "torch" and name in STORAGE_DTYPES:
            return STORAGE_DTYPES[name]
        raise BadTorchFile(f"the file asks for {module}.{name}, which weights do not need")

    def persistent_load(self, saved):
        kind, dtype, key, _location, _count, view = saved
        if kind != "storage" or view is not None:
            raise BadTorchFile(f"the file has a {kind} that is no plain storage")
        self.dtypes[key] = dtype
        return key


def load_weights(path):
    """The state dict of a PyTorch file: contiguous numpy arrays by name."""
    with open(path, "rb") as file:
        try:
            if WeightsUnpickler(file).load() != MAGIC_NUMBER:
                raise BadTorchFile(f"{path} is no PyTorch file of the old format")
            _version, _machine = (WeightsUnpickler(file).load() for _ in range(2))
            unpickler = WeightsUnpickler(file)
            tensors = unpickler.load()
            keys = WeightsUnpickler(file).load()
        except (pickle.UnpicklingError, EOFError, TypeError) as error:
            raise BadTorchFile(f"{path} is no PyTorch file of the old format: {error}") from error
        storages = {key: read_storage(file, unpickler.dtypes[key]) for key in keys}
    return {name: tensor.array(storages) for name, tensor in tensors.items()}


def read_storage(file, dtype):
    (count,) = struct.unpack("<q", file.read(8))
    values = np.frombuffer(file.read(count * dtype.itemsize), dtype)
    if len(values) != count:
        raise BadTorchFile("the file ends before its last weights")
    return values
