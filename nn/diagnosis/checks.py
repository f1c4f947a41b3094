"""The checks of one training, in the order in which fit runs them."""
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

import numpy as np

from autograd import Parameter, Value, adjoints, compile, ops, wengert_list
from autograd import recorded as recorded_edges

from ..dataset import Dataset
from ..engines.base import Engine
from ..engines.recording import is_power_of_two, record_loss, rows_of
from ..losses import ROUNDING, Loss, LossCall, RangeError, noting_calls
from ..optimizers import Optimizer
from .gradients import cause, first_neurons, is_saturated
from .heads import check_logits, check_order, improbable, interval, warn_of_reach
from .warning import warn

MOST = 200          # samples, evenly spread, that are computed node by node where arrays check the others
FEW = 20            # samples that are checked for too large inputs
LARGE = 3.0         # root mean square of an unscaled input; after StandardScaler it is 1
HARDLY = 0.2        # a neuron counts as saturated where at most this share of the samples leaves it unsaturated


@dataclass
class Sample:
    """One sample's graph: its row, the loss, and the calls of nn's losses in it."""

    row: int
    J: Value
    calls: list[LossCall]

    def pairs(self) -> list[tuple[str, Any, float]]:
        """(loss name, output, target's number) for each output of each call."""
        return [(call.name, y, Value.lift(t).data) for call in self.calls for y, t in zip(call.outputs, call.targets)]


class Diagnosis:
    """The checks of one training: the constructor runs those before it, after_epoch the others."""

    def __init__(self, model: Callable[..., Any], data: Dataset, loss: Loss, optimizer: Optimizer,
                 unseen: Dataset | None, is_compiled: bool) -> None:
        self.model, self.data, self.loss, self.unseen = model, data, loss, unseen
        self.parameters, self.is_compiled = optimizer.parameters, is_compiled
        count = min(len(data.X), MOST) if is_compiled else len(data.X)      # node by node, all cost less than an epoch
        self.rows: list[int] = (np.arange(count) * len(data.X) // count).tolist()
        self.idle: dict[str, list[Parameter]] = {}          # layers whose gradients are all 0 before the training
        self.outputs: Any = None                            # the program of outputs that may not be probabilities
        self.is_saturated = False
        samples = self.samples(self.rows)
        first = next(samples, None)
        if first is None:                                   # outside an operation's domain, which the training reports
            return
        check_order(first.calls, set(self.parameters))
        self.check_targets(first)
        check_logits(first.calls)
        if is_compiled and improbable(first.calls):         # node by node the loss itself raises
            with noting_calls() as calls:
                J, inputs = record_loss(model, loss, data)
            tape = set(wengert_list(J))
            outputs = [y for y in improbable(calls) if y in tape]
            if outputs:
                self.outputs = compiled(outputs, inputs)
                self.check_outputs()
        self.idle = self.idle_layers(chain([first], samples), self.by_layer())
        if optimizer.steps == 0:                            # a layer that was trained may well be saturated
            self.check_inputs(first)

    def next_epoch(self, done: int, epochs: int) -> int:
        """The next epoch after which there may be something to check: until then several can run together."""
        if self.idle and not done:
            return 1
        return min(epochs, 2 ** done.bit_length()) if self.outputs else epochs

    def after_epoch(self, epoch: int, epochs: int, run: Engine) -> None:
        """Run the checks that need the current weights, after the 1st, 2nd, 4th, 8th, ... and the last epoch."""
        if self.outputs and (is_power_of_two(epoch) or epoch == epochs):
            run.write_back()
            self.check_outputs()
        if self.idle and epoch == 1:
            run.write_back()
            self.check_gradients()

    def samples(self, rows: Iterable[int], data: Dataset | None = None) -> Iterator[Sample]:
        """Compute the graphs of these samples, without those outside an operation's domain.

        Raises RangeError, naming the sample, where one of nn's losses does.
        """
        data = data or self.data
        for row in rows:
            with noting_calls() as calls:
                try:
                    J = self.loss(self.model(data.x[row]), data.t[row])
                except RangeError as error:
                    kind = "sample" if data is self.data else "validation sample"
                    raise RangeError(f"{error} ({kind} {row}, counted from 0)") from None
                except (ValueError, ArithmeticError):
                    continue
            if isinstance(J, Value):
                yield Sample(row, J, calls)

    # --- the loss, the head and the targets --------------------------------------------------------------------------

    def check_targets(self, first: Sample) -> None:
        """Raise RangeError for targets that the loss does not take; warn of those that the head cannot reach."""
        bounds = np.array([interval(name, y) for name, y, _ in first.pairs()]).reshape(-1, 2)
        if not np.isfinite(bounds).any():
            return
        is_plain = [t for _, _, t in first.pairs()] == self.data.T[first.row].tolist()
        for data in filter(None, (self.data, self.unseen)):
            if is_plain and np.array_equal(data.T, data.T.clip(*bounds.T)):
                continue
            extremes = {*data.T.argmin(axis=0).tolist(), *data.T.argmax(axis=0).tolist()}
            found = [pair for sample in self.samples(sorted(extremes), data) for pair in sample.pairs()]
            missed = [(name, y) for name, y, t in found for low, high in [interval(name, y)]
                      if not low - ROUNDING <= t <= high + ROUNDING]
            if missed and data is self.data:
                warn_of_reach(*missed[0], [t for _, _, t in found])

    def check_outputs(self) -> None:
        """Raise RangeError where an output for binary_cross_entropy is no probability."""
        program, columns = self.outputs
        for data in filter(None, (self.data, self.unseen)):
            Y = program.forward(rows_of(data)[:, columns])
            outside = np.flatnonzero(((Y < -ROUNDING) | (Y > 1 + ROUNDING)).any(axis=1))
            list(self.samples(outside[:1].tolist(), data))          # the loss itself raises

    # --- gradients and inputs ----------------------------------------------------------------------------------------

    def by_layer(self) -> dict[str, list[Parameter]]:
        """The optimizer's parameters by layer; those outside layers share one entry."""
        layers: dict[str, list[Parameter]] = {}
        for p in self.parameters:
            layers.setdefault(p.scope[0] if p.scope else "", []).append(p)
        return layers

    def idle_layers(self, samples: Iterable[Sample],
                    layers: dict[str, list[Parameter]]) -> dict[str, list[Parameter]]:
        """Find the layers whose gradients are exactly 0 for every sample.

        Raises ValueError where no parameter is in the graph of any sample.
        """
        met: set[str] = set()
        alive: set[str] = set()
        for sample in samples:
            adjoint = adjoints(sample.J, 1.0, recorded_edges)
            met |= {name for name, parameters in layers.items() if any(p in adjoint for p in parameters)}
            alive |= {name for name in met - alive if any(adjoint.get(p) for p in layers[name])}
            if met and met == alive:
                return {}
        if not met:
            raise ValueError(f"the loss depends on none of the optimizer's parameters ({named(self.parameters)}): give "
                             "the optimizer the parameters of the model that is trained, model.parameters()")
        return {name: layers[name] for name in layers if name in met - alive}

    def check_gradients(self) -> None:
        """Warn of the layers whose gradients are exactly 0 for every sample, before the first epoch and after it."""
        idle = self.idle_layers(self.samples(self.rows), self.idle)
        if idle and self.is_compiled and len(self.data.X) > MOST:
            program, columns = compiled(*record_loss(self.model, self.loss, self.data))
            _, sums = program.value_and_grad(rows_of(self.data)[:, columns])
            alive = {p for p, g in zip(program.parameters, sums.tolist()) if g}
            idle = {name: parameters for name, parameters in idle.items() if alive.isdisjoint(parameters)}
        if not idle:
            return
        losses = [sample.J for sample in islice(self.samples(self.rows), MOST) if sample.J.data != 0]
        if not losses:                                              # every loss is at its minimum
            return
        few = losses[::math.ceil(len(losses) / FEW)]
        causes: dict[str, list[str]] = {}
        for name, parameters in idle.items():
            causes.setdefault(cause(few, parameters), []).append(name or f"the parameters {named(parameters)}")
        for reason, names in causes.items():
            if not (self.is_saturated and "saturated" in reason):   # reported already
                warn(f"every gradient in {' and '.join(names)} is exactly 0 over all {len(self.data.X)} samples of "
                     f"the first epoch, because {reason}")

    def check_inputs(self, first: Sample) -> None:
        """Warn of inputs so large that every neuron of the first layer is saturated for most samples."""
        with np.errstate(over="ignore"):
            size = np.sqrt((self.data.X ** 2).mean(axis=0)).max()
        if size <= LARGE or not first_neurons(first.J):
            return
        rows = self.rows[::math.ceil(len(self.rows) / FEW)]
        moving: Counter[int] = Counter()                            # neuron: samples for which it is not saturated
        for sample in self.samples(rows):
            moving.update(j for j, y in enumerate(first_neurons(sample.J)) if not is_saturated(y))
            if max(moving.values(), default=0) > HARDLY * len(rows):
                return
        self.is_saturated = True
        warn(f"the inputs, up to {abs(self.data.X).max():.3g}, are so large that every neuron of the first layer is "
             "saturated and hardly learns: scale them, as scikit-learn's StandardScaler does")


def compiled(output: Any, inputs: Sequence[Value]) -> tuple[Any, list[int]]:
    """Compile a recorded Value or a list of them: (program, indices of the inputs that it reads)."""
    used = {x for node in (output if isinstance(output, list) else [output]) for x in wengert_list(node)}
    columns = [k for k, x in enumerate(inputs) if x in used]
    return compile(output, [inputs[k] for k in columns]), columns


def named(parameters: Sequence[Parameter]) -> str:
    """The labels of some parameters, shortened."""
    return ops.short(", ".join(p.label or "?" for p in parameters))
