"""Networks in files: one .npz, without pickle, written whole or not at all."""
import json
import os
import tempfile
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from .mlp import MLP, row_of

FORMAT = 1


def save(model: MLP, path: str | os.PathLike[str]) -> None:
    """Write a network's architecture and weights, every float64 exact, to path.

    Whatever happens on the way, path holds the old file or the new one, whole.  Shared weights stay shared.
    Raises TypeError for anything but an MLP, ValueError where a layer's neurons differ in activation or in width,
    OSError where the file cannot be written.
    """
    if type(model) is not MLP:
        raise TypeError(f"save writes an MLP, not {model!r}")
    parameters = model.parameters()
    place = {p: i for i, p in enumerate(parameters)}
    layers = model.layers
    for layer in layers:
        if len({neuron.activation for neuron in layer.neurons}) > 1:
            raise ValueError(f"save: the neurons of {layer!r} have different activations; a file holds one a layer")
    architecture = {"nin": len(layers[0].neurons[0].w), "nouts": [len(layer.neurons) for layer in layers],
                    "activations": [layer.activation for layer in layers]}
    arrays: dict[str, Any] = {
        f"places{k}": np.array([[place[p] for p in neuron.parameters()] for neuron in layer.neurons])
        for k, layer in enumerate(layers)}
    path = Path(path)
    descriptor, unfinished = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with open(descriptor, "wb") as file:
            np.savez(file, deltagrad=np.array(FORMAT), architecture=np.array(json.dumps(architecture)),
                     parameters=np.array([p.data for p in parameters]), **arrays)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(unfinished, 0o666 & ~current_umask())          # as open() would have made it
        os.replace(unfinished, path)
    except BaseException:
        os.unlink(unfinished)
        raise


def load(path: str | os.PathLike[str]) -> MLP:
    """The network that save wrote to path.

    Raises ValueError, naming the file, where it is truncated, of another kind, damaged or of a newer format; OSError
    where it cannot be read.
    """
    with open(path, "rb") as file:
        try:
            with np.load(file, allow_pickle=False) as arrays:
                return read(arrays)
        except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, EOFError, MemoryError, OSError,
                RuntimeError, zipfile.BadZipFile, zlib.error) as error:     # RuntimeError: it says that it is encrypted
            raise ValueError(f"{os.fspath(path)!r} is no network saved by nn.save, or it is damaged: "
                             f"{error or type(error).__name__}") from None


def read(arrays: Any) -> MLP:
    """The network in the arrays of a file.  Raises ValueError or KeyError where they do not make one."""
    version = int(arrays["deltagrad"])
    if version > FORMAT:
        raise ValueError(f"it has format {version}, this deltagrad reads up to {FORMAT}; install a newer deltagrad")
    described = json.loads(str(arrays["architecture"]))
    nin, nouts, activations = described["nin"], described["nouts"], described["activations"]
    numbers = arrays["parameters"]
    if numbers.dtype != np.float64 or numbers.ndim != 1:
        raise ValueError("its parameters are not a list of float64")
    if len(nouts) != len(activations):
        raise ValueError("its layers and activations do not fit together")
    places = [arrays[f"places{k}"] for k in range(len(nouts))]
    if [found.shape for found in places] != [(m, n + 1) for n, m in zip([nin, *nouts], nouts)]:
        raise ValueError("its weights do not fit its layers")
    if any(found.dtype.kind != "i" or found.min() < 0 or found.max() >= len(numbers) for found in places):
        raise ValueError("its weights point outside its parameters")
    model = MLP(nin, nouts, activations[0], activations[-1], seed=0)
    parameters: dict[int, Any] = {}
    for layer, activation, found in zip(model.layers, activations, places):
        row_of(activation)
        for neuron, row in zip(layer.neurons, found.tolist()):
            neuron.activation = activation
            shared = [parameters.setdefault(place, p) for place, p in zip(row, neuron.parameters())]
            *neuron.w, neuron.b = shared
    for place, p in parameters.items():
        p.data = float(numbers[place])
    return model


def current_umask() -> int:
    """The process's umask, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
