"""A user's Module in a file: saved by the names of its parts, loaded into one of the same names and shapes."""
import numpy as np
import pytest

import nn
from autograd import Parameter
from nn import MLP, Layer, Module, Neuron, load, save


class Autoencoder(Module):
    """Every kind of part; tied is found twice, and a weight of the decoder is one of the encoder's."""

    def __init__(self, hidden=2, seed=0, activation="tanh"):
        self.encoder = Layer(3, hidden, activation, seed=seed)
        self.heads = {"a": Layer(hidden, 1, "linear", seed=seed + 1), "b": Neuron(hidden, "tanh", seed=seed + 2)}
        self.tied = self.heads["a"]
        self.scale, self.powers = Parameter(float(seed)), [Parameter(1.0 + seed), Parameter(2.0)]
        self.heads["b"].w[0] = self.encoder.neurons[0].w[0]
        self.net = MLP(1, [2, 1], seed=seed + 3)

    def __call__(self, x):
        return self.heads["b"](self.encoder(x)) * self.scale + self.net([self.heads["a"](self.encoder(x))[0]])


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.npz"


def data(model):
    return [p.data for p in model.parameters()]


def test_the_weights_come_back_bit_for_bit(path):
    model, other = Autoencoder(seed=0), Autoencoder(seed=7)
    save(model, path)
    assert data(other) != data(model)
    assert load(path, into=other) is other
    assert data(other) == data(model) and other([1.0, 2.0, 3.0]).data == model([1.0, 2.0, 3.0]).data
    assert other.heads["b"].w[0] is other.encoder.neurons[0].w[0]


def test_it_is_read_without_pickle_and_its_parts_have_their_names(path):
    save(Autoencoder(), path)
    with np.load(path, allow_pickle=False) as file:
        names, shapes = file["names"].tolist(), [file[f"places{k}"].shape for k in range(len(file["names"]))]
        assert str(file["model"]) == "Autoencoder" and file["deltagrad"] == 2
    assert dict(zip(names, shapes)) == {
        "encoder": (2, 4), "heads.a": (1, 3), "heads.b.w": (2,), "heads.b.b": (), "scale": (), "powers": (2,),
        "tied": (1, 3), "net.layers[0]": (2, 2), "net.layers[1]": (1, 3)}


@pytest.mark.parametrize("model", [Layer(2, 3, ["tanh", "relu", "tanh"], seed=0), Neuron(4, seed=0)], ids=repr)
def test_a_layer_and_a_neuron_come_back_too(model, path):
    save(model, path)
    other = Layer(2, 3, "tanh", seed=5) if isinstance(model, Layer) else Neuron(4, seed=5)
    assert data(load(path, into=other)) == data(model)


def test_a_network_whose_neurons_differ_comes_back_as_it_was(path):
    model = MLP(2, [3, 3, 2], ["tanh", ["relu", "sigmoid", "elu"]], ["linear", "softplus"], seed=0)
    save(model, path)
    again = load(path)
    assert repr(again) == repr(model) and data(again) == data(model)
    assert [p.label for p in again.parameters()] == [p.label for p in model.parameters()]
    save(MLP(2, [3, 1]), path)
    with np.load(path) as file:
        assert file["deltagrad"] == 1                   # an older deltagrad reads it


def test_an_mlp_is_loaded_into_another(path):
    model, other = MLP(2, [3, 1], seed=0), MLP(2, [3, 1], seed=1)
    save(model, path)
    assert data(load(path, into=other)) == data(model)


def test_parameters_that_a_class_finds_in_a_way_of_its_own_are_saved_too(path):
    class Hidden(Module):
        def __init__(self, x):
            self.hidden = {1.0, lambda: None}
            parameter = Parameter(x)
            self.find = lambda: [parameter]

        def parameters(self):
            return self.find()

    save(Hidden(3.0), path)
    assert data(load(path, into=Hidden(1.0))) == [3.0]


def test_what_training_needs_later_is_kept(path):
    X, T = np.random.default_rng(0).normal(size=(8, 3)), np.linspace(-1, 1, 8)
    model = Autoencoder()
    nn.fit(model, X, T, nn.half_squared_error, nn.SGD(model.parameters(), 0.05), 5)
    save(model, path)
    again = load(path, into=Autoencoder(seed=3))
    for one in (model, again):
        nn.fit(one, X, T, nn.half_squared_error, nn.SGD(one.parameters(), 0.05), 5)
    assert data(again) == data(model)


# --- what does not fit -----------------------------------------------------------------------------------------------


class Renamed(Module):
    def __init__(self):
        self.coder, self.powers = Layer(3, 2, "tanh", seed=0), [Parameter(0.0), Parameter(0.0)]


class Untied(Autoencoder):
    def __init__(self):
        super().__init__()
        self.heads["b"] = Neuron(2, "tanh", seed=1)


@pytest.mark.parametrize("model, message", [
    (Autoencoder(hidden=4), r"'.*model.npz', of Autoencoder, does not fit into this Autoencoder: encoder is \(2, 4\) "
                            r"in the file and \(4, 4\) in the model; heads.a is \(1, 3\) in the file and \(1, 5\)"),
    (Renamed(), r"does not fit into this Renamed: encoder is \(2, 4\) in the file and missing in the model; heads.a .*"
                r"; \.\.\."),
    (Untied(), r"does not fit into this Untied: heads.b.w shares other weights in the file than in the model"),
    (MLP(2, [3, 1]), r"does not fit into this MLP: "),
])
def test_another_architecture_is_refused_and_nothing_is_changed(model, message, path):
    save(Autoencoder(seed=5), path)
    before = data(model)
    with pytest.raises(ValueError, match=message):
        load(path, into=model)
    assert data(model) == before


def test_without_the_model_the_class_is_named(path):
    save(Autoencoder(), path)
    with pytest.raises(ValueError, match=r"holds the weights of a class of yours: build the model and give it, "
                                         r"load\(path, into=Autoencoder\(...\)\)"):
        load(path)


def test_a_model_that_is_none_is_named(path):
    save(Autoencoder(), path)
    with pytest.raises(TypeError, match=r"load: into is a model, an MLP or another Module, not \[1.0\]"):
        load(path, into=[1.0])


def test_a_module_without_parameters_is_refused(path):
    with pytest.raises(ValueError, match="save: Module has no parameters; they are found in its attributes, in the "
                                         "Modules, lists and dicts there"):
        save(Module(), path)
    assert not path.exists()


@pytest.mark.parametrize("change, message", [
    ({"names": np.array(["encoder"] * 9)}, "two of its parts have one name"), ({"names": np.arange(9)}, "no names"),
    ({"places0": np.full((2, 4), 99)}, "point outside its parameters"), ({"parameters": np.zeros(3)}, "outside"),
    ({"deltagrad": np.array(3)}, "format 3, this deltagrad reads up to 2")])
def test_a_damaged_file_is_refused(change, message, path):
    save(Autoencoder(), path)
    with np.load(path) as file:
        members = {**file, **change}
    np.savez(path, **members)
    with pytest.raises(ValueError, match=message):
        load(path, into=Autoencoder())
