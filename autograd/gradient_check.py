"""Gradient checking: the same derivatives by reverse mode, by forward mode and by central differences."""
from collections.abc import Callable, Sequence

from .backprop import adjoints, pushforward, recorded
from .value import Value


def gradcheck(f: Callable[..., Value], xs: Sequence[float], tolerance: float = 1e-6) -> None:
    """Compare ∂f/∂xᵢ by reverse mode, by forward mode and by central differences (f(x+h) - f(x-h)) / 2h.

    f takes one Value for each number in xs and returns a Value.  Raises AssertionError where two of the three differ
    by more than tolerance, relative to the larger of them and 1; it names the input and the three numbers.

    >>> gradcheck(lambda x, y: x * y + x.sin(), [0.5, 2.0])
    """
    leaves = [Value(x) for x in xs]
    output = f(*leaves)
    if not isinstance(output, Value):
        raise TypeError(f"gradcheck: f must return a Value, not {output!r}")
    reverse = adjoints(output, 1.0, recorded)
    for i, leaf in enumerate(leaves):
        three = {"reverse mode": reverse.get(leaf, 0.0),
                 "forward mode": pushforward(output, {leaf: 1.0}),
                 "central differences": central_difference(f, [x.data for x in leaves], i)}
        scale = max(1.0, *map(abs, three.values()))
        if not max(three.values()) - min(three.values()) <= tolerance * scale:
            found = ", ".join(f"{name} {value!r}" for name, value in three.items())
            raise AssertionError(f"gradcheck: input {i} at {xs[i]!r}: {found}")


def central_difference(f: Callable[..., Value], xs: Sequence[float], i: int) -> float:
    """(f(.., xᵢ+h, ..) - f(.., xᵢ-h, ..)) / 2h, where h = ∛ε max(1, |xᵢ|) balances truncation against rounding."""
    h = 6e-6 * max(1.0, abs(xs[i]))
    up, down = xs[i] + h, xs[i] - h

    def at(x: float) -> float:
        return Value.lift(f(*[Value(x if k == i else other) for k, other in enumerate(xs)])).data

    return (at(up) - at(down)) / (up - down)
