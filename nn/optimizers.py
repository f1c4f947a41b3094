"""Optimizers: each an update rule in plain arithmetic, which runs on floats, on arrays and on traced numbers."""
import math
from collections.abc import Iterable, Mapping, Sequence
from numbers import Real
from typing import Any

from autograd import Parameter, Value, ops


class Optimizer:
    """Updates parameters by a rule, and keeps the rule's memory for each."""

    remembers: int = 0          # numbers of memory that the rule keeps for each parameter

    def __init__(self, parameters: Iterable[Parameter], lr: float | None) -> None:
        self.parameters = leaves(type(self).__name__, parameters)
        if not self.parameters:
            raise ValueError(f"{type(self).__name__}: no parameters to train; pass model.parameters()")
        self.lr = check_positive(type(self).__name__, "lr", lr)
        self.memory: Sequence[Sequence[float]] = [[0.0] * len(self.parameters) for _ in range(self.remembers)]
        self.steps = 0

    def rule(self, w: Any, g: Any, *memory: Any) -> tuple[Any, ...]:
        """The new w, followed by the new memory, from w, its gradient g and the memory."""
        raise NotImplementedError

    def step(self) -> None:
        """Update every parameter once, by its grad."""
        self.steps += 1
        moved = [self.rule(p._data, p._grad, *memory) for p, *memory in zip(self.parameters, *self.memory)]
        for p, (w, *_) in zip(self.parameters, moved):
            p._data = float(w)                      # a NumPy lr gives NumPy numbers
        self.memory = list(zip(*moved))[1:]

    def state(self) -> tuple[Any, ...]:
        """A snapshot of the parameters, the memory and the number of steps taken, for `restore`."""
        return [p._data for p in self.parameters], self.memory, self.steps

    def restore(self, state: tuple[Any, ...]) -> None:
        """Restore an earlier state."""
        data, self.memory, self.steps = state
        for p, w in zip(self.parameters, data):
            p.data = w

    def zero_grad(self) -> None:
        """Set the accumulated gradients to 0."""
        for p in self.parameters:
            p._grad = 0.0


class SGD(Optimizer):
    """Gradient descent with momentum: Δw ← μ Δw - η (g + weight_decay w), w ← (w + Δw)(1 - decay).

    PyTorch's rule at a constant lr, and the 1986 paper's where lr changes (Rumelhart, Hinton, Williams, eq. 9).
    Without momentum it is the lecture's Δw = -η ∇J.  lr and momentum may be changed between steps.

    >>> w = Parameter(1.0)
    >>> optimizer = SGD([w], lr=0.5)
    >>> w.grad = 0.25
    >>> optimizer.step()
    >>> w
    Parameter(0.875)
    """

    remembers = 1

    def __init__(self, parameters: Iterable[Parameter], lr: float | None = None, momentum: float = 0.0,
                 weight_decay: float = 0.0, decay: float = 0.0) -> None:    # lr=None is refused after a wrong model
        super().__init__(parameters, lr)
        self.momentum = check_nonnegative("SGD", "momentum", momentum)
        self.weight_decay = check_nonnegative("SGD", "weight_decay", weight_decay)
        self.decay = check_nonnegative("SGD", "decay", decay)

    def rule(self, w: Any, g: Any, change: Any) -> tuple[Any, ...]:
        if self.weight_decay:                           # skipped where it is 0
            g = g + self.weight_decay * w
        change = self.momentum * change - self.lr * g if self.momentum else -self.lr * g
        return ((w + change) * (1 - self.decay) if self.decay else w + change), change


class Adam(Optimizer):
    """Adam (Kingma and Ba 2015, algorithm 1): steps scaled by running means m of g and s of g².

    m ← β₁ m + (1 - β₁) g, s ← β₂ s + (1 - β₂) g², w ← w - η m̂ / (√ŝ + ε), with m̂ and ŝ corrected for their start at
    0.
    """

    remembers = 2

    def __init__(self, parameters: Iterable[Parameter], lr: float = 1e-3, betas: tuple[float, float] = (0.9, 0.999),
                 eps: float = 1e-8) -> None:
        super().__init__(parameters, lr)
        if not (len(betas) == 2 and all(0 <= beta < 1 for beta in betas)):
            raise ValueError(f"Adam: betas are two numbers from 0 to below 1, not {betas!r}")
        self.betas, self.eps = tuple(betas), check_positive("Adam", "eps", eps)

    def rule(self, w: Any, g: Any, m: Any, s: Any) -> tuple[Any, ...]:
        beta1, beta2 = self.betas
        m = beta1 * m + (1 - beta1) * g
        s = beta2 * s + (1 - beta2) * g * g
        m_hat, s_hat = m / (1 - beta1 ** self.steps), s / (1 - beta2 ** self.steps)
        return w - self.lr * m_hat / (s_hat ** 0.5 + self.eps), m, s


def settings_of(optimizer: Optimizer) -> dict[str, Any]:
    """The optimizer's attributes that its rule reads as settings, such as lr and momentum."""
    return {name: x for name, x in vars(optimizer).items() if name not in ("parameters", "memory", "steps")}


def leaves(kind: str, parameters: Any) -> list[Any]:
    """The parameters as a list, each once.  Raises TypeError or ValueError where they are no leaves of a graph."""
    if hasattr(parameters, "parameters"):
        raise TypeError(f"{kind} takes the parameters of a model, not the model: write {kind}(model.parameters(), ...)")
    if getattr(parameters, "__name__", "") == "parameters":
        raise TypeError(f"{kind} takes a list of parameters, not a method: write {kind}(model.parameters(), ...)")
    if isinstance(parameters, Value):
        raise TypeError(f"{kind} takes a list of parameters, not {parameters!r}: write {kind}([w], ...)")
    if isinstance(parameters, Mapping):
        raise TypeError(f"{kind} takes a list of parameters, not a dict: write {kind}(parameters.values(), ...)")
    try:
        found = list(parameters)
    except TypeError:
        raise TypeError(f"{kind} takes a list of parameters, such as model.parameters(), not "
                        f"{ops.short(repr(parameters))}") from None
    for p in found:
        if not isinstance(p, Value):
            is_several = hasattr(p, "parameters") or isinstance(p, list | tuple)
            advice = "put all in one list, [*a.parameters(), *b.parameters()]" if is_several else \
                "give leaves such as model.parameters() or [Parameter(1.0)]"
            raise TypeError(f"{kind} takes a list of parameters, but one of them is {ops.short(repr(p))}: {advice}")
        if p.parents:
            raise ValueError(f"{kind} moves leaves of the graph, but {p!r} is computed from other Values: give those")
    return list(dict.fromkeys(found))


def check_optimizer(optimizer: Any) -> None:
    """Raise TypeError unless it is an instance of Optimizer, not a name or a class."""
    if isinstance(optimizer, Optimizer):
        return
    call = "nn.Adam(model.parameters())" if ops.closest(optimizer, ["adam"]) else "nn.SGD(model.parameters(), lr=0.1)"
    raise TypeError(f"fit: optimizer is an optimizer with its parameters, such as {call}, not "
                    f"{ops.short(repr(optimizer))}")


def check_remembers(optimizer: Optimizer, n: int) -> None:
    """Raise TypeError unless the n numbers that its rule returns to remember are as many as its `remembers`."""
    if n != optimizer.remembers:
        raise TypeError(f"the rule of {type(optimizer).__name__} returns {n} numbers to remember, but its `remembers` "
                        f"is {optimizer.remembers}")


def check_positive(kind: str, name: str, x: Any) -> float:
    """x unchanged.  Raises ValueError unless it is a finite number above 0."""
    if not (isinstance(x, Real) and 0 < float(x) < math.inf):
        raise ValueError(f"{kind}: {name} is a positive number, not {x!r}")
    return float(x)


def check_nonnegative(kind: str, name: str, x: Any) -> float:
    """x unchanged.  Raises ValueError unless it is a finite number of 0 or more."""
    if not (isinstance(x, Real) and 0 <= float(x) < math.inf):
        raise ValueError(f"{kind}: {name} is a number of at least 0, not {x!r}")
    return float(x)
