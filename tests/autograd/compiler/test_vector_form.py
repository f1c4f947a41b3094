"""program.vector_form(): what it prints, and that what it prints is right: the text is read back and run."""
import re
import shutil
import subprocess
from itertools import pairwise

import numpy as np
import pytest
from test_array_function import GRAPHS, LOSSES, MEAN, close, random_graph

import nn
from autograd import Value, compile, ops, weighted_sum
from autograd.compiler.vector.vector_form import VectorFormWriter
from autograd.symbolic.matrix import MatrixExpr, matmul, matrix

# --- a reader: the text as Python, line by line ----------------------------------------------------------------------

TOKEN = re.compile(r"\s*(?:(?P<number>\d[\d.]*(?:e[-+]?\d+)?(?:/\d+)?)|(?P<call>[A-Za-z_]\w*)\(|(?P<name>[A-Za-zη]\w*)"
                   r"|(?P<rows>(?<=[\w)\]'])\[[^;\]]*\])|(?P<mark>\S))")


def python(text):
    """W1 X + b1 as W1 @ X + b1, Y1^2 as Y1**2, W2' as W2.T, X[2..3] as X[rows("2..3")], [A; B] as STACK(A, B)."""
    text = cases(re.sub(r"\|([^|]*)\|", r"abs(\1)", text))
    written, after = [], ""
    for token in TOKEN.finditer(text):
        kind, found = token.lastgroup, token[0].strip()
        starts = kind in ("number", "name", "call") or found in ("(", "[")
        if after and starts:
            is_ones = found == "1" and after != "number"
            written.append(" * " if after in ("number", "η") or found == "N" else " @ ")
            found = "ONES" if is_ones else found
        if kind == "rows":
            written.append(f"[rows('{found[1:-1]}')]")
        elif found == "[":
            written.append("STACK(")
        elif kind == "number":
            written.append(f"({found})")
        else:
            written.append({"]": ")", ";": ",", "^": "**", "'": ".T", "sum(": "SUM("}.get(found, found))
        after = {"number": "number", "name": "η" if found == "η" else "x", "rows": "x"}.get(kind, "x" if found in
                                                                                         (")", "]", "'") else "")
    return "".join(written)


def cases(text):
    """(a where x > 0, else b) as PICK(a, x, b)."""
    while " where " in text:
        start, depth = text.index(" where "), 0
        while depth >= 0:
            start -= 1
            depth += {")": 1, "(": -1}.get(text[start], 0)
        text = f"{text[:start]}PICK{text[start:]}".replace(" where ", ", ", 1).replace(" > 0, else ", ", ", 1)
    return text


def rows(text):
    """Rows counted from 1: "2", "2..5", "2,1,1"."""
    first, _, last = text.partition("..")
    return list(range(int(first) - 1, int(last))) if last else [int(i) - 1 for i in text.split(",")]


def as_matrix(x):
    return np.asarray(x, dtype=np.float64)


FUNCTIONS = {row.written if isinstance(row.written, str) and row.written else row.name: row
             for row in ops.TABLE.values() if row.name.isidentifier()} | {
    "SUM": lambda x: x.sum(0, keepdims=True), "STACK": lambda *xs: np.vstack(xs), "rows": rows,
    "PICK": lambda a, x, b: np.where(x > 0, a, b),
    "softmax": lambda x: np.exp(x - x.max(0)) / np.exp(x - x.max(0)).sum(0), "sqrt": np.sqrt, "abs": np.abs}


def run(text, names, N, sheets):
    """Every equation of the text, with these names given; returns all names.  sheets are what Z consists of."""
    first, places = 0, {}
    for sheet, size in sheets:
        places[sheet], first = list(range(first, first + size)), first + size
    names = {"dZ": np.zeros((first, N)), **names, "N": N, "η": 0.1, "ONES": as_matrix(np.ones((N, 1)))}
    sizes = {x: int(size) for left, size in re.findall(r"^  (\S.*?)  +(\d+) × N", text, re.MULTILINE)
             for x in left.split(", ")}
    for line in text.splitlines():
        for left, sign, right in re.findall(r"(?:^  |      )(\S+) (=|\+=|-=) (.*?)(?=      |$)", line):
            to, _, index = left.partition("[")
            if "Z[" in right:                           # what is not there yet is not read
                names["Z"] = np.vstack([np.broadcast_to(evaluated(sheet, names), (size, N)) for sheet, size in sheets])
            here = FUNCTIONS | {"rows": lambda text: places.get(text) or rows(text)}
            value = as_matrix(eval(python(right), here | names))
            if to in sizes:                             # one row stands for every row, a number for every sample
                value = as_matrix(np.broadcast_to(value, (len(rows(index[:-1])) if index else sizes[to], N)))
            if index:
                np.add.at(names[to], rows(index[:-1]), value if sign == "+=" else -value)
            else:
                names[to] = value.copy()
    return names


def evaluated(sheet, names):
    try:
        return eval(python(sheet), FUNCTIONS | names)
    except NameError:
        return np.nan


def check(program, scalars, given, X):
    """The text, run, gives the values and the gradient of the program; scalars says which parameters a name holds."""
    writer = VectorFormWriter(program.blocks, program.inputs)
    writer.write_forward()
    sheets = [(str(value), size) for value, size in zip(writer.values, writer.plan.sizes)]
    found = run(str(program.vector_form()), given | {
        x: as_matrix([[program.parameters[i].data for i in row] for row in numbers])
        for x, numbers in scalars.items()}, len(X), sheets)
    gradient = np.zeros(len(program.parameters))
    for x, numbers in scalars.items():
        if "d" + x in found:
            np.add.at(gradient, np.array(numbers), np.broadcast_to(found["d" + x], np.shape(numbers)))
            np.testing.assert_allclose(found["Δ" + x], -0.1 * found["d" + x], rtol=1e-12)
    close((np.asarray(found["J"])[0], gradient), program.value_and_grad(X), 1e-5 if "e-44" in str(
        program.vector_form()) else 1e-12)


def of_layers(sizes):
    """Which parameters of an MLP are in W1, b1, W2, ...: neuron by neuron, weights then bias."""
    scalars, first = {}, 0
    for k, (n, m) in enumerate(pairwise(sizes), start=1):
        numbers = first + np.arange(m * (n + 1)).reshape(m, n + 1)
        scalars |= {f"W{k}": numbers[:, :-1].tolist(), f"b{k}": numbers[:, -1:].tolist()}
        first += m * (n + 1)
    return scalars


def mlp(sizes, loss="half_squared_error", activation="tanh", last="linear"):
    model = nn.MLP(sizes[0], sizes[1:], activation=activation, output_activation=last, seed=1)
    xs, ts = ([Value(0.5, f"{x}{i}") for i in range(1, n + 1)] for x, n in (("x", sizes[0]), ("t", sizes[-1])))
    return compile(getattr(nn, loss)(model(xs), ts if len(ts) > 1 else ts[0]), [*xs, *ts])


# --- the numbers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", LOSSES)
def test_the_text_of_an_mlp_run_gives_the_programs_numbers(loss):
    sizes, rng = [3, 5, 4, 2], np.random.default_rng(0)
    program = mlp(sizes, loss, last="sigmoid" if loss == "binary_cross_entropy" else "linear")
    t = rng.uniform(0.1, 0.9, (6, 1))
    X = np.hstack([rng.normal(size=(6, 3)), t, 1 - t])
    check(program, of_layers(sizes), {"X": as_matrix(X[:, :3].T), "T": as_matrix(X[:, 3:].T)}, X)


@pytest.mark.parametrize("activation", sorted(ops.ACTIVATIONS))
def test_the_text_of_every_activation_run_gives_the_programs_numbers(activation):
    X = np.random.default_rng(1).normal(size=(5, 3))
    program = mlp([2, 4, 1], activation=activation)
    check(program, of_layers([2, 4, 1]), {"X": as_matrix(X[:, :2].T), "T": as_matrix(X[:, 2:].T)}, X)


def legend(text, program):
    """The names of scalars: which parameters they hold, or which constants; None where the legend does not list all."""
    place, scalars, given = {p.label: i for i, p in enumerate(program.parameters)}, {}, {}
    for x, n, m, what, listed in re.findall(r"^  (\S+) +(\d+) × (\d+) +(parameter|scalar|constant)s? (.*)", text,
                                            re.MULTILINE):
        labels = listed.split(", ")
        if what == "constant" and "..." not in labels:
            given[x] = as_matrix(list(map(float, labels))).reshape(int(n), int(m))
        elif not {*labels} <= {*place}:
            return None, None
        else:
            scalars[x] = np.array([place[label] for label in labels]).reshape(int(n), int(m)).tolist()
    return scalars, given


@pytest.mark.filterwarnings("ignore:compile. the output does not depend")
def test_the_text_of_random_graphs_run_gives_the_programs_numbers():
    ran = 0
    for seed in range(250):
        inputs, output = random_graph(seed)
        program = compile(output, inputs)
        text = str(program.vector_form())
        scalars, given = legend(text, program)
        if re.search(r"^  I\d", text, re.MULTILINE) or scalars is None:
            continue                                    # what the reader does not know
        X = np.random.default_rng(seed).uniform(0.5, 1.5, (4, len(inputs)))
        check(program, scalars, given | {"X": as_matrix(X.T)}, X)
        ran += 1
    assert ran >= 230


# --- the words -------------------------------------------------------------------------------------------------------


def test_the_answer_to_the_lectures_question():
    text = str(mlp([2, 3, 1], last="tanh").vector_form())
    assert "\n".join(text.splitlines()[:-3]) == """\
Shapes, for N samples
  X                2 × N   inputs x1, x2
  T                1 × N   input t1
  W1               3 × 2   parameters w11, w12, ..., w32
  b1               3 × 1   parameters b1, b2, b3
  W2               1 × 3   parameters w41, w42, w43
  b2               1 × 1   parameter b4
  V1, Y1, Delta1   3 × N
  V2, Y2, Delta2   1 × N
  E, J             1 × N

Forward phase
  V1 = W1 X + b1
  Y1 = tanh(V1)
  V2 = W2 Y1 + b2
  Y2 = tanh(V2)
  E = T - Y2
  J = 1/2 E^2

Backward phase, Delta = -dJ/dV
  Delta2 = E * (1 - Y2^2)
  Delta1 = (W2' Delta2) * (1 - Y1^2)

Gradient dW = dJ/dW, and the update of all weights simultaneously
  dW1 = -Delta1 X'       ΔW1 = η Delta1 X'
  db1 = -Delta1 1        Δb1 = η Delta1 1
  dW2 = -Delta2 Y1'      ΔW2 = η Delta2 Y1'
  db2 = -Delta2 1        Δb2 = η Delta2 1"""


def shape_of(text):
    return re.sub(r"\d+ × \w+|(parameters?|inputs?) .*| +", " ", text)


def test_the_text_does_not_grow_with_the_width():
    small, large = (str(mlp([2, n, n, 2]).vector_form()) for n in (3, 40))
    assert shape_of(small) == shape_of(large)


@pytest.mark.filterwarnings("ignore:compile. the output does not depend")
@pytest.mark.parametrize("graph", GRAPHS, ids=lambda graph: graph.__name__)
def test_every_graph_is_written(graph):
    xs = [Value(0.5 + i, f"x{i}") for i in range(3)]
    form = compile(graph(xs), xs).vector_form()
    assert "Forward phase" in str(form) and r"\end{alignat*}" in form.latex and form._repr_latex_() == form.latex


def test_gathered_rows_are_listed_and_a_sliding_kernel_stays_small():
    w, xs = [Value(0.5, "w1"), Value(-0.5, "w2")], [Value(1.0, f"x{i}") for i in range(40)]
    program = compile(ops.total([weighted_sum(w, xs[i:i + 2], 0.0).tanh() for i in range(39)]), xs)
    text = str(program.vector_form())
    assert "V1 = sum(W1 * X[I1])" in text and "I1" in text and len(text) < 1500
    assert "A parameter that stands in several places gets the sum of their gradients." in text or "w1, w1" in text


def test_skip_connections_add_up_in_delta():
    model, xs = nn.MLP(2, [3, 3], activation="tanh", output_activation="tanh"), [Value(1.0, "x1"), Value(2.0, "x2")]
    first = model.layers[0](xs)
    second = model.layers[1](first)
    out = nn.Neuron(3, "tanh", seed=1)
    text = str(compile(out([a + b for a, b in zip(first, second)]), xs).vector_form())
    assert "V3 = W3 (Y1 + Y2) + b3" in text
    assert "Delta1 = (W3' Delta3 + W2' Delta2) * (1 - Y1^2)" in text


def test_a_row_that_looks_at_a_whole_list_has_its_derivative_by_name():
    x, w = [Value(2.0, "x1"), Value(3.0, "x2")], Value(1.5, "w")
    text = str(compile(MEAN([x[0] * w, x[1] * w]) * MEAN([w, x[0] * x[1]]), x).vector_form())
    assert "dmean(U2" in text and text.count("dmean(...) is the derivative of mean, by each of its numbers.") == 1


def test_inputs_without_labels_and_several_outputs():
    w, x, t = Value(0.5), Value(1.0), Value(2.0)
    v = weighted_sum([w], [x], 0.0)
    text = str(compile([v, v - t], [x, t]).vector_form())
    assert "X" in text and "input 1" in text and "input 2" in text and "Backward" not in text


def test_a_formula_writes_a_rule_of_the_table():
    v, y = matrix("V", 2, is_wide=True), matrix("Y", 2, is_wide=True)
    assert repr(ops.tanh.partials(y, v)) == "(1 - Y^2,)"
    assert repr(ops.leaky_relu.partials(y, v)) == "((1 where V > 0, else 0.01),)"
    assert repr(-(v - y)) == "Y - V" and repr(v * 2 * y / 4) == "1/2 V * Y" and repr(MatrixExpr.lift(-2.0)) == "-2"
    assert repr(matmul(v, -y)) == "-V Y" and repr((v + y) * (v @ y)) == "(V + Y) * (V Y)"
    assert isinstance(v ** 0.5, MatrixExpr) and repr(v ** 0.5) == "sqrt(V)"


@pytest.mark.filterwarnings("ignore:compile. the output does not depend")
def test_latex_compiles(tmp_path):
    if not shutil.which("pdflatex"):
        pytest.skip("pdflatex is not installed")
    programs = [mlp([2, 3, 2], loss, "elu", "sigmoid") for loss in LOSSES]
    for graph in GRAPHS:
        xs = [Value(0.5 + i, f"x{i}") for i in range(3)]
        programs.append(compile(graph(xs), xs))
    for seed in range(30):
        inputs, output = random_graph(seed)
        programs.append(compile(output, inputs))
    body = "\n\n".join(program.vector_form().latex for program in programs)
    (tmp_path / "a.tex").write_text("\\documentclass{article}\n\\usepackage{amsmath}\n\\begin{document}\n" + body
                                    + "\n\\end{document}\n", encoding="utf-8")
    ran = subprocess.run(["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "a.tex"], cwd=tmp_path,
                         capture_output=True, text=True, errors="replace")
    assert ran.returncode == 0, ran.stdout[-2000:]
