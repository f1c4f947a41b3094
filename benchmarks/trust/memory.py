"""Memory leaks over many trainings and compilations in one process."""
import gc
import tracemalloc
from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec

import nn
from autograd import Value, compile

from .outcome import Outcome

ALLOWED = 100               # bytes a call, less than a Value: bounded caches may still be filling


def outcomes(quick: bool) -> Iterator[Outcome]:
    """The outcomes for fit, on the engines in turn, and for compile, with every method of a program."""
    engines = [("eager", None), ("compiled", None), ("compiled", 1)] + [("jit", 1)] * (find_spec("numba") is not None)
    yield flat("memory over calls of fit", [partial(train, *engine) for engine in engines], 100 if quick else 10_000)
    yield flat("memory over calls of compile", [compile_once], 50 if quick else 1000)


def flat(name: str, calls: list[Callable[[], None]], times: int) -> Outcome:
    """Make the calls in turn; a failure where they leave more memory in use than before."""
    for call in calls * 10:                             # caches fill, numba is loaded
        call()
    tracemalloc.start()
    for call in calls * 5:                              # memory that calls reuse is allocated now
        call()
    gc.collect()
    before = tracemalloc.get_traced_memory()[0]
    for k in range(times):
        calls[k % len(calls)]()
    gc.collect()
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return Outcome(name, times, [f"{grown:,} bytes more are in use"] if grown > ALLOWED * times else [],
                   f"{grown:+,} bytes in all")


def train(engine: str, batch_size: int | None) -> None:
    model = nn.MLP(2, [2, 1], "tanh", seed=0)
    nn.fit(model, [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0]], [0.0, 1.0, 1.0], nn.half_squared_error,
           nn.SGD(model.parameters(), lr=0.1), 2, batch_size=batch_size, engine=engine, progress=False)


def compile_once() -> None:
    x = [Value(0.1, "x1"), Value(0.2, "x2")]
    program = compile(nn.MLP(2, [2, 1], "tanh", seed=0)(x), x)
    program.value_and_grad([[1.0, 2.0]])
    str(program.vector_form())
