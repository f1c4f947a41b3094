"""A student's answers: every spelling of a name, numbers as they are written, files, and what is refused."""
import json

import pytest

from demos import mazur
from nn import MLP, Neuron, local_gradients


@pytest.fixture
def table():
    return local_gradients(mazur.network(), mazur.X, mazur.T, lr=mazur.LR)


@pytest.mark.parametrize("name, number, printed", [
    *((name, "-0.1385", "δ3") for name in ["δ3", "δ₃", "δ_3", "delta3", "delta_3", "Delta 3", "δ_{3}"]),
    *((name, "-0.04108", "Δw31") for name in ["Δw31", "Δw₃₁", "delta_w31", "Delta w_31", "∆w31", "Δw_{3,1}"]),
    *((name, "0.08217", "dJ/dw31") for name in ["dJ/dw31", "∂J/∂w₃₁", "dJ / dw_31"]),
    *((name, "0.3589", "w31") for name in ["w31", "w₃₁", "w_31", "new w31"]),
    *((name, "0.2413", "φ'1") for name in ["φ'1", "φ'(v1)", "φ′(v₁)", "phi'1", "phi'(v_1)", "phi_prime_1"]),
    ("v_1", "0.3775", "v1"), ("y₄", "0.7729", "y4"), ("e3", "-0.7414", "e3"), ("dJ/dy3", "0.7414", "dJ/dy3"),
    ("Δb1", "-0.009363", "Δb1")])
def test_names_are_read_in_any_spelling(table, name, number, printed):
    [mark] = table.check({name: number})
    assert mark.name == printed and mark.is_right


def test_ten_neurons_and_more():
    """From ten on w10,2 has a comma; without it w112 may be w1,12 or w11,2."""
    table = local_gradients(MLP(12, [10, 1], "tanh", seed=0), [0.1 * i for i in range(12)], 1.0)
    change = {row.weight: row.change for row in table.weight_rows}
    assert table.check({"Δw10,2": f"{change['w10,2']:.4g}", "Δw₁₁,₁": f"{change['w11,1']:.4g}"}).points == 2
    assert table.check({"Δw_{10,2}": change["w10,2"], "Δw_11_1": change["w11,1"]}).points == 2
    with pytest.raises(ValueError, match="'Δw112' may be Δw1,12 or Δw11,2: write which"):
        table.check({"Δw112": 0.1})


def test_a_single_neuron_has_no_numbers_in_its_names():
    neuron = Neuron(2, "sigmoid", seed=0)
    table = local_gradients(neuron, [1.0, 2.0], 1.0)
    assert table.check({"v": table.rows[0].v, "delta": table.rows[0].graph, "phi'": table.rows[0].slope}).points == 3


@pytest.mark.parametrize("text", ["0,5", "1/2", "0.5", ".5", "5e-1", "5·10^-1", "5 × 10⁻¹", 0.5, "  0.50 "])
def test_a_number_may_be_written_in_many_ways(text):
    neuron = Neuron(1, "linear")
    neuron.w[0].data = 0.5
    assert local_gradients(neuron, [1.0], 1.0).check({"v": text}).points == 1


@pytest.mark.parametrize("answers, message", [
    ({"δ9": 1.0}, "check: there is no number 'δ9'; there are v1, y1, φ'1, v2,"),
    ({"hello": 1.0}, "check: there is no number 'hello'; there are v1,"),
    ({"b2": 1.0}, "check: there is no number 'b2'; there are .* b1, .* b3"),
    ({"dw31": 1.0}, r"check: 'dw31' may be dJ/dw31, Δw31 or w31 \(the new one\): write which"),
    ({"δ3": "0.1", "delta_3": "0.2"}, "check: 'δ3' and 'delta_3' are the same number, δ3: give it once"),
    ({"δ3": "abc"}, "check: δ3: 'abc' is no number"),
    ({"δ3": float("nan")}, "check: δ3: 'nan' is no number"),
    ({"δ3": "1/0"}, "check: δ3: '1/0' is no number"),
    ({"δ3": None}, "check: δ3: 'None' is no number"),
    ({"δ3": ""}, "check: δ3: '' is no number"),
    ({"δ3": True}, "check: δ3: 'True' is no number"),
    ({"δ3": "1e999"}, "check: δ3: '1e999' is too large a number"),
    ({}, "check: there are no answers to mark")])
def test_what_cannot_be_marked_is_named(table, answers, message):
    with pytest.raises(ValueError, match=message):
        table.check(answers)


def test_answers_are_a_dict_or_a_path(table):
    with pytest.raises(TypeError, match=r"a dict \{name: number\} or the path of a CSV or JSON file, not 3"):
        table.check(3)


def test_a_csv_file_with_broken_lines_is_marked_without_them(table, tmp_path):
    path = tmp_path / "answers.csv"
    lines = ["name,number", "δ3,-0.1385", "", "# a remark", "delta_4;0,0381", "δ1,abc", "δ9,1", "nonsense",
             '"w31","0.3589"', "δ_3,0.2", "Δw31\t-0,04108"]
    path.write_text("\n".join(lines), encoding="utf-8-sig")
    marks = table.check(path)
    assert [(mark.name, mark.is_right) for mark in marks] == [("δ3", True), ("δ4", True), ("Δw31", True), ("w31", True)]
    text = str(table.check(str(path)))
    assert "Not read: line 6: δ1: 'abc' is no number." in text and "line 7: there is no number 'δ9'" in text
    assert "line 8: there is no number 'nonsense'" in text and "'line 2' and 'line 10' are the same number, δ3" in text


def test_a_csv_file_may_have_names_and_numbers_with_commas(tmp_path):
    table = local_gradients(MLP(2, [10, 1], "tanh", seed=0), [0.5, 1.0], 1.0)
    path = tmp_path / "answers.csv"
    change = {row.weight: f"{row.change:.5f}" for row in table.weight_rows}
    path.write_text(f"Δw10,2,{change['w10,2'].replace('.', ',')}\nΔw10,1,{change['w10,1']}\n", encoding="utf-8")
    assert table.check(path).points == 2


def test_a_json_file_keeps_the_digits(table, tmp_path):
    path = tmp_path / "answers.json"
    path.write_text('{"δ3": -0.13850, "δ4": 0.0381, "δ1": [1], "δ_4": 0.1}', encoding="utf-8")
    marks = table.check(path)
    assert [(mark.name, mark.yours) for mark in marks] == [("δ3", "-0.13850"), ("δ4", "0.0381")] and marks.points == 2
    assert len(marks.remarks) == 2
    for text in "[1, 2]", "{", json.dumps("δ3"):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ValueError, match="no JSON"):
            table.check(path)


def test_a_missing_file_is_an_os_error(table, tmp_path):
    with pytest.raises(FileNotFoundError):
        table.check(tmp_path / "none.csv")
