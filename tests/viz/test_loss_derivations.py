"""Every loss of nn, at every kind of head, derived: the texts as a person has read them, the values as PyTorch's."""
from pathlib import Path

import pytest

import nn
from autograd import Value
from viz import derive

GOLDEN = Path(__file__).with_name("loss_derivations.txt")
LOSSES = [nn.half_squared_error, nn.mean_squared_error, nn.mean_absolute_error, nn.huber, nn.binary_cross_entropy,
          nn.binary_cross_entropy_with_logits, nn.cross_entropy]
EVERY_HEAD = ["linear", "sigmoid", "tanh", "relu"]
HEADS = {nn.binary_cross_entropy: ["sigmoid"]}
CASES = [(loss, head, outputs, hidden) for loss in LOSSES for head in HEADS.get(loss, EVERY_HEAD)
         for outputs in ((3,) if loss is nn.cross_entropy else (1, 3)) for hidden in ((), (2,))]
INPUTS, TARGETS = [1.0, -2.0], [1.0, 0.0, 0.0]


def title(loss, head, outputs, hidden):
    return f"{loss.__name__}, {head}, {outputs} output{'s' * (outputs > 1)}, {len(hidden)} hidden"


def model_of(head, outputs, hidden):
    """A small network, its weights in the order of its parameters."""
    model = nn.MLP(2, [*hidden, outputs], "tanh", head)
    numbers = [0.5, -0.3, 0.1, 0.8, 0.4, -0.2, 0.6, -0.7, 0.2, -0.4, 0.9, 0.3, 0.7, -0.1, 0.25]
    for w, number in zip(model.parameters(), numbers):
        w.data = number
    return model


def derivation(loss, head, outputs, hidden):
    model = model_of(head, outputs, hidden)
    J = loss(model([Value(x, f"x{i}") for i, x in enumerate(INPUTS, start=1)]), TARGETS[:outputs])
    return derive(J, model.parameters()[0])


def derivations():
    """All of them as one text."""
    return "\n\n".join([f"### {title(*case)}\n{derivation(*case)}" for case in CASES]) + "\n"


def test_the_texts_are_those_that_were_read():
    assert derivations() == GOLDEN.read_text(encoding="utf-8")


TORCH = {
    "half_squared_error": lambda F, y, t: 0.5 * F.mse_loss(y, t, reduction="sum"),
    "mean_squared_error": lambda F, y, t: F.mse_loss(y, t),
    "mean_absolute_error": lambda F, y, t: F.l1_loss(y, t),
    "huber": lambda F, y, t: F.huber_loss(y, t),
    "binary_cross_entropy": lambda F, y, t: F.binary_cross_entropy(y, t),
    "binary_cross_entropy_with_logits": lambda F, y, t: F.binary_cross_entropy_with_logits(y, t),
    "cross_entropy": lambda F, y, t: F.cross_entropy(y, t),
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: title(*case))
def test_the_values_are_those_of_pytorch(case):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    loss, head, outputs, hidden = case
    layers = model_of(head, outputs, hidden).layers
    W = [torch.tensor([[w.data for w in n.w] for n in layer.neurons], dtype=torch.float64, requires_grad=True)
         for layer in layers]
    y = torch.tensor(INPUTS, dtype=torch.float64)
    for k, (W_k, layer) in enumerate(zip(W, layers)):
        v = W_k @ y + torch.tensor([n.b.data for n in layer.neurons], dtype=torch.float64)
        phi = head if k == len(layers) - 1 else "tanh"
        y = v if phi == "linear" else getattr(torch, phi)(v)
    J = TORCH[loss.__name__](torch.nn.functional, y, torch.tensor(TARGETS[:outputs], dtype=torch.float64))
    J.backward()
    assert derivation(*case).value == pytest.approx(W[0].grad[0, 0].item(), rel=1e-14, abs=1e-16)
