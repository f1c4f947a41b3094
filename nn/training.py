"""The training loop: forward, backward, step, over batches and epochs."""
import _imp
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext, suppress
from typing import Any
from warnings import catch_warnings, simplefilter

import numpy as np
from tqdm import TqdmWarning, tqdm

from autograd import ops

from .dataset import Dataset
from .diagnosis.checks import Diagnosis
from .engines.base import Engine
from .engines.compiled import Compiled, Jitted
from .engines.eager import Eager
from .engines.early_stopping import EarlyStopping, takes_validation_loss
from .engines.jax import Jax, checked_settings
from .history import History
from .losses import Loss, RangeError, check_loss
from .optimizers import Optimizer, check_optimizer


def fit(model: Callable[..., Any], X: Any, T: Any, loss: Loss, optimizer: Optimizer, epochs: int,
        batch_size: int | None = None, reduction: str = "mean", shuffle: bool = True, seed: int = 0,
        engine: str = "compiled", validation: tuple[Any, Any] | None = None,
        patience: int | None = None, on_epoch: Callable[..., Any] | None = None, progress: bool = True,
        dtype: str = "float64", devices: Any = None) -> History:
    """Train the optimizer's parameters so that loss(model(x), t) falls over the samples.

    X is (N, inputs); T is (N,), (N, 1) or (N, outputs), or for cross_entropy integer labels (N,).  batch_size None is
    the full batch, which is not shuffled; 1 is the lecture's update per pattern.  reduction "mean" divides by the
    batch's size, "sum" is the lecture's J.

    on_epoch(epoch, loss) may return True to stop; epochs count from 1.  With a third argument it gets the validation
    loss too, None where there is no validation.  With patience the training stops after that many epochs without a new
    least validation loss, and however it ends, the weights are those of the least, and the optimizer's memory too.

    The engine "compiled" records the loss of one sample and trains on arrays, "eager" goes node by node; their weights
    agree to 1e-9.  With batch_size=1 the compiled engine switches to numba's machine code where that is installed and
    worthwhile; "jit" does so from the first update.  "jax" compiles whole epochs for JAX's devices, in float64 or with
    dtype="float32"; each batch is spread over `devices`, a number or a list of them, by default all that JAX sees.

    A model or a loss that branches in Python on its data, reads .data, is random or uses a number that on_epoch changes
    (unless that is a Value's .data) needs "eager".  The compiled engines raise TypeError, naming the line or a sample,
    and put the parameters and the optimizer back: they compare the losses of up to 200 samples with the recording at
    the start, of up to 200 at the end, and of one after the 1st, 2nd, 4th, 8th, ... on_epoch.

    Ctrl-C, at any moment, ends the training and returns the History of the completed epochs; a step that it interrupts
    is undone, changes by on_epoch stay.  Raises FloatingPointError, naming the epoch, where a loss is not finite or
    a sample leaves an operation's domain; the parameters are then the last with a finite loss.

    Raises ValueError where the loss depends on none of the optimizer's parameters, or a target or an output is no
    probability where the loss needs one.  A training that probably fails (targets out of the head's reach, logits
    squashed, inputs that saturate the first layer, a layer whose gradients are all 0) gives a TrainingWarning.
    """
    if engine not in ENGINES:
        raise ValueError(f"unknown engine {engine!r}; the known ones are {', '.join(ENGINES)}")
    if reduction not in ("mean", "sum"):
        raise ValueError(f"reduction is 'mean' or 'sum', not {reduction!r}")
    check_loss("fit", loss)
    check_optimizer(optimizer)
    check_int("epochs", epochs, least=0)
    stopping = None if patience is None else EarlyStopping(check_int("patience", patience, least=1))
    if stopping and validation is None:
        raise ValueError("fit: patience waits for a lower validation loss: give validation=(X, T)")
    history, warnings, run = History(), np.geterr(), None
    wants_validation = on_epoch is not None and takes_validation_loss(on_epoch)

    def train(run: Engine, diagnosis: Diagnosis, orders: Iterator[np.ndarray] | None, size: int,
              unseen: Dataset | None, bar: Any) -> None:
        """Run the epochs.

        A function of its own: since Python 3.13 a Ctrl-C that arrives at a loop's backward jump skips every except,
        finally and with of the function that contains the loop, because CPython's exception tables omit the jump.
        """
        while (done := len(history.seconds)) < epochs:
            start = time.perf_counter()
            most = 1 if on_epoch or stopping else diagnosis.next_epoch(done, epochs) - done
            try:
                losses, unseen_losses = run.epochs(orders, size, unseen, most)
                N, M = (len(data.X), len(unseen.X) if unseen else 1) if reduction == "mean" else (1, 1)
                history.losses += [J / N for J in losses]
                history.validation_losses += [J / M for J in unseen_losses]
                diagnosis.after_epoch(done + len(losses), epochs, run)
            except (ValueError, ArithmeticError) as error:
                run.rollback()
                raise diverged(max(done + 1, len(history.losses)), error) from error
            history.seconds += [(time.perf_counter() - start) / len(losses)] * len(losses)
            is_over = stopping and stopping.is_over(done + 1, history.validation_losses[-1], run.state())
            if bar is not None and not bar.disable:
                bar.update(len(losses))
                bar.set_postfix(loss=f"{history.losses[-1]:.4g}", refresh=False)
            if on_epoch:
                run.lend()
                with np.errstate(**warnings):
                    stop = on_epoch(done + 1, history.losses[-1], *(
                        [history.validation_losses[-1] if unseen else None] if wants_validation else []))
                run.take_back()                                     # its changes stay, whether it stops or not
                run.check_recording(done + 1)
                if isinstance(stop, (bool, np.bool_)) and stop:     # not None or a number, which it may return too
                    history.stopped = "on_epoch"
                    break
            if is_over:
                history.stopped = "patience"
                break
        if stopping:
            history.best_epoch = stopping.restore(run)

    try:
        data = Dataset(model, X, T, loss)
        if validation is not None and not (isinstance(validation, tuple | list) and len(validation) == 2):
            raise ValueError(f"fit: validation is a pair (X, T), not {ops.short(repr(validation))}")
        unseen = Dataset(model, *validation, loss, "validation ") if validation else None
        N = len(data.X)
        size = N if batch_size is None else min(N, check_int("batch_size", batch_size, least=1))
        if engine != "jax" and (dtype != "float64" or devices is not None):
            raise ValueError(f"fit: dtype and devices are for engine='jax'; {engine!r} trains in float64 on one core")
        if engine == "jit" and size > 1:
            raise ValueError("engine 'jit' moves the weights after every sample: give batch_size=1, or for batches of "
                             f"{size} the engine 'compiled'")
        settings = checked_settings(dtype, devices, size, data, unseen) if engine == "jax" else {}
        diagnosis = Diagnosis(model, data, loss, optimizer, unseen, is_compiled=engine != "eager")
        try:
            run = ENGINES[engine](model, data, loss, optimizer, reduction, **settings)
        except (ValueError, ArithmeticError) as error:
            raise diverged(1, error) from error
        try:
            with (progress_bar(epochs) if progress else nullcontext() as bar,
                  np.errstate(all="ignore")):           # non-finite numbers are detected after each batch
                train(run, diagnosis, shuffled(N, seed) if shuffle and size < N else None, size, unseen, bar)
        finally:
            run.write_back()
        run.check_recording()
    except KeyboardInterrupt:
        np.seterr(**warnings)                           # Ctrl-C may have interrupted the end of np.errstate,
        release_locks()                                 # or the owner of a lock,
        complete_epochs = len(history.seconds)
        del history.losses[complete_epochs:], history.validation_losses[complete_epochs:]
        if run:
            for J, seconds in run.undo(complete_epochs):
                history.losses.append(J / N if reduction == "mean" else J)
                history.seconds.append(seconds)
            if stopping:
                history.best_epoch = stopping.restore(run)
            run.write_back()                            # or write_back itself
            run.check_recording()
        history.stopped = "interrupted"
    return history


def progress_bar(epochs: int) -> Any:
    """A bar for a terminal or a notebook; disabled where the output goes to a file or a pipe."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is None or "IPKernelApp" not in shell.config:
        return tqdm(total=epochs, unit="epoch", disable=None)
    with catch_warnings():                  # where ipywidgets is missing it is the terminal's bar
        simplefilter("ignore", TqdmWarning)
        from tqdm.auto import tqdm as notebook_tqdm
    return notebook_tqdm(total=epochs, unit="epoch")


def release_locks() -> None:
    """Release the locks of tqdm and of the import system that Ctrl-C may have left held by this thread.

    Other threads would wait for them for ever: tqdm's monitor, for which Python waits at its end, and JAX's imports.
    """
    for release in (_imp.release_lock, *[lock.release for lock in getattr(tqdm.get_lock(), "locks", ())]):
        with suppress(RuntimeError, AssertionError, ValueError):    # as a lock says that this thread does not hold it
            while True:
                release()


def diverged(epoch: int, error: Exception) -> Exception:
    """The error for a training that cannot continue."""
    if isinstance(error, RangeError):                   # another lr would not help
        return RangeError(f"in epoch {epoch}: {error}")
    return FloatingPointError(f"training diverged in epoch {epoch}: {error}.  The parameters are the last with a "
                              "finite loss; try a smaller lr")


ENGINES: dict[str, type[Engine]] = {"compiled": Compiled, "eager": Eager, "jit": Jitted, "jax": Jax}


def shuffled(N: int, seed: int) -> Iterator[np.ndarray]:
    """A random order of the N samples for each epoch: the same array, shuffled again each time."""
    random, order = np.random.default_rng(seed), np.arange(N)
    while True:
        random.shuffle(order)
        yield order


def check_int(name: str, n: Any, least: int) -> int:
    """n unchanged.  Raises ValueError unless it is a whole number of at least `least`."""
    if not isinstance(n, int | np.integer) or isinstance(n, bool) or n < least:
        raise ValueError(f"fit: {name} is a whole number of at least {least}, not {n!r}")
    return int(n)
