"""The training loop of several epochs as one JAX function, on one device or with each batch spread over several."""
import traceback
from collections.abc import Sequence
from contextlib import AbstractContextManager
from copy import copy
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding
from jax.sharding import PartitionSpec as Spread

from autograd import ops

from ..optimizers import Optimizer, check_remembers, settings_of

Array = Any                     # of JAX
Blocks = list[Array]            # of w, or of a part of the memory
AXIS = "samples"                # of the mesh: the axis that a batch is spread over
MOST_EPOCHS, MOST_ROWS = 8192, 2 ** 18          # in a run, and in the orders that it sends to the devices


class Batches(NamedTuple):
    """The arrays of an epoch, or None; P is the batch size with padding, W the numbers of a sample."""
    batches: Array              # (batches, P, W): the samples in their order
    rows: Array                 # or (N, W): the samples that the orders index
    orders: Array               # (epochs, batches, P): the number of each row
    weights: Array              # (batches, P): 0 for padding
    sizes: Array                # (batches,): the divisor of the mean
    unseen: Array               # (P, W): the validation samples
    unseen_weights: Array       # (P,)


SPREAD = Batches(Spread(None, AXIS), Spread(), Spread(None, None, AXIS), Spread(None, AXIS), Spread(), Spread(AXIS),
                 Spread(AXIS))


def float64_allowed(is_allowed: bool) -> AbstractContextManager[Any]:
    """A context in which JAX's float64 is enabled or disabled, whatever the user's setting."""
    if hasattr(jax, "enable_x64"):
        return jax.enable_x64(is_allowed)
    from jax import experimental  # before JAX 0.8

    return getattr(experimental, "enable_x64")(is_allowed)      # noqa: B009


def chosen_devices(devices: Any, most: int) -> list[Any]:
    """The devices to train on, by default at most one for each sample of a batch.  Raises ValueError."""
    every = jax.devices()
    if devices is None:
        return every[:most]
    if isinstance(devices, int | np.integer) and not isinstance(devices, bool):
        if not 1 <= devices <= len(every):
            raise ValueError(f"fit: devices is {devices}, but JAX sees {len(every)}: {ops.short(repr(every))}")
        return every[:devices]
    found = list(devices) if isinstance(devices, list | tuple | np.ndarray) else [devices]
    if not found or not all(isinstance(device, jax.Device) for device in found) or len({*found}) < len(found):
        raise ValueError("fit: devices is how many to use or a list of them, such as jax.devices()[:2], each once, not "
                         f"{ops.short(repr(devices))}")
    return found


class Layout:
    """A data set on the devices: the arrays of an epoch's batches, and the most epochs of a run."""

    def __init__(self, rows: np.ndarray, unseen: np.ndarray | None, size: int, is_shuffled: bool, is_mean: bool,
                 dtype: str, devices: Sequence[Any]) -> None:
        self.devices, self.dtype, self.is_shuffled = devices, dtype, is_shuffled
        self.places, weights = batches_of(len(rows), size, len(devices))
        sizes = weights.sum(1) if is_mean else None
        unseen_places, unseen_weights = batches_of(1 if unseen is None else len(unseen), None, len(devices))
        self.capacity = max(1, min(MOST_EPOCHS, MOST_ROWS // self.places.size)) if is_shuffled else MOST_EPOCHS
        self.batches = Batches(
            *(self.put(name, numbers) for name, numbers in zip(Batches._fields, (
                None if is_shuffled else rows[self.places], rows if is_shuffled else None, None,
                None if weights.all() else weights, sizes, None if unseen is None else unseen[unseen_places[0]],
                None if unseen is None or unseen_weights.all() else unseen_weights[0]))))

    def put(self, name: str, numbers: np.ndarray | None) -> Array:
        """An array of the batches on the devices: replicated, or spread over them."""
        if numbers is None:
            return None
        where = NamedSharding(mesh_of(self.devices), getattr(SPREAD, name)) if len(self.devices) > 1 else \
            self.devices[0]
        return jax.device_put(numbers.astype(self.dtype), where)

    def with_orders(self, orders: Sequence[np.ndarray]) -> Batches:
        """The batches of some epochs in these orders; without orders all epochs are the same."""
        if not self.is_shuffled:
            return self.batches
        numbers = np.zeros((self.capacity, *self.places.shape), dtype=np.int32)
        for e, order in enumerate(orders):
            numbers[e] = order[self.places]
        return self.batches._replace(orders=numbers)


def batches_of(N: int, size: int | None, devices: int) -> tuple[np.ndarray, np.ndarray]:
    """The indices of N samples in batches padded to a multiple of the devices, and weights, 0 for padding.

    The padding repeats the batch's first sample, so it is finite where the batch is.

    >>> [x.tolist() for x in batches_of(3, 2, 1)]
    [[[0, 1], [2, 2]], [[1.0, 1.0], [1.0, 0.0]]]
    """
    size = size or N
    columns = np.arange(-(-size // devices) * devices)
    firsts = np.arange(0, N, size)[:, None]
    is_sample = (columns < size) & (firsts + columns < N)
    return np.where(is_sample, firsts + columns, firsts), is_sample.astype(float)


def mesh_of(devices: Sequence[Any]) -> Mesh:
    return Mesh(np.array(devices), (AXIS,))


class EpochLoop:
    """Several epochs as a function for jax.jit, built from a Program and the places of the optimizer's w in it.

    In the loop w and the memory are lists of blocks, each the array that an operation reads: a layer's W, say.  They
    have one block, the vector, on several devices, and where w is not all of the program's parameters: `places` are
    then those of w[reached] among these, and `fixed` has the others.
    """

    def __init__(self, program: Any, optimizer: Optimizer, devices: Sequence[Any], reached: np.ndarray,
                 places: np.ndarray) -> None:
        self.optimizer, self.reached, self.places = optimizer, reached, places
        self.is_spread, train = len(devices) > 1, self.train
        n = len(optimizer.parameters)
        is_every = len(reached) == n == len(program.parameters)
        found = program.function_of_blocks(jnp) if is_every and not self.is_spread else None
        self.in_blocks = found is not None and is_elementwise(optimizer, found[0])
        if found and self.in_blocks:
            numbers, self.f = found
            index = reached[np.argsort(places)]             # in w, of each of the program's parameters
            self.blocks = [index[block] for block in numbers]
        else:
            self.f, self.blocks = program.function(jnp), [np.arange(n)]
        self.order = np.argsort(np.concatenate([block.ravel() for block in self.blocks]))
        if self.is_spread:
            everywhere = Spread()
            train = jax.shard_map(train, mesh=mesh_of(devices), out_specs=everywhere,
                                  in_specs=(*[everywhere] * 5, SPREAD, everywhere, everywhere))
        self.jitted: Any = jax.jit(train)

    def train(self, w: Array, memory: list[Array], steps: Array, lr: Array, fixed: Array, data: Batches, count: Array,
              losses: Array) -> tuple[Array, list[Array], Array, Array]:
        """w, memory and steps after `count` epochs, and each epoch's sums of the losses and the validation losses.

        `losses` is an array of zeros for the most epochs possible.
        """
        def epoch(e: Any, state: Any) -> Any:
            w, memory, steps, losses, unseen_losses = state
            order = None if data.orders is None else data.orders[e]
            w, memory, steps, J = self.epoch((w, memory, steps), lr, fixed, data, order)
            if unseen_losses is not None:
                unseen_J, _ = self.loss_and_grad(w, fixed, data.unseen, data.unseen_weights)
                unseen_losses = unseen_losses.at[e].set(unseen_J)
            return w, memory, steps, losses.at[e].set(J), unseen_losses

        first = self.cut(w), [*map(self.cut, memory)], steps, losses, None if data.unseen is None else losses
        blocks, memories, _, losses, unseen_losses = jax.lax.fori_loop(0, count, epoch, first)
        return self.joined(blocks), [*map(self.joined, memories)], losses, unseen_losses

    def cut(self, vector: Array) -> Blocks:
        """The blocks of a vector."""
        return [vector[block] for block in self.blocks]

    def joined(self, blocks: Blocks) -> Array:
        """The vector of the blocks."""
        return jnp.concatenate([block.ravel() for block in blocks])[self.order]

    def epoch(self, state: Any, lr: Array, fixed: Array, data: Batches, order: Array) -> Any:
        """One epoch, a step for each batch: w, memory and steps after it, and the sum of losses before the steps."""
        def step(b: Any, state: Any) -> Any:
            w, memory, steps, J = state
            rows = data.batches[b] if order is None else data.rows[order[b]]
            more, gradient = self.loss_and_grad(w, fixed, rows, None if data.weights is None else data.weights[b])
            if data.sizes is not None:
                gradient = [g / data.sizes[b] for g in gradient]
            found = [moved(self.optimizer, steps + 1, lr, *block) for block in zip(w, gradient, *memory)]
            w, *memory = map(list, zip(*found))
            return w, memory, steps + 1, J + more

        first = *state, jnp.zeros((), lr.dtype)
        batches = len(data.batches if order is None else order)
        return step(0, first) if batches == 1 else jax.lax.fori_loop(0, batches, step, first)

    def loss_and_grad(self, w: Blocks, fixed: Array, rows: Array, weights: Array) -> tuple[Array, Blocks]:
        """The sum of the losses of a batch, on one device or several, and its gradient by w."""
        if self.in_blocks:
            values, gradient = self.f(w, rows, weights)
        else:
            [vector] = w
            values, g = self.f(vector if fixed is None else fixed.at[self.places].set(vector[self.reached]), rows,
                               weights)
            gradient = [g if fixed is None else jnp.zeros_like(vector).at[self.reached].set(g[self.places])]
        J = values @ (jnp.ones_like(values) if weights is None else weights)        # faster than a sum
        if self.is_spread:                              # the only communication between devices
            total = jax.lax.psum(jnp.append(gradient[0], J), AXIS)
            J, gradient = total[-1], [total[:-1]]
        return J, gradient


def is_elementwise(optimizer: Optimizer, blocks: Sequence[np.ndarray]) -> bool:
    """May the rule run on blocks of these shapes?  Not where a setting is an array, of a number for each parameter."""
    if any(isinstance(x, np.ndarray | list) for x in settings_of(optimizer).values()):
        return False
    try:
        for block in blocks:
            numbers = [jax.ShapeDtypeStruct(block.shape, "float32")] * (2 + optimizer.remembers)
            jax.eval_shape(lambda *block: moved(optimizer, 1, optimizer.lr, *block), *numbers)
    except (TypeError, ValueError):
        return False
    return True


def moved(optimizer: Optimizer, steps: Any, lr: Any, w: Array, g: Array, *memory: Array) -> list[Array]:
    """The parameters and then the memory after one step of the optimizer's rule.

    Raises TypeError where it changes more.
    """
    trial = copy(optimizer)                             # traced numbers must not be stored in the optimizer itself
    trial.steps, trial.lr = steps, lr
    before = dict(vars(trial))
    found = [jnp.broadcast_to(jnp.asarray(x, w.dtype), w.shape) for x in trial.rule(w, g, *memory)]
    changed = [name for name, x in vars(trial).items() if before.get(name) is not x]
    if changed:
        raise TypeError(f"it sets self.{changed[0]}, which only what it returns can remember")
    return found


def check_rule(optimizer: Optimizer, dtype: str) -> None:
    """Raise TypeError, naming the line, where JAX cannot trace the optimizer's rule."""
    n = jax.ShapeDtypeStruct((len(optimizer.parameters),), dtype)
    try:
        _, *memory = jax.eval_shape(lambda steps, lr, *block: moved(optimizer, steps, lr, *block),
                                    jax.ShapeDtypeStruct((), "int32"), jax.ShapeDtypeStruct((), dtype), n, n,
                                    *[n] * optimizer.remembers)
    except Exception as error:
        code = type(optimizer).rule.__code__
        line = max((frame.lineno or 0 for frame in traceback.extract_tb(error.__traceback__)
                    if (frame.filename, frame.name) == (code.co_filename, code.co_name)), default=code.co_firstlineno)
        raise TypeError(f"engine 'jax' cannot trace the rule of {type(optimizer).__name__}, {code.co_filename}, line "
                        f"{line}: {str(error).splitlines()[0]}.  Give engine='compiled', or write it in arithmetic on "
                        "w, g and the memory") from error
    check_remembers(optimizer, len(memory))
