"""DOT to a picture: find a program that lays graphs out, run it, and write the file whole or not at all.

The program is the one GRAPHVIZ_DOT names, else the system's `dot`, else `graphviz-pure`, which pip installs.
"""
import os
import subprocess
import sysconfig
from contextlib import suppress
from pathlib import Path
from shutil import which
from uuid import uuid4
from xml.etree import ElementTree

TEXT_SUFFIXES = (".dot", ".gv")                 # these need no renderer
PICTURE_SUFFIXES = (".svg", ".png", ".pdf")
DPI = 192                                       # of a png: sharp on a projector
SMALLEST = 0.6                                  # of its size: a svg in a narrower page is scrolled, not shrunk further
SECONDS = 30                                    # the longest a layout may take
FONTS = "Helvetica,Arial,sans-serif"
SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"


class RendererError(RuntimeError):
    """There is no program to render with, or it failed; the DOT text itself is always at hand."""


def renderer() -> str:
    """The program that turns DOT into pictures; raises RendererError, naming what to install, if there is none."""
    chosen = os.environ.get("GRAPHVIZ_DOT")
    if chosen:
        found = which(chosen)
        if not found:
            raise RendererError(f"GRAPHVIZ_DOT is {chosen!r}, and there is no such program")
        return found
    scripts = sysconfig.get_path("scripts")     # where pip puts commands, also when the environment is not activated
    found = which("dot") or which("graphviz-pure") or which("graphviz-pure", path=scripts)
    if not found:
        raise RendererError("pictures need Graphviz: install it (apt install graphviz, or brew install graphviz), or "
                            "its embedded form (pip install graphviz-pure).  The DOT text works without it")
    return found


def render(source: str, format: str) -> bytes:
    """The picture that DOT text describes, as "svg", "png" or "pdf".

    Raises RendererError where no program is found, or where it fails, refuses the format or takes too long.
    """
    program = renderer()
    options = [f"-T{format}", *([f"-Gdpi={DPI}"] if format == "png" else [])]
    try:
        run = subprocess.run([program, *options], input=source.encode(), capture_output=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        raise RendererError(f"{program} took more than {SECONDS} s; draw a smaller graph") from None
    except OSError as error:
        raise RendererError(f"{program} does not run: {error.strerror}") from None
    complaint = run.stderr.decode(errors="replace").strip()
    if "not recognized" in complaint:
        raise RendererError(f"{program} does not make {format}; a full Graphviz does "
                            "(apt install graphviz, or brew install graphviz)")
    if run.returncode or "Error:" in complaint or not run.stdout:       # some errors leave the exit code at 0
        errors = [line for line in complaint.splitlines() if "Error:" in line] or [f"exit code {run.returncode}"]
        raise RendererError(f"{program} failed: {errors[0]}")
    return accessible(run.stdout) if format == "svg" else run.stdout


def accessible(svg: bytes) -> bytes:
    """The SVG as a page can take it: one element that scales, says what it shows, and asks for fonts at hand."""
    ElementTree.register_namespace("", SVG)
    ElementTree.register_namespace("xlink", XLINK)
    try:
        root = ElementTree.fromstring(svg)
    except ElementTree.ParseError as error:
        raise RendererError(f"the renderer's svg is not well-formed: {error}") from None
    root.set("role", "img")
    root.set("aria-label", root.findtext(f".//{{{SVG}}}title", ""))
    width = float(root.get("width", "0pt").removesuffix("pt"))
    root.set("style", f"max-width: 100%; min-width: {SMALLEST * width:.0f}pt; height: auto")
    for parent in [*root.iter()]:
        for run in parent.findall(f"{{{SVG}}}text"):
            run.set("font-family", FONTS)
            if not (run.text or "").strip():
                parent.remove(run)
    return ElementTree.tostring(root, encoding="unicode").encode()


def save(source: str, path: str | os.PathLike[str]) -> None:
    """Write DOT text to a file whose suffix tells the format: .dot or .gv (the text), .svg, .png, .pdf.

    Raises ValueError for another suffix, RendererError where there is no picture, OSError where the file cannot be
    written; what was there before then stays.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in TEXT_SUFFIXES + PICTURE_SUFFIXES:
        raise ValueError(f"the suffix of {path.name!r} tells no format; "
                         f"the possible ones are {', '.join(TEXT_SUFFIXES + PICTURE_SUFFIXES)}")
    write(path, source.encode() if suffix in TEXT_SUFFIXES else render(source, suffix[1:]))


def write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: first under another name, beside it."""
    draft = path.with_name(f".{uuid4().hex}.part")
    try:
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as error:
        raise OSError(error.errno, f"cannot write {path}: {error.strerror}") from None
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
