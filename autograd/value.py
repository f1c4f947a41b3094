"""Value: a scalar node of the graph, which records the operation that made it.

The forward phase records: every operation on a Value makes a new Value that knows its operation, its parents and,
on the edge to each parent, the local partial derivative.  The backward phase (backprop.py) only multiplies and adds.
"""
import math
import operator
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import compress
from numbers import Real
from typing import TYPE_CHECKING, Any, NoReturn

from . import backprop, copying, ops
from .conversion import conversion_refused
from .decisions import decision_refused, this_thread
from .ops import Op

new = object.__new__
ERRORS = (ValueError, ArithmeticError)          # raised by log(-1), 1/0 and exp(1000)


def number(x: Any) -> float:
    """x as a float: real numbers of Python, Fraction, Decimal and NumPy; not strings, None, complex and arrays."""
    if isinstance(x, Real | Decimal) or (type(x).__name__ in ("bool", "bool_") and type(x).__module__ == "numpy"):
        try:
            z = float(x)
        except OverflowError:
            z = math.inf
        if math.isinf(z) and z != x:                    # a Decimal and a long double become inf without an error
            raise OverflowError("a Value holds a float, and this number is larger than the largest float")
        return z
    found = "a Value already: give its .data" if isinstance(x, Value) else f"of type {type(x).__name__}"
    raise TypeError(f"a Value holds one real number, but {ops.short(repr(x))} is {found}")


def unary(op: Op) -> Callable[["Value"], "Value"]:
    """The method that records op(self)."""
    forward, partials = op.forward, op.partials

    def method(self: "Value") -> "Value":
        x = self._data
        node = new(Value)
        try:
            node._data = z = forward(x)
            node._da, = partials(z, x)
        except ERRORS as error:
            raise op.refusal(error, (self,)) from None
        node._grad = 0.0
        node.label = ""
        node._op = op
        node._a = self
        node._b = None
        return node

    return method


def binary(op: Op) -> tuple[Callable[["Value", Any], "Value"], Callable[["Value", Any], "Value"]]:
    """The methods that record op(self, other) and op(other, self)."""
    forward, partials = op.forward, op.partials

    def method(self: "Value", other: Any) -> "Value":
        if not isinstance(other, Value):
            if hasattr(other, "__len__"):       # a list or an array may know what to do; a string does not
                return NotImplemented
            other = Constant(other)
        x, y = self._data, other._data
        node = new(Value)
        try:
            node._data = z = forward(x, y)
            node._da, node._db = partials(z, x, y)
        except ERRORS as error:
            raise op.refusal(error, (self, other)) from None
        node._grad = 0.0
        node.label = ""
        node._op = op
        node._a = self
        node._b = other
        return node

    def reflected(self: "Value", other: Any) -> "Value":
        return method(Constant(other), self)

    return method, reflected


def comparison(compare: Callable[[float, float], bool]) -> Callable[["Value", "Value | float"], bool]:
    """The method that compares two numbers by their data."""
    def method(self: "Value", other: "Value | float") -> bool:
        if this_thread.refuses_decisions:
            raise decision_refused("compares a Value")
        return compare(self.data, other.data if isinstance(other, Value) else other)

    return method


class Value:
    """A node of the graph: a scalar, the operation that made it, its parents and the partial on each edge.

    Equality and hash are by identity, order (<, <=, >, >=) and truth are by data.  float(v), int(v), round(v) and the
    functions of math raise TypeError: they would lose the gradient.  Where the graph of one sample is recorded for all,
    as in nn.fit, comparisons and truth raise it too: they would decide for every sample.

    >>> x = Value(3.0, label="x")
    >>> y = x * x + 1
    >>> y.backward()
    >>> y.data, x.grad
    (10.0, 6.0)
    """
    # One object a node.  A unary node has _a and _da alone, a binary one _b and _db too.  With more parents, _a and _da
    # are tuples of the parents and the partials, and _b is the tuple of the op's arguments with None for each parent.
    # Loops that have to be fast read and write _data and _grad directly, and have to keep them floats.
    __slots__ = "_data", "_grad", "label", "_op", "_a", "_b", "_da", "_db"

    _data: float
    _grad: float
    label: str
    _op: Op | None
    _a: Any
    _b: Any
    _da: Any
    _db: Any

    def __init__(self, data: float, label: str = "") -> None:
        self._data = data if type(data) is float else number(data)
        self._grad = 0.0
        if type(label) is not str:
            raise TypeError(f"a label is a string, not {ops.short(repr(label))}")
        self.label = label
        self._op = None
        self._a = self._b = None

    @property
    def data(self) -> float:
        """The primal: the value of the node.  An assigned number becomes a float; anything else raises TypeError."""
        return self._data

    @data.setter
    def data(self, x: float) -> None:
        self._data = x if type(x) is float else number(x)

    @property
    def grad(self) -> float:
        """The adjoint ∂output/∂self, after output.backward().  An assigned number becomes a float, as with data."""
        return self._grad

    @grad.setter
    def grad(self, x: float) -> None:
        self._grad = x if type(x) is float else number(x)

    @property
    def op(self) -> Op | None:
        """The operation that made this node, as a function of its parents; None at a leaf.

        Plain numbers among the arguments of an operation on lists are held in it, as n is in xⁿ.
        """
        if self._op and self._op.lists:
            return ops.hold(self._op, self._b)
        return self._op

    @property
    def parents(self) -> tuple["Value", ...]:
        """The Values that the operation took, in the order of its arguments; () at a leaf."""
        if type(self._b) is tuple:
            return self._a
        return () if self._a is None else (self._a,) if self._b is None else (self._a, self._b)

    @property
    def arguments(self) -> tuple[Any, ...]:
        """The operation's arguments: the parents, or for an operation on lists its lists, with their plain numbers."""
        if type(self._b) is not tuple:
            return self.parents
        parents = iter(self._a)
        return tuple([tuple([next(parents) if x is None else x for x in part]) if type(part) is tuple
                      else next(parents) if part is None else part for part in self._b])

    @property
    def partials(self) -> tuple[float, ...]:
        """The local derivatives ∂self/∂parent, one for each edge to a parent, stored in the forward phase."""
        if type(self._b) is tuple:
            return self._da
        return () if self._a is None else (self._da,) if self._b is None else (self._da, self._db)

    def backward(self) -> None:
        """The backward phase: set grad to ∂self/∂node on every node; leaves accumulate over calls.

        >>> a = Value(2.0)
        >>> for _ in range(3):
        ...     (a * a).backward()
        >>> a.grad                              # three times 2a
        12.0

        So a training loop clears the gradients before each backward phase:

        >>> for _ in range(3):
        ...     a.grad = 0.0                    # of a model: optimizer.zero_grad()
        ...     (a * a).backward()
        ...     a.data -= 0.25 * a.grad         # optimizer.step(): a - 0.25 · 2a is half of a
        >>> a
        Value(0.25)
        """
        backprop.backward(self)

    @staticmethod
    def lift(x: Any) -> "Value":
        """x as a node: a Value unchanged, any other number as a Constant."""
        return x if isinstance(x, Value) else Constant(x)

    def apply_op(self, op: Op, args: Sequence[Any]) -> "Value":
        """Record op(*args) as a new node."""
        return recorder(op)(*args)

    def __reduce_ex__(self, protocol: Any) -> Any:
        return copying.reduce(self, protocol)

    def __copy__(self) -> "Value":
        return copying.shallow_copy(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> "Value":
        return copying.deep_copy(self, memo)

    def __repr__(self) -> str:
        label = f", {self.label!r}" if self.label else ""
        return f"{type(self).__name__}({self.data!r}{label})"

    def __format__(self, spec: str) -> str:
        return format(self.data + 0.0, spec) if spec else str(self)       # + 0.0: a zero has no sign

    def __bool__(self) -> bool:
        if this_thread.refuses_decisions:
            raise decision_refused("tests the truth of a Value")
        return self.data != 0.0

    def __float__(self, *digits: int) -> NoReturn:
        if this_thread.refuses_decisions:
            raise decision_refused("makes a plain number of a Value")
        raise conversion_refused(self)

    __int__ = __index__ = __round__ = __trunc__ = __float__

    def __eq__(self, other: object) -> bool:
        if this_thread.refuses_decisions and isinstance(other, Real):       # a target is a Value here and else a float
            raise decision_refused("compares a Value")
        return NotImplemented

    __hash__ = object.__hash__

    __lt__, __le__ = comparison(operator.lt), comparison(operator.le)
    __gt__, __ge__ = comparison(operator.gt), comparison(operator.ge)

    __add__, __radd__ = binary(ops.add)
    __sub__, __rsub__ = binary(ops.sub)
    __mul__, __rmul__ = binary(ops.mul)
    __truediv__, __rtruediv__ = binary(ops.div)
    __neg__ = unary(ops.neg)
    __abs__ = unary(ops.abs)

    def __pos__(self) -> "Value":
        return self

    fabs, conjugate = __abs__, __pos__          # NumPy calls these on object arrays: np.fabs(A), A.var()

    def __pow__(self, n: "Value | float") -> "Value":
        if isinstance(n, Value):
            return to_the_value(self, n)
        if hasattr(n, "__len__") and not isinstance(n, str):
            return NotImplemented               # an array takes each of its numbers as an exponent
        return to_the(number(n))(self)

    def __rpow__(self, base: float) -> "Value":
        return to_the_value(Constant(base), self)

    if TYPE_CHECKING:                           # the loop below adds these, and every other unary row of the table
        def exp(self) -> "Value": ...
        expm1 = log = log1p = sqrt = sin = cos = abs = half_square = exp
        heaviside = bipolar = linear = sigmoid = tanh = relu = leaky_relu = elu = selu = softplus = exp


for name, row in ops.TABLE.items():
    if row.arity == 1:
        setattr(Value, name, unary(row))

to_the_value = binary(ops.general_power)[0]


@lru_cache(maxsize=1024)
def to_the(n: float) -> Callable[[Value], Value]:
    """The method x ↦ xⁿ."""
    return unary(ops.power(n))


class Constant(Value):
    """A leaf that is neither trained nor an input: a plain number beside a Value becomes one."""
    __slots__ = ()


class Parameter(Value):
    """A leaf that training updates; drawings group parameters by their scope, such as ("layer 1", "neuron 2")."""
    __slots__ = ("scope",)

    scope: tuple[str, ...]

    def __init__(self, data: float, label: str = "", scope: Sequence[str] = ()) -> None:
        super().__init__(data, label)
        self.scope = tuple(scope)


NODES = frozenset({Value, Constant, Parameter})
NUMBERS = NODES | {float}


def of_lists(op: Op) -> Callable[..., Value]:
    """The function that records op on lists of numbers; plain numbers in them are held in the op, without a node."""
    forward, partials = op.forward, op.partials

    def function(*args: Any) -> Value:
        node = new(Value)
        every = tuple(ops.flat(args))
        try:
            if NODES.issuperset(map(type, every)):
                xs = [[x._data for x in part] if type(part) is tuple else part._data for part in args]
                node._data = z = forward(*xs)
                node._a, node._da = every, partials(z, *xs)
                node._b = tuple([(None,) * len(part) if type(part) is tuple else None for part in args])
            else:
                args = tuple([tuple(map(checked, part)) if type(part) is tuple else checked(part) for part in args])
                xs = [tuple(map(plain, part)) if type(part) is tuple else plain(part) for part in args]
                node._data = z = forward(*xs)
                is_parent = [isinstance(x, Value) for x in every]
                node._a, node._da = tuple(compress(every, is_parent)), tuple(compress(partials(z, *xs), is_parent))
                node._b = tuple([tuple(map(held, part)) if type(part) is tuple else held(part) for part in args])
        except ERRORS as error:
            raise op.refusal(error, every) from None
        node._grad = 0.0
        node.label = ""
        node._op = op
        return node

    return function


def checked(x: Any) -> "Value | float":
    """A Value unchanged, any other number as a float."""
    return x if type(x) is float or isinstance(x, Value) else number(x)


def plain(x: Any) -> float:
    """The float that x is or holds."""
    return x if type(x) is float else x._data


def held(x: "Value | float") -> float | None:
    """An argument as stored beside the edges: a plain number itself, None in place of a parent."""
    return x if type(x) is float else None


def weighted_sums(W: Sequence[Sequence[Value]], x: Sequence[Any], b: Sequence[Value]) -> list[Value]:
    """A layer's v = Wx + b: weighted_sum(w, x, b_j) for each row w of W and each b_j, reading x only once.

    >>> W, b = [[Parameter(1.0), Parameter(2.0)], [Parameter(3.0), Parameter(4.0)]], [Parameter(0.5), Parameter(0.0)]
    >>> weighted_sums(W, [1.0, -1.0], b)
    [Value(-0.5), Value(-1.0)]
    """
    x = tuple(x)
    kinds, n = {*map(type, x)}, len(x)
    if len(W) != len(b):
        raise ValueError(f"weighted_sums: {len(W)} rows of weights but {len(b)} biases; give a bias for each row")
    if not n or not (kinds == {float} or NODES.issuperset(kinds)) or any(len(w) != n for w in W):
        return [ops.weighted_sum(w, x, b_j) for w, b_j in zip(W, b)]
    is_plain = kinds == {float}
    xs = x if is_plain else [x_i._data for x_i in x]
    places = (None,) * n, x if is_plain else (None,) * n, None
    forward, partials = ops.weighted_sum.forward, ops.weighted_sum.partials
    every = partials(0.0, (0.0,) * n, xs, 0.0)
    on_w_and_b = *every[:n], every[-1]                      # ∂v/∂w = x and ∂v/∂b = 1: the same in every row
    nodes = []
    for w, b_j in zip(W, b):
        ws = [w_i._data for w_i in w]
        node = new(Value)
        node._data = z = forward(ws, xs, b_j._data)
        if is_plain:
            node._a, node._da = (*w, b_j), on_w_and_b
        else:
            node._a, node._da = (*w, *x, b_j), partials(z, ws, xs, b_j._data)
        node._b = places
        node._grad = 0.0
        node.label = ""
        node._op = ops.weighted_sum
        nodes.append(node)
    return nodes


@lru_cache(maxsize=1024)
def recorder(op: Op) -> Callable[..., Value]:
    """The function that records op(*args), some of args Values and some plain numbers."""
    if op.lists:
        return of_lists(op)
    if op.arity == 1:
        return unary(op)
    lift = Value.lift
    if op.arity == 2:
        method = binary(op)[0]
        return lambda x, y: method(lift(x), lift(y))
    function = of_lists(op)
    return lambda *args: function(*map(lift, args))
