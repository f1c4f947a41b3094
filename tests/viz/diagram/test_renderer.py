"""DOT to files: which program is run, what comes out, and what is said when it does not work."""
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import warnings
from pathlib import Path
from xml.etree import ElementTree

import pytest

import viz
from autograd import Value
from viz.diagram import renderer
from viz.diagram.renderer import RendererError

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
    if os.name != "posix":
        pytest.skip("a script with #! is a program on POSIX alone")

    def make(*lines):
        script = tmp_path / "renderer"
        script.write_text("\n".join([f"#!{sys.executable}", "import sys, time", *lines]))
        script.chmod(0o755)
        monkeypatch.setenv("GRAPHVIZ_DOT", str(script))
    return make


def test_svg_scales_and_says_what_it_shows(program):
    root = ElementTree.fromstring(renderer.render(SOURCE, "svg"))
    smallest = float(re.fullmatch(r"max-width: 100%; min-width: (\d+)pt; height: auto", root.get("style"))[1])
    assert 0.3 < smallest / float(root.get("viewBox").split()[2]) < 0.4         # it shrinks, and stays readable
    assert (root.get("role"), root.get("aria-label")) == ("img", "two <nodes>")
    texts = [*root.iter(f"{{{renderer.SVG}}}text")]
    assert [text.text for text in texts] == ["½ ∂ δ", "b"]
    assert {text.get("font-family") for text in texts} == {renderer.FONTS}


def test_each_suffix_gives_its_format(program, tmp_path):
    starts = {"dot": b"digraph", "gv": b"digraph", "svg": b"<svg", "png": b"\x89PNG", "PNG": b"\x89PNG", "pdf": b"%PDF"}
    if program == "graphviz-pure":
        del starts["pdf"]
        with pytest.raises(RendererError, match=r"does not make pdf.*apt install graphviz"):
            renderer.save_picture(SOURCE, tmp_path / "drawing.pdf")
    for suffix, start in starts.items():
        renderer.save_picture(SOURCE, str(tmp_path / f"drawing.{suffix}"))
        assert (tmp_path / f"drawing.{suffix}").read_bytes().startswith(start)
    assert len([*tmp_path.iterdir()]) == len(starts)        # and nothing beside them


def test_png_is_sharp(program):
    width = int.from_bytes(renderer.render(SOURCE, "png")[16:20], "big")
    svg = ElementTree.fromstring(renderer.render(SOURCE, "svg"))
    points = float(svg.get("viewBox").split()[2])
    assert width >= 144 / 72 * points * 0.95


def test_unknown_suffix_names_the_possible_ones(tmp_path):
    for name in "drawing.jpg", "drawing":
        with pytest.raises(ValueError, match=r"\.dot, \.gv, \.svg, \.png, \.pdf"):
            renderer.save_picture(SOURCE, tmp_path / name)
    assert not [*tmp_path.iterdir()]


def test_a_file_that_cannot_be_written_is_one_clear_line_and_leaves_nothing(tmp_path):
    (tmp_path / "folder.dot").mkdir()
    for path in tmp_path / "absent" / "drawing.dot", tmp_path / "folder.dot":
        with pytest.raises(OSError, match=f"cannot write {path}"):
            renderer.save_picture(SOURCE, path)
    assert [path.name for path in tmp_path.iterdir()] == ["folder.dot"]


def test_a_failure_leaves_the_old_file(tmp_path, fake):
    path = tmp_path / "drawing.svg"
    path.write_text("old")
    fake("sys.exit(1)")
    with pytest.raises(RendererError, match="exit code 1"):
        renderer.save_picture(SOURCE, path)
    assert path.read_text() == "old"


def test_syntax_errors_are_reported(program):
    with pytest.raises(RendererError, match=r"failed: Error: .*syntax error"):
        renderer.render("digraph { a [label= ", "svg")


def test_an_error_is_an_error_whatever_the_exit_code(fake):
    fake("print('<svg/>'); print('Error: half of it is missing', file=sys.stderr)")
    with pytest.raises(RendererError, match="half of it is missing"):
        renderer.render(SOURCE, "svg")
    fake("pass")
    with pytest.raises(RendererError, match="exit code 0"):
        renderer.render(SOURCE, "svg")
    fake("print('<svg>')")
    with pytest.raises(RendererError, match="not well-formed"):
        renderer.render(SOURCE, "svg")


@pytest.mark.parametrize("format", ["svg", "png", "pdf"])
@pytest.mark.parametrize("printed", ["hello", "<p>hello</p>", "<svg/>", "\\x89PMG\\r\\n\\x1a\\n", "%PS-Adobe-3.0"])
def test_what_is_no_picture_is_not_saved_as_one(printed, format, tmp_path, fake):
    fake(f"sys.stdout.buffer.write('{printed}'.encode('latin1'))")
    with pytest.raises(RendererError, match=f"printed no {format}" if format != "svg" else "svg is not well|root elem"):
        renderer.save_picture(SOURCE, tmp_path / f"drawing.{format}")
    assert os.listdir(tmp_path) == ["renderer"]


@pytest.mark.parametrize(("size", "points"), [
    ('width="100pt"', 100), ('width="100px"', 75), ('width="100"', 75), ('width=" 1.5in "', 108),
    ('width="2.54cm"', 72), ('width="25.4mm"', 72), ('width="2pc"', 24), ('width="1e2pt"', 100),
    ('width="100%" viewBox="0 0 100 50"', 75), ('viewBox="0,0,100,50"', 75)])
def test_a_width_in_any_of_css_units_is_read(size, points, fake):
    """CSS has 96 px and 72 pt to the inch; a width in percent, or none, is that of the viewBox, in px."""
    fake(f"print('<svg xmlns=\"http://www.w3.org/2000/svg\" {size}/>')")
    style = ElementTree.fromstring(renderer.render(SOURCE, "svg")).get("style")
    assert style == f"max-width: 100%; min-width: {0.35 * points:.0f}pt; height: auto"


@pytest.mark.parametrize("size", ["", 'width="100%"', 'width="wide"', 'width="nanpt"', 'width="-1px"', 'width="1e999"',
                                  'width="4em" viewBox="0 0 1 1"', 'width="50%" viewBox="0 0 wide 1"'])
def test_a_width_that_says_nothing_is_refused(size, fake):
    fake(f"print('<svg xmlns=\"http://www.w3.org/2000/svg\" {size}/>')")
    with pytest.raises(RendererError, match=r"svg has the width '.*': no length such as 100pt"):
        renderer.render(SOURCE, "svg")


def test_a_page_refuses_an_svg_without_the_graphs_parts(tmp_path, fake):
    fake("print('<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1pt\" viewBox=\"0 0 1 1\"><g id=\"g\"/></svg>')")
    with pytest.raises(RendererError, match="lacks the graph's nodes"):
        viz.step_through(Value(2.0, "x") * 3.0, tmp_path / "steps.html")
    assert os.listdir(tmp_path) == ["renderer"]


# --- a function in a program's place ---------------------------------------------------------------------------------

ONE_BOX = '<svg xmlns="http://www.w3.org/2000/svg" width="90pt" viewBox="0 0 90 9"><title>one box</title></svg>'


@pytest.fixture
def lay_out_with(monkeypatch):
    """viz.lay_out_with, taken back at the end, where no program is to be found."""
    monkeypatch.setenv("GRAPHVIZ_DOT", "/no/such/program")
    yield viz.lay_out_with
    viz.lay_out_with(None)


@pytest.mark.parametrize("picture", [ONE_BOX, ONE_BOX.encode()])
def test_a_function_lays_out_where_no_program_can(picture, lay_out_with, tmp_path):
    asked = []
    lay_out_with(lambda *call: asked.append(call) or picture)
    drawing = viz.draw(Value(2.0, "x") * 3.0)
    drawing.save(tmp_path / "drawing.svg")
    root = ElementTree.parse(tmp_path / "drawing.svg").getroot()
    assert (root.get("aria-label"), root.get("width")) == ("one box", "90pt")
    assert asked == [(drawing.source, "svg")]
    lay_out_with(None)
    with pytest.raises(viz.RendererError, match="no such program"):
        drawing.save(tmp_path / "again.svg")
    assert os.listdir(tmp_path) == ["drawing.svg"]


@pytest.mark.parametrize(("function", "complaint"), [
    (lambda dot, format: 1 / 0, "lambda>, failed: ZeroDivisionError: division by zero"),
    (lambda dot, format: None, "returns the picture as str or bytes, not NoneType"),
    (lambda dot, format: "<svg", "not well-formed"),
    (lambda dot, format: "<p>none</p>", "root element")])
def test_a_function_that_makes_no_picture_is_one_clear_line(function, complaint, lay_out_with, tmp_path):
    lay_out_with(function)
    with pytest.raises(viz.RendererError, match=complaint):
        viz.draw(Value(2.0, "x") * 3.0).save(tmp_path / "drawing.svg")
    assert not os.listdir(tmp_path)


def test_what_is_no_function_cannot_lay_out(lay_out_with):
    with pytest.raises(TypeError, match=r"lay_out_with takes a function \(DOT, format\) .*, not 'dot'"):
        lay_out_with("dot")


# --- a renderer that misbehaves --------------------------------------------------------------------------------------

QUIET = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
HALF = "print('<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1pt\">', flush=True)"
WHOLE = HALF + "; print('</svg>', flush=True)"


@pytest.fixture
def orphans(tmp_path, fake):
    """The lines with which a fake renderer starts a child that sleeps, and what waits until both are gone."""
    fifo = tmp_path / "alive"                           # open for writing in the renderer and in its child
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)

    def start(**pipes):
        return (f"import os, signal, subprocess; alive = os.open({str(fifo)!r}, os.O_WRONLY)",
                f"subprocess.Popen(['sleep', '600'], pass_fds=[alive], **{pipes})", "os.write(alive, b'!')")

    def wait():
        os.set_blocking(reader, True)
        assert os.read(reader, 2) in (b"!", b"")        # it had started its child, or not even that
        return os.read(reader, 1) == b""                # the end of the file: the last writer is gone

    yield start, wait
    os.close(reader)


def test_a_renderer_that_hangs_is_stopped_with_its_child(fake, orphans, monkeypatch):
    start, gone = orphans
    monkeypatch.setattr(renderer, "SECONDS", 0.5)
    fake(*start(), HALF, "time.sleep(600)")
    with pytest.raises(RendererError, match=r"took more than 0\.5 s; draw a smaller graph"):
        renderer.render(SOURCE, "svg")
    assert gone()
    with pytest.raises(RendererError, match=r"save it as \.svg, which takes less time, or draw a smaller graph"):
        renderer.render(SOURCE, "png")


def test_a_png_of_letters_that_no_font_has_warns(fake, tmp_path, monkeypatch):
    fonts = tmp_path / "fc-list"
    fonts.write_text(f"#!{sys.executable}\nimport sys\nsys.argv[1] == ':charset=5e9' and print('a.ttf')\n")
    fonts.chmod(0o755)
    fake(f"sys.stdout.buffer.write({renderer.SIGNATURES['png']!r})")
    monkeypatch.setattr(renderer, "which", lambda name: str(fonts if name == "fc-list" else tmp_path / "renderer"))
    letters = Value(2.0, "输入") * Value(3.0, "ש")
    with pytest.warns(UserWarning, match=r"no font of this machine has \(输 入\).*save a \.svg") as warned:
        viz.draw(letters).save(tmp_path / "letters.png")
    assert len(warned) == 1 and warned[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        viz.draw(Value(2.0, "ש") * 2).save(tmp_path / "letters.png")


def test_a_child_that_keeps_the_renderers_output_open_is_stopped(fake, orphans, monkeypatch):
    start, gone = orphans
    monkeypatch.setattr(renderer, "SECONDS", 0.5)
    fake(*start(), WHOLE)
    with pytest.raises(RendererError, match=r"took more than 0\.5 s"):
        renderer.render(SOURCE, "svg")
    assert gone()


def test_a_child_that_is_left_behind_is_stopped_and_said(tmp_path, fake, orphans):
    start, gone = orphans
    fake(*start(**QUIET), WHOLE)
    with pytest.raises(RendererError, match="left a process running"):
        renderer.save_picture(SOURCE, tmp_path / "drawing.svg")
    assert gone() and sorted(os.listdir(tmp_path)) == ["alive", "renderer"]


def test_a_renderer_that_dies_half_way_leaves_the_old_file_alone(tmp_path, fake, orphans):
    start, gone = orphans
    (tmp_path / "drawing.svg").write_text("old")
    fake(*start(**QUIET), HALF, "os.kill(os.getpid(), signal.SIGKILL)")
    with pytest.raises(RendererError, match=r"left a process|exit code -9"):
        renderer.save_picture(SOURCE, tmp_path / "drawing.svg")
    assert gone() and (tmp_path / "drawing.svg").read_text() == "old"
    assert sorted(os.listdir(tmp_path)) == ["alive", "drawing.svg", "renderer"]


def test_ctrl_c_stops_the_renderer_and_its_child(fake, orphans):
    start, gone = orphans
    fake(*start(), "os.kill(os.getppid(), signal.SIGINT)", "time.sleep(600)")
    with pytest.raises(KeyboardInterrupt):
        renderer.render(SOURCE, "svg")
    assert gone()


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
    assert Path(renderer.renderer()) == chosen
    monkeypatch.setenv("GRAPHVIZ_DOT", "")
    assert Path(renderer.renderer()) == system
    system.unlink()
    assert Path(renderer.renderer()) == embedded              # though its folder is not on the PATH
    embedded.unlink()
    with pytest.raises(RendererError, match=r"pip install graphviz-pure, or apt or brew install graphviz") as raised:
        renderer.renderer()
    assert len(str(raised.value)) < 100                       # a line of a terminal or of a notebook
    monkeypatch.setenv("GRAPHVIZ_DOT", "/no/such/program")
    with pytest.raises(RendererError, match="GRAPHVIZ_DOT is '/no/such/program'"):
        renderer.renderer()
