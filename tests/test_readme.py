"""The README: everything it shows is run."""
import doctest
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

import nn
from autograd import Value, compile
from demos.neuron import with_error
from viz import draw
from viz.diagram.renderer import RendererError

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_its_examples_run_as_printed():
    ran = doctest.testfile(str(ROOT / "README.md"), module_relative=False, encoding="utf-8")
    assert ran.attempted > 10
    assert ran.failed == 0


def texts(svg):
    return [element.text for element in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def test_its_picture_is_the_demo_s(tmp_path):
    _, J = with_error(1.0)
    try:
        draw(J).save(tmp_path / "lecture_neuron.svg")
    except RendererError as error:
        pytest.skip(str(error))
    shown = re.search(r"!\[.*?\]\((.*?)\)", README)[1]
    assert sorted(texts((ROOT / shown).read_bytes())) == sorted(texts((tmp_path / "lecture_neuron.svg").read_bytes()))


def test_the_files_it_names_are_there():
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert target.startswith("http") or (ROOT / target).exists(), target


def test_the_vector_form_it_quotes_is_the_demo_s():
    model = nn.MLP(2, [3, 1], "tanh", "tanh", seed=0)
    x, t = [Value(0.1, "x1"), Value(0.2, "x2")], Value(0.3, "t")
    quoted = re.search(r"Backward phase.*?(?=\n```)", README, re.DOTALL)[0]
    assert quoted in str(compile(nn.half_squared_error(model(x), t), [*x, t]).vector_form())
