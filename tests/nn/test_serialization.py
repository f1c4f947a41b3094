"""Files: every bit comes back, a file is whole or not there, and whatever else is found is one clear ValueError."""
import copy
import gc
import io
import json
import math
import os
import pickle
import random
import re
import struct
import tracemalloc
import zipfile

import numpy as np
import pytest

from autograd import ops
from nn import MLP, SGD, Layer, Neuron, fit, half_squared_error, load, predict, save

HARD = [5e-324, -5e-324, 2.2250738585072014e-308 / 2, -0.0, 0.0, 1e308, -1.7976931348623157e308, 1 / 3, math.pi,
        1 + 2 ** -52, math.inf, -math.inf, math.nan]


def bits(model):
    return [struct.pack("<d", p.data) for p in model.parameters()]


def network():
    return MLP(2, [3, 2, 1], "tanh", "sigmoid", seed=0)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.npz"


@pytest.fixture
def good(path):
    """The bytes of a small network's file."""
    save(MLP(2, [2, 1], "tanh", seed=0), path)
    return path.read_bytes()


# --- there and back --------------------------------------------------------------------------------------------------


def test_every_bit_comes_back(path):
    """Denormals, the sign of zero, the largest float, infinities and NaN."""
    model = network()
    for p, x in zip(model.parameters(), HARD):
        p.data = x
    assert len(model.parameters()) > len(HARD)
    save(model, path)
    with pytest.warns(RuntimeWarning, match=r"model\.npz': 3 of the network's 20 parameters are infinite or NaN$"):
        assert bits(load(path)) == bits(model)


def test_so_do_the_bits_of_a_trained_network(path):
    model = network()
    fit(model, [[0.5, 1.0], [-1.0, 0.3]], [1.0, 0.0], half_squared_error, SGD(model.parameters(), lr=0.3), 20)
    save(model, path)
    assert bits(load(path)) == bits(model)
    assert predict(load(path), [[0.1, 0.2]]).tolist() == predict(model, [[0.1, 0.2]]).tolist()


@pytest.mark.parametrize("hidden", ops.ACTIVATIONS)
@pytest.mark.parametrize("output", ops.ACTIVATIONS)
def test_architecture_and_activations_come_back(hidden, output, path):
    model = MLP(3, [4, 2], hidden, output, seed=0)
    save(model, path)
    again = load(path)
    assert repr(again) == repr(model) and again.summary() == model.summary()
    assert [(p.label, p.scope) for p in again.parameters()] == [(p.label, p.scope) for p in model.parameters()]
    assert [type(p.data) for p in again.parameters()] == [float] * 26


@pytest.mark.parametrize("nouts", [[1], [5], [1, 1, 1, 1], [12, 7]], ids=repr)
def test_any_depth_and_width(nouts, path):
    model = MLP(1, nouts, seed=3)
    save(model, path)
    assert repr(load(path)) == repr(model) and bits(load(path)) == bits(model)


def test_shared_weights_stay_shared(path):
    model = MLP(2, [3, 3, 1], "tanh", seed=0)
    model.layers[0].neurons[1].b = model.layers[0].neurons[0].b
    model.layers[1].neurons[2].w = model.layers[1].neurons[0].w
    model.layers[2].neurons[0].w[1] = model.layers[0].neurons[0].w[0]
    save(model, path)
    again = load(path)

    def sharing(model):
        parameters = model.parameters()
        return [[parameters.index(p) for p in n.parameters()] for layer in model.layers for n in layer.neurons]

    assert sharing(again) == sharing(model)
    assert [(p.label, p.scope) for p in again.parameters()] == [(p.label, p.scope) for p in model.parameters()]
    assert len(again.parameters()) == len(model.parameters()) == 25 - 5
    assert bits(again) == bits(model)


def test_layers_that_were_exchanged_keep_their_activations(path):
    model = MLP(2, [3, 2, 1], "tanh", seed=0)
    model.layers[1] = Layer(3, 2, "relu", seed=1)
    save(model, path)
    again = load(path)
    assert [layer.activation for layer in again.layers] == ["tanh", "relu", "linear"]
    assert again([0.3, -0.4]).data == model([0.3, -0.4]).data


def test_a_second_save_replaces_the_first(path):
    save(MLP(2, [2, 1], seed=0), path)
    save(MLP(5, [4], seed=1), path)
    assert bits(load(path)) == bits(MLP(5, [4], seed=1))
    assert os.listdir(path.parent) == [path.name]


@pytest.mark.parametrize("name", ["model.npz", "model", "with a space.weights", "grün.npz", ".hidden"])
def test_the_file_has_the_name_it_was_given(name, tmp_path):
    for path in (tmp_path / name, str(tmp_path / name)):
        save(network(), path)
        assert os.listdir(tmp_path) == [name]
        assert bits(load(path)) == bits(network())


def test_a_relative_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    save(network(), "model.npz")
    assert bits(load("model.npz")) == bits(network())


def test_the_file_is_an_npz_without_pickle_that_numpy_reads(path):
    save(network(), path)
    with np.load(path, allow_pickle=False) as arrays:
        assert {name: arrays[name].dtype.kind for name in arrays} == {
            "deltagrad": "i", "architecture": "U", "parameters": "f", "places0": "i", "places1": "i", "places2": "i"}
        assert arrays["parameters"].tolist() == [p.data for p in network().parameters()]


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
def test_permissions_are_those_of_any_new_file(path):
    save(network(), path)
    (path.parent / "other").touch()
    assert path.stat().st_mode == (path.parent / "other").stat().st_mode


# --- whole or not at all ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fails", ["numpy.savez", "os.fsync", "os.chmod", "os.replace"])
@pytest.mark.parametrize("kind", [OSError, KeyboardInterrupt, MemoryError])
def test_a_save_that_an_exception_ends_leaves_the_old_file_and_nothing_else(fails, kind, path, monkeypatch):
    save(network(), path)
    before = path.read_bytes()

    def fail(*args, **kwargs):
        if fails == "numpy.savez":
            args[0].write(b"half a file")
        raise kind("no space left on device")

    monkeypatch.setattr(fails, fail)
    with pytest.raises(kind):
        save(MLP(5, [4], seed=1), path)
    monkeypatch.undo()
    assert path.read_bytes() == before
    assert os.listdir(path.parent) == [path.name]


def test_a_folder_that_is_not_there_is_an_oserror(tmp_path):
    with pytest.raises(FileNotFoundError):
        save(network(), tmp_path / "nowhere" / "model.npz")
    assert os.listdir(tmp_path) == []


def test_a_folder_in_the_way_is_an_oserror(path):
    path.mkdir()
    with pytest.raises(OSError):
        save(network(), path)
    assert os.listdir(path.parent) == [path.name]


# --- what save refuses -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", [None, {"w": [1.0]}, len], ids=repr)
def test_save_takes_a_module_alone(model, path):
    with pytest.raises(TypeError, match=r"^save writes an MLP or another Module, not "):
        save(model, path)
    assert not path.exists()


def test_save_does_not_write_what_it_could_not_read_back(path):
    model = network()
    model.layers[0].neurons[1].w.append(model.layers[0].neurons[0].w[0])
    with pytest.raises(ValueError, match=r"^save: the neurons of layers\[0\] have different numbers of inputs"):
        save(model, path)
    model = network()
    model.layers[0].neurons[1].w.pop()
    with pytest.raises(ValueError):
        save(model, path)
    assert os.listdir(path.parent) == []


# --- bad files -------------------------------------------------------------------------------------------------------


def refused(path, content=None):
    """load raises one ValueError that names the file, and what says why."""
    if content is not None:
        path.write_bytes(content)
    start = f"{str(path)!r} is no network saved by nn.save, or it is damaged: "
    with pytest.raises(ValueError, match=f"^{re.escape(start)}.") as refusal:
        load(path)
    return str(refusal.value)


def test_a_missing_file_is_a_filenotfounderror(path):
    with pytest.raises(FileNotFoundError):
        load(path)


def test_a_folder_is_an_oserror(path):
    path.mkdir()
    with pytest.raises(OSError):
        load(path)


def test_truncated_at_every_length(good, path):
    for length in range(len(good)):
        refused(path, good[:length])


def test_a_changed_byte_is_refused_or_does_no_harm(good, path):
    """Some bytes are dates and the like.  No change may give another network, or an error of another kind."""
    expected, refusals = bits(MLP(2, [2, 1], "tanh", seed=0)), 0
    for at in range(len(good)):
        for flip in (1 << at % 8, 0xff):
            path.write_bytes(good[:at] + bytes([good[at] ^ flip]) + good[at + 1:])
            try:
                model = load(path)
            except ValueError as error:
                assert str(path) in str(error)
                refusals += 1
            else:
                assert bits(model) == expected and repr(model) == repr(MLP(2, [2, 1], "tanh", seed=0))
    assert refusals > len(good)


JUNK = {"empty": b"", "a zero": b"\0", "a zip's magic": b"PK\x03\x04", "text": b"a text, and not a short one\n" * 9,
        "an npy's magic": b"\x93NUMPY", "noise": random.Random(0).randbytes(999), "JSON": b'{"nin": 2}',
        "a pickle": pickle.dumps({"nin": 2}), "a picture": b"GIF89a"}


@pytest.mark.parametrize("junk", JUNK.values(), ids=JUNK)
def test_foreign_files(junk, path):
    refused(path, junk)


def npy(array, **settings):
    file = io.BytesIO()
    np.save(file, array, **settings)
    return file.getvalue()


def npz(**arrays):
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def zipped(compression=zipfile.ZIP_STORED, **members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name + ".npy", content)
    return file.getvalue()


def test_numpys_other_files(path):
    for content in (npy(np.arange(3.0)), npz(), npz(a=np.arange(3.0)), npz(deltagrad=np.array(1)),
                    zipped(readme=b"text"), npy(np.array([{}]), allow_pickle=True)):
        refused(path, content)


@pytest.mark.parametrize("header", [b"{'descr': '<f8', ", b"{(", b"'" * 3, b"{'descr': \0}"], ids=repr)
def test_an_array_whose_header_is_no_python(header, path):
    """NumPy reads a header as Python 2's where it is not Python 3's, and that can end in an error of the tokenizer."""
    member = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header) + 1) + header + b"\n"
    refused(path, zipped(deltagrad=member, architecture=member, parameters=member))


ARCHITECTURE = {"nin": 2, "nouts": [2, 1], "activations": ["tanh", "linear"]}
ARRAYS = {"deltagrad": np.array(1), "architecture": np.array(json.dumps(ARCHITECTURE)), "parameters": np.arange(9.0),
          "places0": np.array([[0, 1, 2], [3, 4, 5]]), "places1": np.array([[6, 7, 8]])}


def test_these_arrays_are_a_network(path):
    """What the hostile ones below are made from."""
    path.write_bytes(npz(**ARRAYS))
    assert [p.data for p in load(path).parameters()] == list(range(9))


class Hostile:
    """What a pickle could do."""

    def __reduce__(self):
        return os.mkdir, ("owned",)


def described(**changes):
    return {"architecture": np.array(json.dumps(ARCHITECTURE | changes))}


HOSTILE = {
    "an unknown activation": described(activations=["tanh", "exp"]),
    "softmax": described(activations=["tanh", "softmax"]),
    "an activation that is no string": described(activations=[["tanh"], {}]),
    "too few activations": described(activations=["tanh"]),
    "no activations": described(activations=[]),
    "no layers": described(nouts=[], activations=[]),
    "a layer too many": described(nouts=[2, 1, 1], activations=["tanh"] * 3),
    "layers that are a number": described(nouts=2),
    "layers that are an object": described(nouts={}, activations=[]),
    "layers of fractions": described(nouts=[2.0, 1.0]),
    "layers of none": described(nouts=[2, 0]),
    "a negative width": described(nouts=[-2, 1]),
    "a huge width": described(nouts=[10 ** 18, 1]),
    "too many inputs": described(nin=10 ** 18),
    "no inputs": described(nin=0),
    "inputs that are text": described(nin="2"),
    "inputs that are null": described(nin=None),
    "inputs beyond any integer": described(nin=10 ** 400),
    "an architecture that is a list": {"architecture": np.array("[1, 2]")},
    "an architecture that is a number": {"architecture": np.array("7")},
    "an architecture that is null": {"architecture": np.array("null")},
    "an architecture that is no JSON": {"architecture": np.array("{'nin': 2")},
    "an architecture without end": {"architecture": np.array("[" * 100_000)},
    "an architecture of numbers": {"architecture": np.arange(3)},
    "nothing described": {"architecture": np.array("{}")},
    "negative places": {"places0": np.array([[0, 1, 2], [3, 4, -1]])},
    "places beyond the parameters": {"places1": np.array([[6, 7, 9]])},
    "places that are fractions": {"places1": np.array([[6.0, 7.0, 8.0]])},
    "places of another shape": {"places0": np.array([0, 1, 2, 3, 4, 5])},
    "places of too few": {"places0": np.array([[0, 1, 2]])},
    "parameters of float32": {"parameters": np.arange(9, dtype=np.float32)},
    "parameters of integers": {"parameters": np.arange(9)},
    "parameters in a matrix": {"parameters": np.zeros((3, 3))},
    "complex parameters": {"parameters": np.zeros(9, complex)},
    "parameters that are text": {"parameters": np.array(["1"] * 9)},
    "too few parameters": {"parameters": np.arange(8.0)},
    "no parameters": {"parameters": np.array([])},
    "a parameter that no place leads to": {"parameters": np.arange(10.0)},
    "a parameter left out by the places": {"places1": np.array([[6, 7, 7]])},
    "a format that is text": {"deltagrad": np.array("one")},
    "a format that is a list": {"deltagrad": np.array([1, 2])},
    "a format that is NaN": {"deltagrad": np.array(math.nan)},
    "a format that is a fraction": {"deltagrad": np.array(1.0)},
    "a format that is a truth value": {"deltagrad": np.array(True)},
    "format 0": {"deltagrad": np.array(0)},
    "a negative format": {"deltagrad": np.array(-1)},
    "an architecture longer than its layers": described(comment="x" * 1000),
    "pickled parameters": {"parameters": np.array([Hostile()] * 9, dtype=object)},
    "a pickled architecture": {"architecture": np.array(Hostile(), dtype=object)},
}


@pytest.mark.parametrize("change", HOSTILE.values(), ids=HOSTILE)
def test_hostile_files(change, path, monkeypatch):
    monkeypatch.chdir(path.parent)
    refused(path, npz(**ARRAYS | change))
    assert os.listdir() == [path.name]                  # the pickle has not run


@pytest.mark.parametrize("name", ARRAYS)
def test_an_array_that_is_missing(name, path):
    refused(path, npz(**{other: array for other, array in ARRAYS.items() if other != name}))


def test_compressed_members(path):
    file = io.BytesIO()
    np.savez_compressed(file, **ARRAYS)
    assert "it is compressed" in refused(path, file.getvalue())


@pytest.mark.parametrize("shape", [(10 ** 12,), (10 ** 18,), (2 ** 62, 2 ** 62), (-1,), (9, 10 ** 30)], ids=repr)
def test_a_huge_claimed_shape(shape, path):
    """The header promises what is not there: no memory is taken for it that the system would miss."""
    members = {name: npy(array) for name, array in ARRAYS.items()}
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape!r}, }}"
    padded = header.ljust(118 - len("\n")) + "\n"
    members["parameters"] = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(padded)) + padded.encode() + bytes(72)
    refused(path, zipped(**members))


# --- the memory that load takes --------------------------------------------------------------------------------------


def memory(path, read=load):
    """What is allocated at most while the file is read, beyond the network, in bytes."""
    read(path)                                          # what is made once is made
    tracemalloc.start()
    try:
        model = read(path)
        gc.collect()
        kept, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    del model
    return most - kept


def shared(model):
    for layer in model.layers:
        for neuron in layer.neurons:
            neuron.w = [model.layers[0].neurons[0].b] * len(neuron.w)
    return model


@pytest.mark.parametrize("model", [MLP(100, [200, 1], "tanh", seed=0), MLP(20_000, [1], seed=0),
                                   MLP(1, [5_000, 1], seed=0), MLP(1, [1] * 1000, seed=0),
                                   shared(MLP(200, [300], seed=0))],
                         ids=["wide", "one neuron", "many neurons", "deep", "one weight"])
def test_a_network_is_read_in_twice_the_memory_of_its_file(model, path):
    save(model, path)
    assert memory(path) < 2 * path.stat().st_size


def claiming(content, size):
    """The archive with the sizes of its last member changed in the directory."""
    at = content.rindex(b"PK\x01\x02") + 20
    return content[:at] + struct.pack("<LL", size, size) + content[at + 8:]


LARGE = ARRAYS | {"parameters": np.zeros(100_000)}
BOMBS = {
    "a compressed one": zipped(compression=zipfile.ZIP_DEFLATED, **{k: npy(a) for k, a in LARGE.items()}),
    "a claimed shape": zipped(**{k: npy(a) for k, a in ARRAYS.items()} | {
        "parameters": npy(np.zeros(100_000)).replace(b"(100000,), } ", b"(9999999,), }")}),
    "a claimed size": claiming(npz(**LARGE), 2 ** 31),
    "an architecture of lists": npz(**LARGE | {"architecture": np.array(json.dumps([[]] * 50_000))}),
    "a huge network": npz(**LARGE | described(nin=10 ** 7)),
    "parameters that nothing points to": npz(**LARGE),
}


@pytest.mark.parametrize("content", BOMBS.values(), ids=BOMBS)
def test_a_bomb_is_refused_in_twice_the_memory_of_its_file(content, path):
    path.write_bytes(content)
    assert memory(path, refused) < 2 * len(content) + 100_000          # for the error and its traceback


def test_a_newer_format_says_so(path):
    message = refused(path, npz(**ARRAYS | {"deltagrad": np.array(3)}))
    assert "format 3" in message and "reads up to 2" in message and "newer deltagrad" in message


def test_big_endian_parameters_are_read_or_refused(path):
    path.write_bytes(npz(**ARRAYS | {"parameters": np.arange(9.0).astype(">f8")}))
    try:
        found = [p.data for p in load(path).parameters()]
    except ValueError:
        return
    assert found == list(range(9))


# --- pickle and copy -------------------------------------------------------------------------------------------------

COPIES = {"pickle": lambda model: pickle.loads(pickle.dumps(model)), "deepcopy": copy.deepcopy}
every_copy = pytest.mark.parametrize("again", COPIES.values(), ids=COPIES)


@every_copy
@pytest.mark.parametrize("make", [network, lambda: Layer(2, 3, "relu", seed=0), lambda: Neuron(2, "selu", seed=0)],
                         ids=["MLP", "Layer", "Neuron"])
def test_a_copy_is_the_same_and_apart(again, make):
    model = make()
    twin = again(model)
    assert bits(twin) == bits(model) and repr(twin) == repr(model)
    assert [(p.label, p.scope) for p in twin.parameters()] == [(p.label, p.scope) for p in model.parameters()]
    before = bits(model)
    twin.parameters()[0].data = 99.0
    assert bits(model) == before


@every_copy
def test_a_copy_shares_what_was_shared(again):
    model = network()
    model.layers[0].neurons[1].b = model.layers[0].neurons[0].b
    twin = again(model)
    first, second, _ = twin.layers[0].neurons
    assert first.b is second.b and first.b is not model.layers[0].neurons[0].b


@every_copy
def test_a_copy_trains_to_the_same_bits(again):
    """Also in the middle of training: with the optimizer, whose parameters are the copy's."""
    model, X, T = network(), [[0.5, 1.0], [-1.0, 0.3]], [1.0, 0.0]
    optimizer = SGD(model.parameters(), lr=0.3, momentum=0.9)
    fit(model, X, T, half_squared_error, optimizer, 3)
    twin, twins_optimizer = again((model, optimizer))
    assert twins_optimizer.parameters == twin.parameters()
    for each, its in ((model, optimizer), (twin, twins_optimizer)):
        fit(each, X, T, half_squared_error, its, 4)
    assert bits(twin) == bits(model)
