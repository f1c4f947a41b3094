"""Run by hips.py in the other interpreter: HIPS autograd on arrays, a line of JSON in, a line of JSON out."""
import json
import sys
from importlib import import_module
from typing import Any


def main() -> None:
    anp: Any = import_module("autograd.numpy")                  # HIPS's, not this project's
    value_and_grad: Any = import_module("autograd").value_and_grad
    activations = {"tanh": anp.tanh, "sigmoid": lambda v: 1 / (1 + anp.exp(-v)), "linear": lambda v: v}
    work = json.loads(sys.stdin.readline())
    batches = [(anp.array(X), anp.array(T)) for X, T in work["batches"]]

    def start() -> Any:
        layers = [anp.array(W) for W in work["layers"]]
        return [(W[:, :-1].T.copy(), W[:, -1].copy()) for W in layers]

    def loss(layers: Any, X: Any, T: Any) -> Any:
        Y = X
        for (W, b), phi in zip(layers, work["activations"]):
            Y = activations[phi](anp.dot(Y, W) + b)
        if work["loss"] == "cross_entropy":
            largest = anp.max(Y)
            return anp.sum(anp.log(anp.sum(anp.exp(Y - largest), axis=1)) + largest) - anp.sum(T * Y)
        e = Y - T
        return 0.5 * anp.sum(e * e)

    step, layers = value_and_grad(loss), start()
    print(json.dumps(True), flush=True)
    for line in sys.stdin:
        command = json.loads(line)
        answer: Any = True
        if command == "reset":
            layers = start()
        elif command == "parameters":
            answer = [w for W, b in layers for row, b_j in zip(W.T.tolist(), b.tolist()) for w in (*row, b_j)]
        else:
            answer = 0.0
            for i in range(command):
                X, T = batches[i % len(batches)]
                J, gradient = step(layers, X, T)
                for (W, b), (dW, db) in zip(layers, gradient):
                    W -= work["lr"] * dW
                    b -= work["lr"] * db
                answer += float(J)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
