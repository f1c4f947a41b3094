"""Drawings: what they say, that they change nothing, how they look, and what a hostile label can do to them."""
import math
import re

import graphviz
import pytest
from drawings import by_name, contrast, group, lecture_neuron, needs_a_renderer, partials, svg_of, texts
from points import POINTS, ROWS
from runs import printed_in_every_run

from autograd import Constant, Parameter, Value, logsumexp, tanh, total, weighted_sum, wengert_list
from viz import draw, draw_dot, trace
from viz.diagram import style as looks
from viz.diagram.build import build_diagram
from viz.diagram.renderer import SVG, XLINK

# --- what it says ----------------------------------------------------------------------------------------------------


def test_lecture_neuron_in_numbers():
    nodes = by_name(build_diagram(lecture_neuron()))
    y, dJ_dv = math.sqrt(0.5), -(1 - math.sqrt(0.5)) * 0.5
    assert nodes["y"].value == pytest.approx(y) and nodes["J"].value == pytest.approx((1 - y) ** 2 / 2)
    assert nodes["v"].gradient == pytest.approx(dJ_dv) and nodes["v"].delta == pytest.approx(-dJ_dv)
    for name, factor in dict(w1=2.0, x1=-3.0, w2=0.0, x2=1.0, b=1.0).items():
        assert nodes[name].gradient == pytest.approx(dJ_dv * factor, abs=1e-12)
        assert nodes[name].delta is None
    assert [node.formula for node in nodes.values() if node.formula] == ["w₁x₁ + w₂x₂ + b", "tanh(v)", "t − y", "½e²"]
    assert nodes["t"].gradient is None and nodes["J"].gradient == 1.0
    assert nodes["w1"].scope == ("layer 1", "neuron 1")
    assert {name: node.kind for name, node in nodes.items()} == dict(
        x1="input", x2="input", w1="parameter", w2="parameter", b="parameter", t="constant",
        v="operation", y="operation", e="operation", J="root")


def test_edges_carry_the_local_partials_in_the_formulas_order():
    edges = partials(build_diagram(lecture_neuron()))
    assert [pair for pair in edges if pair[1] == "v"] == [(name, "v") for name in ("w1", "x1", "w2", "x2", "b")]
    assert edges["w1", "v"] == 2.0 and edges["x1", "v"] == -3.0 and edges["v", "y"] == pytest.approx(0.5)
    assert edges["y", "e"] == -1.0 and edges["t", "e"] is None


def test_the_picture_shows_name_formula_value_gradient_delta_and_partials():
    source = draw(lecture_neuron()).source
    for words in ("v = w₁x₁ + w₂x₂ + b", "0.8814", "∂J/∂v", "−0.1464", "δ = −∂J/∂v", "∂v/∂w₁ = 2", "J = ½e²",
                  "output J", "0.2929"):
        assert f">{words}<" in source
    assert ">0.8814<" not in draw(lecture_neuron(), digits=2).source


def test_parallel_edges_are_drawn_both():
    a = Value(3.0, "a")
    description = build_diagram(a * a)
    assert [(edge.id, edge.partial) for edge in description.edges] == [("e0_1_0", 3.0), ("e0_1_1", 3.0)]
    assert description.nodes[0].gradient == 6.0


def test_a_shared_node_has_the_sum_over_its_paths():
    x = Value(2.0, "x")
    assert by_name(build_diagram((x * 3) * (x + 1)))["x"].gradient == 15.0


def test_a_leaf_alone_is_a_drawing():
    [node] = build_diagram(Value(1.5, "x")).nodes
    assert (node.kind, node.formula, node.gradient) == ("root", "", 1.0)
    draw(Constant(2.0))


@pytest.mark.parametrize("name", POINTS)
def test_every_row_is_drawn_and_expanded(name):
    for point in POINTS[name]:
        z = ROWS[name](*[[Value(y) for y in x] if isinstance(x, list) else Value(x) for x in point])
        plain, expanded = draw(z).description, draw(z, expand=True).description
        assert plain.root.value == z.data == pytest.approx(expanded.root.value, rel=1e-12)
        assert plain.root.formula


# --- that it changes nothing -----------------------------------------------------------------------------------------


def test_the_picture_is_the_same_before_and_after_backward():
    J = lecture_neuron()
    grads = [node.grad for node in wengert_list(J)]
    before = draw(J).source, draw(J, expand=True).source
    assert [node.grad for node in wengert_list(J)] == grads
    for _ in range(3):
        J.backward()
        grads = [node.grad for node in wengert_list(J)]
        assert (draw(J).source, draw(J, expand=True).source) == before
        assert [node.grad for node in wengert_list(J)] == grads


def test_expand_leaves_the_graph_alone():
    J = lecture_neuron()
    tape = wengert_list(J)
    before = [(node.label, node.op and node.op.name, node.parents, node.data) for node in tape]
    draw(J, expand=True)
    assert [(node.label, node.op and node.op.name, node.parents, node.data) for node in wengert_list(J)] == before


# --- written out -----------------------------------------------------------------------------------------------------


def test_expanded_numbers_are_the_fused_ones():
    J = lecture_neuron()
    fused, expanded = by_name(draw(J).description), by_name(draw(J, expand=True).description)
    assert [node.formula for node in expanded.values() if node.formula] == [
        "w₁x₁", "w₂x₂", "u₁ + u₂", "u₃ + b", "tanh(v)", "t − y", "½e²"]
    for name, node in fused.items():
        numbers, others = [[each.value, each.gradient or 0.0, each.delta or 0.0] for each in (node, expanded[name])]
        assert others == pytest.approx(numbers, rel=1e-12), name


def test_numbers_held_in_a_node_become_constants():
    v = weighted_sum([Parameter(2.0, "w")], [3.0], 0.5)
    expanded = draw(v, expand=True).description
    assert [node.kind for node in expanded.nodes] == ["parameter", "constant", "operation", "constant", "root"]
    assert expanded.root.value == 6.5 and by_name(expanded)["w"].gradient == 3.0


def test_what_would_overflow_written_out_stays_whole():
    a, b = Value(1000.0, "a"), Value(-1000.0, "b")
    for z in logsumexp([a, a + 1]), logsumexp([b, b - 1]), total([a]):
        assert len(draw(z, expand=True).description.nodes) == len(draw(z).description.nodes)
    assert a.label == "a"


@pytest.mark.parametrize("label", ["w1", "w2", "v", "e"])       # x2 is 0: a change of w2 is seen on an edge alone
def test_data_that_was_changed_is_refused(label):
    J = lecture_neuron()
    {node.label: node for node in wengert_list(J)}[label].data = 5.0
    for expand in True, "v", False:
        with pytest.raises(ValueError, match=r"^draw: .* no longer follows from its parents: .*replay\(J\)"):
            draw(J, expand=expand)


@pytest.mark.parametrize("kind", looks.BOX_STYLES)
def test_text_stands_out_from_its_box(kind):
    for ink in looks.INK, looks.FORWARD_INK, looks.BACKWARD_INK:
        assert contrast(ink, looks.BOX_STYLES[kind].fill) >= 4.5
        assert contrast(ink, looks.PAPER) >= 4.5
    assert contrast(looks.BOX_STYLES[kind].border, looks.PAPER) >= 3
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)


def test_only_these_colours_are_used():
    known = {looks.PAPER, looks.INK, looks.FORWARD_INK, looks.BACKWARD_INK, looks.FORWARD, looks.BACKWARD}
    known |= {color for look in looks.BOX_STYLES.values() for color in (look.fill, look.border)}
    assert set(re.findall("#[0-9A-Fa-f]{6}", draw(lecture_neuron()).source)) == known


def test_kinds_differ_by_fill_and_by_border():
    kinds = looks.BOX_STYLES.values()
    assert len({look.fill for look in kinds}) == len({look[1:] for look in kinds}) == len(kinds)
    assert len({(look.style, look.width, look.lines) for look in kinds}) == len(kinds)      # also without colour


def test_the_legend_lists_what_is_there():
    x = Value(1.0, "x")
    legend = next(line for line in draw(x * x).source.splitlines() if "flows forward" in line)
    assert ">input<" in legend and ">output u₁<" in legend and "gradient flows back" in legend
    for kind in "parameter", "constant", "operation":
        assert f">{kind}<" not in legend


def test_the_forward_phase_alone():
    drawing = draw(lecture_neuron(), gradients=False)
    assert "∂" not in drawing.source and "δ" not in drawing.source and "gradient" not in drawing.source
    assert looks.BACKWARD not in drawing.source and "flows forward" in drawing.source
    assert {node.gradient for node in drawing.description.nodes} == {None}


def test_directions():
    for direction, arrow in dict(LR="→", RL="←", TB="↓", BT="↑").items():
        source = draw(lecture_neuron(), direction=direction).source
        assert f"rankdir={direction}" in source and f"{arrow} value flows forward" in source


@needs_a_renderer
def test_the_svg_has_ids_and_classes_for_every_node_and_edge():
    drawing, other = draw(lecture_neuron()), draw(lecture_neuron(), expand=True)
    root = svg_of(drawing)
    nodes, edges = group(root, "node"), group(root, "edge")
    assert len(nodes) == 10 and len(edges) == 9
    prefix = nodes[0].get("id").partition("-")[0]
    description = drawing.description
    assert {g.get("id"): g.get("class") for g in nodes} == {
        f"{prefix}-{node.id}": f"node {node.kind}" for node in description.nodes}
    assert {g.get("id") for g in edges} == {f"{prefix}-{edge.id}" for edge in description.edges}
    assert root.get("aria-label").startswith("J = ½e²: 0.04289")
    ids, other_ids = ({g.get("id") for g in r.iter() if g.get("id")} for r in (root, svg_of(other)))
    assert not ids & other_ids                              # two drawings in one page
    assert "∂v/∂w₁ = 2" in [text for edge in edges for text in texts(edge)]
    assert sum(1 for edge in edges if not texts(edge)) == 1     # the constant's


# --- the same text for the same graph --------------------------------------------------------------------------------


def test_the_dot_text_is_the_same_in_every_run():
    code = ("from autograd import *; from viz import draw\n"
            "a, b = Value(-4.0, 'a'), Value(2.0, 'b'); c = a + b; d = a*b + b**3; d = d*2 + (b + a).relu()\n"
            "z = weighted_sum([a, b, c], [d, 2.0, a], b)\n"
            "print(draw(z).source, draw(z, expand=True).source)")
    runs = printed_in_every_run(code)
    assert len(runs) == 1 and runs.pop().count(b"digraph") == 2


# --- hostile labels --------------------------------------------------------------------------------------------------

LABELS = ["<script>alert(1)</script>", 'a"b', "&lt;", "&", "two\nlines", r"\N", r"\l", r"\\", "back\\", "z" * 10_000,
          "🎉", "</TABLE>", "<<B>>", "]]>", "-->", "a\x00b", "\ud800", "%s {0}", "'", "-", "node", "graph", "; }", " "]


@needs_a_renderer
@pytest.mark.parametrize("label", LABELS, ids=[ascii(label)[:20] for label in LABELS])
def test_a_label_is_text_and_nothing_else(label):
    x, w = Value(3.0, label), Parameter(2.0, label)
    z = tanh(x * w + Constant(1.0, label))
    z.label = label
    root = svg_of(draw(z))
    assert len(group(root, "node")) == 6 and len(group(root, "edge")) == 5
    assert {element.tag.partition("}")[2] for element in root.iter()} <= {
        "svg", "g", "title", "path", "polygon", "polyline", "text", "a"}
    shown = "u" if label == " " else "".join([c if c.isprintable() else repr(c)[1:-1] for c in label[:20]])
    headers = [texts(g)[0] for g in group(root, "node")]
    assert sum(shown in header for header in headers) >= 4
    assert max(map(len, texts(root))) < 120
    titles = [a.get(f"{{{XLINK}}}title").replace("∖", "\\") for a in root.iter(f"{{{SVG}}}a")]
    assert sum(shown in title for title in titles) >= 4


# --- what is refused -------------------------------------------------------------------------------------------------


def test_bad_input_is_told_in_one_line():
    x = Value(1.0)
    for function in draw, draw_dot, trace:
        for root in 1.0, None, [x], "x":
            with pytest.raises(TypeError, match="takes a Value"):
                function(root)
    with pytest.raises(ValueError, match="LR, RL, TB, BT, not 'left'"):
        draw(x, direction="left")
    for digits in 0, -1, 2.5:
        with pytest.raises(ValueError, match="at least 1"):
            draw(x, digits=digits)


def test_a_graph_too_large_to_read_is_refused_unless_asked_for():
    x = Value(1.0)
    for _ in range(400):
        x = x.sin()
    with pytest.raises(ValueError, match=r"401 nodes.*inner nodes.*limit=401"):
        draw(x)
    assert len(draw(x, limit=401).description.nodes) == 401
    v = weighted_sum([Value(1.0) for _ in range(20)], [Value(1.0) for _ in range(20)], Value(0.0))
    draw(v)
    with pytest.raises(ValueError, match=r"81 nodes.*without expand.*limit=81"):
        draw(v, expand=True)
    assert len(draw(v, expand=True, limit=81).description.nodes) == 81


# --- as micrograd's users know it ------------------------------------------------------------------------------------


def test_draw_dot_is_the_same_drawing_as_a_digraph():
    J = lecture_neuron()
    digraph = draw_dot(J, format="png", rankdir="TB")
    assert isinstance(digraph, graphviz.Digraph) and digraph.format == "png"
    assert digraph.source == draw(J, direction="TB").source


def test_trace_at_any_depth():
    a, b = Value(1.0), Value(2.0)
    c = a * b
    assert trace(c) == ({a, b, c}, {(a, c), (b, c)})
    for _ in range(20_000):
        c = c + 1
    nodes, edges = trace(c)
    assert len(nodes) == 40_003 and len(edges) == 40_002
