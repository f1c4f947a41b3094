"""PyTorch in eager mode, in a minimal loop: tensors, autograd.grad, in-place updates; no modules, no optimizer."""
import numpy as np
import torch
from torch.nn import functional

from ..workloads import Workload, in_turn

ACTIVATIONS = {"tanh": torch.tanh, "sigmoid": torch.sigmoid, "linear": lambda v: v}


class Eager:
    """PyTorch in float64 on one thread."""

    def __init__(self, workload: Workload) -> None:
        torch.set_num_threads(1)
        self.workload, self.lr = workload, workload.lr
        self.activations = [ACTIVATIONS[phi] for phi in workload.activations]
        self.is_classes = workload.loss == "cross_entropy"
        self.batches = [(torch.from_numpy(X), torch.from_numpy(T.argmax(1) if self.is_classes else T))
                        for X, T in workload.batches]
        self.reset()

    def reset(self) -> None:
        self.layers = [(torch.tensor(W[:, :-1].T.copy(), requires_grad=True), torch.tensor(W[:, -1],
                        requires_grad=True)) for W in self.workload.start()]

    def run(self, steps: int) -> float:
        J, lr = 0.0, self.lr
        tensors = [p for layer in self.layers for p in layer]
        for X, T in in_turn(self.batches, steps):
            Y = X
            for (W, b), phi in zip(self.layers, self.activations):
                Y = phi(torch.addmm(b, Y, W))
            if self.is_classes:
                loss = functional.cross_entropy(Y, T, reduction="sum")
            else:
                e = Y - T
                loss = 0.5 * (e * e).sum()
            gradients = torch.autograd.grad(loss, tensors)
            with torch.no_grad():
                for p, g in zip(tensors, gradients):
                    p.sub_(g, alpha=lr)
            J += loss.item()
        return J

    def parameters(self) -> np.ndarray:
        return np.concatenate([torch.column_stack([W.T, b]).detach().numpy().ravel() for W, b in self.layers])
