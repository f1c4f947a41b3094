"""Saving a model to a file and loading it, atomically."""
import io
import json
import os
import warnings
import zipfile
from tokenize import TokenError
from typing import Any

import numpy as np

from autograd import Parameter
from autograd.files import replace_file

from ..activations import one_each
from ..mlp import MLP, Layer, Neuron
from ..module import Module
from .content import Content, parameters_of
from .reader import read

MOST = 4                                        # differences between a file and a model that are named


def save(model: Module, path: str | os.PathLike[str]) -> None:
    """Write a model's weights, every float64 exact, to path; of an MLP the architecture too.

    The write is atomic: path always holds the whole old file or the whole new one.  Shared weights stay shared.  A
    symbolic link is followed, an existing file keeps its mode.
    Raises TypeError for anything but a Module, ValueError where it has no parameters or a layer's neurons differ in
    width, OSError, naming path, where it is no regular file or cannot be written.
    """
    if not isinstance(model, Module):
        raise TypeError(f"save writes an MLP or another Module, not {model!r}")
    parameters, places = parameters_of(model)
    arrays: dict[str, Any] = {f"places{k}": found for k, found in enumerate(places.values())}
    if type(model) is MLP:
        layers = model.layers
        mixed = {f"activations{k}": np.array(layer.activation) for k, layer in enumerate(layers)
                 if not isinstance(layer.activation, str)}
        arrays |= mixed
        version = 2 if mixed else 1                     # the oldest deltagrad that can read it
        arrays["architecture"] = np.array(json.dumps({
            "nin": len(layers[0].neurons[0].w), "nouts": [len(layer.neurons) for layer in layers],
            "activations": [layer.activation if isinstance(layer.activation, str) else None for layer in layers]}))
    else:
        version = 2
        arrays |= {"model": np.array(type(model).__name__), "names": np.array([*places])}
    content = io.BytesIO()
    np.savez(content, deltagrad=np.array(version), parameters=np.array([p.data for p in parameters]), **arrays)
    replace_file(path, content.getvalue())


def load(path: str | os.PathLike[str], into: Module | None = None) -> Any:
    """The network that save wrote to path, read in no more memory than the network's and twice the file's.

    The file of a Module of your own does not contain its class: build the model, and load(path, into=model) sets its
    weights and returns it, where names and shapes of all its parts match the file.  Where it raises, nothing changes.
    Warns (RuntimeWarning) of parameters that are infinite or NaN, as a training that diverged leaves them.
    Raises ValueError, naming the file, where it is truncated, of another kind, damaged or of a newer format, or does
    not fit into the model; OSError where it cannot be read.
    """
    if into is not None and not isinstance(into, Module):
        raise TypeError(f"load: into is a model, an MLP or another Module, not {into!r}")
    with open(path, "rb") as file:
        try:
            content = read(file)
        except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, EOFError, MemoryError, OSError,
                RuntimeError, SyntaxError, TokenError, zipfile.BadZipFile) as error:     # RuntimeError: it is encrypted
            raise ValueError(f"{os.fspath(path)!r} is no network saved by nn.save, or it is damaged: "
                             f"{error or type(error).__name__}") from None
    if into is None and content.kind != "MLP":
        raise ValueError(f"{os.fspath(path)!r} holds the weights of a class of yours: build the model and give "
                         f"it, load(path, into={content.kind}(...))")
    if into is not None:
        fill(into, content, os.fspath(path))
    infinite = len(content.numbers) - np.count_nonzero(np.isfinite(content.numbers))
    if infinite:
        warnings.warn(f"{os.fspath(path)!r}: {infinite} of the network's {len(content.numbers)} parameters are "
                      "infinite or NaN", RuntimeWarning, stacklevel=2)
    return network(content) if into is None else into


def fill(model: Module, content: Content, path: str) -> None:
    """Set the model's weights from a file.  Raises ValueError, naming both, where a name or a shape differs."""
    parameters, places = parameters_of(model)
    fits = f"{path!r}, of {content.kind}, does not fit into this {type(model).__name__}"
    in_file, in_model = ({name: str(x.shape) for name, x in found.items()} for found in (content.places, places))
    differences = [f"{name} is {in_file.get(name, 'missing')} in the file and {in_model.get(name, 'missing')} in the "
                   "model" for name in {**in_file, **in_model} if in_file.get(name) != in_model.get(name)]
    if differences:
        raise ValueError(f"{fits}: {'; '.join(differences[:MOST])}" + "; ..." * (len(differences) > MOST))
    for name, found in places.items():
        if not np.array_equal(found, content.places[name]):
            raise ValueError(f"{fits}: {name} shares other weights in the file than in the model")
    for p, number in zip(parameters, content.numbers.tolist()):
        p.data = number


def network(content: Content) -> MLP:
    """Build the MLP from a file's content."""
    model = MLP(1, [1])
    model.layers = []
    parameters = [Parameter(float(x)) for x in content.numbers]
    for activation, places in zip(content.activations, content.places.values()):
        layer = Layer(1, 1, "linear")
        layer.neurons = []
        for phi, row in zip(one_each("MLP", "neuron", activation, len(places)), places):
            neuron = Neuron(1, phi)                     # one at a time: their initial weights are overwritten
            neuron.w, neuron.b = [parameters[i] for i in row[:-1]], parameters[row[-1]]
            layer.neurons.append(neuron)
        model.layers.append(layer)
    model.label_parts()
    return model
