"""Pictures of networks: neuron by neuron, layer by layer, one neuron opened, and the options that go with them."""
import re
from math import hypot, inf, nan
from random import Random

import pytest
from drawings import by_name, contrast, group, needs_a_renderer, partials, svg_of, texts
from runs import printed_in_every_run

from autograd import Constant, Parameter, Value, tanh, weighted_sum, wengert_list
from autograd.symbolic.expr import Expr
from autograd.symbolic.printer import to_text
from demos import mazur
from nn import MLP, Layer, Neuron, cross_entropy, half_squared_error
from viz import draw
from viz.diagram import style
from viz.diagram.build import build_diagram


def network(sizes=(2, 3, 1), activation="tanh", seed=1, t=1.0):
    """J of an MLP with biases that are not 0; of several outputs the cross-entropy."""
    random = Random(seed)
    model = MLP(sizes[0], sizes[1:], activation, seed=seed)
    for parameter in model.parameters():
        parameter.data = random.uniform(-1, 1)
    y = model([Value(random.uniform(-2, 2), f"x{i}") for i in range(1, sizes[0] + 1)])
    return cross_entropy(y, 0) if isinstance(y, list) else half_squared_error(y, t)


def mazurs_network():
    y = mazur.network()([Value(x, f"x{i}") for i, x in enumerate(mazur.X, start=1)])
    return half_squared_error(y, list(mazur.T))


def of(J, label):
    [node] = [node for node in wengert_list(J) if node.label == label]
    return node


def rows_of(drawing):
    """{a weight's name as it is written: its row}."""
    return {row.name: row for node in drawing.description.nodes for row in node.rows}


def facts_of(drawing, name):
    return {summary.label: summary.number for summary in by_name(drawing.description)[name].summaries}


# --- neuron by neuron ------------------------------------------------------------------------------------------------


def test_a_neurons_weights_are_rows_with_the_engines_numbers():
    J = network()
    drawing = draw(J)
    J.backward()
    rows = rows_of(drawing)
    labels = "w11 w12 b1 w21 w22 b2 w31 w32 b3 w41 w42 w43 b4"
    assert list(rows) == labels.translate(str.maketrans("1234", "₁₂₃₄")).split()
    for name, label in zip(rows, labels.split()):
        parameter = of(J, label)
        assert (rows[name].value, rows[name].gradient) == (parameter.data, pytest.approx(parameter.grad, rel=1e-12))
    nodes = by_name(drawing.description)
    assert nodes["v1"].formula == "w·x + b" and nodes["v4"].formula == "w·y + b" and nodes["y1"].formula == "tanh(v₁)"
    assert nodes["v2"].delta == pytest.approx(-of(J, "v2").grad)
    assert {node.layer for node in nodes.values()} == {"", "hidden layer 1", "output layer"}
    assert repr(drawing) == "<Drawing of J: 26 nodes in 13 boxes>"


def test_what_stays_is_as_in_the_drawing_node_by_node():
    J = network()
    fused, plain = draw(J).description, build_diagram(J)
    left = {node.id: node for node in plain.nodes}
    for node in fused.nodes:
        assert (node.name, node.value, node.gradient, node.delta) == \
            (left[node.id].name, left[node.id].value, left[node.id].gradient, left[node.id].delta)
    assert partials(fused).items() <= partials(plain).items()
    assert {edge.id for edge in fused.edges} == {
        edge.id for edge in plain.edges if left[edge.parent].kind != "parameter"}


def test_an_arrow_ends_at_the_row_of_the_weight_it_is_multiplied_with():
    J = network((3, 2, 1))
    drawing = draw(J)
    rows = {row.id: row for row in rows_of(drawing).values()}
    into = [edge for edge in drawing.description.edges if edge.port]
    assert len(into) == 8
    for edge in into:
        assert edge.partial == rows[edge.port].value
        assert f"{edge.parent} -> {edge.child}:{edge.port}:w" in drawing.source
        assert f'PORT="{edge.port}"' in drawing.source


def test_plain_inputs_stand_in_their_rows():
    y = MLP(2, [2, 1], "tanh", seed=0)([2.0, -0.5])
    rows = rows_of(draw(y))
    assert list(rows)[:3] == ["w₁₁ · 2", "w₁₂ · −0.5", "b₁"]
    assert "input" not in {node.kind for node in draw(y).description.nodes}


def test_a_shared_parameter_keeps_its_node():
    drawing = draw(mazurs_network())
    nodes, rows = by_name(drawing.description), rows_of(drawing)
    assert nodes["b1"].kind == nodes["b3"].kind == "parameter"
    assert rows["b₁"].value is rows["b₁"].gradient is None and rows["w₁₁"].value == 0.15
    assert partials(drawing.description)["b1", "v1"] == partials(drawing.description)["b1", "v2"] == 1.0
    assert {"w1", "w11"}.isdisjoint(nodes)


def test_a_weight_tied_to_another_layers_leaves_its_neuron_in_its_layer():
    model = MLP(2, [2, 2], "tanh", seed=1)
    model.layers[1].neurons[0].w[0] = model.layers[0].neurons[0].w[0]
    y, _ = model([Value(0.5, "x1"), Value(0.2, "x2")])
    layer = {node.name: node.layer for node in build_diagram(y).nodes}
    assert (layer["v1"], layer["v3"]) == ("hidden layer 1", "output layer")


def test_a_parameter_used_elsewhere_too_keeps_its_node():
    model = MLP(2, [2, 1], "tanh", seed=0)
    w = model.layers[0].neurons[0].w[0]
    J = half_squared_error(model([Value(1.0, "x1"), Value(2.0, "x2")]), 1.0) + 0.1 * w ** 2
    drawing = draw(J)
    assert by_name(drawing.description)["w11"].gradient == pytest.approx(by_name(build_diagram(J))["w11"].gradient)
    assert rows_of(drawing)["w₁₁x₁"].value is None and rows_of(drawing)["w₁₂"].value is not None


def test_two_parameters_in_one_term_are_both_there():
    a, b, c = (Parameter(2.0 + i, name, ("layer", "neuron 1")) for i, name in enumerate("abc"))
    drawing = draw(weighted_sum([a], [b], c))
    assert [row.name for row in drawing.description.root.rows] == ["a", "c"]
    assert by_name(drawing.description)["b"].gradient == 2.0


def test_a_lone_neuron_is_drawn_node_by_node():
    drawing = draw(Neuron(2, seed=0)([Value(1.0, "x1"), Value(2.0, "x2")]))
    assert not rows_of(drawing) and drawing.description.size is None and "cluster" not in drawing.source
    assert rows_of(draw(Layer(2, 2, "tanh", seed=0)([1.0, 2.0])[0]))


def test_written_out_by_hand_a_layer_has_its_frame_all_the_same():
    w, b = Parameter(2.0, "w", ["first"]), Parameter(1.0, "b", ["first"])
    y = tanh(w * Value(3.0, "x") + b)
    assert [node.layer for node in build_diagram(1 - y).nodes if node.formula] == ["first", "first", "first", ""]


@needs_a_renderer
def test_the_picture_has_a_frame_for_each_layer_and_a_box_for_each_neuron():
    drawing = draw(network())
    root = svg_of(drawing)
    frames, nodes = group(root, "cluster"), group(root, "node")
    assert [texts(frame) for frame in frames] == [["hidden layer 1"], ["output layer"]]
    assert len(nodes) == 13 and len(group(root, "edge")) == len(drawing.description.edges)
    [neuron] = [texts(g) for g in nodes if g.get("id").endswith(f"-{by_name(drawing.description)['v1'].id}")]
    for words in "v₁ = w·x + b", "w₁₁", "w₁₂", "b₁", "δ = −∂J/∂v₁":
        assert words in neuron
    assert len({g.get("id") for g in root.iter() if g.get("id")}) == len([g for g in root.iter() if g.get("id")])


@needs_a_renderer
@pytest.mark.parametrize("direction", ["LR", "RL", "TB", "BT"])
def test_every_row_is_there_in_every_direction(direction):
    found = [text.strip() for text in texts(svg_of(draw(network(), direction=direction)))]
    for name in rows_of(draw(network())):
        assert found.count(name) == 1


def test_the_forward_phase_alone():
    drawing = draw(network(), gradients=False)
    assert "∂" not in drawing.source and "δ" not in drawing.source and "gradient" not in drawing.source
    assert {row.gradient for row in rows_of(drawing).values()} == {None}
    assert "∂" not in draw(network(), gradients=False, detail="layer").source


# --- one neuron opened -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("choose", [lambda J: "y4", lambda J: "v₄", lambda J: of(J, "v4"), lambda J: of(J, "y4")])
def test_one_neuron_is_opened_and_the_others_stay(choose):
    J = network()
    drawing = draw(J, expand=choose(J))
    formulas = [node.formula for node in drawing.description.nodes if node.layer == "output layer"]
    assert formulas == ["w₄₁y₁", "w₄₂y₂", "u₁ + u₂", "w₄₃y₃", "u₃ + u₄", "u₅ + b₄", "linear(v₄)"]
    assert {name[:2] for name in rows_of(drawing)} == {"w₁", "b₁", "w₂", "b₂", "w₃", "b₃"}
    for name, node in by_name(build_diagram(J)).items():
        if name in by_name(drawing.description):
            assert by_name(drawing.description)[name].gradient == (
                node.gradient if node.gradient is None else pytest.approx(node.gradient, rel=1e-12))


def test_all_are_opened():
    drawing = draw(network(), expand=True)
    assert not rows_of(drawing) and len(drawing.description.nodes) == 40


# --- layer by layer --------------------------------------------------------------------------------------------------


def test_a_layer_in_one_box_with_the_engines_numbers():
    J = network()
    drawing = draw(J, detail="layer", digits=6)
    J.backward()
    facts = facts_of(drawing, "hidden layer 1")
    parameters = [node for node in wengert_list(J) if getattr(node, "scope", ("",))[0] == "hidden layer 1"]
    assert next(iter(facts)) == "2 → 3, tanh" and facts["weights and biases"] == "9" == str(len(parameters))
    assert float(facts["‖∂J/∂(w, b)‖"]) == pytest.approx(hypot(*[p.grad for p in parameters]), rel=1e-5)
    assert float(facts["mean |δ|"]) == pytest.approx(sum(abs(of(J, f"v{j}").grad) for j in (1, 2, 3)) / 3, rel=1e-5)
    ys = [of(J, f"y{j}").data for j in (1, 2, 3)]
    assert [float(y.replace("−", "-")) for y in facts["y"].split(" … ")] == pytest.approx([min(ys), max(ys)], rel=1e-5)
    assert [node.name for node in drawing.description.nodes] == [
        "x₁, x₂", "hidden layer 1", "output layer", "t4", "e4", "J"]
    xs = [of(J, "x1"), of(J, "x2")]
    assert float(facts_of(drawing, "x₁, x₂")["‖∂J/∂x‖"]) == pytest.approx(hypot(*[x.grad for x in xs]), rel=1e-5)
    assert by_name(drawing.description)["e4"].gradient == of(J, "e4").grad


def test_the_size_of_the_graph_decides():
    assert len(draw(network((2, 4, 4, 1))).description.nodes) == 23                     # neurons
    middle = draw(network((2, 16, 16, 1)))
    assert repr(middle) == "<Drawing of J: 408 nodes in 7 boxes>"
    assert [node.name for node in middle.description.nodes if node.summaries] == [
        "x₁, x₂", "hidden layer 1", "hidden layer 2", "output layer"]
    assert len(rows_of(draw(network((2, 16, 16, 1)), limit=408))) == 337                # as asked for
    with pytest.raises(ValueError, match=r"408 nodes.*detail='layer'.*limit=408"):
        draw(network((2, 16, 16, 1)), detail="neuron")


@needs_a_renderer
def test_784_50_10_is_drawn_by_layer():
    root = svg_of(draw(network((784, 50, 10))))
    assert len(group(root, "node")) == 5
    assert {"39250", "x₁ … x₇₈₄", "784 → 50, tanh"} <= {words.strip() for words in texts(root)}


def test_many_outputs_are_many_errors_in_one_box():
    model = MLP(3, [30, 20], "tanh", seed=0)
    drawing = draw(half_squared_error(model([1.0, 2.0, 3.0]), [0.5] * 20))
    assert {node.name for node in drawing.description.nodes} == {
        "hidden layer 1", "output layer", "t₃₁ … t₅₀", "e₃₁ … e₅₀", "J"}
    assert "e₃₁ = t₃₁ − y₃₁, …" in facts_of(drawing, "e₃₁ … e₅₀")


def test_a_layer_that_is_used_again_is_one_box():
    layer = Layer(2, 2, "tanh", seed=0)
    y = layer(layer(layer([Value(1.0, "x1"), Value(2.0, "x2")])))
    drawing = draw(y[0] + y[1], detail="layer")
    assert [node.name for node in drawing.description.nodes if node.summaries] == ["x₁, x₂", "output layer"]
    assert not rows_of(draw(y[0] + y[1]))                           # nothing is one step's own


def test_overflow_and_nan_are_told():
    model = MLP(2, [2, 1], "linear", seed=0)
    for x in 1e300, inf, nan:
        J = (model([Value(x, "x1"), Value(1.0, "x2")]) * 1e200).tanh()
        for detail in "neuron", "layer":
            draw(J, detail=detail, flow=True)
    assert facts_of(draw(model([Value(nan, "x1"), Value(1.0, "x2")]), detail="layer"), "hidden layer 1")["y"] == "NaN"


# --- options ---------------------------------------------------------------------------------------------------------


def test_without_constants():
    drawing = draw(network(), constants=False)
    assert "constant" not in drawing.source and "t" not in by_name(drawing.description)
    assert len(drawing.description.edges) == len(draw(network()).description.edges) - 1
    assert draw(Constant(2.0), constants=False).description.root.value == 2.0


def lit_in(drawing):
    """The classes of ink: names written in full colour, and names written dimmed."""
    return set(re.findall(rf'<FONT COLOR="{style.INK}"><B>([^<]+)</B>', drawing.source)), set(
        re.findall(rf'<FONT COLOR="{style.DIM_INK}"><B>([^<]+)</B>', drawing.source))


@pytest.mark.parametrize("choose", [lambda J: "w22", lambda J: "w₂₂", lambda J: of(J, "w22")])
def test_a_path_is_highlighted(choose):
    J = network()
    bright, dimmed = lit_in(draw(J, highlight=choose(J)))
    assert {"w₂₂", "v₂ = w·x + b", "y₂ = tanh(v₂)", "v₄ = w·y + b", "J = ½e₄²"} <= bright
    assert {"w₂₁", "b₂", "x₁", "x₂", "v₁ = w·x + b", "w₄₂", "t₄"} <= dimmed
    assert not bright & dimmed


def test_the_edges_of_all_paths_are_highlighted_and_no_other():
    J = network()
    drawing = draw(J, highlight="x1")
    x1, x2 = (by_name(drawing.description)[name].id for name in ("x1", "x2"))
    lines = [line for line in drawing.source.splitlines() if " -> " in line]
    assert len([line for line in lines if "penwidth=2.4" in line]) == 3 + 3 + 3 + 1 + 1 + 1
    assert all("penwidth=2.4" in line for line in lines if line.split()[0] == x1)
    assert all(style.DIM_LINE in line for line in lines if line.split()[0] == x2)


def test_a_highlight_goes_with_expand_and_with_layers():
    J = network()
    bright, dimmed = lit_in(draw(J, expand="y4", highlight=of(J, "y2")))
    assert "u₂ = w₄₂y₂" in bright and "u₁ = w₄₁y₁" in dimmed
    bright, dimmed = lit_in(draw(J, detail="layer", highlight="w41"))
    assert {"output layer", "J = ½e₄²"} <= bright and {"hidden layer 1", "x₁, x₂"} <= dimmed


def test_dimmed_text_can_be_read():
    assert contrast(style.DIM_INK, style.PAPER) >= 4.5
    assert contrast(style.FAINT, style.PAPER) >= 3 and contrast(style.LAYER, style.PAPER) >= 3


def test_arrows_as_thick_as_what_they_carry():
    J = network()
    drawing = draw(J, flow=True)
    assert "value flows forward" not in drawing.source and "gradient flows back" in drawing.source
    nodes = {node.id: node for node in drawing.description.nodes}
    for edge in drawing.description.edges:
        if edge.partial is not None:
            assert edge.carried == nodes[edge.child].gradient * edge.partial
    widths = {}
    for edge in drawing.description.edges:
        [line] = [line for line in drawing.source.splitlines() if f'-{edge.id}"' in line]
        if edge.carried is not None:
            widths[abs(edge.carried)] = float(re.search(r"penwidth=([\d.]+)", line)[1])
    assert [widths[size] for size in sorted(widths)] == sorted(widths.values()) and max(widths.values()) == 7.0
    x = Value(0.0, "x")
    assert "dotted" in draw(x * 0.0, flow=True).source                  # nothing comes through


# --- that it is pure, the same in every run, and safe ----------------------------------------------------------------


def test_nothing_is_changed():
    J = network()
    before = [(node.data, node.grad, node.label, node.parents) for node in wengert_list(J)]
    options = [dict(), dict(detail="layer"), dict(expand="y1"), dict(highlight="w11"), dict(flow=True)]
    sources = [draw(J, **each).source for each in options]
    assert [(node.data, node.grad, node.label, node.parents) for node in wengert_list(J)] == before
    J.backward()
    assert [draw(J, **each).source for each in options] == sources
    assert len(set(sources)) == len(options)


def test_the_dot_text_is_the_same_in_every_run():
    code = ("from autograd import Value\nfrom nn import MLP, cross_entropy\nfrom viz import draw\n"
            "J = cross_entropy(MLP(3, [4, 3], seed=1)([Value(float(i), f'x{i}') for i in range(3)]), 0)\n"
            "for options in {}, {'detail': 'layer'}, {'expand': 'y5'}, {'highlight': 'w1'}, {'flow': True}:\n"
            "    print(draw(J, **({'highlight': 'x1'} if 'highlight' in options else options)).source)")
    runs = printed_in_every_run(code)
    assert len(runs) == 1 and runs.pop().count(b"digraph") == 5


@needs_a_renderer
@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "</TABLE>", '"; }', r"\N", "]]>", "&amp;", "a\x00b"])
def test_a_hostile_name_is_text_and_nothing_else(name):
    model = MLP(2, [2, 1], "tanh", seed=0)
    for parameter in model.parameters():
        parameter.label, parameter.scope = name, (name, name)
    y = model([Value(1.0, name), Value(2.0, "x")])
    for detail in "neuron", "layer":
        drawing = draw(y, detail=detail)
        root = svg_of(drawing)
        assert len(group(root, "node")) == len(drawing.description.nodes) <= 8
        assert {element.tag.partition("}")[2] for element in root.iter()} <= {
            "svg", "g", "title", "path", "polygon", "polyline", "text", "a"}


# --- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("options, message", [
    (dict(detail="neurons"), "node, neuron, layer, or None, not 'neurons'"),
    (dict(expand="y9"), "expand: no node of this graph is called 'y9'; some that are: .*J"),
    (dict(expand="x1"), "expand takes True or a neuron"),
    (dict(expand="y4", detail="layer"), "detail='layer' does not"),
    (dict(expand=True, detail="neuron"), "detail='neuron' does not"),
    (dict(highlight="w99"), "highlight: no node of this graph is called 'w99'"),
    (dict(highlight=Value(1.0, "other")), r"highlight: Value\(1.0, 'other'\) is not in the graph"),
    (dict(flow=True, gradients=False), "needs gradients=True"),
    (dict(limit=0), "limit is a whole number of nodes, at least 1, not 0"),
])
def test_bad_options_are_told_in_one_line(options, message):
    with pytest.raises(ValueError, match=message) as error:
        draw(network(), **options)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("option", ["expand", "highlight"])
def test_a_node_is_given_by_itself_or_by_its_name(option):
    with pytest.raises(TypeError, match=f"{option} takes a node of the graph or its name, not 4"):
        draw(network(), **{option: 4})


def test_what_even_layers_cannot_show_is_refused():
    x = Value(0.5, "x")
    for _ in range(100_000):
        x = x.sin()
    with pytest.raises(ValueError, match=r"100001 nodes.*inner nodes.*limit=100001"):
        draw(x)
    with pytest.raises(ValueError, match="needs layers"):
        draw(x, detail="layer")
    y = network((2, 20, 20, 1))
    for _ in range(100):
        y = y.sin()
    with pytest.raises(ValueError, match=r"688 nodes.*107 boxes.*limit=107"):
        draw(y)


# --- whole neurons ---------------------------------------------------------------------------------------------------


def rows_in(drawing, name):
    """{a row's name: (value, gradient)} of the box of this name."""
    box = by_name(drawing.description)[name]
    return {row.name: (row.value, row.gradient) for row in box.rows + box.result}


def test_a_whole_neuron_is_one_box_with_the_engines_numbers():
    J = mazurs_network()
    drawing = draw(J, detail="whole")
    J.backward()
    for name, labels in ("v1", ["w11", "w12", "b1", "v1", "y1"]), ("v2", ["w21", "w22", "b1", "v2", "y2"]):
        rows, i = rows_in(drawing, name), name[1]
        written = [to_text(Expr(label)) for label in labels]
        sub = written[3][1]
        assert list(rows) == [*written[:4], f"φ′(v{sub})", written[4], f"δ{sub} = −∂J/∂v{sub}"]
        for row, label in zip(written, labels):             # the shared bias is a row of both
            assert rows[row] == (of(J, label).data, pytest.approx(of(J, label).grad, rel=1e-12))
        y, v = of(J, f"y{i}"), of(J, f"v{i}")
        assert rows[f"φ′(v{sub})"] == (y.partials[0], None)
        assert rows[f"δ{sub} = −∂J/∂v{sub}"] == (None, pytest.approx(-v.grad))
    assert {"w11", "b1", "y1", "t3"}.isdisjoint(by_name(drawing.description))
    [target] = [row for node in drawing.description.nodes for row in node.rows if row.name == "target t₃"]
    assert (target.value, target.gradient, target.kind) == (mazur.T[0], None, "constant")
    kept, every = partials(drawing.description), partials(build_diagram(J))
    assert kept["v1", "v3"] == every["y1", "v3"] and ("v1", "y1") not in kept


def test_in_a_whole_neuron_only_weights_and_biases_become_rows():
    w, a, x, b = Parameter(2.0, "w"), Parameter(4.0, "a"), Value(3.0, "x"), Constant(0.5, "b")
    v = weighted_sum([w, a], [x, w], b)                     # w is a weight, and an input as well
    v.label = "v"
    drawing = draw(tanh(v) * 2.0, detail="whole")
    assert list(rows_in(drawing, "v")) == ["wx", "a", "b", "v", "φ′(v)", "u₁", "δ = −∂u₂/∂v"]
    assert "w" in by_name(drawing.description)
    alone = draw(tanh(v), detail="whole")                   # the output keeps its box
    assert alone.description.root.formula == "tanh(v)" and "b" in rows_in(alone, "v")
    forward = draw(mazurs_network(), detail="whole", gradients=False)
    assert list(rows_in(forward, "v1")) == ["w₁₁", "w₁₂", "b₁", "v₁", "y₁"]
    assert rows_in(draw(mazurs_network(), detail="whole", constants=False), "J") == {}


@needs_a_renderer
def test_whole_neurons_are_drawn_with_their_rows():
    drawing = draw(mazurs_network(), detail="whole", highlight="w11")
    words = {word for node in group(svg_of(drawing), "node") for word in texts(node)}
    assert {"φ′(v₁)", "δ₁ = −∂J/∂v₁", "sigmoid", "0.2413", "y₂", "0.5969"} <= {word.strip() for word in words}


def test_a_whole_neuron_whose_output_is_0_keeps_it_in_its_box():
    model = MLP(2, [2, 1], "relu", seed=0)
    model.layers[0].neurons[0].b.data = -100.0
    diagram = draw(half_squared_error(model([1.0, 2.0]), 1.0), detail="whole").description
    v1 = by_name(diagram)["v1"]
    assert [row.value for row in v1.result if row.name == "y₁"] == [0.0]
