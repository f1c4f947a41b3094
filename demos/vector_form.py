"""the lecture's question "Can you write this in vector form?" answered from the scalar graph of a 2-3-1 network"""
import argparse
from pathlib import Path

import numpy as np

from autograd import Value, compile, wengert_list
from nn import MLP, half_squared_error

from .pictures import Pictures
from .training import whole

EQUATIONS = """\
The lecture's equations, for one weight at a time (i input, j hidden, l output):

  output    δ_l  = -dJ/dv_l = e_l φ'(v_l)
  hidden    δ_j  = φ'(v_j) Σ_l δ_l w_lj
  update    Δw_lj = η δ_l y_j,   Δw_ji = η δ_j x_i

  "Can you write this in vector form to update all weights simultaneously?"
"""
DOCUMENT = r"""\documentclass{article}
\usepackage{amsmath}
\begin{document}
%s
\end{document}
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--hidden", type=whole(1), default=3, metavar="M",
                        help="neurons of the hidden layer (default 3)")
    parser.add_argument("--activation", default="tanh", metavar="PHI",
                        help="their activation function (default tanh)")


def run(pictures: Pictures, arguments: argparse.Namespace) -> None:
    hidden, activation = arguments.hidden, arguments.activation
    model = MLP(2, [hidden, 1], activation=activation, output_activation="tanh", seed=0)
    inputs = [Value(0.5, "x1"), Value(-1.0, "x2"), Value(1.0, "t")]
    J = half_squared_error(model(inputs[:2]), inputs[2])
    tape = wengert_list(J)
    edges = sum(len(node.parents) for node in tape)
    print(f"A 2-{hidden}-1 network, {activation}, with J = 1/2 Σ e², e = t - y.  Its scalar graph for one sample: "
          f"{len(tape)} nodes, {edges} edges.\n")
    print(EQUATIONS)

    program = compile(J, inputs)
    form = program.vector_form()
    print(f"In vector form, for N samples at once, read off that graph:\n\n{form}\n")
    pictures.save("vector_form.tex", lambda path: save(path, form.latex))

    X = np.random.default_rng(0).normal(size=(100, 3))
    values, gradient = program.function(np)(np.array([p.data for p in program.parameters]), X)
    scalar_values, scalar_gradient = node_by_node(model, X, program.parameters)
    print("The same numbers, on 100 samples: the largest difference from the scalar engine, relative to the largest "
          "number\n(a float's last bit is 2.2e-16)\n"
          f"  J for every sample    {difference(values, scalar_values):.1e}\n"
          f"  gradient of their sum {difference(gradient, scalar_gradient):.1e}")


def node_by_node(model: MLP, X: np.ndarray, parameters: list[Value]) -> tuple[np.ndarray, np.ndarray]:
    """J for every sample and the gradient of their sum, by the scalar engine: a graph for each sample."""
    model.zero_grad()
    values = []
    for x1, x2, t in X.tolist():
        J = half_squared_error(model([x1, x2]), t)
        J.backward()
        values.append(J.data)
    return np.array(values), np.array([p.grad for p in parameters])


def difference(a: np.ndarray, b: np.ndarray) -> float:
    """The largest difference, relative to the largest number."""
    return float(np.abs(a - b).max() / np.abs(b).max())


def save(path: Path, latex: str) -> None:
    """A LaTeX document of its own."""
    path.write_text(DOCUMENT % latex, encoding="utf-8")
