"""Networks in files: one .npz, without pickle, written whole or not at all."""
import io
import json
import math
import os
import warnings
import zipfile
from collections.abc import Sequence
from typing import Any, BinaryIO

import numpy as np
from numpy.lib import format as npy

from autograd import Parameter
from autograd.files import replace_file

from .activations import activation_op
from .mlp import MLP, Layer, Neuron, check_size

FORMAT = 1
LONGEST = 64                                    # the most characters by which the architecture describes a layer


def save(model: MLP, path: str | os.PathLike[str]) -> None:
    """Write a network's architecture and weights, every float64 exact, to path.

    Whatever happens on the way, path holds the old file or the new one, whole.  Shared weights stay shared.  A
    symbolic link is followed, an existing file keeps its mode.
    Raises TypeError for anything but an MLP, ValueError where a layer's neurons differ in activation or in width,
    OSError, naming path, where it is no regular file or cannot be written.
    """
    if type(model) is not MLP:
        raise TypeError(f"save writes an MLP, not {model!r}")
    parameters = model.parameters()
    place = {p: i for i, p in enumerate(parameters)}
    layers = model.layers
    for layer in layers:
        if len({neuron.activation for neuron in layer.neurons}) > 1:
            raise ValueError(f"save: the neurons of {layer!r} have different activations; a file holds one a layer")
    architecture = {"nin": len(layers[0].neurons[0].w), "nouts": [len(layer.neurons) for layer in layers],
                    "activations": [layer.activation for layer in layers]}
    arrays: dict[str, Any] = {
        f"places{k}": np.array([[place[p] for p in neuron.parameters()] for neuron in layer.neurons])
        for k, layer in enumerate(layers)}
    content = io.BytesIO()
    np.savez(content, deltagrad=np.array(FORMAT), architecture=np.array(json.dumps(architecture)),
             parameters=np.array([p.data for p in parameters]), **arrays)
    replace_file(path, content.getvalue())


def load(path: str | os.PathLike[str]) -> MLP:
    """The network that save wrote to path, read in no more memory than the network's and twice the file's.

    Warns (RuntimeWarning) of parameters that are infinite or NaN, as a training that diverged leaves them.
    Raises ValueError, naming the file, where it is truncated, of another kind, damaged or of a newer format; OSError
    where it cannot be read.
    """
    with open(path, "rb") as file:
        try:
            numbers, layers = read(file)
        except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, EOFError, MemoryError, OSError,
                RuntimeError, zipfile.BadZipFile) as error:     # RuntimeError: it says that it is encrypted
            raise ValueError(f"{os.fspath(path)!r} is no network saved by nn.save, or it is damaged: "
                             f"{error or type(error).__name__}") from None
    infinite = len(numbers) - np.count_nonzero(np.isfinite(numbers))
    if infinite:
        warnings.warn(f"{os.fspath(path)!r}: {infinite} of the network's {len(numbers)} parameters are infinite or NaN",
                      RuntimeWarning, stacklevel=2)
    return network(numbers, layers)


def read(file: BinaryIO) -> tuple[np.ndarray, list[tuple[str, np.ndarray]]]:
    """The parameters in a file, and each layer's activation and places: for a neuron a row, its bias last.

    A place is an index into the parameters.  Raises ValueError, and what zipfile and json raise, where that is no
    network; nothing is allocated for what the file only claims to hold.
    """
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        if any(member.compress_type != zipfile.ZIP_STORED for member in members):
            raise ValueError("it is compressed, and save does not compress")
        if sum(member.compress_size for member in members) > os.fstat(file.fileno()).st_size:
            raise ValueError("its members do not fit into it")
        version, described, numbers = (array(archive, name) for name in ("deltagrad", "architecture", "parameters"))
        if version.shape or version.dtype.kind not in "iu" or version < 1:
            raise ValueError("its format is no number from 1 on")
        if version > FORMAT:
            raise ValueError(f"it has format {version}, this deltagrad reads up to {FORMAT}; install a newer deltagrad")
        if described.dtype.kind != "U" or described.nbytes > LONGEST * len(members) * np.dtype("U1").itemsize:
            raise ValueError("its architecture is no text of the length that its layers need")
        architecture = json.loads(str(described))
        nin, nouts, activations = architecture["nin"], architecture["nouts"], architecture["activations"]
        places = [array(archive, f"places{k}") for k in range(len(nouts))]
    if not nouts or len(nouts) != len(activations):
        raise ValueError("its layers and activations do not fit together")
    for size, activation in zip([nin, *nouts], ["linear", *activations]):
        check_size("MLP", "neurons", size)
        activation_op(activation)
    if [found.shape for found in places] != [(m, n + 1) for n, m in zip([nin, *nouts], nouts)]:
        raise ValueError("its weights do not fit its layers")
    check_parameters(numbers, places)
    return numbers, [*zip(activations, places)]


def check_parameters(numbers: np.ndarray, places: Sequence[np.ndarray]) -> None:
    """Raise ValueError unless the parameters are float64 and the places lead to all of them, and nowhere else."""
    if numbers.dtype != np.float64 or numbers.ndim != 1:
        raise ValueError("its parameters are not a list of float64")
    used = np.zeros(len(numbers), bool)
    for found in places:
        if found.dtype.kind != "i" or found.min() < 0 or found.max() >= len(numbers):
            raise ValueError("its weights point outside its parameters")
        used[found] = True
    if not used.all():
        raise ValueError(f"{len(used) - np.count_nonzero(used)} of its parameters are no weight of its network")


def array(archive: zipfile.ZipFile, name: str) -> np.ndarray:
    """A member of the archive as an array.  Raises ValueError where it is another size than its header says."""
    with archive.open(f"{name}.npy") as member:
        if npy.read_magic(member) != (1, 0):
            raise ValueError(f"{name} is of another .npy format than what save writes")
        shape, fortran_order, dtype = npy.read_array_header_1_0(member)
        content = member.read()
    if dtype.itemsize * math.prod(shape) != len(content):
        raise ValueError(f"{name} is of another size than it says")
    return np.frombuffer(content, dtype).reshape(shape, order="F" if fortran_order else "C")


def network(numbers: np.ndarray, layers: Sequence[tuple[str, np.ndarray]]) -> MLP:
    """The MLP whose layers have these activations and weights, given as places in numbers."""
    model = MLP(1, [1])
    model.layers = []
    parameters = [Parameter(float(x)) for x in numbers]
    for activation, places in layers:
        layer = Layer(1, 1, activation)
        layer.neurons = []
        for row in places:                              # one after the other: their first weights are thrown away
            neuron = Neuron(1, activation)
            neuron.w, neuron.b = [parameters[i] for i in row[:-1]], parameters[row[-1]]
            layer.neurons.append(neuron)
        model.layers.append(layer)
    model.label_parts()
    return model
