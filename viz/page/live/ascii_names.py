"""Names in ASCII, for addresses, screen readers and tests: w11 for w₁₁, delta3 for δ₃, x_2 for the second x."""
import re
from collections.abc import Mapping

from autograd import Value
from autograd.symbolic.labels import GREEK_NAMES, TO_BASELINE, split_mark

RESERVED = "step", "eta"                        # words of the page's address


def ascii_names(names: Mapping[Value, str]) -> dict[Value, str]:
    """A name of its own for every node, from the names as node_names() gives them.

    >>> a, b, c = Value(1.0), Value(2.0), Value(3.0)
    >>> list(ascii_names({a: "w₁₁", b: "w₁₁⁽²⁾", c: "eta"}).values())
    ['w11', 'w11_2', 'eta_2']
    """
    found: dict[Value, str] = {}
    taken = {*RESERVED}
    for node, name in names.items():
        base, count = ascii_name(split_mark(name)[0]), 1
        written = base
        while written in taken:
            count += 1
            written = f"{base}_{count}"
        taken.add(written)
        found[node] = written
    return found


def ascii_name(label: str) -> str:
    """The label in letters, digits, "_", "." and "-"; "u" where nothing is left of it."""
    spelled = "".join([GREEK_NAMES.get(letter, letter) for letter in label.translate(TO_BASELINE).replace("−", "-")])
    return re.sub(r"[^A-Za-z0-9_.-]+", "_", spelled).strip("_") or "u"
