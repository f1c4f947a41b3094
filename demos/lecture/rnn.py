"""a recurrent network: one weight used at every time step, its gradient the sum over all the paths back"""
import argparse

import numpy as np

from autograd import Parameter, Value, tanh, weighted_sum
from nn import half_squared_error
from viz import derive, draw

from ..pictures import Pictures

INPUTS, TARGET = (0.5, -0.3, 0.8), 1.0
LONG = 20


def unrolled(u: Parameter, inputs: list[float] | tuple[float, ...], w: float = 0.7, b: float = 0.1) -> Value:
    """J of the last output of y_t = tanh(w x_t + u y_{t-1} + b), from y_0 = 0; u is the same at every step."""
    weight, bias = Parameter(w, "w"), Parameter(b, "b")
    y: Value | None = None
    for t, x in enumerate(inputs, start=1):
        x_t = Value(x, f"x{t}")
        v = weighted_sum([weight], [x_t], bias) if y is None else weighted_sum([weight, u], [x_t, y], bias)
        v.label = f"v{t}"
        y = tanh(v)
        y.label = f"y{t}"
    return half_squared_error(y, TARGET)


def by_step(u: float, steps: int) -> np.ndarray:
    """The terms of dJ/du, one for each use of u, from the last step back: here every use is a leaf."""
    uses = [Parameter(u, f"u{t}") for t in range(2, steps + 1)]
    y = tanh(0.7 * 0.5 + 0.1)
    for use in uses:
        y = tanh(0.7 * 0.5 + use * y + 0.1)
    half_squared_error(y, TARGET).backward()
    return np.array([use.grad for use in reversed(uses)])


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """There is nothing to choose."""


def run(pictures: Pictures, arguments: argparse.Namespace) -> None:
    from .figures import paths_figure  # needs matplotlib, which the rest does without

    u = Parameter(0.9, "u")
    J = unrolled(u, INPUTS)
    print("y_t = tanh(w x_t + u y_{t-1} + b), three steps, J on the last output.  u is one leaf with several edges: "
          f"its\ngradient is the sum over them.\n\n{derive(J, u)}")
    pictures.draw("rnn", draw(J))
    sizes = {f"u = {size}": np.abs(by_step(size, LONG)) for size in (0.3, 0.9, 1.5)}
    print(f"\nOver {LONG} steps, the first use of u adds this share of what the last one does (vanishing gradients):")
    for name, steps in sizes.items():
        print(f"  {name}: {steps[-1] / steps[0]:.1e}")
    pictures.save("rnn_paths.png", paths_figure(sizes).savefig)
