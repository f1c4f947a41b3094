"""Record once, run on arrays: the scalar graph becomes blocks of rows.

Read blocks.py and vectorize.py (the graph as blocks), trace.py (a row of the table as recorded calls), differentiate.py
(the plan of the backward phase), numpy_calls.py, numpy_rows.py, numpy_forward.py and numpy_backward.py (the plan as
NumPy calls), and program.py (which runs them).  Beside them: bound_program.py (a program and its data set),
array_function.py (the plan on any array library), vector/ (the plan in the lecture's letters), scalar/ (a small graph,
one sample at a time).
"""
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..backprop import listed
from ..value import Value

if TYPE_CHECKING:
    from .program import Program


def compile(output: Value | Sequence[Value], inputs: Sequence[Value]) -> "Program":
    """Compile the graph of output, recorded for one sample, to a program for any number of samples.

    inputs are the leaves that vary from sample to sample, targets too; several outputs may be given as a list.  The
    recorded operations run: a branch that Python took on data is taken for every sample, while relu or select decide
    for each sample.  Raises TypeError or ValueError where output is no Value or an input is no leaf; warns of an input
    that output does not depend on.  Needs numpy.

    >>> w, x = Value(3.0, "w"), Value(2.0, "x")
    >>> program = compile((w * x).tanh(), [x])
    >>> values, gradient = program.value_and_grad([[0.0], [1.0]])
    >>> values.shape, gradient.shape
    ((2,), (1,))
    """
    from .program import Program
    from .vectorize import joint_tape

    single = isinstance(output, Value)
    outputs = listed("compile", [output] if single else output)         # type: ignore[arg-type]
    inputs = listed("compile", inputs)
    if not outputs:
        raise ValueError("compile: there is no output; give a Value or a list of Values")
    if len(set(inputs)) < len(inputs):
        raise ValueError("compile: an input is given twice; give each leaf that varies by sample once")
    for x in inputs:
        if x.parents:
            raise ValueError(f"compile: the input {x!r} is not a leaf; give the leaves that vary by sample")
    tape = joint_tape(outputs)
    missing = set(inputs).difference(tape)
    unused = [x.label or repr(x) for x in inputs if x in missing]
    if unused:
        warnings.warn(f"compile: the output does not depend on {', '.join(unused)}", stacklevel=2)
    return Program(outputs, inputs, single, tape)
