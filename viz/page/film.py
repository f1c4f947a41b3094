"""One graph over a training as a page: recorded anew for each frame, drawn once, its numbers change in place.

A frame is a step of the page that writes into all cells of the drawing at once, where the number is another one.
"""
import math
import os
from collections.abc import Callable
from html import escape
from typing import NamedTuple

from autograd import Value, ops
from autograd.files import replace_file
from autograd.symbolic.expr import Expr
from autograd.symbolic.labels import format_number, truncate
from autograd.symbolic.printer import to_text

from ..diagram.build import build_diagram
from ..diagram.captions import Captions
from ..diagram.model import Diagram, Node
from ..diagram.options import check_style
from ..diagram.renderer import RendererError
from .cells import cells, with_numbers
from .chart import line_chart
from .html import Page, PlayerText, checked_output, html_path, in_frame, page_of
from .page_step import Cells, PageStep, Table

MOST_NUMBERS = 100_000                          # in all frames of a page, which is then some megabytes large
LASTS, LONGEST, SHORTEST = 20.0, 1.2, 0.1       # seconds: a film, if its frames are not longer or shorter than these


class Frame(NamedTuple):
    """The numbers of one moment, in the order of the drawing's cells."""
    title: str
    numbers: tuple[float, ...]


class Film:
    """Frames of one graph while its parameters change, to be saved as a page that plays them.

    `record()` records the graph; it is called at once, for the frame "epoch 0" before the training, and then for every
    frame.  The film itself is what `nn.fit` takes as on_epoch: a frame after every epoch, or with `every` after every
    so many; in a loop of your own, `take` takes one.  It changes no data and no gradients.  `digits`, `direction`,
    `expand` and `limit` are those of `draw`.  Raises TypeError where record gives no Value, ValueError where the graph
    has too many nodes, is another one than in the first frame, or was recorded before its leaves moved: a graph J
    that was recorded once is filmed as Film(lambda: replay(J)).

    >>> from autograd import Parameter
    >>> w = Parameter(3.0, "w")
    >>> film = Film(lambda: w * w)
    >>> for epoch in 1, 2:
    ...     w.data -= 0.25 * (2 * w.data)
    ...     film.take(f"epoch {epoch}")
    >>> film
    <Film of u1: 3 frames>
    """

    def __init__(self, record: Callable[[], Value], *, every: int = 1, digits: int = 4, direction: str = "LR",
                 expand: bool | str = False, limit: int | None = None) -> None:
        check_style(digits, direction)
        if not callable(record):
            raise TypeError("a Film takes a function that records the graph anew for each frame, such as "
                            f"lambda: loss(model(x), t), and {ops.short(repr(record))} is not callable")
        if not isinstance(every, int) or every < 1:
            raise ValueError(f"every is a whole number of epochs, at least 1, not {every!r}")
        self.record, self.every, self.expand, self.limit = record, every, expand, limit
        self.digits, self.direction = digits, direction
        self.first = self.described()
        self.cells = tuple(cells(self.first, digits))
        self.frames = [self.frame("epoch 0", self.first)]

    def __call__(self, epoch: int, loss: float) -> None:
        """Take a frame if it is this epoch's turn."""
        if epoch % self.every == 0:
            self.take(f"epoch {epoch}")

    def take(self, title: str) -> None:
        """Take a frame: the graph, recorded now."""
        now = self.described()
        if difference := self.difference(now):
            raise ValueError(f"frame {len(self.frames) + 1}, {title}: the graph is not that of frame 1: {difference}.  "
                             "A film plays the numbers of one graph")
        self.frames.append(self.frame(title, now))

    def save(self, path: str | os.PathLike[str]) -> Page:
        """Write the page.

        Raises ValueError for a suffix other than .html and .htm or for too many frames, RendererError where there is no
        Graphviz, and OSError where the file cannot be written; what was there before then stays.
        """
        path, (html, title) = html_path(path), self.page()
        replace_file(path, html.encode())
        return Page(path, html, title)

    def page(self) -> tuple[str, str]:
        """The page, and its title; raises ValueError for too many frames, RendererError where there is no Graphviz."""
        count = len(self.frames) * len(self.cells)
        if count > MOST_NUMBERS:
            raise ValueError(f"{len(self.frames)} frames of {len(self.cells)} numbers each are too many for a page, "
                             f"which holds {MOST_NUMBERS} numbers: take fewer, with "
                             f"every={self.every * math.ceil(count / MOST_NUMBERS)}")
        steps, output = self.steps(), self.name(self.first.root)
        seconds = min(LONGEST, max(SHORTEST, LASTS / len(steps)))
        heights = [self.at(frame)[f"{self.first.root.id}.value"] for frame in self.frames]
        chart = line_chart(output, [frame.title for frame in self.frames], heights, self.digits)
        return page_of(with_numbers(self.first, self.at(self.frames[-1])), steps,
                       PlayerText("frame", "its training, frame by frame", seconds), self.digits, self.direction,
                       "in training", chart)

    def _repr_html_(self) -> str:
        """The page in a frame, or the reason why there is none."""
        try:
            return in_frame(*self.page())
        except (RendererError, ValueError) as error:
            return f"<p>{escape(repr(self))}</p><p>{escape(str(error))}</p>"

    def __repr__(self) -> str:
        return f"<Film of {self.first.root.name}: {len(self.frames)} frame{'s' * (len(self.frames) != 1)}>"

    # --- taking

    def described(self) -> Diagram:
        """The graph of this moment."""
        return build_diagram(checked_output("a Film", "records", self.record(), self.expand, self.limit), True,
                             self.digits)

    def frame(self, title: str, now: Diagram) -> Frame:
        return Frame(truncate(str(title)), tuple(cells(now, self.digits).values()))

    def difference(self, now: Diagram) -> str:
        """What tells this graph from the first frame's; "" where only numbers do."""
        first = self.first
        if len(now.nodes) != len(first.nodes):
            return f"it has {len(now.nodes)} nodes, not {len(first.nodes)}"
        for was, node in zip(first.nodes, now.nodes):
            if (was.id, was.kind, was.name, was.formula) != (node.id, node.kind, node.name, node.formula):
                hint = ", and a constant that changes needs a label" if was.kind == node.kind == "constant" else ""
                return (f"{node.kind} {Captions(now, self.digits).header(node)} stands where "
                        f"{was.kind} {Captions(first, self.digits).header(was)} was{hint}")
        same = [edge.id for edge in first.edges] == [edge.id for edge in now.edges]
        return "" if same and tuple(cells(now, self.digits)) == self.cells else "its edges or cells are others"

    # --- telling

    def steps(self) -> list[PageStep]:
        """The frames as steps."""
        steps: list[PageStep] = []
        before: Frame | None = None
        for frame in self.frames:
            now, then = self.at(frame), self.at(before) if before else {}
            writes = {cell: x for cell, x in now.items() if cell not in then or self.say(x) != self.say(then[cell])}
            steps.append(PageStep("training", frame.title, self.sentence(frame, before),
                              (*self.parameters(now, then, before.title if before else ""),
                               *self.local_gradients(now)),
                              writes=writes))
            before = frame
        return steps

    def at(self, frame: Frame) -> Cells:
        return dict(zip(self.cells, frame.numbers))

    def name(self, node: Node) -> str:
        return to_text(Expr(node.name))

    def say(self, x: float) -> str:
        return format_number(x, self.digits)

    def slope(self, by: str) -> str:
        return to_text(Expr.of("derivative", "∂", Expr(self.first.root.name), Expr(by)))

    def sentence(self, frame: Frame, before: Frame | None) -> str:
        """The output, now and before."""
        J = f"{self.first.root.id}.value"
        now = f"{self.name(self.first.root)} is {self.say(self.at(frame)[J])}"
        return f"{frame.title}: {now}" + (f", after {self.say(self.at(before)[J])} at {before.title}." if before else
                                          ", before the training.")

    def parameters(self, now: Cells, then: Cells, since: str) -> tuple[Table, ...]:
        """Each parameter: its value, its gradient, and how far it has moved since the frame before."""
        rows = []
        for node in self.first.nodes:
            if node.kind == "parameter":
                value, slope = now[f"{node.id}.value"], now[f"{node.id}.gradient"]
                moved = self.say(value - then[f"{node.id}.value"]) if then else ""
                rows.append((self.name(node), self.say(value), self.say(slope), moved))
        head = "w", "value", self.slope("w"), f"Δw since {since}" if since else "Δw"
        return (Table("parameters", head, tuple(rows)),) if rows else ()

    def local_gradients(self, now: Cells) -> tuple[Table, ...]:
        """Each pre-activation v with its δ."""
        rows = tuple([(self.name(node), self.say(now[f"{node.id}.value"]), self.say(now[f"{node.id}.delta"]))
                      for node in self.first.nodes if node.delta is not None])
        return (Table("local gradients", ("v", "value", f"δ = −{self.slope('v')}"), rows),) if rows else ()
