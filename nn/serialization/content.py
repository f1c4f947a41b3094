"""The content of a model file: the parameters, and for each part by name the indices of its parameters."""
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd import Parameter

from ..mlp import Layer
from ..module import Module, joined, parts


@dataclass(frozen=True)
class Content:
    """A file's content: the parameters, and for each part of the model, by name, the indices of its parameters.

    An MLP's parts are its layers, layers[0], layers[1], ...; each has a row for a neuron, its bias last.
    """
    kind: str                                   # the model's class
    numbers: np.ndarray
    places: dict[str, np.ndarray]
    activations: list[str | list[str]]          # of an MLP's layers


def parameters_of(model: Module) -> tuple[list[Parameter], dict[str, np.ndarray]]:
    """A model's parameters, each once, and the indices among them of each part's: layers, lists, single ones.

    Raises ValueError where there are none, or a layer's neurons differ in width.
    """
    by_name = parts_by_name(model)
    others = {*(named := model.parameters())} - {p for part in by_name.values() for p in flat(part)}
    if others:                                          # where a class overrides parameters()
        by_name["parameters()"] = [p for p in named if p in others]
    place: dict[Parameter, int] = {}
    for part in by_name.values():
        for p in flat(part):
            place.setdefault(p, len(place))
    if not place:
        raise ValueError(f"save: {type(model).__name__} has no parameters; they are found in its attributes, in the "
                         "Modules, lists and dicts there")

    def places(name: str, part: Any) -> Any:
        try:
            return np.array([places(name, x) for x in part] if isinstance(part, list) else place[part])
        except ValueError:
            raise ValueError(f"save: the neurons of {name} have different numbers of inputs; a file holds one for each "
                             "layer") from None

    return [*place], {name: places(name, part) for name, part in by_name.items()}


def parts_by_name(model: Module, path: str = "") -> dict[str, Any]:
    """The parameters of each part by name: for a layer a list for each neuron, else a list or a single Parameter."""
    found: dict[str, Any] = {}
    if isinstance(model, Layer):
        found[path or "layer"] = [neuron.parameters() for neuron in model.neurons]
    for name, part in parts(model):
        if isinstance(part, Module):
            if not (isinstance(model, Layer) and part in model.neurons):
                found |= {n: p for n, p in parts_by_name(part, joined(path, name)).items() if n not in found}
        elif name.endswith("]"):
            found.setdefault(joined(path, name.rpartition("[")[0]), []).append(part)
        else:
            found[joined(path, name)] = part
    return found


def flat(part: Any) -> list[Parameter]:
    """The parameters of a part as one list."""
    return [p for x in part for p in flat(x)] if isinstance(part, list) else [part]
