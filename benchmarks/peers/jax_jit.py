"""JAX under jit: one call for each step, or one call for the whole loop of steps."""
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..workloads import Workload, in_turn

jax.config.update("jax_enable_x64", True)

ACTIVATIONS = {"tanh": jnp.tanh, "sigmoid": jax.nn.sigmoid, "linear": lambda v: v}
Layers = list[tuple[Any, Any]]


class CallAStep:
    """One jitted function of the parameters and a batch, which returns the updated parameters and the loss."""

    def __init__(self, workload: Workload) -> None:
        self.workload = workload
        self.batches = [(jnp.asarray(X), jnp.asarray(T)) for X, T in workload.batches]
        self.jitted = jax.jit(self.moved)
        self.reset()

    def loss(self, layers: Layers, X: Any, T: Any) -> Any:
        """J of a batch."""
        Y = X
        for (W, b), phi in zip(layers, self.workload.activations):
            Y = ACTIVATIONS[phi](Y @ W + b)
        if self.workload.loss == "cross_entropy":
            return (jax.nn.logsumexp(Y, axis=1) - (T * Y).sum(1)).sum()
        return 0.5 * ((Y - T) ** 2).sum()

    def moved(self, layers: Layers, total: Any, X: Any, T: Any) -> tuple[Layers, Any]:
        """The parameters after a step, and the sum of the losses so far."""
        J, gradient = jax.value_and_grad(self.loss)(layers, X, T)
        return jax.tree.map(lambda w, g: w - self.workload.lr * g, layers, gradient), total + J

    def reset(self) -> None:
        self.layers: Layers = [(jnp.asarray(W[:, :-1].T), jnp.asarray(W[:, -1])) for W in self.workload.start()]
        jax.block_until_ready(self.layers)

    def run(self, steps: int) -> float:
        layers, total, step = self.layers, jnp.zeros(()), self.jitted
        for X, T in in_turn(self.batches, steps):
            layers, total = step(layers, total, X, T)
            total.block_until_ready()
        self.layers = layers
        return float(total)

    def parameters(self) -> np.ndarray:
        return np.concatenate([np.column_stack([np.asarray(W).T, b]).ravel() for W, b in self.layers])


class LoopInside(CallAStep):
    """The whole loop of steps compiled as one function, called once."""

    def __init__(self, workload: Workload) -> None:
        super().__init__(workload)
        self.X = jnp.stack([X for X, _ in self.batches])
        self.T = jnp.stack([T for _, T in self.batches])
        self.loop = jax.jit(self.trained)

    def trained(self, layers: Layers, X: Any, T: Any, steps: Any) -> tuple[Layers, Any]:
        """The parameters after this number of steps, and the sum of the losses."""
        def step(i: Any, state: tuple[Layers, Any]) -> tuple[Layers, Any]:
            batch = i % len(X)
            return self.moved(*state, X[batch], T[batch])

        trained: tuple[Layers, Any] = jax.lax.fori_loop(0, steps, step, (layers, jnp.zeros(())))
        return trained

    def run(self, steps: int) -> float:
        self.layers, J = jax.block_until_ready(self.loop(self.layers, self.X, self.T, steps))
        return float(J)
