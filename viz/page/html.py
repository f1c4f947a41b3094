"""Frames and the drawing that they write into, as one HTML file, to be played, read or printed.

Nothing is fetched, and only the page's own code runs.  What it says is in its markup, the drawing as SVG and the steps
as a list, so it can be read without a script; player.js only shows one step of the list at a time and the drawing's
numbers as they are at that step.
"""
import os
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import NamedTuple
from xml.etree import ElementTree

from autograd import Value, check_fresh, ops
from autograd.symbolic.labels import format_number

from ..diagram.captions import Captions
from ..diagram.expand import expanded
from ..diagram.model import Diagram
from ..diagram.options import EXPANDED_LIMIT, LIMIT, check_limit, check_size, expand_one
from ..diagram.renderer import FONTS
from ..diagram.style import BOX_STYLES
from .page_step import PageStep, Table
from .svg import page_svg

SUFFIXES = ".html", ".htm"
TALL = 1.15                                     # a drawing less wide than this times its height has the panel beside it
MANY = 120                                      # steps: more are not all laid out at once
NOTEBOOK_HEIGHT = 720                           # pixels


@dataclass(frozen=True)
class Page:
    """A written page: `path` is where, and a notebook shows it in a frame."""
    path: Path
    html: str = field(repr=False)
    title: str = field(repr=False)

    def _repr_html_(self) -> str:
        return in_frame(self.html, self.title)


def in_frame(html: str, title: str) -> str:
    """A page as a notebook shows it, in a frame."""
    return (f'<iframe srcdoc="{escape(html)}" title="{escape(title)}" '
            f'sandbox="allow-scripts" width="100%" height="{NOTEBOOK_HEIGHT}" style="border: 0"></iframe>')


class PlayerText(NamedTuple):
    """What a page plays, in words."""
    unit: str                                   # a frame: #frame=3 is a link to the third
    title: str
    seconds: float                              # for each, at speed 1


def html_path(path: str | os.PathLike[str]) -> Path:
    """The path, where its suffix is a page's; otherwise ValueError."""
    path = Path(path)
    if path.suffix.lower() not in SUFFIXES:
        raise ValueError(f"this is a web page, and {path.name!r} does not end in {' or '.join(SUFFIXES)}")
    return path


def checked_output(name: str, what: str, output: Value, expand: bool | Value | str, limit: int | None) -> Value:
    """The output of a graph that a page can show, on request written out as products and sums, or one neuron of it.

    Raises TypeError where it is no Value, ValueError where it has too many nodes or its leaves have moved since it was
    recorded.
    """
    check_limit(limit)
    if not isinstance(output, Value):
        raise TypeError(f"{name} {what} a Value, the output of an expression, not {ops.short(repr(output))}")
    if limit is None:
        limit = EXPANDED_LIMIT if expand is True else LIMIT
    check_size(output, limit, "step through a part of it, from one of its inner nodes")
    check_fresh(name, output)
    if expand is not False:
        output = expanded(output) if expand is True else expand_one(output, expand, limit)[output]
        check_size(output, limit, "step through it without expand")
    return output


def page_of(diagram: Diagram, steps: Sequence[PageStep], player: PlayerText, digits: int, direction: str,
            heading: str, beside: str = "") -> tuple[str, str]:
    """The page of these steps, and its title; `heading` follows the output's formula, `beside` comes before the steps.
    """
    drawing = page_svg(diagram, steps, digits, direction)
    _, _, width, height = map(float, drawing.get("viewBox", "").split())
    part = {name: files(__package__).joinpath(name).read_text(encoding="utf-8") for name in
            ("page.html", "base.css", "page.css", "view.js", "player.js")}
    style = f"\n{colours()}\n{part['base.css']}\n{part['page.css']}"
    script = f"\n{part['view.js']}\n{part['player.js']}"
    captions = Captions(diagram, digits)
    title = f"{captions.header(captions.root)}: {player.title}"
    html = Template(part["page.html"]).substitute(
        **shared_parts(style, script, title), output=escape(captions.header(captions.root)), heading=escape(heading),
        unit=player.unit, Unit=player.unit.capitalize(), seconds=f"{player.seconds:g}", beside=beside,
        classes=" ".join([player.unit] + ["tall"] * (width < TALL * height) + ["many"] * (len(steps) > MANY)),
        legend=legend(diagram),
        drawing=ElementTree.tostring(drawing, encoding="unicode"),
        steps="\n".join([item(f"{player.unit}={i}", step, digits) for i, step in enumerate(steps, start=1)]),
        count=len(steps))
    return html, title


def shared_parts(style: str, script: str, title: str) -> dict[str, str]:
    """The parts that every page has: its head, with a policy that lets only this style and script run, and the zoom."""
    head, zoom = (files("viz.page").joinpath(name).read_text(encoding="utf-8").rstrip("\n")
                  for name in ("head.html", "zoom.html"))
    return {"head": Template(head).substitute(title=escape(title), style=style, style_hash=hashed(style),
                                              script_hash=hashed(script)), "zoom": zoom, "script": script}


def legend(diagram: Diagram) -> str:
    """The kinds of nodes and rows that there are, as items of a list."""
    present = {node.kind for node in diagram.nodes} | {row.kind for node in diagram.nodes for row in node.rows}
    return "\n".join([f'<li><i class="{kind}"></i>{"output" if kind == "root" else kind}</li>'
                      for kind in BOX_STYLES if kind in present])


def hashed(content: str) -> str:
    """What a Content-Security-Policy calls an inline style or script."""
    return f"'sha256-{b64encode(sha256(content.encode()).digest()).decode()}'"


def colours() -> str:
    """The kinds' colours as the drawings have them, for page.css."""
    looks = "".join([f"--{kind}: {look.fill}; --{kind}-line: {look.border}; " for kind, look in BOX_STYLES.items()])
    return f":root {{ {looks}--drawing-font: {FONTS} }}"


# --- the steps, as items of a list -----------------------------------------------------------------------------------


def item(id: str, step: PageStep, digits: int) -> str:
    """One frame: what player.js needs to show it in the drawing, a heading, a sentence and its tables."""
    writes = " ".join([f"{cell}={format_number(x, digits)}" for cell, x in step.writes.items()])
    data = f' data-writes="{writes}"' if writes else ""
    found = "".join([f"<div><dt>{table.label}</dt><dd>{as_table(table)}</dd></div>" for table in step.lines])
    return (f'<li id="{id}" class="{step.phase}"{data}><h2><span class="phase">'
            f'{step.phase}</span> {escape(step.title)}</h2><p>{escape(step.sentence)}</p><dl>{found}</dl></li>')


def as_table(table: Table) -> str:
    """Its rows, each with its name as a heading."""
    head = "".join([f'<th scope="col">{escape(words)}</th>' for words in table.head])
    rows = "".join([f'<tr><th scope="row">{escape(name)}</th>{"".join([f"<td>{x}</td>" for x in numbers])}</tr>'
                    for name, *numbers in table.rows])
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
