"""Training on JAX's devices: several epochs of the compiled graph and the optimizer's rule in one JAX function."""
import _thread
import time
from collections.abc import Callable, Iterator
from copy import copy
from importlib.util import find_spec
from queue import SimpleQueue
from types import ModuleType
from typing import Any

import numpy as np

from ..dataset import Dataset
from ..optimizers import Optimizer, settings_of
from .compiled import Compiled
from .recording import rows_of
from .vector_rule import VectorRule

SECONDS = 0.2                   # of epochs in one run, between two checks for Ctrl-C
KEPT = 8                        # compiled loops, of the most recent graphs

LOOPS: dict[Any, Callable[..., Any]] = {}


def checked_settings(dtype: Any, devices: Any, size: int, *data: Dataset | None) -> dict[str, Any]:
    """The dtype and the list of devices for batches of a size.

    Raises ImportError without JAX, ValueError where it has no such devices or a sample is too large for the dtype.
    """
    if find_spec("jax") is None:
        raise ImportError("engine 'jax' needs JAX, which is not installed: pip install deltagrad[jax]")
    if dtype not in ("float64", "float32"):
        raise ValueError(f"fit: dtype is 'float64' or 'float32', not {dtype!r}")
    largest = max(float(abs(rows_of(samples)).max()) for samples in data if samples)
    if largest > float(np.finfo(dtype).max):
        raise ValueError(f"fit: a sample holds ±{largest:g}, which is too large for {dtype}: give dtype='float64'")
    return {"dtype": dtype, "devices": in_a_thread(lambda: jax_loop().chosen_devices(devices, size))}


def jax_loop() -> ModuleType:
    """The module that calls JAX, which is imported when it is first used."""
    from . import jax_loop

    return jax_loop


def in_a_thread(function: Callable[[], Any]) -> Any:
    """What the function returns, or raises, in a thread of its own, where Ctrl-C does not reach it.

    JAX keeps what it is tracing, and the precision, in variables of the thread, and an interrupt would leave them set;
    and a package that is interrupted while it is imported cannot be imported again.
    """
    outcome: list[tuple[Any, BaseException | None]] = []
    done: SimpleQueue[None] = SimpleQueue()     # a Thread's join() is not safe to interrupt itself

    def run() -> None:
        try:
            outcome.append((function(), None))
        except BaseException as error:
            outcome.append((None, error))
        done.put(None)

    _thread.start_new_thread(run, ())
    try:
        done.get()
    except KeyboardInterrupt:
        while not outcome:                      # the epochs under way end first: at most SECONDS, or JAX's compiling
            time.sleep(0.001)
        raise
    [(found, error)] = outcome
    if error:
        raise error
    return found


class Jax(Compiled):
    """The engine on JAX: runs some epochs on the devices, then copies the weights back to the engine's vector.

    Where a number is not finite, the epochs before it run again, and its epoch runs on NumPy, which reports the reason.
    """

    def __init__(self, *arguments: Any, dtype: str, devices: list[Any]) -> None:
        self.jax, self.dtype, self.devices = jax_loop(), dtype, devices
        super().__init__(*arguments)
        self.on_jax(self.jax.check_rule, self.optimizer, dtype)
        places = self.bound.reached, self.bound.places
        self.graph = (self.program.blocks.key, *(x.tobytes() for x in places))
        self.layout: Any = None                         # created when the batch size is known
        self.last_run: Any = None                       # its initial state, its orders, and the optimizer's settings

    def on_jax(self, function: Callable[..., Any], *args: Any) -> Any:
        """What a function of JAX's returns, called in this engine's precision."""
        def call() -> Any:
            with self.jax.float64_allowed(self.dtype == "float64"), np.errstate(all="ignore"):
                return function(*args)

        return in_a_thread(call)

    def epochs(self, orders: Iterator[np.ndarray] | None, size: int, unseen: Dataset | None,
               most: int) -> tuple[list[float], list[float]]:
        if not self.layout:
            self.layout = self.on_jax(
                self.jax.Layout, rows_of(self.data), rows_of(unseen) if unseen else None, size, orders is not None,
                self.is_mean, self.dtype, self.devices)
        together = self.next_orders(orders, min(most, self.at_once, self.layout.capacity))
        self.checkpoint = start = self.state()
        began = time.perf_counter()
        state, losses, unseen_losses = self.run_while_finite(start, together)
        if not losses:
            losses, unseen_losses = self.run_on_numpy(together[0], size, unseen)
            state = self.state()
        n = len(losses)
        self.at_once = max(1, int(SECONDS * n / (time.perf_counter() - began)))
        self.last_run = start, together[:n], copy(self.optimizer)
        self.restore(state)
        self.count(start, n)
        return losses, unseen_losses if unseen else []

    def run_while_finite(self, start: Any, orders: list[np.ndarray]) -> tuple[Any, list[float], list[float]]:
        """Run the most of these epochs that leave every number finite: the state after them, and their losses."""
        while orders:
            state, losses, unseen_losses = self.run(start, orders)
            is_finite = np.isfinite([losses, unseen_losses]).all(0)
            n = len(orders) if is_finite.all() else int(is_finite.argmin())
            if n == len(orders) and np.isfinite(state[0]).all():
                return state, losses, unseen_losses
            orders = orders[:n if n < len(orders) else n // 2]
        return start, [], []

    def run(self, start: Any, orders: list[np.ndarray]) -> tuple[Any, list[float], list[float]]:
        """Run these epochs: the state after them, and for each the sums of its losses and of the validation losses."""
        found: tuple[Any, list[float], list[float]] = self.on_jax(self.run_on_devices, start, orders)
        return found

    def run_on_devices(self, start: Any, orders: list[np.ndarray]) -> tuple[Any, list[float], list[float]]:
        """The same, where JAX may be called."""
        w, memory, steps = start
        fixed = None if self.bound.is_every else np.array([p._data for p in self.program.parameters], self.dtype)
        w, memory, *losses = self.device_loop()(
            w.astype(self.dtype), [m.astype(self.dtype) for m in memory], np.int32(steps),
            np.asarray(self.optimizer.lr, self.dtype), fixed, self.layout.with_orders(orders),
            np.int32(len(orders)), np.zeros(self.layout.capacity, self.dtype))
        losses, unseen_losses = (np.zeros(len(orders)).tolist() if J is None else
                                 np.asarray(J, float)[:len(orders)].tolist() for J in losses)
        return ((np.asarray(w, float), [np.asarray(m, float) for m in memory],
                 steps + len(orders) * len(self.layout.places)), losses, unseen_losses)

    def device_loop(self) -> Callable[..., Any]:
        """The compiled loop, cached for the same graph and the same rule."""
        key = self.graph, type(self.optimizer).rule, constants_of(self.optimizer), self.dtype, tuple(self.devices)
        if key not in LOOPS:
            LOOPS[key] = self.jax.EpochLoop(self.program, copy(self.optimizer), self.devices, self.bound.reached,
                                            self.bound.places).jitted
            for old in list(LOOPS)[:-KEPT]:
                del LOOPS[old]
        return LOOPS[key]

    def run_on_numpy(self, order: np.ndarray, size: int, unseen: Dataset | None) -> tuple[list[float], list[float]]:
        """Run the next epoch on NumPy in float64, to report what is not finite.  Raises FloatingPointError."""
        start = self.state()
        if self.last_run:                               # repeat its last epoch, so that the weights are NumPy's
            first, orders, optimizer = self.last_run
            again = copy(self)
            again.optimizer, again.rule, again.per_sample = optimizer, VectorRule(optimizer, self.bound.prepare), None
            again.restore(again.run(first, orders[:-1])[0])
            again.epoch(orders[-1], size)
            self.last_finite, self.start = again.last_finite, again.start
        J = self.epoch(order, size)
        losses = [J], [self.validation_loss(unseen)] if unseen else []
        if self.dtype == "float32":
            self.last_finite, self.start = start, None
            raise FloatingPointError("a number leaves float32's range, though not float64's: give dtype='float64'")
        return losses


def constants_of(optimizer: Optimizer) -> tuple[tuple[str, Any], ...]:
    """The optimizer's settings that are constants in the compiled rule, in a comparable form."""
    read = settings_of(optimizer)
    read.pop("lr")
    return tuple((name, x.tobytes() if isinstance(x, np.ndarray) else repr(x)) for name, x in sorted(read.items()))
