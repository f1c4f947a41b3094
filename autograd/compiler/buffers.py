"""The arrays for a program's two phases, and the phases bound to them."""
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from .numpy_backward import PhaseCalls
from .numpy_calls import SUM_EDGES, Placed
from .numpy_forward import ForwardCalls
from .segment_sum import Step

LARGEST = 2 ** 24           # numbers of Z, G and K that are kept at a time


@dataclass(frozen=True, eq=False)
class BoundPhases:
    """The two phases bound to arrays for N samples at a time."""
    Z: np.ndarray                               # a row for every node; the caller fills the inputs', which come first
    X: np.ndarray                               # the first inputs again, a row for every sample
    forward: Callable[[], None]                 # reads the weights
    backward: Callable[[], None]                # writes the sum of the samples' gradients to `gradient`
    total: Callable[[], float]                  # the sum of the first output over the samples


class Buffers:
    """The arrays of a program, for one caller at a time, who fills `weights` and reads `gradient`."""

    def __init__(self, calls: ForwardCalls) -> None:
        self.calls = calls
        n, constants = len(calls.graph.parameters), calls.graph.constants
        self.S, self.P, self.D = np.empty(n + len(constants)), np.empty(calls.copies), np.zeros(calls.more_scalars)
        self.S[n:] = constants
        self.weights, self.gradient = self.S[:n], self.D[:n]
        self.bound: dict[int, BoundPhases] = {}

    def phases(self, N: int) -> BoundPhases:
        """The phases for N samples at a time, bound on the first call."""
        if N not in self.bound:
            calls = self.calls
            rows = calls.graph.rows + calls.more_rows + calls.sizes["K"]
            if len(self.bound) > 4 or rows * (N + sum(self.bound)) > LARGEST:       # large ones are not kept together
                self.bound.clear()
            arrays = self.arrays(N)
            for view, number in calls.fills:
                view.of(arrays)[...] = number
            forward, backward = [partial(run, self.steps(phase, arrays)) for phase in (calls.forward, calls.backward)]
            total = partial(arrays["Z"][calls.graph.outputs[0]].dot, arrays["one"])
            self.bound[N] = BoundPhases(arrays["Z"], arrays["X"].T, forward, backward, total)
        return self.bound[N]

    def arrays(self, N: int) -> dict[str, np.ndarray]:
        """The arrays that the calls' views refer to, by name, for N samples at a time."""
        graph = self.calls.graph
        working = {name: np.empty((rows, N), bool if name[0] in "bc" else float) for name, rows in
                   self.calls.sizes.items()}
        Z = np.zeros((graph.rows, N))
        Z[graph.ones] = 1.0
        return working | {"Z": Z, "G": np.zeros((self.calls.more_rows, N)), "X": np.ones((N, self.calls.width)).T,
                          "S": self.S, "P": self.P, "D": self.D, "one": np.ones(N)}

    def steps(self, phase: Sequence[Placed], arrays: Mapping[str, np.ndarray]) -> list[Step]:
        """A phase's calls, bound to these arrays."""
        steps: list[Step] = []
        for calls, views in phase:
            bound = {name: view.of(arrays) for name, view in views.items()}
            for call in calls:
                if call.function == SUM_EDGES:
                    assert isinstance(self.calls, PhaseCalls)
                    steps += self.calls.edges.sums(arrays["G"], arrays["V"], *call.args)
                else:
                    steps.append(call.bound(bound))
        return steps


def run(steps: Sequence[Step]) -> None:
    """Make the calls."""
    for function, arguments in steps:
        function(*arguments)
