"""The live page as one HTML file: the drawing, the steps as a list, and the script between them.

Nothing is fetched, and only the page's own code runs: the policy names the hashes of its style and its script.
"""
import json
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template

from autograd import Value
from autograd.files import replace_file
from autograd.symbolic.labels import format_number

from ...diagram.build import build_diagram
from ...diagram.captions import Captions
from ...diagram.whole_neurons import with_whole_neurons
from ..explain import Explainer, StepText
from ..html import Page, colours, legend, shared_parts
from ..steps import Run
from .boxes import Box, number_cell
from .formulas import CellPrinter, maths, sentence
from .graph_data import GraphData
from .layout import lay_out
from .mistakes import sentences

SCRIPTS = ("numbers", "sweep", "state", "cells", "edit", "steps", "mistakes", "predict", "address", "window", "start")


def write_live_page(path: Path, output: Value, lr: float, digits: int, direction: str) -> Page:
    """Write the page of a recorded graph; raises what render and replace_file raise."""
    explainer = Explainer(Run(output, lr), digits)
    data = GraphData(explainer)
    diagram, _ = with_whole_neurons(build_diagram(output, True, digits), explainer.run.tape, digits)
    captions = Captions(diagram, digits)
    boxes = {node.id: Box(node, captions, data.edge_number) for node in diagram.nodes}
    layout = lay_out(diagram, boxes, captions, direction, {
        edge.id: number_cell(f"p{data.edge_number[edge.id]}", data) for edge in diagram.edges
        if edge.partial is not None})
    printer = CellPrinter(digits, {str(data.at[w]): 0.0 - lr * explainer.run.gradient[w]
                                   for w in explainer.run.parameters})
    text = {name: files(__package__).joinpath(name).read_text(encoding="utf-8") for name in
            ("live.html", "live.css", *[f"{name}.js" for name in SCRIPTS])}
    shared = {name: files("viz.page").joinpath(name).read_text(encoding="utf-8") for name in ("base.css", "view.js")}
    size = (f"#canvas {{ width: {layout.width:.2f}em; height: {layout.height:.2f}em; "
            f"font-size: min(1rem, calc(94vw / {layout.width:.2f})); --print-size: calc(96vw / {layout.width:.2f}) }}")
    style = "\n".join(["", colours(), shared["base.css"], text["live.css"], size, *layout.places, ""])
    script = ('\n"use strict";\n' + data.script() + f"const SIZE = {{ width: {layout.width:.2f}, height: "
              f"{layout.height:.2f} }};\nconst SENTENCES = {json.dumps(sentences(), ensure_ascii=False)};\n"
              + shared["view.js"].replace('"use strict";\n', "")
              + "\n".join([text[f"{name}.js"] for name in SCRIPTS]))
    script = without_tags(script)
    J, heading = explainer.name(output), captions.header(captions.root)
    title = f"{heading}: live, forward and backward"
    html = Template(text["live.html"]).substitute(
        **shared_parts(style, script, title), output=escape(J), heading=escape(heading),
        legend=legend(diagram), value=format_number(output.data, digits, keeps_zeros=True), exact=repr(output.data),
        eta=format_number(lr, digits), wires=f'<svg id="wires" viewBox="0 0 {12 * layout.width:.2f} '
        f'{12 * layout.height:.2f}" aria-hidden="true">{layout.wires}</svg>', chips=layout.chips,
        boxes="\n".join([box.html(lambda code: number_cell(code, data)) for box in boxes.values()]),
        steps="\n".join([item(i, found, data, printer) for i, found in enumerate(explainer.explanations(), start=1)]))
    replace_file(path, html.encode())
    return Page(path, html, title)


def item(i: int, found: StepText, data: GraphData, printer: CellPrinter) -> str:
    """A step of the list."""
    node = f' data-node="{data.at[found.node]}"' if found.node is not None else ""
    lines = ""
    for line in found.lines:
        equations = "".join([maths(equation, printer) for equation in line.equations])
        lines += f"<div><dt>{line.label}</dt><dd>{equations}</dd></div>"
    return (f'<li id="step={i}" class="{found.phase}"{node}><h2><span class="phase">{found.phase}</span> '
            f'{escape(found.title)}</h2><p>{sentence(found.sentence, printer)}</p><dl>{lines}</dl></li>')


def without_tags(script: str) -> str:
    """The script with nothing in its texts that HTML would take for a tag: "<!--<script>" would hide its end."""
    return script.replace("</", "<\\/").replace("<!--", "<\\!--").replace("<script", "<\\script")
