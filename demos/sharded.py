"""training on several devices: each batch spread over them, the same weights as on one device (needs jax)"""
import argparse
import os
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd import Value, compile
from nn import MLP, SGD, fit, half_squared_error

from .pictures import Pictures
from .training import whole

BATCH = 500


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--devices", type=whole(1), default=4, metavar="K",
                        help="split a CPU into so many devices (default 4); accelerators are taken as they are")
    parser.add_argument("--samples", type=whole(1), default=20_000, metavar="N", help="samples (default 20000)")
    parser.add_argument("--epochs", type=whole(1), default=10, metavar="N",
                        help="how often each sample is seen (default 10)")


def run(pictures: Pictures, arguments: argparse.Namespace) -> None:
    # read when jax starts, so before it is imported
    flags = os.environ.get("XLA_FLAGS", "")
    if "device_count" not in flags:
        os.environ["XLA_FLAGS"] = f"{flags} --xla_force_host_platform_device_count={arguments.devices}"
    try:
        import jax
    except ModuleNotFoundError:
        raise ValueError('the sharded demo needs jax: pip install -e ".[jax]"') from None
    devices = jax.devices()
    X = np.random.default_rng(0).normal(size=(arguments.samples, 2))
    T = np.sign((X ** 2).sum(axis=1) - 1.4)             # inside or outside a circle that half of the samples lie in
    print(f"{len(devices)} devices ({devices[0].platform}), {len(X)} samples, network 2-16-16-1: inside a circle or "
          f"outside; {arguments.epochs} epochs of batches of {BATCH}, momentum 0.9\n")
    weights = {}
    for k in dict.fromkeys([1, len(devices)]):
        model = MLP(2, [16, 16, 1], activation="tanh", seed=0)
        optimizer = SGD(model.parameters(), lr=0.05, momentum=0.9)
        history = fit(model, X, T, half_squared_error, optimizer, arguments.epochs, BATCH, engine="jax", devices=k,
                      progress=False)
        weights[k] = np.array([p.data for p in model.parameters()])
        print(f"  on {k} device{'s' * (k > 1)}: loss {history.losses[0]:.4f} in the first epoch, "
              f"{history.losses[-1]:.4f} in the last; {sum(history.seconds):.1f} s, compiling included")
    one, every = weights[1], weights[len(devices)]
    print(f"\nlargest difference of a weight: {np.abs(every - one).max():.1e}; {each_step(model, devices)}")


def each_step(model: MLP, devices: Sequence[Any]) -> str:
    """What the devices tell each other in a step, by the program that XLA makes of the sharded gradient."""
    import jax
    from jax.sharding import Mesh, NamedSharding, PartitionSpec

    inputs = [Value(0.0, "x1"), Value(0.0, "x2"), Value(0.0, "t")]
    program = compile(half_squared_error(model(inputs[:2]), inputs[2]), inputs)
    mesh = Mesh(np.array(devices), ("samples",))
    rows = jax.device_put(np.zeros((len(devices), 3)), NamedSharding(mesh, PartitionSpec("samples", None)))
    parameters = jax.device_put(np.zeros(len(program.parameters)), NamedSharding(mesh, PartitionSpec()))
    text = jax.jit(program.function(jax.numpy)).lower(parameters, rows).compile().as_text() or ""
    collectives = sorted(set(re.findall(r"\b(all-\w+|reduce-scatter|collective-permute)(?=\()", text)))
    return f"the devices' gradients are added up by {', '.join(collectives) or 'nothing'}"
