"""DOT to files: which program is run, what comes out, and what is said when it does not work."""
import os
import re
import shutil
import sys
import sysconfig
from pathlib import Path
from xml.etree import ElementTree

import pytest

from viz import render
from viz.render import RendererError

SOURCE = 'digraph "two <nodes>" { a [label=<<B>½ ∂ δ</B>>]; a -> b }'
SYSTEM = shutil.which("dot")
EMBEDDED = shutil.which("graphviz-pure") or shutil.which("graphviz-pure", path=sysconfig.get_path("scripts"))


@pytest.fixture(params=["dot", "graphviz-pure"])
def program(request, monkeypatch):
    """Each renderer there is, in turn."""
    found = {"dot": SYSTEM, "graphviz-pure": EMBEDDED}[request.param]
    if not found:
        pytest.skip(f"{request.param} is not installed")
    monkeypatch.setenv("GRAPHVIZ_DOT", found)
    return request.param


@pytest.fixture
def fake(tmp_path, monkeypatch):
    """Make a renderer of these lines of Python."""
    def make(*lines):
        script = tmp_path / "renderer"
        script.write_text("\n".join([f"#!{sys.executable}", "import sys, time", *lines]))
        script.chmod(0o755)
        monkeypatch.setenv("GRAPHVIZ_DOT", str(script))
    return make


def test_svg_scales_and_says_what_it_shows(program):
    root = ElementTree.fromstring(render.render(SOURCE, "svg"))
    smallest = float(re.fullmatch(r"max-width: 100%; min-width: (\d+)pt; height: auto", root.get("style"))[1])
    assert 0.5 < smallest / float(root.get("viewBox").split()[2]) < 0.7         # it shrinks, and stays readable
    assert (root.get("role"), root.get("aria-label")) == ("img", "two <nodes>")
    texts = [*root.iter(f"{{{render.SVG}}}text")]
    assert [text.text for text in texts] == ["½ ∂ δ", "b"]
    assert {text.get("font-family") for text in texts} == {render.FONTS}


def test_each_suffix_gives_its_format(program, tmp_path):
    starts = {"dot": b"digraph", "gv": b"digraph", "svg": b"<svg", "png": b"\x89PNG", "PNG": b"\x89PNG", "pdf": b"%PDF"}
    if program == "graphviz-pure":
        del starts["pdf"]
        with pytest.raises(RendererError, match=r"does not make pdf.*apt install graphviz"):
            render.save(SOURCE, tmp_path / "drawing.pdf")
    for suffix, start in starts.items():
        render.save(SOURCE, str(tmp_path / f"drawing.{suffix}"))
        assert (tmp_path / f"drawing.{suffix}").read_bytes().startswith(start)
    assert len([*tmp_path.iterdir()]) == len(starts)        # and nothing beside them


def test_png_is_sharp(program):
    width = int.from_bytes(render.render(SOURCE, "png")[16:20], "big")
    svg = ElementTree.fromstring(render.render(SOURCE, "svg"))
    points = float(svg.get("viewBox").split()[2])
    assert width >= 144 / 72 * points * 0.95


def test_unknown_suffix_names_the_possible_ones(tmp_path):
    for name in "drawing.jpg", "drawing":
        with pytest.raises(ValueError, match=r"\.dot, \.gv, \.svg, \.png, \.pdf"):
            render.save(SOURCE, tmp_path / name)
    assert not [*tmp_path.iterdir()]


def test_a_file_that_cannot_be_written_is_one_clear_line_and_leaves_nothing(tmp_path):
    (tmp_path / "folder.dot").mkdir()
    for path in tmp_path / "absent" / "drawing.dot", tmp_path / "folder.dot":
        with pytest.raises(OSError, match=f"cannot write {path}"):
            render.save(SOURCE, path)
    assert [path.name for path in tmp_path.iterdir()] == ["folder.dot"]


def test_a_failure_leaves_the_old_file(tmp_path, fake):
    path = tmp_path / "drawing.svg"
    path.write_text("old")
    fake("sys.exit(1)")
    with pytest.raises(RendererError, match="exit code 1"):
        render.save(SOURCE, path)
    assert path.read_text() == "old"


def test_syntax_errors_are_reported(program):
    with pytest.raises(RendererError, match=r"failed: Error: .*syntax error"):
        render.render("digraph { a [label= ", "svg")


def test_an_error_is_an_error_whatever_the_exit_code(fake):
    fake("print('<svg/>'); print('Error: half of it is missing', file=sys.stderr)")
    with pytest.raises(RendererError, match="half of it is missing"):
        render.render(SOURCE, "svg")
    fake("pass")
    with pytest.raises(RendererError, match="exit code 0"):
        render.render(SOURCE, "svg")
    fake("print('<svg>')")
    with pytest.raises(RendererError, match="not well-formed"):
        render.render(SOURCE, "svg")


def test_a_renderer_that_hangs_is_stopped(fake, monkeypatch):
    monkeypatch.setattr(render, "SECONDS", 0.2)
    fake("time.sleep(60)")
    with pytest.raises(RendererError, match=r"took more than 0\.2 s"):
        render.render(SOURCE, "svg")


def executable(folder, name):
    folder.mkdir(exist_ok=True)
    path = folder / (name + (".exe" if os.name == "nt" else ""))
    path.write_text("")
    path.chmod(0o755)
    return path


def test_order_of_renderers(tmp_path, monkeypatch):
    chosen = executable(tmp_path / "chosen", "chosen")
    system = executable(tmp_path / "bin", "dot")
    embedded = executable(tmp_path / "scripts", "graphviz-pure")
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(embedded.parent))
    monkeypatch.setenv("PATH", str(system.parent))
    monkeypatch.setenv("GRAPHVIZ_DOT", str(chosen))
    assert Path(render.renderer()) == chosen
    monkeypatch.setenv("GRAPHVIZ_DOT", "")
    assert Path(render.renderer()) == system
    system.unlink()
    assert Path(render.renderer()) == embedded              # though its folder is not on the PATH
    embedded.unlink()
    with pytest.raises(RendererError, match=r"apt install graphviz.*pip install graphviz-pure"):
        render.renderer()
    monkeypatch.setenv("GRAPHVIZ_DOT", "/no/such/program")
    with pytest.raises(RendererError, match="GRAPHVIZ_DOT is '/no/such/program'"):
        render.renderer()
