"""What has parameters."""
from autograd import Parameter


class Module:
    """Anything with parameters: the base of Neuron, Layer and MLP, and of your own models."""

    def parameters(self) -> list[Parameter]:
        """The leaves that training moves, in a fixed order, each once."""
        return []

    def zero_grad(self) -> None:
        """Forget the gradients accumulated so far."""
        for p in self.parameters():
            p.grad = 0.0
