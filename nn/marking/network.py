"""The network of a table of local gradients, for the derivation by hand: its neurons, their inputs and paths."""
from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, groupby
from typing import Any

from ..recursion.letters import SUMS, spelled

NO_NETWORK = ("check marks neurons with biases that are connected by weights alone, as in an MLP: in this model other "
              "operations stand between them")
Cell = tuple[str, Any]          # (kind, neuron or weight): ("δ", neuron 3) is δ3, ("", w31) the new w31


@dataclass(eq=False, repr=False)
class Source:
    """The input of a weight: an x of the network, the y of a neuron, or the 1 of a bias."""
    label: str
    value: float
    unit: Unit | None = None


@dataclass(eq=False, repr=False)
class Unit:
    """One neuron: φ, the target where it is an output, its weights with their sources, and the neurons it feeds."""
    label: str
    phi: str
    target: float | None
    delta: float                                            # by the graph
    weights: list[WeightPlace] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    bias: WeightPlace = field(init=False)
    above: list[Unit] = field(default_factory=list)
    outgoing: list[WeightPlace] = field(default_factory=list)
    layer: list[Unit] = field(default_factory=list)

    @property
    def siblings(self) -> list[Unit]:
        """The other neurons of its layer: those with the same inputs."""
        return [unit for unit in self.layer if unit is not self]


@dataclass(eq=False, repr=False)
class WeightPlace:
    """One weight or bias: its old value, its last change, and every place (neuron, source) where it is used."""
    label: str
    old: float
    previous: float
    memory: float                                           # the momentum term, μ times the last Δw
    places: list[tuple[Unit, Source]] = field(default_factory=list)

    @property
    def is_bias(self) -> bool:
        return all(source.label == "1" for _, source in self.places)


class Network:
    """The neurons of a table in the order of the forward phase, and its weights and biases, a shared one once."""

    def __init__(self, table: Any) -> None:                 # a LocalGradients
        self.loss, self.lr, self.momentum = table.rule, table.lr, table.momentum
        self.units = [Unit(row.neuron, row.activation, table.targets.get(row.neuron), row.graph) for row in table.rows]
        by_label = {unit.label: unit for unit in self.units}
        if not all(row.neuron in by_label for row in table.weight_rows):
            raise ValueError(NO_NETWORK)
        senders = {spelled("y", unit.label): unit for unit in self.units}
        sources: dict[str, Source] = {}
        self.weights: dict[str, WeightPlace] = {}
        for row in table.weight_rows:
            unit, sender = by_label[row.neuron], senders.get(row.x)
            source = sources.setdefault(row.x, Source(row.x, row.x_value, sender))
            weight = self.weights.setdefault(row.weight, WeightPlace(row.weight, row.w, row.previous,
                                                                     table.momentum * row.previous))
            weight.places.append((unit, source))
            if row.x == "1":
                unit.bias = weight
                continue
            unit.weights.append(weight)
            unit.sources.append(source)
            if sender:
                sender.above.append(unit)
                sender.outgoing.append(weight)
        if not all("bias" in vars(unit) for unit in self.units):
            raise ValueError(NO_NETWORK)
        self.inputs = [source for source in sources.values() if source.unit is None and source.label != "1"]
        for unit in self.units:
            unit.layer = [other for other in self.units if other.sources == unit.sources]

    @cached_property
    def cells(self) -> list[Cell]:
        """Every number that a student may write, in the order of the derivation."""
        found: list[Cell] = [(kind, j) for j in self.units for kind in ("v", "y", "φ'")]
        if self.loss:
            found += [("e", j) for j in self.outputs]
        layers = [list(layer) for _, layer in groupby(self.units, key=lambda j: j.sources)]
        for j in chain(*reversed(layers)):
            found += [("dJ/dy", j)] * bool(self.loss or j.above) + [("δ", j)]
        return found + [(kind, p) for kind in ("dJ/d", "Δ", "") for p in self.weights.values()]

    @cached_property
    def position(self) -> dict[Cell, int]:
        """The position of each cell in that order."""
        return {cell: at for at, cell in enumerate(self.cells)}

    @cached_property
    def outputs(self) -> list[Unit]:
        return [unit for unit in self.units if unit.target is not None]

    @property
    def n(self) -> int:
        """The number of outputs."""
        return len(self.outputs)

    @property
    def is_mean(self) -> bool:
        """Does the loss average over the outputs?"""
        return self.loss not in SUMS
