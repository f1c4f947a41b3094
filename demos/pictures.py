"""The folder a demo writes to: everything that is possible is written, and said; what is missing is said too."""
import os
from collections.abc import Callable
from pathlib import Path

from viz import Drawing
from viz.diagram.renderer import RendererError


class Pictures:
    """Saves what a demo makes into one folder, and remembers what was written and what could not be."""

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        """Make the folder.  Raises OSError where it cannot be made or written to."""
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        if not os.access(self.folder, os.W_OK):
            raise PermissionError(13, "the folder is not writable", str(self.folder))
        self.written: list[Path] = []
        self.missing: list[str] = []

    def draw(self, name: str, drawing: Drawing) -> None:
        """Save a drawing as DOT, svg and png; where no renderer is found, the DOT alone."""
        for suffix in "dot", "svg", "png":
            self.save(f"{name}.{suffix}", drawing.save)

    def save(self, name: str, write: Callable[[Path], object]) -> None:
        """Let write make one file, which is there whole or not at all."""
        path, unfinished = self.folder / name, self.folder / f".unfinished-{name}"
        try:
            write(unfinished)
            unfinished.replace(path)
        except RendererError as error:
            self.missing.append(str(error))
        else:
            self.written.append(path)
        finally:
            unfinished.unlink(missing_ok=True)

    def __str__(self) -> str:
        """The files written, a line for every picture."""
        stems: dict[str, list[str]] = {}
        for path in self.written:
            stems.setdefault(path.stem, []).append(path.suffix[1:])
        return "\n".join(f"  {self.folder / stem}.{{{','.join(suffixes)}}}" if len(suffixes) > 1
                         else f"  {self.folder / stem}.{suffixes[0]}" for stem, suffixes in stems.items())
