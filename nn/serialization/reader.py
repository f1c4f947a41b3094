"""Reading of model files that may be damaged, or declare a size that they do not have."""
import json
import math
import os
import zipfile
from collections.abc import Sequence
from typing import BinaryIO

import numpy as np
from numpy.lib import format as npy

from ..activations import activation_op
from ..mlp import check_size
from .content import Content

FORMAT = 2                                      # 2: Modules, and layers whose neurons differ in activation
LONGEST = 64                                    # characters that describe a layer of the architecture, at most


def read(file: BinaryIO) -> Content:
    """Read the content of a file.  A place is an index into the parameters.

    Raises ValueError, or an error of zipfile or json, where it is no network; a size that the file only declares is
    never allocated.
    """
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        if any(member.compress_type != zipfile.ZIP_STORED for member in members):
            raise ValueError("it is compressed, and save does not compress")
        if sum(member.compress_size for member in members) > os.fstat(file.fileno()).st_size:
            raise ValueError("its members do not fit into it")
        version, numbers = (array(archive, name) for name in ("deltagrad", "parameters"))
        if version.shape or version.dtype.kind not in "iu" or version < 1:
            raise ValueError("its format is no number from 1 on")
        if version > FORMAT:
            raise ValueError(f"it has format {version}, this deltagrad reads up to {FORMAT}; install a newer deltagrad")
        content = read_mlp(archive, numbers) if "architecture.npy" in archive.namelist() else \
            read_module(archive, numbers)
    check_parameters(numbers, [*content.places.values()])
    return content


def read_mlp(archive: zipfile.ZipFile, numbers: np.ndarray) -> Content:
    """Read the content of an MLP's file.  Raises ValueError where its members are inconsistent."""
    described = array(archive, "architecture")
    if described.dtype.kind != "U" or described.nbytes > LONGEST * len(archive.infolist()) * np.dtype("U1").itemsize:
        raise ValueError("its architecture is no text of the length that its layers need")
    architecture = json.loads(str(described))
    nin, nouts, activations = architecture["nin"], architecture["nouts"], architecture["activations"]
    places = [array(archive, f"places{k}") for k in range(len(nouts))]
    if not nouts or len(nouts) != len(activations):
        raise ValueError("its layers and activations do not fit together")
    for k, activation in enumerate(activations):
        if activation is None:                          # its neurons differ
            activations[k] = array(archive, f"activations{k}").tolist()
            if len(activations[k]) != nouts[k]:
                raise ValueError("its activations are not one for each neuron")
        elif not isinstance(activation, str):
            raise ValueError("its activations are no names")
    for size, activation in zip([nin, *nouts], ["linear", *activations]):
        check_size("MLP", "neurons", size)
        for name in activation if isinstance(activation, list) else [activation]:
            activation_op(name)
    if [found.shape for found in places] != [(m, n + 1) for n, m in zip([nin, *nouts], nouts)]:
        raise ValueError("its weights do not fit its layers")
    return Content("MLP", numbers, {f"layers[{k}]": found for k, found in enumerate(places)}, activations)


def read_module(archive: zipfile.ZipFile, numbers: np.ndarray) -> Content:
    """Read the content of another Module's file.  Raises ValueError where its names are invalid."""
    kind, names = array(archive, "model"), array(archive, "names")
    if kind.dtype.kind != "U" or kind.shape or names.dtype.kind != "U" or names.ndim != 1:
        raise ValueError("its parts have no names")
    places = {name: array(archive, f"places{k}") for k, name in enumerate(names.tolist())}
    if len(places) < len(names):
        raise ValueError("two of its parts have one name")
    return Content(str(kind), numbers, places, [])


def check_parameters(numbers: np.ndarray, places: Sequence[np.ndarray]) -> None:
    """Raise ValueError unless the parameters are float64 and the places index all of them and nothing else."""
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
    """A member of the archive as an array.  Raises ValueError where its size differs from its header's."""
    with archive.open(f"{name}.npy") as member:
        if npy.read_magic(member) != (1, 0):
            raise ValueError(f"{name} is of another .npy format than what save writes")
        shape, fortran_order, dtype = npy.read_array_header_1_0(member)
        content = member.read()
    if dtype.itemsize * math.prod(shape) != len(content):
        raise ValueError(f"{name} is of another size than it says")
    return np.frombuffer(content, dtype).reshape(shape, order="F" if fortran_order else "C")
