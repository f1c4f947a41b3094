"""A user's program, as strict as type checkers go."""
import autograd
import nn
import viz
from autograd import Constant, Parameter, Value, gradcheck, gradient, half_square, replay, tanh


def neuron(w: Value, x: float, b: Value) -> Value:
    v: Value = w * x + b
    u: Value = 2 * v - v / 2 + 1 / (v ** 2 + 1) + 2 ** v
    total: Value = sum([v, u], Value(0.0))
    total = total + abs(v) + (-v) + v.tanh().exp().relu()
    total += 1
    reveal = v < u
    return total if reveal else v


def train() -> list[float]:
    model = nn.MLP(2, [3, 1], "tanh", seed=0)
    optimizer = nn.SGD(model.parameters(), lr=0.1)
    history = nn.fit(model, [[0.0, 1.0], [1.0, 0.0]], [1.0, 0.0], nn.half_squared_error, optimizer, 2, progress=False)
    return history.losses


w, b = Parameter(1.0, "w"), Parameter(0.5, "b")
J: Value = neuron(w, 2.0, b)
J.backward()
slope: float = w.grad
[dJ] = gradient(J, [w])
second: float = dJ.data
drawing: viz.Drawing = viz.draw(J)
text: str = str(viz.derive(J, w))
same: Value = replay(J)
c: Value = Constant(2.0)
program = autograd.compile(J, [b])


def squashed(x: Value) -> Value:
    y: Value = half_square(tanh(x))
    return y


gradcheck(squashed, [0.5])
