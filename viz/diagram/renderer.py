"""Rendering of DOT: find Graphviz, run it, and write the picture atomically.

That is the function given to `lay_out_with`, else the program that GRAPHVIZ_DOT names, else the system's `dot`, else
`graphviz-pure`, which pip installs.
"""
import os
import signal
import subprocess
import sysconfig
import warnings
from collections.abc import Callable, Sequence
from math import isfinite
from pathlib import Path
from shutil import which
from unicodedata import category
from xml.etree import ElementTree

from autograd.files import replace_file

TEXT_SUFFIXES = (".dot", ".gv")                 # these need no renderer
PICTURE_SUFFIXES = (".svg", ".png", ".pdf")
DPI = 192                                       # of a png: sharp on a projector
SMALLEST = 0.35                                 # the least scale: in a narrower page an svg scrolls
SECONDS = 30                                    # the time limit of a layout
OWN_LETTERS, MOST_LETTERS = "\u052f", 9         # fonts have Latin, Greek and Cyrillic; more letters are not looked up
FONTS = "Helvetica,Arial,sans-serif"
SIGNATURES = {"png": b"\x89PNG\r\n\x1a\n", "pdf": b"%PDF-"}      # an svg is known by its root element
POINTS = {"pt": 1, "px": 3 / 4, "pc": 12, "in": 72, "cm": 72 / 2.54, "mm": 72 / 25.4}       # CSS's absolute units
SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"

LayOut = Callable[[str, str], str | bytes]      # (DOT, format) -> the picture
lay_out: LayOut | None = None                   # the function given to lay_out_with


class RendererError(RuntimeError):
    """Raised where no renderer is found, or it failed; the DOT text remains available."""


def lay_out_with(function: LayOut | None) -> None:
    """Make all pictures with function(DOT, format) -> str or bytes instead of a program; None takes it back.

    The format is "svg", "png" or "pdf".  This is how drawings are made where no process can be started, as in a
    browser.  What the function raises is reported as a RendererError.  Raises TypeError for what is not callable.
    """
    global lay_out
    if function is not None and not callable(function):
        raise TypeError(f"lay_out_with takes a function (DOT, format) -> str or bytes, or None, not {function!r}")
    lay_out = function


def renderer() -> str:
    """The path of the renderer.  Raises RendererError, naming what to install, if there is none."""
    chosen = os.environ.get("GRAPHVIZ_DOT")
    if chosen:
        found = which(chosen)
        if not found:
            raise RendererError(f"GRAPHVIZ_DOT is {chosen!r}, and there is no such program")
        return found
    scripts = sysconfig.get_path("scripts")     # where pip puts commands, also when the environment is not activated
    found = which("dot") or which("graphviz-pure") or which("graphviz-pure", path=scripts)
    if not found:
        raise RendererError("pictures need Graphviz: pip install graphviz-pure, or apt or brew install graphviz")
    return found


def render(source: str, format: str) -> bytes:
    """Render DOT text to a picture in the format "svg", "png" or "pdf".

    Raises RendererError where there is neither a function nor a program, or where it fails, refuses the format, takes
    too long, leaves a process behind or gives anything but such a picture.
    """
    maker, picture = picture_by_function(lay_out, source, format) if lay_out else picture_by_program(source, format)
    if format == "svg":
        return accessible(picture)
    if not picture.startswith(SIGNATURES[format]):
        raise RendererError(f"{maker} printed no {format}: its output starts with {picture[:20]!r}")
    return picture


def picture_by_function(function: LayOut, source: str, format: str) -> tuple[str, bytes]:
    """The function's name, and the picture that it makes of DOT text."""
    name = f"the function of lay_out_with, {getattr(function, '__name__', type(function).__name__)},"
    try:
        picture = function(source, format)
    except RendererError:
        raise
    except Exception as error:
        raise RendererError(f"{name} failed: {type(error).__name__}: {error}") from error
    if not isinstance(picture, str | bytes):
        raise RendererError(f"{name} returns the picture as str or bytes, not {type(picture).__name__}")
    return name, picture.encode() if isinstance(picture, str) else picture


def picture_by_program(source: str, format: str) -> tuple[str, bytes]:
    """The program's path, and the picture that it makes of DOT text."""
    program = renderer()
    options = [f"-T{format}", *([f"-Gdpi={DPI}"] if format == "png" else [])]
    faster = "save it as .svg, which takes less time, or " if format == "png" else ""
    picture, complaint, code = output_of([program, *options], source.encode(), f"{faster}draw a smaller graph")
    if "not recognized" in complaint:
        raise RendererError(f"{program} does not make {format}; a full Graphviz does "
                            "(apt install graphviz, or brew install graphviz)")
    if code or "Error:" in complaint or not picture:                    # some errors leave the exit code at 0
        errors = [line for line in complaint.splitlines() if "Error:" in line] or [f"exit code {code}"]
        raise RendererError(f"{program} failed: {errors[0]}")
    return program, picture


def output_of(command: Sequence[str], stdin: bytes, if_too_slow: str) -> tuple[bytes, str, int]:
    """Run a program: (stdout, stderr, exit code); processes that it started are stopped.

    Raises RendererError where it does not run, takes more than SECONDS, or ends before the processes it started.
    """
    program = command[0]
    try:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   start_new_session=True)              # on POSIX a process group: stopped as a whole
    except OSError as error:
        raise RendererError(f"{program} does not run: {error.strerror}") from None
    with process:
        try:
            picture, complaint = process.communicate(stdin, timeout=SECONDS)
        except subprocess.TimeoutExpired:
            advice = if_too_slow if process.poll() is None else "it ended, a process that it started did not"
            raise RendererError(f"{program} took more than {SECONDS} s; {advice}") from None
        finally:
            left = stop(process)
    if left:
        raise RendererError(f"{program} ended and left a process running, which was stopped; choose another renderer "
                            "with GRAPHVIZ_DOT")
    return picture, complaint.decode(errors="replace").strip(), process.returncode


def stop(process: subprocess.Popen[bytes]) -> bool:
    """Kill a program and the processes it started; True where any of them was running (on Windows: the program)."""
    if not hasattr(os, "killpg"):
        running = process.poll() is None
        process.kill()
        return running
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):                       # macOS raises it where only zombies are left
        return False
    return True


def accessible(svg: bytes) -> bytes:
    """The SVG prepared for a web page: one element that scales, has an accessible name, and names common fonts."""
    ElementTree.register_namespace("", SVG)
    ElementTree.register_namespace("xlink", XLINK)
    try:
        root = ElementTree.fromstring(svg)
    except ElementTree.ParseError as error:
        raise RendererError(f"the renderer's svg is not well-formed: {error}") from None
    if root.tag != f"{{{SVG}}}svg":
        raise RendererError(f"the renderer's svg has the root element {root.tag}, not svg of {SVG}")
    root.set("role", "img")
    root.set("aria-label", root.findtext(f".//{{{SVG}}}title", ""))
    root.set("style", f"max-width: 100%; min-width: {SMALLEST * width(root):.0f}pt; height: auto")
    for parent in [*root.iter()]:
        for run in parent.findall(f"{{{SVG}}}text"):
            run.set("font-family", FONTS)
            if not (run.text or "").strip():
                parent.remove(run)
    return ElementTree.tostring(root, encoding="unicode").encode()


def width(svg: ElementTree.Element) -> float:
    """The width of an SVG in points; where it is relative ("100%", or none) the viewBox's, in CSS pixels.

    Raises RendererError where neither is a length.
    """
    given, box = svg.get("width", "100%").strip(), svg.get("viewBox", "").replace(",", " ").split()
    number, unit = (given[:-2], given[-2:]) if given[-2:] in POINTS else (given, "px")
    if given.endswith("%") and len(box) == 4:
        number = box[2]
    try:
        points = float(number) * POINTS[unit]
    except ValueError:
        points = -1.0
    if not (isfinite(points) and points >= 0):
        raise RendererError(f"the renderer's svg has the width {given!r}: no length such as 100pt, nor a viewBox to "
                            "measure it by")
    return points


def save_picture(source: str, path: str | os.PathLike[str]) -> None:
    """Write DOT text in the format of the file's suffix: .dot or .gv (the text), .svg, .png, .pdf.

    Raises ValueError for another suffix, RendererError where there is no picture, OSError where the file cannot be
    written; an existing file then stays.  Warns of letters that a .png shows as boxes.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in TEXT_SUFFIXES + PICTURE_SUFFIXES:
        raise ValueError(f"the suffix of {path.name!r} tells no format; "
                         f"the possible ones are {', '.join(TEXT_SUFFIXES + PICTURE_SUFFIXES)}")
    replace_file(path, source.encode() if suffix in TEXT_SUFFIXES else render(source, suffix[1:]))
    if suffix == ".png" and (letters := without_font(source)):
        warnings.warn(f"{path.name} shows boxes for letters that no font of this machine has ({' '.join(letters)}): "
                      "install one, or save a .svg, which is shown in the reader's fonts", stacklevel=3)


def without_font(text: str) -> list[str]:
    """Letters of other scripts that no font has, as fontconfig says; none where that is not installed.

    One letter is looked up of each 256 in Unicode, for a font has a script or has it not.
    """
    program = which("fc-list")
    if not program:
        return []
    letters = {ord(c) >> 8: c for c in text if c > OWN_LETTERS and category(c) in ("Lo", "So")}
    return [c for c in [*letters.values()][:MOST_LETTERS] if not subprocess.run(
        [program, f":charset={ord(c):x}", "file"], capture_output=True, check=False, timeout=SECONDS).stdout]
