"""The same losses, optimizers and trainings in PyTorch, in float64: its numbers are ours."""
import numpy as np
import pytest

import nn
from autograd import Parameter, Value
from nn import MLP, SGD, Adam, fit, predict

torch = pytest.importorskip("torch", reason="torch is not installed: extra 'peers'")
F = torch.nn.functional
ALPHA, LAMBDA = 1.67326, 1.0507


@pytest.fixture(autouse=True)
def one_thread():
    """So small a matrix gains nothing from more, and other processes keep their cores."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def tensor(x):
    return torch.tensor(x, dtype=torch.float64)


# --- losses ----------------------------------------------------------------------------------------------------------

LOSSES = {
    nn.half_squared_error: lambda y, t: F.mse_loss(y, t, reduction="sum") / 2,
    nn.mean_squared_error: F.mse_loss,
    nn.mean_absolute_error: F.l1_loss,
    nn.huber: F.huber_loss,
    nn.binary_cross_entropy: F.binary_cross_entropy,
    nn.binary_cross_entropy_with_logits: F.binary_cross_entropy_with_logits,
    nn.cross_entropy: F.cross_entropy,
}
every_loss = pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.__name__)


def value_and_slopes(loss, y, t):
    ys = [Value(y_l) for y_l in y]
    J = loss(ys, t)
    J.backward()
    return J.data, [y_l.grad for y_l in ys]


def torchs(loss, y, t):
    y = tensor(y).requires_grad_()
    J = LOSSES[loss](y, tensor(t))
    J.backward()
    return J.item(), y.grad.tolist()


@every_loss
@pytest.mark.parametrize("outputs", [1, 2, 5])
def test_losses_and_gradients(loss, outputs):
    """On 50 random samples, probabilities where a loss needs them; 1e-13 is a few roundings of a sum of five terms."""
    random = np.random.default_rng(outputs)
    for _ in range(50):
        y = random.uniform(0.01, 0.99, outputs) if loss is nn.binary_cross_entropy else random.normal(0, 3, outputs)
        t = (random.dirichlet(np.ones(outputs)) if loss is nn.cross_entropy else
             random.uniform(0, 1, outputs) if "entropy" in loss.__name__ else random.normal(0, 3, outputs))
        value, slopes = value_and_slopes(loss, y.tolist(), t.tolist())
        expected, expected_slopes = torchs(loss, y.tolist(), t.tolist())
        assert value == pytest.approx(expected, rel=1e-13, abs=1e-13)
        assert slopes == pytest.approx(expected_slopes, rel=1e-13, abs=1e-13)


@pytest.mark.parametrize("loss", [nn.binary_cross_entropy_with_logits, nn.cross_entropy], ids=lambda f: f.__name__)
@pytest.mark.parametrize("y", [[1e4, -1e4, 0.0], [-1e4, -1e4, -9999.0], [1e4, 9999.0, 9999.5]], ids=repr)
@pytest.mark.parametrize("label", range(3))
def test_logits_far_out(loss, y, label):
    """One rounding of 1e4 is 1.8e-12."""
    t = [float(k == label) for k in range(3)]
    value, slopes = value_and_slopes(loss, y, t)
    expected, expected_slopes = torchs(loss, y, t)
    assert value == pytest.approx(expected, rel=1e-14, abs=4e-12)
    assert slopes == pytest.approx(expected_slopes, rel=1e-11, abs=4e-12)


@pytest.mark.parametrize("label", range(4))
def test_class_indices(label):
    y = [0.3, -1.0, 2.0, 0.1]
    expected = F.cross_entropy(tensor([y]), torch.tensor([label])).item()
    assert nn.cross_entropy([Value(y_l) for y_l in y], label).data == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("y, t", [(0.0, 1.0), (1.0, 0.0), (0.0, 0.0), (1.0, 1.0), (1e-50, 1.0), (1e-30, 1.0),
                                  (0.0, 0.25)])
def test_bce_is_clamped_as_pytorchs(y, t):
    expected = F.binary_cross_entropy(tensor([y]), tensor([t])).item()
    assert nn.binary_cross_entropy(y, t).data == pytest.approx(expected, rel=1e-14)


# --- optimizers ------------------------------------------------------------------------------------------------------

OPTIMIZERS = {
    "SGD": (lambda ps: SGD(ps, lr=0.05), lambda ps: torch.optim.SGD(ps, lr=0.05)),
    "momentum": (lambda ps: SGD(ps, lr=0.05, momentum=0.9), lambda ps: torch.optim.SGD(ps, lr=0.05, momentum=0.9)),
    "weight decay": (lambda ps: SGD(ps, lr=0.05, weight_decay=0.1),
                     lambda ps: torch.optim.SGD(ps, lr=0.05, weight_decay=0.1)),
    "momentum and weight decay": (lambda ps: SGD(ps, lr=0.05, momentum=0.8, weight_decay=0.01),
                                  lambda ps: torch.optim.SGD(ps, lr=0.05, momentum=0.8, weight_decay=0.01)),
    "Adam": (lambda ps: Adam(ps, lr=0.02), lambda ps: torch.optim.Adam(ps, lr=0.02)),
    "Adam with other betas": (lambda ps: Adam(ps, lr=0.02, betas=(0.5, 0.9), eps=1e-3),
                              lambda ps: torch.optim.Adam(ps, lr=0.02, betas=(0.5, 0.9), eps=1e-3)),
}
every_optimizer = pytest.mark.parametrize("ours, theirs", OPTIMIZERS.values(), ids=OPTIMIZERS)


def same_gradients(ours, theirs, steps, change=None):
    """Feed both the same random gradients, of sizes 1e-3 to 1e3, and hold the weights to each other after each step."""
    random = np.random.default_rng(0)
    start, sizes = random.normal(size=4), np.array([1e-3, 1.0, 30.0, 1e3])
    parameters = [Parameter(w) for w in start.tolist()]
    weights = tensor(start).requires_grad_()
    optimizer, torch_optimizer = ours(parameters), theirs([weights])
    for step in range(steps):
        gradient = random.normal(size=4) * sizes
        for p, g in zip(parameters, gradient.tolist()):
            p.grad = g
        weights.grad = tensor(gradient)
        if change:
            change(step, optimizer, torch_optimizer.param_groups[0])
        optimizer.step()
        torch_optimizer.step()
        # weights go up to 1e4 here; 500 steps' roundings of them, relative to the largest so far, are below 1e-12
        assert [p.data for p in parameters] == pytest.approx(weights.tolist(), rel=1e-12, abs=1e-12 * sizes.max())


@every_optimizer
def test_500_steps_on_the_same_gradients(ours, theirs):
    same_gradients(ours, theirs, 500)


@every_optimizer
def test_500_steps_down_the_same_bowl(ours, theirs):
    """Weights feed back into gradients; the bowl contracts, so that roundings do not grow: 1e-12."""
    curvatures, centre, start = np.array([1.0, 3.0, 0.2]), np.array([0.5, -1.0, 2.0]), np.array([1.5, 1.0, -2.0])
    parameters, weights = [Parameter(w) for w in start.tolist()], tensor(start).requires_grad_()
    optimizer, torch_optimizer = ours(parameters), theirs([weights])
    for _ in range(500):
        for p, c, m in zip(parameters, curvatures.tolist(), centre.tolist()):
            p.grad = c * (p.data - m)
        weights.grad = tensor(curvatures) * (weights.detach() - tensor(centre))
        optimizer.step()
        torch_optimizer.step()
        assert [p.data for p in parameters] == pytest.approx(weights.tolist(), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("name", ["SGD", "weight decay", "Adam"])
def test_a_changing_learning_rate(name):
    """Without momentum both have one rule also where lr changes; with it PyTorch's differs from the 1986 paper's."""
    def change(step, optimizer, group):
        optimizer.lr = group["lr"] = 0.05 * 0.99 ** step

    same_gradients(*OPTIMIZERS[name], 300, change)


def test_a_changing_momentum():
    def change(step, optimizer, group):
        optimizer.momentum = group["momentum"] = 0.5 if step < 20 else 0.9

    same_gradients(*OPTIMIZERS["momentum"], 300, change)


# --- training --------------------------------------------------------------------------------------------------------

PHI = {"linear": lambda v: v, "sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": torch.relu,
       "leaky_relu": lambda v: F.leaky_relu(v, 0.01), "elu": lambda v: F.elu(v, ALPHA),
       "selu": lambda v: LAMBDA * F.elu(v, ALPHA), "softplus": F.softplus}


class Twin:
    """A network of ours in PyTorch: the same weights as matrices."""

    def __init__(self, model):
        self.activations = [layer.activation for layer in model.layers]
        self.W = [tensor([[w.data for w in n.w] for n in layer.neurons]).requires_grad_() for layer in model.layers]
        self.b = [tensor([n.b.data for n in layer.neurons]).requires_grad_() for layer in model.layers]

    def __call__(self, Y):
        for W, b, activation in zip(self.W, self.b, self.activations):
            Y = PHI[activation](Y @ W.T + b)
        return Y

    def parameters(self):
        return [p for pair in zip(self.W, self.b) for p in pair]

    def weights(self):
        """In the order of ours: neuron by neuron, weights then bias."""
        return [x for W, b in zip(self.W, self.b) for row, b_j in zip(W.tolist(), b.tolist()) for x in (*row, b_j)]


def torchs_fit(model, X, T, loss, make, batches, reduction="mean"):
    """PyTorch's loop over given batches of rows, epoch by epoch: the loss curve and the weights."""
    twin, curve = Twin(model), []
    optimizer = make(twin.parameters())
    X, T = tensor(X), tensor(T)
    for epoch in batches:
        J = 0.0
        for rows in epoch:
            optimizer.zero_grad()
            batch = sum(loss(y, t) for y, t in zip(twin(X[rows]), T[rows]))     # a sum over samples: the loss is of one
            J += batch.item()
            (batch / len(rows) if reduction == "mean" else batch).backward()
            optimizer.step()
        curve.append(J / len(X) if reduction == "mean" else J)
    return curve, twin


def full_batches(N, epochs):
    return [[list(range(N))]] * epochs


def shuffled_batches(N, size, epochs, seed):
    """How fit draws its batches: one generator, one order, shuffled further every epoch."""
    random, order, batches = np.random.default_rng(seed), np.arange(N), []
    for _ in range(epochs):
        random.shuffle(order)
        batches.append([order[first:first + size].tolist() for first in range(0, N, size)])
    return batches


def regression(N=20, k=1):
    random = np.random.default_rng(5)
    X = random.uniform(-1, 1, (N, 2))
    return X, np.column_stack([np.sin(3 * X[:, 0] + l) * X[:, 1] for l in range(k)])


CLOSE = dict(rel=1e-9, abs=1e-9)        # the issue's own bound
every_engine = pytest.mark.parametrize("engine", ["eager", "compiled"])     # "jit" is held to them in test_compiled.py


@every_engine
@every_optimizer
def test_the_loss_curve_of_50_epochs(ours, theirs, engine):
    X, T = regression()
    model = MLP(2, [8, 4, 1], "tanh", seed=1)
    curve, twin = torchs_fit(model, X, T, LOSSES[nn.half_squared_error], theirs, full_batches(20, 50))
    history = fit(model, X, T, nn.half_squared_error, ours(model.parameters()), 50, engine=engine)
    assert history.losses == pytest.approx(curve, **CLOSE)
    assert [p.data for p in model.parameters()] == pytest.approx(twin.weights(), **CLOSE)


@every_engine
@every_optimizer
@pytest.mark.parametrize("size", [1, 6, 7])
def test_the_loss_curve_in_batches(ours, theirs, size, engine):
    """Pattern by pattern, and batches whose last is smaller: the mean divides by each batch's own size."""
    X, T = regression()
    model = MLP(2, [5, 1], "tanh", seed=1)
    curve, twin = torchs_fit(model, X, T, LOSSES[nn.half_squared_error], theirs, shuffled_batches(20, size, 50, seed=3))
    history = fit(model, X, T, nn.half_squared_error, ours(model.parameters()), 50, batch_size=size, seed=3,
                  engine=engine)
    assert history.losses == pytest.approx(curve, **CLOSE)
    assert [p.data for p in model.parameters()] == pytest.approx(twin.weights(), **CLOSE)


@every_engine
@pytest.mark.parametrize("size", [None, 8])
def test_the_sum_is_the_lectures_J(size, engine):
    X, T = regression()
    model = MLP(2, [5, 1], "sigmoid", seed=1)
    batches = full_batches(20, 50) if size is None else [[list(range(20))[k:k + 8] for k in (0, 8, 16)]] * 50
    curve, twin = torchs_fit(model, X, T, LOSSES[nn.half_squared_error], lambda ps: torch.optim.SGD(ps, lr=0.02),
                             batches, "sum")
    history = fit(model, X, T, nn.half_squared_error, SGD(model.parameters(), lr=0.02), 50, size, "sum", shuffle=False,
                  engine=engine)
    assert history.losses == pytest.approx(curve, **CLOSE)
    assert [p.data for p in model.parameters()] == pytest.approx(twin.weights(), **CLOSE)


HEADS = {
    "several outputs": ("tanh", "linear", nn.mean_squared_error, regression(k=3)[1]),
    "outliers, absolute": ("relu", "linear", nn.mean_absolute_error, regression(k=2)[1]),
    "outliers, huber": ("leaky_relu", "linear", nn.huber, 4 * regression(k=2)[1]),
    "positive": ("elu", "softplus", nn.mean_squared_error, np.abs(regression()[1])),
    "bounded to 0..1": ("selu", "sigmoid", nn.half_squared_error, 0.5 + 0.4 * regression()[1]),
    "bounded to ±1": ("softplus", "tanh", nn.half_squared_error, 0.9 * regression()[1]),
    "binary": ("tanh", "sigmoid", nn.binary_cross_entropy, regression()[1] > 0),
    "binary by logits": ("tanh", "linear", nn.binary_cross_entropy_with_logits, regression()[1] > 0),
    "multilabel": ("sigmoid", "sigmoid", nn.binary_cross_entropy, regression(k=3)[1] > 0),
    "multilabel by logits": ("relu", "linear", nn.binary_cross_entropy_with_logits, regression(k=3)[1] > 0),
    "multiclass": ("tanh", "linear", nn.cross_entropy, np.eye(3)[np.argmax(regression(k=3)[1], axis=1)]),
}


@every_engine
@pytest.mark.parametrize("hidden, output, loss, T", HEADS.values(), ids=HEADS)
def test_the_lectures_heads(hidden, output, loss, T, engine):
    """Its tables of regression and classification: 50 epochs of Adam with each output and its loss."""
    X, _ = regression()
    model = MLP(2, [5, T.shape[1]], hidden, output, seed=1)
    curve, twin = torchs_fit(model, X, T, LOSSES[loss], lambda ps: torch.optim.Adam(ps, lr=0.02), full_batches(20, 50))
    history = fit(model, X, T, loss, Adam(model.parameters(), lr=0.02), 50, engine=engine)
    assert history.losses == pytest.approx(curve, **CLOSE)
    assert predict(model, X).ravel().tolist() == pytest.approx(twin(tensor(X)).ravel().tolist(), **CLOSE)
    assert history.losses[-1] < history.losses[0]


@every_engine
def test_integer_labels_train_as_pytorchs_do(engine):
    X, _ = regression()
    labels = np.argmax(regression(k=3)[1], axis=1)
    model = MLP(2, [5, 3], "tanh", seed=1)
    twin = Twin(model)
    optimizer, curve = torch.optim.SGD(twin.parameters(), lr=0.5), []
    for _ in range(50):
        optimizer.zero_grad()
        J = F.cross_entropy(twin(tensor(X)), torch.tensor(labels))
        J.backward()
        optimizer.step()
        curve.append(J.item())
    history = fit(model, X, labels, nn.cross_entropy, SGD(model.parameters(), lr=0.5), 50, engine=engine)
    assert history.losses == pytest.approx(curve, **CLOSE)


@every_engine
def test_validation_losses_are_those_after_the_epochs_updates(engine):
    X, T = regression()
    model = MLP(2, [5, 1], "tanh", seed=1)
    twin = Twin(model)
    optimizer, curve = torch.optim.SGD(twin.parameters(), lr=0.1), []
    for _ in range(50):
        optimizer.zero_grad()
        F.mse_loss(twin(tensor(X[:12])), tensor(T[:12])).backward()
        optimizer.step()
        curve.append(F.mse_loss(twin(tensor(X[12:])), tensor(T[12:])).item())
    history = fit(model, X[:12], T[:12], nn.mean_squared_error, SGD(model.parameters(), lr=0.1), 50,
                  validation=(X[12:], T[12:]), engine=engine)
    assert history.validation_losses == pytest.approx(curve, **CLOSE)
