"""The steps of a graph as one HTML file, to be played, read or printed: nothing is fetched, and only its own code runs.

What the page says is in its markup, the drawing as SVG and the steps as a list, so it can be read without a script;
page.js only shows one step of the list at a time and the drawing as it is at that step.
"""
import math
import os
from base64 import b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from html import escape
from importlib.resources import files
from numbers import Real
from pathlib import Path
from string import Template
from xml.etree import ElementTree

from autograd import Value, ops

from .equations import Equation, written
from .expand import expanded
from .graph import EXPANDED_LIMIT, LIMIT, check_size
from .letters import number_text
from .looks import ARROWS, LOOKS
from .markup import MathML
from .pen import Pen
from .render import FONTS, write
from .stage import stage
from .steps import PLACES, Step, Teller

SUFFIXES = ".html", ".htm"
TALL = 1.15                                     # a drawing less wide than this times its height has the panel beside it
MANY = 120                                      # steps: more are not all laid out at once
NOTEBOOK_HEIGHT = 720                           # pixels


@dataclass(frozen=True)
class StepPage:
    """A written page: `path` is where, and a notebook shows it in a frame."""
    path: Path
    html: str = field(repr=False)

    def _repr_html_(self) -> str:
        return (f'<iframe srcdoc="{escape(self.html)}" title="Forward and backward, step by step" '
                f'sandbox="allow-scripts" width="100%" height="{NOTEBOOK_HEIGHT}" style="border: 0"></iframe>')


def step_through(output: Value, path: str | os.PathLike[str], *, lr: float = 0.1, digits: int = 4,
                 direction: str = "LR", expand: bool = False, limit: int | None = None) -> StepPage:
    """Write a page that plays the forward phase, the backward phase and the update, one number at a time.

    It changes nothing and is right before and after backward.  `lr` is the learning rate η of the update; `digits`,
    `direction`, `expand` and `limit` are those of `draw`.  Raises TypeError where output is no Value, ValueError for a
    suffix other than .html and .htm or a graph of too many nodes, RendererError where there is no Graphviz, and OSError
    where the file cannot be written; what was there before then stays.
    """
    if not isinstance(output, Value):
        raise TypeError(f"step_through takes a Value, the output of an expression, not {ops.short(repr(output))}")
    path = Path(path)
    if path.suffix.lower() not in SUFFIXES:
        raise ValueError(f"step_through writes a web page, and {path.name!r} does not end in {' or '.join(SUFFIXES)}")
    if direction not in ARROWS:
        raise ValueError(f"direction is one of {', '.join(ARROWS)}, not {direction!r}")
    if not isinstance(digits, int) or digits < 1:
        raise ValueError(f"digits is a whole number, at least 1, not {digits!r}")
    if not isinstance(lr, Real) or not math.isfinite(lr):
        raise ValueError(f"lr, the learning rate, is a finite number, not {ops.short(repr(lr))}")
    if limit is None:
        limit = EXPANDED_LIMIT if expand else LIMIT
    check_size(output, limit, "step through a part of it, from one of its inner nodes")
    if expand:
        output = expanded(output)
        check_size(output, limit, "step through it without expand")
    html = page(output, float(lr), digits, direction)
    write(path, html.encode())
    return StepPage(path, html)


def page(output: Value, lr: float, digits: int, direction: str) -> str:
    """The whole file."""
    teller = Teller(output, lr, digits)
    told = list(teller.tell())
    drawing = stage(teller.description, told, digits, direction)
    _, _, width, height = map(float, drawing.get("viewBox", "").split())
    part = {name: files(__package__).joinpath(f"page.{name}").read_text(encoding="utf-8") for name in
            ("html", "css", "js")}
    style, script = f"\n{colours()}\n{part['css']}", f"\n{part['js']}"
    pen = Pen(teller.description, digits)
    present = dict.fromkeys(node.kind for node in teller.description.nodes)
    return Template(part["html"]).substitute(
        policy=f"default-src 'none'; style-src {hashed(style)}; script-src {hashed(script)}; base-uri 'none'; "
               "form-action 'none'",
        style=style, script=script,
        title=escape(pen.header(pen.root)),
        value=number_text(output.data, digits),
        classes=" ".join(["tall"] * (width < TALL * height) + ["many"] * (len(told) > MANY)),
        legend="\n".join([f'<li><i class="{kind}"></i>{"output" if kind == "root" else kind}</li>' for kind in LOOKS
                          if kind in present]),
        drawing=ElementTree.tostring(drawing, encoding="unicode"),
        steps="\n".join([item(i, step, digits) for i, step in enumerate(told, start=1)]),
        count=len(told))


def hashed(content: str) -> str:
    """What a Content-Security-Policy calls an inline style or script."""
    return f"'sha256-{b64encode(sha256(content.encode()).digest()).decode()}'"


def colours() -> str:
    """The kinds' colours as the drawings have them, for page.css."""
    looks = "".join([f"--{kind}: {look.fill}; --{kind}-line: {look.border}; " for kind, look in LOOKS.items()])
    return f":root {{ {looks}--drawing-font: {FONTS} }}"


# --- the steps, as items of a list -----------------------------------------------------------------------------------


def item(i: int, step: Step, digits: int) -> str:
    """One step: what page.js needs to show it in the drawing, a heading, a sentence and the equations."""
    shows = "" if step.number is None else f' data-shows="{number_text(step.number, digits)}"'
    lines = "".join([f"<div><dt>{line.label}</dt><dd>{''.join(map(as_html, line.equations))}</dd></div>"
                     for line in step.lines])
    return (f'<li id="step={i}" class="{step.phase}" data-node="{step.node}" data-from="{" ".join(step.sources)}" '
            f'data-edges="{" ".join(step.edges)}"{shows}>'
            f'<h2><span class="phase">{step.phase}</span> {escape(step.title)}</h2>'
            f'<p>{escape(step.says)}</p><dl>{lines}</dl></li>')


def as_html(equation: Equation) -> str:
    """The sides of an equation as formulas of their own, so that a narrow page can break it before each "="."""
    script = MathML(PLACES)
    sides = [script.write(equation.left)]
    for lines in equation.steps:
        sides += ['<mo form="infix">=</mo>' * (i == 0) + written(script, pieces) for i, pieces in enumerate(lines)]
    # The policy allows no style attribute; page.css aligns the cells of a formula with two cases.
    return f"<span>{''.join([f'<math displaystyle=true>{side}</math>' for side in sides])}</span>".replace(
        ' style="text-align: left"', "")
