"""The lecture's notebook: built from its script, and what its table names is there; CI executes and compares it."""
import re
from pathlib import Path
from pkgutil import resolve_name
from types import SimpleNamespace

import pytest

from demos.lecture_table import PARTS, table
from demos.notebook import NOTEBOOK, SOURCE, cells, differences

TESTS = Path(__file__).parents[1]
ITEMS = [item for items in PARTS.values() for item in items]


def test_a_script_is_split_into_cells():
    assert cells("# %% [markdown]\n# # Title\n#\n# $v$\n\n# %%\n# %matplotlib inline\n1 + 1\n") == [
        ("markdown", "# Title\n\n$v$"), ("code", "%matplotlib inline\n1 + 1")]


def test_the_lecture_s_displayed_formulas_are_all_there():
    assert [len(items) for items in PARTS.values()] == [35, 8, 14]


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.shows)
def test_the_table_names_a_function_and_a_test_that_exist(item):
    assert resolve_name(item.code) is not None
    file, _, test = item.test.partition("::")
    assert re.search(rf"^def {test}\(", (TESTS / file).read_text(encoding="utf-8"), re.MULTILINE)


def test_the_committed_notebook_is_the_script_s_with_outputs():
    nbformat = pytest.importorskip("nbformat", reason='needs nbformat: pip install -e ".[notebook]"')
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    sources = [(cell.cell_type, cell.source) for cell in notebook.cells]
    assert sources == [*cells(SOURCE.read_text(encoding="utf-8")), ("markdown", table())]
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in code) and sum(bool(cell.outputs) for cell in code) >= len(code) - 1
    assert not any(output.output_type == "error" for cell in code for output in cell.outputs)


def cell(source, *outputs):
    return SimpleNamespace(source=source, get=lambda name, default: outputs)


def stream(text):
    return {"text": text}


def display(**data):
    return {"data": {kind.replace("_", "/"): text for kind, text in data.items()}}


@pytest.mark.parametrize("before, after, same", [
    ([stream("J = 1")], [stream("J = 1")], True),
    ([stream("J = 1")], [stream("J = 2")], False),
    ([stream("J = 1")], [], False),
    ([display(text_plain="<A at 0x7f>", image_png="abc")], [display(text_plain="<A at 0x80>", image_png="xyz")], True),
    ([display(text_plain="<A>", image_png="abc")], [display(text_plain="<A>")], False),
    ([display(text_plain="1.2e-16", text_html="<b>0</b>")], [display(text_plain="2e-16", text_html="<b>0</b>")], True),
    ([display(text_plain="A", text_html="by 4.0e-12")], [display(text_plain="A", text_html="by 3.1e-12")], True),
    ([display(text_plain="A", text_html="by 4.0e-02")], [display(text_plain="A", text_html="by 3.1e-02")], False),
    ([display(text_plain="A", text_latex="$1$")], [display(text_plain="A", text_latex="$2$")], False),
])
def test_outputs_are_compared_by_what_is_read(before, after, same):
    one, two = (SimpleNamespace(cells=[cell("J", *outputs)]) for outputs in (before, after))
    assert differences(one, two) == ([] if same else ["cell 0: J"])


def test_another_source_or_another_number_of_cells_is_a_difference():
    one, two = (SimpleNamespace(cells=[cell(source)]) for source in ("x = 1", "x = 2"))
    assert differences(one, two) == ["cell 0: x = 2"]
    assert differences(one, SimpleNamespace(cells=[])) == ["1 cells are committed, 0 are built"]
