"""The table of primitive operations: the value and the local partial derivatives of each, stated once.

A row is z = f(x, y, ...) with its local partials (∂z/∂x, ∂z/∂y, ...), written in plain arithmetic on z, x and y.
What a row does depends on the numbers it is given: floats run the model, Values record the graph (so a partial can
be differentiated again), arrays run a whole batch, and Exprs write the rule out as text.
"""
import math
import operator
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, reduce
from itertools import compress
from typing import TYPE_CHECKING, Any

# mypy: disable-error-code=has-type
# (a rule may use an operation that is defined further down)


@dataclass(frozen=True, eq=False, repr=False)
class Op:
    """A primitive z = f(x, ...) with its local partials: one row of the table."""
    name: str                                   # in Python's own syntax: "tanh", "*", "**3"
    forward: Callable[..., Any]                 # x, ...     -> z, on floats
    partials: Callable[..., tuple[Any, ...]]    # z, x, ...  -> (∂z/∂x, ...), on any numbers
    array: Callable[..., Any] | None = None     # xp, x, ... -> z, on arrays; None where forward serves
    written: Any = ""                           # another name for it on paper, or its formula; "" where name serves
    domain: str = ""                            # where it is defined and differentiable; "" is everywhere
    kink: Callable[..., Any] | None = None      # x, ...     -> 0 where the two sides' partials differ
    clamp: Callable[..., Any] | None = None     # x, ...     -> at most 0 where a logarithm is clamped at -100
    activation: bool = False                    # is this a neuron's φ, and so its argument a pre-activation v?
    lists: bool = False                         # are there lists among its arguments?  Partials are then flat
    formula: Callable[..., Any] | None = None   # x, ...     -> z written out for help(), on any numbers
    made_by: tuple[Any, ...] = field(default=(), init=False)    # the call that made it, (power, 3.0); () in the table

    @property
    def arity(self) -> int | None:
        """The number of its arguments, read from the rule's signature; None where it takes any number of them.

        >>> tanh.arity, mul.arity, weighted_sum.arity
        (1, 2, None)
        """
        rule = self.partials.__code__
        return None if self.lists or rule.co_flags & 0x04 else rule.co_argcount - 1     # 0x04: it takes *arguments

    def __call__(self, *args: Any) -> Any:
        """Apply to numbers of any kind: a Value records a node, an Expr writes a formula, through their apply_op."""
        if self.lists:
            args = tuple(numbers_in(self, args))
        array = None
        for x in flat(args) if self.lists else args:
            if type(x) is not float:
                if hasattr(x, "apply_op"):
                    return x.apply_op(self, args)
                if hasattr(x, "shape"):
                    array = x
                    if x.shape:                 # without a shape it is a NumPy scalar, and a Value may follow
                        break
        if array is not None:
            xp = library_of(array)
            if array.dtype == object and not self.lists:
                return xp.frompyfunc(self, len(args), 1)(*args)     # each Value in it records a node of its own
            return self.array(xp, *args) if self.array else self.forward(*args)
        try:
            return self.forward(*args)
        except (ValueError, ArithmeticError) as error:
            raise self.refusal(error, flat(args)) from None

    def refusal(self, error: Exception, xs: Sequence[Any]) -> Exception:
        """An error of the same type that names the operation, the labels and the number.

        >>> log(-1.0)
        Traceback (most recent call last):
        ValueError: log(-1.0): -1.0 is outside x > 0
        """
        numbers = [getattr(x, "data", x) for x in xs]
        labels = [short(getattr(x, "label", "") or repr(number)) for x, number in zip(xs, numbers)]
        if self.name.isidentifier():
            call = f"{self.name}({', '.join(labels)})"
        else:
            labels = [f"({label})" if label.startswith("-") else label for label in labels]
            call = f" {self.name} ".join(labels) if len(labels) == 2 else f"{labels[0]}{self.name}"
        if isinstance(error, OverflowError) or not self.domain:
            return type(error)(f"{call}: {', '.join(map(repr, numbers))} overflows the range of floats")
        names = self.partials.__code__.co_varnames[1:]
        outside = numbers[names.index(self.domain[0]) if self.domain[0] in names else 0]
        return type(error)(f"{call}: {outside!r} is outside {self.domain}")

    def __repr__(self) -> str:
        return self.name

    def __reduce__(self) -> str | tuple[Any, ...]:
        """The row for pickle: its name in this module, or the call that made it, such as power(n).

        Raises TypeError for a user's own row, which has neither.
        """
        if self.made_by:
            function, *args = self.made_by
            return function, tuple(args)
        for name, row in TABLE.items():
            if row is self:
                return name
        raise TypeError(f"the operation {self.name!r} cannot be pickled: pickle finds operations by their names in "
                        "autograd's table, and it is not there; pickle the parameters' data and record again")

    def __deepcopy__(self, memo: Any) -> "Op":
        return self                             # nothing in it ever changes

    def __copy__(self) -> "Op":
        return self


def short(text: str) -> str:
    """The text on one line, cut to 40 characters, for error messages."""
    text = text if text.isprintable() else repr(text)[1:-1]
    return text if len(text) <= 40 else text[:39] + "…"


def closest(word: Any, names: Iterable[str]) -> str:
    """The name nearest to a word, "relu" for "ReLU"; "" where none is near.  A function is compared by its name.

    >>> closest("LeakyReLU", ACTIVATIONS), closest(math.tanh, ACTIVATIONS), closest("gelu", ACTIVATIONS)
    ('leaky_relu', 'tanh', '')
    """
    from difflib import get_close_matches  # for errors alone: importing it takes longer than the table

    word = getattr(word, "__name__", word)
    return next(iter(get_close_matches(word.lower(), names, 1, 0.88)), "") if isinstance(word, str) else ""


def library_of(array: Any) -> Any:
    """The module whose functions work on this array: numpy, jax.numpy, torch."""
    if hasattr(array, "__array_namespace__"):
        return array.__array_namespace__()
    return sys.modules[type(array).__module__.partition(".")[0]]


# --- arithmetic: Python's own operators write and run it -------------------------------------------------------------

add = Op("+", operator.add, lambda z, x, y: (1.0, 1.0))
sub = Op("-", operator.sub, lambda z, x, y: (1.0, -1.0))
mul = Op("*", operator.mul, lambda z, x, y: (y, x))
div = Op("/", operator.truediv, lambda z, x, y: (1 / y, -z / y), domain="y ≠ 0")
neg = Op("neg", operator.neg, lambda z, x: (-1.0,), written=operator.neg)


def _pow(x: float, y: float) -> float:
    if x <= 0:
        raise ValueError
    return x ** y


general_power = Op("**", _pow, lambda z, x, y: (y * x ** (y - 1), z * log(x)), lambda xp, x, y: x ** y,
                   written=operator.pow, domain="x > 0")


@lru_cache(maxsize=1024)
def power(n: float) -> Op:
    """The row of x ↦ xⁿ for a plain number n: one op for each n."""
    if type(n) is not float:
        return power(float(n))                  # the cache tells 2 from 2.0
    n = int(n) if n.is_integer() else n
    rule = (lambda z, x: (n * x ** (n - 1),)) if n else (lambda z, x: (0.0,))
    if isinstance(n, int):
        row = Op(f"**{n}", lambda x: x ** n, rule, written=lambda x: x ** n, domain="x ≠ 0" if n < 0 else "")
    else:
        row = Op(f"**{n}", lambda x: root(x, n), rule, lambda xp, x: x ** n, lambda x: x ** n,
                 "x ≥ 0" if n > 1 else "x > 0")
    return made_by_call(row, power, n)


def made_by_call(row: Op, function: Callable[..., Op], *args: Any) -> Op:
    """The row, with function(*args) stored as the call that made it; dataclasses.replace drops that."""
    object.__setattr__(row, "made_by", (function, *args))
    return row


def root(x: float, n: float) -> float:
    """xⁿ for a fractional n.  Raises ValueError for x < 0, where it is not real."""
    if x < 0:
        raise ValueError
    return x ** n


# --- functions ----------------------------------------------------------------------------------------------------
#               name      z = f(x)     ∂z/∂x                              on arrays                      on paper, where

exp = Op(       "exp",    math.exp,    lambda z, x: (z,),                 lambda xp, x: xp.exp(x))
expm1 = Op(     "expm1",  math.expm1,  lambda z, x: (z + 1,),             lambda xp, x: xp.expm1(x),
                formula=lambda x: exp(x) - 1)
log = Op(       "log",    math.log,    lambda z, x: (1 / x,),             lambda xp, x: xp.log(x),    "ln", "x > 0")
log1p = Op(     "log1p",  math.log1p,  lambda z, x: (1 / (1 + x),),       lambda xp, x: xp.log1p(x),  domain="x > -1",
                formula=lambda x: log(1 + x))
sqrt = Op(      "sqrt",   math.sqrt,   lambda z, x: (0.5 / z,),           lambda xp, x: xp.sqrt(x),
                written=lambda x: x ** 0.5, domain="x > 0")
sin = Op(       "sin",    math.sin,    lambda z, x: (cos(x),),            lambda xp, x: xp.sin(x),    domain="|x| < ∞")
cos = Op(       "cos",    math.cos,    lambda z, x: (-sin(x),),           lambda xp, x: xp.cos(x),    domain="|x| < ∞")
abs = Op(       "abs",    math.fabs,   lambda z, x: (sign(x),),           lambda xp, x: xp.abs(x),
                written=lambda x: x.bars(), kink=lambda x: x)


# --- piecewise functions, so that a rule with two cases stays an expression -------------------------------------------
# At the kink every derivative takes the lecture's "x ≤ 0" side; a tie of two numbers goes to the first.  NaN stays NaN.

heaviside = Op("heaviside",
               lambda x: 1.0 if x > 0 else 0.0 if x <= 0 else x,
               lambda z, x: (0 * z,),
               lambda xp, x: xp.where(x > 0, 1.0, xp.where(x <= 0, 0.0, x)),
               "H", kink=lambda x: x, activation=True, formula=lambda x: select(x, 1.0, 0.0))
bipolar = Op("bipolar",
             lambda x: 1.0 if x > 0 else -1.0 if x <= 0 else x,
             lambda z, x: (0 * z,),
             lambda xp, x: xp.where(x > 0, 1.0, xp.where(x <= 0, -1.0, x)),
             kink=lambda x: x, activation=True, formula=lambda x: select(x, 1.0, -1.0))
sign = Op("sign",
          lambda x: 1.0 if x > 0 else -1.0 if x < 0 else x,
          lambda z, x: (0 * z,),
          lambda xp, x: xp.where(x > 0, 1.0, xp.where(x < 0, -1.0, x)),
          kink=lambda x: x, formula=lambda x: heaviside(x) - heaviside(-x))
select = Op("select",
            lambda x, a, b: a if x > 0 else b if x <= 0 else x,
            lambda z, x, a, b: (0 * heaviside(x), heaviside(x), 1 - heaviside(x)),
            lambda xp, x, a, b: xp.where(x > 0, a, xp.where(x <= 0, b, x)) if hasattr(x, "shape") else
            a if x > 0 else b if x <= 0 else x,         # torch.where takes no plain number to decide by
            lambda x, a, b: x.cases(a, b), kink=lambda x, a, b: x)
maximum = Op("maximum",
             lambda x, y: x if x >= y else y if y > x else x + y,
             lambda z, x, y: (1 - heaviside(y - x), heaviside(y - x)),
             lambda xp, x, y: xp.where(x >= y, x, xp.where(y > x, y, x + y)),
             "max", kink=lambda x, y: x - y)
minimum = Op("minimum",
             lambda x, y: x if x <= y else y if y < x else x + y,
             lambda z, x, y: (1 - heaviside(x - y), heaviside(x - y)),
             lambda xp, x, y: xp.where(x <= y, x, xp.where(y < x, y, x + y)),
             "min", kink=lambda x, y: x - y)

clip = Op("clip",                           # x between a and b; a where a > b
          lambda x, a, b: maximum.forward(minimum.forward(x, b), a),
          lambda z, x, a, b: ((1 - heaviside(x - b)) * (1 - heaviside(a - minimum(x, b))),
                              heaviside(a - minimum(x, b)), heaviside(x - b) * (1 - heaviside(a - b))),
          lambda xp, x, a, b: maximum(minimum(x, b), a),
          kink=lambda x, a, b: (x - a) * (x - b) * (b - a), formula=lambda x, a, b: maximum(minimum(x, b), a))


# --- the lecture's activation functions y = φ(v), with φ'(v): its "Popular Activation Functions and Their Derivatives"

ALPHA, LAMBDA = 1.67326, 1.0507             # the lecture's constants; SELU's, used for ELU as well


def _sigmoid(x: float) -> float:
    if x < 0:                               # e^x for negative x only: never overflows
        return math.exp(x) / (1 + math.exp(x))
    return 1 / (1 + math.exp(-x))


def _sigmoid_array(xp: Any, x: Any) -> Any:
    e = xp.exp(-xp.abs(x))
    return xp.where(x < 0, e, 1.0) / (1 + e)


linear = Op("linear", lambda x: x, lambda z, x: (1.0,), activation=True, formula=lambda x: x)
sigmoid = Op("sigmoid", _sigmoid, lambda z, x: (z * (1 - z),), _sigmoid_array, activation=True,
             formula=lambda x: 1 / (1 + exp(-x)))
tanh = Op("tanh", math.tanh, lambda z, x: (1 - z * z,), lambda xp, x: xp.tanh(x), activation=True,
          formula=lambda x: (exp(x) - exp(-x)) / (exp(x) + exp(-x)))
relu = Op("relu",
          lambda x: 0.0 if x <= 0 else x,
          lambda z, x: (heaviside(x),),
          lambda xp, x: xp.clip(x, 0.0, None),
          kink=lambda x: x, activation=True, formula=lambda x: select(x, x, 0.0))
leaky_relu = Op("leaky_relu",
                lambda x: x if x > 0 else 0.01 * x,
                lambda z, x: (select(x, 1.0, 0.01),),
                lambda xp, x: xp.where(x > 0, x, 0.01 * x),
                kink=lambda x: x, activation=True, formula=lambda x: select(x, x, 0.01 * x))
elu = Op("elu",
         lambda x: x if x > 0 else ALPHA * math.expm1(x),
         lambda z, x: (select(x, 1.0, ALPHA * exp(minimum(x, 0.0))),),
         lambda xp, x: xp.where(x > 0, x, ALPHA * xp.expm1(xp.where(x > 0, 0.0, x))),
         kink=lambda x: x, activation=True, formula=lambda x: select(x, x, ALPHA * (exp(x) - 1)))
selu = Op("selu",
          lambda x: LAMBDA * (x if x > 0 else ALPHA * math.expm1(x)),
          lambda z, x: (LAMBDA * select(x, 1.0, ALPHA * exp(minimum(x, 0.0))),),
          lambda xp, x: LAMBDA * xp.where(x > 0, x, ALPHA * xp.expm1(xp.where(x > 0, 0.0, x))),
          kink=lambda x: x, activation=True, formula=lambda x: LAMBDA * select(x, x, ALPHA * (exp(x) - 1)))
softplus = Op("softplus",
              lambda x: max(x, 0.0) + math.log1p(math.exp(-math.fabs(x))),
              lambda z, x: (sigmoid(x),),
              lambda xp, x: xp.clip(x, 0.0, None) + xp.log1p(xp.exp(-xp.abs(x))),
              activation=True, formula=lambda x: log(1 + exp(x)))


# --- losses, of an error e = t - y, or of an output and its target ----------------------------------------------------

LEAST = math.exp(-100)      # logarithms are clamped at -100, as in PyTorch: the worst loss is large, but finite


def _huber(e: float, d: float) -> float:
    if d <= 0:
        raise ValueError
    m = minimum.forward(math.fabs(e), d)
    return m * (math.fabs(e) - 0.5 * m)


def _huber_array(xp: Any, e: Any, d: Any) -> Any:
    m = minimum(abs(e), d)
    return m * (abs(e) - 0.5 * m)


half_square = Op("half_square", lambda x: 0.5 * x * x, lambda z, x: (x,), written=lambda x: 0.5 * x ** 2)
huber = Op("huber", _huber, lambda z, e, d: (clip(e, -d, d), maximum(abs(e) - d, 0.0)), _huber_array, domain="d > 0",
           formula=lambda e, d: select(abs(e) - d, d * (abs(e) - d / 2), e * e / 2))
clamped_log = Op("clamped_log",
                 lambda p: math.log(max(p, LEAST)),
                 lambda z, p: (clamped_reciprocal(p),),
                 lambda xp, p: xp.log(xp.clip(p, LEAST, None)),
                 "ln", clamp=lambda p: p - LEAST)
clamped_reciprocal = Op("clamped_reciprocal",
                        lambda p: 1 / p if p > LEAST else 0 * p,
                        lambda z, p: (-z * z,),
                        lambda xp, p: xp.where(p > LEAST, 1 / xp.where(p > LEAST, p, 1.0), 0 * p),
                        lambda p: 1 / p)
#   -∂/∂y of binary cross-entropy, in two terms, because each of its logarithms is clamped separately
probability_error = Op("probability_error",
                       lambda y, t: t * clamped_reciprocal.forward(y) - (1 - t) * clamped_reciprocal.forward(1 - y),
                       lambda z, y, t: (-t * clamped_reciprocal(y) ** 2 - (1 - t) * clamped_reciprocal(1 - y) ** 2,
                                        clamped_reciprocal(y) + clamped_reciprocal(1 - y)),
                       lambda xp, y, t: t * clamped_reciprocal(y) - (1 - t) * clamped_reciprocal(1 - y),
                       lambda y, t: (t - y) / (y * (1 - y)))
binary_cross_entropy = Op("binary_cross_entropy",
                          lambda y, t: -(t * clamped_log.forward(y) + (1 - t) * clamped_log.forward(1 - y)),
                          lambda z, y, t: (-probability_error(y, t), clamped_log(1 - y) - clamped_log(y)),
                          lambda xp, y, t: -(t * clamped_log(y) + (1 - t) * clamped_log(1 - y)),
                          lambda y, t: -(t * log(y) + (1 - t) * log(1 - y)),
                          clamp=lambda y, t: minimum(y, 1 - y) - LEAST)
binary_cross_entropy_with_logits = Op("binary_cross_entropy_with_logits",
                                      lambda v, t: softplus.forward(v) - t * v,
                                      lambda z, v, t: (sigmoid(v) - t, -v),
                                      lambda xp, v, t: softplus(v) - t * v,
                                      lambda v, t: softplus(v) - t * v)


# --- lists of numbers ------------------------------------------------------------------------------------------------


def _logsumexp(xs: Sequence[float]) -> float:
    m = max(xs)
    if math.isinf(m):                       # inf - inf is no number; a NaN beside it stays NaN
        return sum(xs) if any(map(math.isnan, xs)) else m
    return m + math.log(sum(math.exp(x - m) for x in xs))


def _logsumexp_array(xp: Any, xs: Sequence[Any]) -> Any:
    m = xp.amax(xs, 0) if hasattr(xs, "shape") else reduce(maximum.__call__, xs)
    m = xp.where(xp.abs(m) < math.inf, m, 0.0)
    return m + xp.log(xp.exp(xs - m).sum(0) if hasattr(xs, "shape") else sum(xp.exp(x - m) for x in xs))


def summed(xs: Any) -> Any:
    """The sum of a list of arrays, or of the arrays stacked along the first axis of one."""
    return xs.sum(0) if hasattr(xs, "shape") else sum(xs)


def added(xs: Iterable[Any]) -> Any:
    """x₁ + x₂ + ... from the left, on any numbers: sum() would write 0 + x₁ + ..."""
    return reduce(operator.add, xs)


total = Op("total", lambda xs: sum(xs), lambda z, xs: tuple([1.0 for _ in xs]), lambda xp, xs: summed(xs),
           written=added, lists=True)
mean = Op("mean", lambda xs: sum(xs) / len(xs), lambda z, xs: tuple([1 / len(xs) for _ in xs]),
          lambda xp, xs: summed(xs) / len(xs), written=lambda xs: added(xs) / len(xs), lists=True)
half_squares = Op("half_squares", lambda es: 0.5 * sum([e * e for e in es]), lambda z, es: tuple(es),
                  lambda xp, es: 0.5 * summed(es * es if hasattr(es, "shape") else [e * e for e in es]),
                  written=lambda es: 0.5 * added([e ** 2 for e in es]), lists=True)      # the lecture's J = ½ Σ e²
logsumexp = Op("logsumexp", _logsumexp, lambda z, xs: tuple([exp(x - z) for x in xs]), _logsumexp_array,
               lambda xs: log(added(map(exp.__call__, xs))), lists=True)
#   A neuron's induced local field v = w₁x₁ + ... + wₙxₙ + b as one node: the lecture's v = w'x.
weighted_sum = Op("weighted_sum",
                  lambda w, x, b: sum(map(operator.mul, w, x)) + b,
                  lambda z, w, x, b: (*x, *w, 1.0),
                  lambda xp, w, x, b: summed(w * x if hasattr(x, "shape") else map(operator.mul, w, x)) + b,
                  written=lambda w, x, b: added(map(operator.mul, w, x)) + b, lists=True)




# --- softmax, and the loss that it belongs to -------------------------------------------------------------------------


class Stacked:
    """A list of n numbers stacked in one array: a rule that iterates over it gets that array as the only item.

    Other rows on lists, and softmax, use the array, `whole`; len() is n, because a rule may use it.
    """
    __slots__ = "items", "n", "whole"

    def __init__(self, whole: Any, n: int, items: Sequence[Any] = ()) -> None:
        self.whole, self.n, self.items = whole, n, items or (whole,)

    def __iter__(self) -> Any:
        return iter(self.items)

    def __len__(self) -> int:
        return self.n


def softmax(xs: Any) -> Any:
    """e^xᵢ / (e^x₁ + ... + e^xₙ) for each i, which never overflows; of an array, over the last axis.

    >>> softmax([0.0, 1e4])
    [0.0, 1.0]
    """
    if hasattr(xs, "shape"):
        if xs.dtype == object:
            return library_of(xs).stack(softmax([xs[..., i] for i in range(xs.shape[-1])]), -1)
        e = exp(xs - library_of(xs).amax(xs, -1)[..., None])
        return e / e.sum(-1)[..., None]
    if are_formulas(xs):
        return named_softmax(xs)
    if type(xs) is Stacked:
        xp = library_of(xs.whole)
        m = xp.amax(xs.whole, 0)
        z = xp.exp(xs.whole - m).sum(0)
        return [xp.exp(x - m) / z for x in xs]
    [xs] = numbers_in(logsumexp, [xs])
    m = max(xs) if {*map(type, xs)} == {float} else reduce(maximum.__call__, xs)
    es = [exp(x - m) for x in xs]
    z = total(es)
    return [e / z for e in es]


def are_formulas(xs: Iterable[Any]) -> bool:
    """Are these symbolic numbers, such as Exprs, on which a function of a list is written by its name?"""
    return any(hasattr(type(x), "entries") for x in xs)


def named_softmax(xs: Any) -> list[Any]:
    """The entries of softmax in a formula: softmax(y)₁, ... on symbolic numbers, else e^xᵢ / Σ e^xₖ."""
    xs = list(xs)
    for x in xs:
        if are_formulas([x]):                   # plain numbers may stand beside it
            return x.entries("softmax", xs)
    es = [exp(x) for x in xs]
    z = total(es)
    return [e / z for e in es]


def _cross_entropy(y: Sequence[float], t: Sequence[float]) -> float:
    m = max(y)
    return math.log(sum([math.exp(x - m) for x in y])) + (m - sum(map(operator.mul, t, y)))


def _cross_entropy_array(xp: Any, y: Any, t: Any) -> Any:
    if hasattr(y, "shape") and hasattr(t, "shape"):
        m = xp.amax(y, 0)
        return xp.log(xp.exp(y - m).sum(0)) + (m - (t * y).sum(0))
    m = reduce(maximum.__call__, y)
    return xp.log(sum([xp.exp(x - m) for x in y])) + (m - sum(map(operator.mul, t, y)))


#   The cross-entropy of logits y: ln Σ e^yₖ - Σ tₖyₖ, which is -Σ tₖ ln softmax(y)ₖ, for Σ tₖ = 1.
cross_entropy = Op("cross_entropy", _cross_entropy,
                   lambda z, y, t: (*[p - t_k for p, t_k in zip(softmax(y), t)], *[-x for x in y]),
                   _cross_entropy_array,
                   lambda y, t: -added([t_k * log(p) for p, t_k in zip(named_softmax(y), t)]), lists=True)


def numbers_in(op: Op, args: Sequence[Any]) -> list[Any]:
    """The arguments of an op that takes lists: each list as a tuple, an array as the tuple of its last axis's columns.

    Raises TypeError where a list is not one, ValueError where one is empty or two differ in length.
    """
    found = []
    names = op.forward.__code__.co_varnames
    if len(args) != op.forward.__code__.co_argcount:
        raise TypeError(f"{op.name} takes {', '.join(names)}, but {len(args)} arguments were given")
    for name, x in zip(names, args):
        if type(x) is Stacked:
            found.append(x.whole)
        elif type(x) in (list, tuple) or name == "b":
            found.append(x if name == "b" else tuple(x))
        elif getattr(x, "shape", ()):
            found.append(tuple(x if len(x.shape) == 1 else [x[..., i] for i in range(x.shape[-1])]))
        else:
            try:
                found.append(tuple(x))
            except TypeError:
                raise TypeError(f"{op.name}: {name} is a list of numbers, not {x!r}") from None
    lengths = {len(x) for x in found if type(x) is tuple}
    if 0 in lengths:
        raise ValueError(f"{op.name} of an empty list: give it at least one number")
    if len(lengths) > 1:
        first, second, advice = ("weights", "inputs", "a weight for each input") if "w" in names else (
            "outputs", "targets", "a target for each output")
        raise ValueError(f"{op.name}: {len(found[0])} {first} but {len(found[1])} {second}; give {advice}")
    return found


def flat(args: Iterable[Any]) -> list[Any]:
    """The numbers among the arguments and in the lists among them, in order."""
    numbers: list[Any] = []
    for x in args:
        numbers += x if type(x) is tuple else (x,)
    return numbers


def hold(op: Op, args: Sequence[Any]) -> Op:
    """The op with some arguments bound: it takes, flat, the numbers that are None in args, and holds the others.

    >>> hold(weighted_sum, ((None,), (2.0,), None)).partials(0.0, -3.0, 6.5)
    (2.0, 1.0)
    """
    missing = [x is None for x in flat(args)]

    def fill(xs: Sequence[Any]) -> list[Any]:
        rest = iter(xs)
        return [tuple([next(rest) if x is None else x for x in part]) if type(part) is tuple
                else next(rest) if part is None else part for part in args]

    array, written, kink = op.array, op.written, op.kink
    row = replace(
        op, forward=lambda *xs: op.forward(*fill(xs)),
        partials=lambda z, *xs: tuple(compress(op.partials(z, *fill(xs)), missing)),
        array=array and (lambda xp, *xs: array(xp, *fill(xs))),
        written=(lambda *xs: written(*fill(xs))) if callable(written) else written,
        kink=kink and (lambda *xs: kink(*fill(xs))), lists=False, formula=None)
    return made_by_call(row, hold, op, args)


TABLE = {name: row for name, row in list(globals().items()) if isinstance(row, Op)}
LOSSES = ("half_square", "half_squares", "huber", "binary_cross_entropy", "binary_cross_entropy_with_logits",
          "cross_entropy")
ACTIVATIONS = {name: row for name, row in TABLE.items() if row.activation}

if not TYPE_CHECKING:                       # a type checker reads the rows themselves
    __all__ = ["Op", "power", "softmax", *TABLE]
