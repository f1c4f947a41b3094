"""Damaged model files: nn.load raises one ValueError that names the file, or returns the same network."""
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nn

from .outcome import Outcome


def outcomes(quick: bool) -> Iterator[Outcome]:
    """The outcome of each kind of damage, to the files of three networks in turn."""
    draw, times = random.Random(0), 60 if quick else 1000
    models = [nn.MLP(2, [2, 1], "tanh", seed=0), nn.MLP(3, [40, 20, 2], "relu", "sigmoid", seed=1),
              with_shared_weights()]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "model.npz"
        originals = []
        for model in models:
            nn.save(model, path)
            originals.append((described(model), path.read_bytes()))
        for kind, damaged in DAMAGE.items():
            outcome, loaded = Outcome(f"a damaged file, {kind}"), 0
            for k in range(times):
                expected, content = originals[k % len(originals)]
                changed = bytearray(content)
                damaged(changed, draw)
                path.write_bytes(changed)
                outcome.times += 1
                try:
                    if described(nn.load(path)) != expected:
                        outcome.failures.append("another network was loaded")
                    loaded += 1
                except ValueError as error:
                    if path.name not in str(error):
                        outcome.failures.append(f"the error does not name the file: {error}")
                except Exception as error:
                    outcome.failures.append(f"{type(error).__name__}: {error}")
            outcome.note = f"{loaded} loaded, and were the same network"
            yield outcome


def described(model: nn.MLP) -> tuple[Any, ...]:
    """Architecture, activations, sharing of weights, and every number, for comparison."""
    place = {p: i for i, p in enumerate(model.parameters())}
    shared = [[place[p] for p in neuron.parameters()] for layer in model.layers for neuron in layer.neurons]
    return repr(model), [layer.activation for layer in model.layers], shared, [p.data.hex() for p in place]


def with_shared_weights() -> nn.MLP:
    model = nn.MLP(2, [3, 3, 1], "tanh", seed=2)
    model.layers[0].neurons[1].b = model.layers[0].neurons[0].b
    model.layers[1].neurons[2].w = model.layers[1].neurons[0].w
    return model


def change_a_byte(content: bytearray, draw: random.Random) -> None:
    content[draw.randrange(len(content))] ^= draw.randrange(1, 256)


def change_many_bytes(content: bytearray, draw: random.Random) -> None:
    for _ in range(draw.randrange(2, 50)):
        content[draw.randrange(len(content))] = draw.randrange(256)


def cut_the_end(content: bytearray, draw: random.Random) -> None:
    del content[draw.randrange(len(content)):]


def cut_a_part(content: bytearray, draw: random.Random) -> None:
    first = draw.randrange(len(content))
    del content[first:first + draw.randrange(1, 200)]


def put_bytes_in(content: bytearray, draw: random.Random) -> None:
    first = draw.randrange(len(content))
    content[first:first] = draw.randbytes(draw.randrange(1, 200))


def write_zeros(content: bytearray, draw: random.Random) -> None:
    first = draw.randrange(len(content))
    content[first:first + 64] = bytes(len(content[first:first + 64]))


DAMAGE: dict[str, Callable[[bytearray, random.Random], None]] = {
    "one byte changed": change_a_byte, "2 to 49 bytes changed": change_many_bytes, "its end cut off": cut_the_end,
    "a part cut out": cut_a_part, "bytes put in": put_bytes_in, "64 bytes written over with 0": write_zeros}
