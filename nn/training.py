"""The training loop: forward, backward, step, over batches and epochs."""
import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from tqdm import tqdm

from autograd import Constant, total

from .losses import Loss
from .mlp import MLP, Layer, Neuron, row_of
from .module import Module
from .optimizers import Optimizer
from .samples import inputs_matrix, targets_matrix


@dataclass
class History:
    """What a training run was like, epoch by epoch."""

    losses: list[float] = field(default_factory=list)               # before each update; the mean, or with "sum" J
    validation_losses: list[float] = field(default_factory=list)    # after the epoch's updates
    seconds: list[float] = field(default_factory=list)
    stopped: str = ""                                               # "on_epoch" or "interrupted" if it ended early

    def __repr__(self) -> str:
        if not self.losses:
            return "History(0 epochs)"
        stopped = f", stopped: {self.stopped}" if self.stopped else ""
        return (f"History({len(self.losses)} epochs, loss {self.losses[0]:.4g} to {self.losses[-1]:.4g}, "
                f"{sum(self.seconds):.2f} s{stopped})")


def fit(model: Callable[..., Any], X: Any, T: Any, loss: Loss, optimizer: Optimizer, epochs: int,
        batch_size: int | None = None, reduction: str = "mean", shuffle: bool = True, seed: int = 0,
        engine: str = "eager", validation: tuple[Any, Any] | None = None,
        on_epoch: Callable[[int, float], Any] | None = None, progress: bool = True) -> History:
    """Train the optimizer's parameters so that loss(model(x), t) falls over the samples.

    X is (N, inputs); T is (N,), (N, 1) or (N, outputs), or for cross_entropy integer labels (N,).  batch_size None is
    the full batch, which is not shuffled; 1 is the lecture's update per pattern.  reduction "mean" divides by the
    batch's size, "sum" is the lecture's J.  on_epoch(epoch, loss) may return True to stop; epochs count from 1.

    Ctrl-C ends the training and returns the History of the whole epochs so far; a step that it hits is undone.  Raises
    FloatingPointError, naming the epoch, where a loss is not finite or a sample leaves an operation's domain; the
    parameters are then the last with a finite loss.
    """
    if engine not in ENGINES:
        raise ValueError(f"unknown engine {engine!r}; the known ones are {', '.join(ENGINES)}")
    if reduction not in ("mean", "sum"):
        raise ValueError(f"reduction is 'mean' or 'sum', not {reduction!r}")
    whole("epochs", epochs, least=0)
    data = Samples(model, X, T, loss)
    unseen = Samples(model, *validation, loss, "validation ") if validation else None
    N = len(data.X)
    size = N if batch_size is None else min(N, whole("batch_size", batch_size, least=1))
    order, random = np.arange(N), np.random.default_rng(seed)
    run, history = ENGINES[engine](model, loss, optimizer, reduction), History()
    finite: Any = optimizer.state()
    before: Any = None                              # while a step is under way: where everything stood before it
    try:
        with tqdm(total=epochs, unit="epoch", disable=None if progress else True) as bar:
            for epoch in range(1, epochs + 1):
                start, J = time.perf_counter(), 0.0
                if shuffle and size < N:
                    random.shuffle(order)
                try:
                    for first in range(0, N, size):
                        J += finite_or_raise("the loss", run.losses(data, order[first:first + size].tolist()))
                        finite = before = optimizer.state()
                        run.step()
                        finite_or_raise("a parameter", sum(p.data for p in optimizer.parameters))
                        before = None
                    history.losses.append(J / N if reduction == "mean" else J)
                    if unseen:
                        J = sum(losses_of(model, unseen, loss))
                        history.validation_losses.append(J / len(unseen.X) if reduction == "mean" else J)
                except (ValueError, ArithmeticError) as error:
                    optimizer.restore(finite)
                    raise FloatingPointError(f"training diverged in epoch {epoch}: {error}.  The parameters are "
                                             "the last with a finite loss; try a smaller lr") from error
                history.seconds.append(time.perf_counter() - start)
                bar.update()
                bar.set_postfix(loss=f"{history.losses[-1]:.4g}", refresh=False)
                stop = on_epoch(epoch, history.losses[-1]) if on_epoch else False
                if isinstance(stop, (bool, np.bool_)) and stop:     # not a None or a number that it may return
                    history.stopped = "on_epoch"
                    break
    except KeyboardInterrupt:
        if before:
            optimizer.restore(before)
        whole_epochs = len(history.seconds)
        del history.losses[whole_epochs:], history.validation_losses[whole_epochs:]
        history.stopped = "interrupted"
    return history


class Samples:
    """X and T, checked against the model and the loss, as arrays and as the plain numbers of each sample."""

    def __init__(self, model: Callable[..., Any], X: Any, T: Any, loss: Loss, prefix: str = "") -> None:
        self.X = inputs_matrix(X, width(model), f"{prefix}X")
        self.x: list[list[float]] = self.X.tolist()
        y = model(self.x[0])
        outputs = len(y) if isinstance(y, list) else 1
        self.T = targets_matrix(T, len(self.X), outputs, loss, f"{prefix}T")
        self.t: list[Any] = self.T.tolist() if isinstance(y, list) else self.T[:, 0].tolist()
        with suppress(ArithmeticError, ValueError):             # a loss that cannot be had is fit's to report
            loss(y, self.t[0])                                  # outputs that it does not take are an error here


HANDFUL = 8        # samples a graph: enough to visit the weights seldom, few enough for the garbage collector to rest


class Eager:
    """Trains node by node: a graph for every handful of samples, recorded, swept and dropped; leaves add up."""

    def __init__(self, model: Callable[..., Any], loss: Loss, optimizer: Optimizer, reduction: str) -> None:
        self.model, self.loss, self.optimizer, self.reduction = model, loss, optimizer, reduction
        self.leaves = list(dict.fromkeys([*(model.parameters() if isinstance(model, Module) else ()),
                                          *optimizer.parameters]))
        self.size = 1

    def losses(self, data: Samples, rows: Sequence[int]) -> float:
        """The sum of the samples' losses; the gradient of it is then in the parameters' grad."""
        for p in self.leaves:
            p.grad = 0.0
        self.size, J = len(rows), 0.0
        for first in range(0, len(rows), HANDFUL):
            handful = total([self.loss(self.model(data.x[row]), data.t[row]) for row in rows[first:first + HANDFUL]])
            handful.backward()
            J += handful.data
        return J

    def step(self) -> None:
        """Move the parameters once, by the gradient of the batch's mean or sum."""
        if self.reduction == "mean":
            for p in self.optimizer.parameters:
                p.grad /= self.size
        self.optimizer.step()


ENGINES = {"eager": Eager}


def predict(model: Callable[..., Any], X: Any) -> np.ndarray:
    """The model's outputs for every row of X, without recording: (N,) for one output, else (N, outputs).

    >>> predict(MLP(2, [3, 1], "tanh", seed=0), [[0.0, 0.0], [1.0, -1.0]]).shape
    (2,)
    """
    X = inputs_matrix(X, width(model))
    layers = model.layers if type(model) is MLP else [model] if type(model) is Layer else None
    if layers is None:                              # any other function of a sample
        found = [model(x) for x in X.tolist()]
        return np.array([[float(y_l) for y_l in y] if isinstance(y, list) else float(y) for y in found])
    Y = X
    for layer in layers:
        W = np.array([[w.data for w in neuron.w] for neuron in layer.neurons])
        b = np.array([neuron.b.data for neuron in layer.neurons])
        Y = row_of(layer.activation)(Y @ W.T + b)
    return Y[:, 0] if type(model) is MLP and Y.shape[1] == 1 else Y


def width(model: Callable[..., Any]) -> int | None:
    """How many inputs a model of ours has; None for any other function of a sample."""
    model = model.layers[0] if type(model) is MLP else model
    model = model.neurons[0] if type(model) is Layer else model
    return len(model.w) if type(model) is Neuron else None


def losses_of(model: Callable[..., Any], data: Samples, loss: Loss) -> Iterator[float]:
    """The loss of every sample, with no graph of the model."""
    for y, t in zip(predict(model, data.X).tolist(), data.t):
        yield loss([Constant(y_l) for y_l in y] if isinstance(y, list) else Constant(y), t).data


def finite_or_raise(name: str, x: float) -> float:
    """x, where it is a finite number."""
    if not math.isfinite(x):
        raise FloatingPointError(f"{name} is {x}")
    return x


def whole(name: str, n: Any, least: int) -> int:
    """n, where it is a whole number of at least this."""
    if not isinstance(n, int | np.integer) or isinstance(n, bool) or n < least:
        raise ValueError(f"fit: {name} is a whole number of at least {least}, not {n!r}")
    return int(n)
