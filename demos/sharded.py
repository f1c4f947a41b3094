"""one gradient over several devices: the samples sharded over a mesh, the same numbers as on one device (needs jax)"""
import argparse
import os
import re

import numpy as np

from autograd import Value, compile
from nn import MLP, half_squared_error

from .pictures import Pictures
from .training import whole


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--devices", type=whole(1), default=4, metavar="K",
                        help="split a CPU into so many devices (default 4); accelerators are taken as they are")
    parser.add_argument("--samples", type=whole(1), default=100_000, metavar="N",
                        help="samples, about (default 100000)")


def run(pictures: Pictures, arguments: argparse.Namespace) -> None:
    # read when jax starts, so before it is imported
    flags = os.environ.get("XLA_FLAGS", "")
    if "device_count" not in flags:
        os.environ["XLA_FLAGS"] = f"{flags} --xla_force_host_platform_device_count={arguments.devices}"
    try:
        import jax
    except ModuleNotFoundError:
        raise ValueError('the sharded demo needs jax: pip install -e ".[peers]"') from None
    from jax.sharding import Mesh, NamedSharding, PartitionSpec

    jax.config.update("jax_enable_x64", True)
    model = MLP(2, [16, 16, 1], activation="tanh", seed=0)
    inputs = [Value(0.0, "x1"), Value(0.0, "x2"), Value(0.0, "t")]
    program = compile(half_squared_error(model(inputs[:2]), inputs[2]), inputs)
    f = jax.jit(program.function(jax.numpy))

    devices = np.array(jax.devices())
    samples = max(1, arguments.samples // len(devices)) * len(devices)      # each device gets the same number
    X = np.random.default_rng(0).normal(size=(samples, 3))
    parameters = np.array([p.data for p in program.parameters])

    mesh = Mesh(devices, ("samples",))
    sharded_X = jax.device_put(X, NamedSharding(mesh, PartitionSpec("samples", None)))
    everywhere = jax.device_put(parameters, NamedSharding(mesh, PartitionSpec()))
    values, gradient = f(everywhere, sharded_X)

    print(f"{len(devices)} devices ({devices[0].platform}), {samples} samples, {len(parameters)} parameters of a "
          "2-16-16-1 network.\n")
    for name, array in ("X", sharded_X), ("values", values), ("gradient", gradient):
        shards = [shard.data.shape for shard in array.addressable_shards]
        print(f"  {name:9}{array.shape!s:14} on {len(array.sharding.device_set)} devices, {shards[0]} on each")
    compiled = f.lower(everywhere, sharded_X).compile().as_text() or ""
    collectives = sorted(set(re.findall(r"\b(all-\w+|reduce-scatter|collective-permute)(?=\()", compiled)))
    print(f"\nXLA's program adds the devices' gradients up by: {', '.join(collectives) or 'nothing'}")

    one = [np.asarray(a) for a in f(jax.device_put(parameters, devices[0]), jax.device_put(X, devices[0]))]
    for name, a, b in ("values", values, one[0]), ("gradient", gradient, one[1]):
        print(f"largest difference from one device, relative to the largest number, {name}: "
              f"{np.abs(np.asarray(a) - b).max() / np.abs(b).max():.1e}")
