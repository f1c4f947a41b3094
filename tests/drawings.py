"""Drawings: what they say, that they change nothing, how they look, and what a hostile label can do to them."""
import shutil
import sysconfig
from xml.etree import ElementTree

import pytest

from autograd import Constant, Parameter, Value, half_square, tanh, weighted_sum
from viz.diagram.renderer import SVG, render

needs_a_renderer = pytest.mark.skipif(
    not (shutil.which("dot") or shutil.which("graphviz-pure", path=sysconfig.get_path("scripts"))),
    reason="neither dot nor graphviz-pure is installed")


def lecture_neuron():
    """J = ½(t − tanh(w₁x₁ + w₂x₂ + b))² at Karpathy's point."""
    x = [Value(2.0, "x1"), Value(0.0, "x2")]
    w = [Parameter(-3.0, "w1", ("layer 1", "neuron 1")), Parameter(1.0, "w2")]
    v = weighted_sum(w, x, Parameter(6.8813735870195432, "b"))
    y = tanh(v)
    e = Constant(1.0, "t") - y
    J = half_square(e)
    v.label, y.label, e.label, J.label = "v", "y", "e", "J"
    return J


def by_name(description):
    return {node.name: node for node in description.nodes}


def partials(description):
    """{(parent's name, child's name): partial}."""
    name = {node.id: node.name for node in description.nodes}
    return {(name[edge.parent], name[edge.child]): edge.partial for edge in description.edges}


def svg_of(drawing):
    return ElementTree.fromstring(render(drawing.source, "svg"))


def group(root, kind):
    return [g for g in root.iter(f"{{{SVG}}}g") if kind in g.get("class", "").split()]


def texts(element):
    return [text.text.replace("\u200c", "") for text in element.iter(f"{{{SVG}}}text")]


def luminance(color):
    """WCAG's relative luminance of #RRGGBB."""
    parts = [int(color[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear))


def contrast(a, b):
    dark, light = sorted([luminance(a), luminance(b)])
    return (light + 0.05) / (dark + 0.05)
