"""Module: the base class of models.  Its parts are found among its attributes, and named after them."""
from abc import ABCMeta
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from autograd import Parameter

from .text_table import html_table

Row = tuple[str, ...]                                   # of a summary: name, inputs, neurons, activation, parameters


class SummaryTable(str):
    """The table of a model's parts: a text, which a notebook shows as a table."""

    rows: list[Row]

    def __new__(cls, rows: list[Row]) -> "SummaryTable":
        name, _, _, phi, _ = (max(map(len, column)) for column in zip(*rows))
        summary = super().__new__(cls, "\n".join([f"{a:{name}}  {b:>6}  {c:>7}  {d:{phi}}  {e:>10}"
                                                  for a, b, c, d, e in rows]))
        summary.rows = rows
        return summary

    def __repr__(self) -> str:                          # at a prompt the table, not its quoted text
        return str(self)

    def _repr_html_(self) -> str:
        return html_table(self.rows)


class ModuleType(ABCMeta):
    """Module's metaclass: labels the parameters after a constructor returns, even without super().__init__()."""

    if not TYPE_CHECKING:                               # type checkers read the signature of __init__
        def __call__(cls, *args: Any, **kwargs: Any) -> Any:
            module = super().__call__(*args, **kwargs)
            try:
                module.label_parts()
            except RecursionError:
                raise contains_itself(module) from None
            return module


class Module(metaclass=ModuleType):
    """Anything with parameters: the base of Neuron, Layer and MLP, and of your own models.

    Its parts are the Modules and Parameters among its attributes, in lists and dicts too.  When the constructor has
    returned, they are labelled and scoped by the attribute that they are first found under.  Raises ValueError where a
    Module contains itself.

    >>> from nn import Layer
    >>> class Autoencoder(Module):
    ...     def __init__(self):
    ...         self.encoder, self.decoder = Layer(2, 1, "tanh", seed=0), Layer(1, 2, "linear", seed=1)
    ...     def __call__(self, x):
    ...         return self.decoder(self.encoder(x))
    >>> [p.label for p in Autoencoder().parameters()]
    ['encoder.w11', 'encoder.w12', 'encoder.b1', 'decoder.w11', 'decoder.b1', 'decoder.w21', 'decoder.b2']
    """

    def parameters(self) -> list[Parameter]:
        """The leaves that training updates, in a fixed order, each once."""
        try:
            return unique(p for _, part in parts(self)
                          for p in ([part] if isinstance(part, Parameter) else part.parameters()))
        except RecursionError:
            raise contains_itself(self) from None

    def zero_grad(self) -> None:
        """Set the accumulated gradients to 0."""
        for p in self.parameters():
            p.grad = 0.0

    def label_parts(self, path: str = "") -> None:
        """Label and scope every parameter of the model's parts by its path; a shared one by the first of its paths.

        A parameter that is the model's own, and not a part's, keeps its label and scope.
        """
        for name, part in reversed([*parts(self)]):    # so the first name of a shared part is set last
            if isinstance(part, Module):
                part.label_parts(joined(path, name))
            else:
                own = part.label.rpartition(".")[2] or letters(name)
                part.label, part.scope = joined(path, own), (path,) if path else part.scope

    def summary(self) -> SummaryTable:
        """The parts as a table: inputs, neurons, activation, number of parameters (a shared one counts once)."""
        parts: dict[Any, Row] = {}
        for part, row in self.summary_rows():
            parts.setdefault(part, row)                 # a shared part keeps its first name
        return SummaryTable([("layer", "inputs", "neurons", "activation", "parameters"), *parts.values(),
                             ("total", "", "", "", str(len(self.parameters())))])

    def summary_rows(self, path: str = "") -> Iterator[tuple[Any, Row]]:
        """The summary's rows as pairs (part, row), in order; parameters in a list share one."""
        own: dict[str, list[Parameter]] = {}
        for name, part in parts(self):
            if isinstance(part, Module):
                yield from part.summary_rows(joined(path, name))
            else:
                own.setdefault(joined(path, name.partition("[")[0]), []).append(part)
        for name, parameters in own.items():
            yield parameters[0], (name, "", "", "", str(len(unique(parameters))))


def parts(module: Module) -> Iterator[tuple[str, Module | Parameter]]:
    """The Modules and Parameters among a Module's attributes, by name: encoder, layers[0], heads.mean, w[2]."""
    for name, value in vars(module).items():
        yield from parts_of(name, value)


def parts_of(name: str, value: Any) -> Iterator[tuple[str, Module | Parameter]]:
    """The Modules and Parameters in an attribute, also in lists and dicts, with their names."""
    if isinstance(value, Module | Parameter):
        yield name, value
    elif isinstance(value, list | tuple):
        for i, x in enumerate(value):
            yield from parts_of(f"{name}[{i}]", x)
    elif isinstance(value, dict):
        for key, x in value.items():
            yield from parts_of(f"{name}.{key}", x)


def joined(path: str, name: str) -> str:
    """The path of the part called name inside the part at path; the model's own path is ""."""
    return f"{path}.{name}" if path else name


def letters(name: str) -> str:
    """The label of a parameter from its attribute's name: w[0] is w1, as in the lecture, W[0][2] is W13.

    >>> letters("scale"), letters("w[0]"), letters("W[0][9]")
    ('scale', 'w1', 'W1,10')
    """
    stem, *indices = name.replace("]", "").split("[")
    numbers = [str(int(i) + 1) for i in indices]
    return stem + ("," if any(len(n) > 1 for n in numbers) else "").join(numbers)


def unique(parameters: Iterable[Parameter]) -> list[Parameter]:
    """Each parameter once, in the order of first occurrence: weights may be shared."""
    return list(dict.fromkeys(parameters))


def contains_itself(module: Module) -> Exception:
    """The error for a Module that is among its own parts, naming the attribute; or that is nested too deeply."""
    above: list[tuple[str, Module]] = [("", module)]
    open_parts = [parts(module)]
    while open_parts:
        name, part = next(open_parts[-1], ("", None))
        if part is None:
            open_parts.pop()
            above.pop()
        elif isinstance(part, Module):
            path = joined(above[-1][0], name)
            for upper, container in above:
                if container is part:
                    return ValueError(f"{type(module).__name__} contains itself: {path} is {upper or 'the model'} "
                                      "again, but what a Module's attributes hold are its parts; keep a reference back "
                                      "in a weakref.ref")
            above.append((path, part))
            open_parts.append(parts(part))
    return RecursionError(f"{type(module).__name__} is nested too deeply")
