"""Where the boxes and the wires between them are: Graphviz places boxes of a fixed size, once, and CSS has the places.

A wire from or to a row is a straight line, for to Graphviz a box has no rows.
"""
import math
import re
from dataclasses import dataclass, field
from html import escape
from xml.etree import ElementTree

import graphviz

from ...diagram.captions import Captions
from ...diagram.model import Diagram, Edge
from ...diagram.renderer import SVG, RendererError, render
from ...diagram.style import BACKWARD, FORWARD
from .boxes import Box

EM = 12.0                                       # points
GAP, CHIP_GAP, NARROW_GAP = 5.8, 7.4, 4.4       # em between ranks: of rows, of labelled edges; up and down
SIDE = 0.9                                      # em between neighbours

Point = tuple[float, float]


@dataclass
class Placement:
    """The drawing, laid out: its size in em, the wires as SVG, the edges' labels as HTML, every place as CSS."""
    width: float
    height: float
    wires: str = ""
    chips: str = ""
    places: list[str] = field(default_factory=list)


def lay_out(diagram: Diagram, boxes: dict[str, Box], captions: Captions, direction: str,
            partial: dict[str, str]) -> Placement:
    """Place the boxes; partial has the local derivative of each edge as HTML.

    Raises RendererError where there is no program to lay the boxes out, or its svg has not the parts of Graphviz's.
    """
    has_rows = direction in ("LR", "RL")
    drawing = ElementTree.fromstring(render(as_dot(diagram, boxes, direction).source, "svg"))
    parts = {part.get("id", ""): part for part in drawing.iter(f"{{{SVG}}}g")}
    if not boxes.keys() <= parts.keys():
        raise RendererError("the renderer's svg lacks the graph's nodes; choose another renderer with GRAPHVIZ_DOT")
    _, _, width, height = map(float, drawing.get("viewBox", "").split())
    shift = translation(drawing[0].get("transform", ""))
    found = Placement(width / EM, height / EM)
    spot = {id: rectangle(parts[id], shift) for id in boxes}
    for id, (left, top, right, bottom) in spot.items():
        found.places.append(f"#{id} {{ left: {left:.2f}em; top: {top:.2f}em; width: {right - left:.2f}em; "
                            f"height: {bottom - top:.2f}em }}")
    for edge in diagram.edges:
        if has_rows and (edge.port or edge.tail):
            start, end = ends(edge, boxes, spot, direction)
            written, (x, y) = straight(start, end, edge.partial is not None), ((a + b) / 2 for a, b in zip(start, end))
        elif edge.id in parts:
            written, (x, y) = curved(parts[edge.id], shift, edge.partial is not None)
        else:
            continue                            # a renderer may leave out the second of two equal edges
        ids = f'data-edge="{edge.id}" data-from="{edge.tail or edge.parent}" data-to="{edge.child}"'
        found.wires += f'<g class="wire {captions.nodes[edge.parent].kind}" {ids}>{written}</g>'
        if edge.id in partial and not (has_rows and edge.port):
            found.places.append(f"#l{edge.id} {{ left: {x:.2f}em; top: {y:.2f}em }}")
            slope = captions.slope(edge.child, edge.tail or edge.parent)
            found.chips += (f'<div id="l{edge.id}" class="chip" data-edge="{edge.id}"><span>{escape(slope)}</span>'
                            f'{partial[edge.id]}</div>')
    return found


def as_dot(diagram: Diagram, boxes: dict[str, Box], direction: str) -> graphviz.Digraph:
    """Boxes without words, and edges."""
    is_labelled = any(edge.partial is not None and not edge.port for edge in diagram.edges)
    gap = NARROW_GAP if direction in ("TB", "BT") else CHIP_GAP if is_labelled and not any(
        box.is_neuron for box in boxes.values()) else GAP
    dot = graphviz.Digraph(graph_attr={"rankdir": direction, "nodesep": f"{SIDE * EM / 72:.3f}", "pad": "0.06",
                                       "ranksep": f"{gap * EM / 72:.3f}"})
    dot.attr("node", shape="box", fixedsize="true", label="")
    dot.attr("edge", arrowsize="0.7", color=f"{FORWARD}:{BACKWARD}", dir="both", arrowtail="vee")
    for id, box in boxes.items():
        dot.node(id, id=id, width=f"{box.width * EM / 72:.3f}", height=f"{box.height * EM / 72:.3f}")
    for edge in diagram.edges:
        dot.edge(edge.parent, edge.child, id=edge.id)
    return dot


# --- reading the renderer's svg --------------------------------------------------------------------------------------


def translation(transform: str) -> Point:
    found = re.search(r"translate\(([-\d.]+)[ ,]+([-\d.]+)\)", transform)
    return (float(found[1]), float(found[2])) if found else (0.0, 0.0)


def rectangle(part: ElementTree.Element, shift: Point) -> tuple[float, float, float, float]:
    """left, top, right and bottom of a box, in em."""
    shape = next(element for element in part.iter() if element.tag == f"{{{SVG}}}polygon")
    xs, ys = zip(*points_in(shape.get("points", ""), shift))
    return min(xs), min(ys), max(xs), max(ys)


def points_in(text: str, shift: Point = (0.0, 0.0)) -> list[Point]:
    """The points of a path or a polygon, in em."""
    return [((float(x) + shift[0]) / EM, (float(y) + shift[1]) / EM)
            for x, y in re.findall(r"(-?[\d.]+),(-?[\d.]+)", text)]


def curved(part: ElementTree.Element, shift: Point, is_back: bool) -> tuple[str, Point]:
    """An edge as Graphviz drew it, without the way back where nothing flows back; and the point half along it."""
    shapes, middle = "", (0.0, 0.0)
    for element in part.iter():
        back = element.get("stroke", "").lower() == BACKWARD.lower()
        if back and not is_back:
            continue
        side = "back" if back else "out"
        if element.tag == f"{{{SVG}}}path":
            shapes += f'<path class="{side}" d="{element.get("d")}"/>'
            middle = half_along(points_in(element.get("d", ""), shift))
        elif element.tag == f"{{{SVG}}}polygon":
            shapes += f'<polygon class="{side}" points="{element.get("points")}"/>'
    return f'<g transform="translate({shift[0]:g} {shift[1]:g})">{shapes}</g>', middle


def half_along(points: list[Point]) -> Point:
    """The point of a path of cubic curves that is nearest to the middle of its ends."""
    goal = [(a + b) / 2 for a, b in zip(points[0], points[-1])]
    weights = [((1 - s) ** 3, 3 * s * (1 - s) ** 2, 3 * s * s * (1 - s), s ** 3) for s in (k / 20 for k in range(21))]
    along = [tuple([sum(w * point[axis] for w, point in zip(ws, points[i:i + 4])) for axis in (0, 1)])
             for i in range(0, len(points) - 3, 3) for ws in weights]
    return min(along, key=lambda point: math.dist(point, goal))     # type: ignore[return-value]


# --- wires from row to row -------------------------------------------------------------------------------------------


def ends(edge: Edge, boxes: dict[str, Box], spot: dict[str, tuple[float, float, float, float]],
         direction: str) -> tuple[Point, Point]:
    """Where a wire begins and ends: at the sides of its boxes, at the height of its rows."""
    sides = (2, 0) if direction == "LR" else (0, 2)
    start, end = spot[edge.parent], spot[edge.child]
    y = start[1] + boxes[edge.parent].middle(edge.tail) if edge.tail else (start[1] + start[3]) / 2
    to = end[1] + boxes[edge.child].middle(edge.port) if edge.port else (end[1] + end[3]) / 2
    return (start[sides[0]], y), (end[sides[1]], to)


def straight(start: Point, end: Point, is_back: bool) -> str:
    """A line there, and beside it one back, with their heads; in points."""
    (x, y), length = (EM * start[0], EM * start[1]), EM * math.dist(start, end) or 1.0
    ux, uy = (EM * (b - a) / length for a, b in zip(start, end))

    def at(along: float, aside: float) -> str:
        return f"{x + ux * along - uy * aside:.1f},{y + uy * along + ux * aside:.1f}"

    out = (f'<path class="out" d="M{at(7 * is_back, is_back)}L{at(length - 5, is_back)}"/><polygon class="out" points="'
           f'{at(length - 8, is_back - 2.8)} {at(length - 0.5, is_back)} {at(length - 8, is_back + 2.8)}"/>')
    back = (f'<path class="back" d="M{at(length - 7, -1)}L{at(3, -1)}"/><path class="back" '
            f'd="M{at(8, -4.4)}L{at(1, -1)}L{at(8, 2.4)}"/>')
    return out + back * is_back
