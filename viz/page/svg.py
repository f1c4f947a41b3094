"""The drawing as a film's page has it: classes stand in the place of colours.

It is laid out once, with room for every number that a frame writes into it.  The style sheets give the colours, light
and dark; player.js writes the numbers as they are at a frame.
"""
from collections.abc import Sequence
from dataclasses import replace
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from ..diagram.captions import Captions
from ..diagram.dot import digraph
from ..diagram.model import Diagram, Edge, Node
from ..diagram.renderer import SVG, RendererError, render
from ..diagram.style import BACKWARD
from .cells import widest, with_numbers
from .page_step import PageStep

SHAPES = tuple(f"{{{SVG}}}{tag}" for tag in ("path", "polygon", "polyline", "ellipse"))
TEXT = f"{{{SVG}}}text"


def page_svg(diagram: Diagram, steps: Sequence[PageStep], digits: int, direction: str = "LR") -> Element:
    """The drawing of the diagram, with room for what its cells hold at each step.

    Raises RendererError where there is no program to lay it out, or its svg has not the parts that Graphviz's has.
    """
    dot = digraph(with_widest_numbers(diagram, steps, digits), digits, direction)
    del dot.graph_attr["label"]                 # the page has a legend of its own
    drawing = ElementTree.fromstring(render(dot.source, "svg"))
    captions = Captions(diagram, digits)
    if not captions.nodes.keys() <= {part.get("id", "").rpartition("-")[2] for part in drawing.findall("*/*")}:
        raise RendererError("the renderer's svg lacks the graph's nodes; choose another renderer with GRAPHVIZ_DOT")
    for key in "style", "width", "height":
        drawing.attrib.pop(key, None)
    drawing.attrib |= {"id": "drawing", "role": "group", "aria-label": f"The graph of {captions.header(captions.root)}"}
    graph, edges = drawing[0], {edge.id: edge for edge in diagram.edges}
    prefix = graph.attrib.pop("id") + "-"
    for part in [*graph]:
        id = part.get("id", "").removeprefix(prefix)
        part.set("id", id)
        if id in captions.nodes:
            group(part)
            write_node(part, captions, captions.nodes[id])
        elif id in edges:
            group(part)
            write_edge(part, captions, edges[id])
        else:
            graph.remove(part)                  # the title and the background
    return drawing


def with_widest_numbers(diagram: Diagram, steps: Sequence[PageStep], digits: int) -> Diagram:
    """The diagram with each cell's widest number, for a layout in which all of them fit.

    There are no frames around layers: with them Mazur's network is a third higher, too high to be read in one view.
    """
    widened = with_numbers(diagram, widest(steps, digits))
    return replace(widened, nodes=tuple([replace(node, layer="") for node in widened.nodes]))


def group(part: Element) -> None:
    """Put the shapes and texts of a node or an edge, and nothing else, into one group."""
    content = [element for element in part.iter() if element.tag in (*SHAPES, TEXT)]
    for child in [*part]:
        part.remove(child)
    ElementTree.SubElement(part, f"{{{SVG}}}g").extend(content)
    for element in content:
        element.tail = None
    part.text = part.tail = None


def write_node(part: Element, captions: Captions, node: Node) -> None:
    """Say what each text of a node is, and write the last step's numbers."""
    header, *rest = part.iter(TEXT)
    mark(header, "name")
    kinds = "value", *["gradient"] * (node.gradient is not None), *["delta"] * (node.delta is not None)
    for kind, (_, number, _), label, figure in zip(kinds, captions.rows(node), rest[::2], rest[1::2]):
        phase = "forward" if kind == "value" else "backward"
        mark(label, phase)
        mark(figure, f"{phase} {kind}")
        figure.text = number
    for element in part.iter():
        if element.tag in SHAPES:
            mark(element)
        elif element.tag == TEXT:               # else what is read aloud is one word
            element.text = f"{element.text} "


def write_edge(part: Element, captions: Captions, edge: Edge) -> None:
    """Say what of an edge leads forward, and what back, and write the last step's partial."""
    for element in [*part.iter()]:
        if element.tag in SHAPES:
            mark(element, "back" if BACKWARD.lower() == element.get("stroke", "").lower() else "out")
        elif element.tag == TEXT and edge.partial is not None:
            mark(element, "local")
            element.text = "".join((element.text or "").rpartition("= ")[:2])
            ElementTree.SubElement(element, f"{{{SVG}}}tspan",
                                   {"class": "partial"}).text = captions.number(edge.partial)


def mark(element: Element, classes: str = "") -> None:
    """The classes, for the colours and the font that they stand for."""
    for key in "fill", "stroke", "font-family", "text-anchor", "{http://www.w3.org/XML/1998/namespace}space":
        element.attrib.pop(key, None)
    if classes:
        element.set("class", classes)
