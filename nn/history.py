"""The record of a training run, which a notebook shows as a curve and a table."""
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isfinite

from .text_table import format_cell, html_table

LAST = 5                                        # epochs in the table
POINTS = 400                                    # of a curve: a longer one is drawn through every second, third, ...
WIDTH, HEIGHT = 560, 160                        # of the curve, in the SVG's units
INKS = "#0072B2", "#D55E00"                     # of the losses and the validation losses


@dataclass
class History:
    """The record of a training run: losses and seconds of each epoch, and why it stopped."""

    losses: list[float] = field(default_factory=list)               # before each update; the mean, or with "sum" J
    validation_losses: list[float] = field(default_factory=list)    # after the epoch's updates
    seconds: list[float] = field(default_factory=list)
    stopped: str = ""                               # "on_epoch", "patience" or "interrupted" if it ended early
    best_epoch: int = 0                             # with patience: the epoch, from 1, whose weights were restored

    def __repr__(self) -> str:
        if not self.losses:
            return "History(0 epochs)"
        stopped = f", stopped: {self.stopped}" if self.stopped else ""
        stopped += f", best epoch {self.best_epoch}" if self.best_epoch else ""
        return (f"History({len(self.losses)} epochs, loss {self.losses[0]:.4g} to {self.losses[-1]:.4g}, "
                f"{sum(self.seconds):.2f} s{stopped})")

    def _repr_html_(self) -> str:
        """The curve of the losses, and the losses of the last epochs."""
        curves = {"loss": self.losses} | ({"validation loss": self.validation_losses} if self.validation_losses else {})
        first = max(0, len(self.losses) - LAST)
        rows = [("epoch", *curves), *((str(i + 1), *(format_cell(curve[i]) for curve in curves.values()))
                                      for i in range(first, len(self.losses)))]
        drawing = svg_curves(curves, repr(self)) if len(self.losses) > 1 else ""
        return f"<p>{self!r}</p>{drawing}{html_table(rows)}"


def svg_curves(curves: dict[str, list[float]], caption: str) -> str:
    """The curves over the epochs as inline SVG, on one scale that holds 0; the text has the notebook's colour."""
    numbers = [x for curve in curves.values() for x in curve if isfinite(x)]
    low, high = min(0.0, *numbers, 0.0), max(0.0, *numbers, 0.0)
    lines, legend = "", ""
    for k, ((name, curve), ink) in enumerate(zip(curves.items(), INKS)):
        lines += f'<polyline fill="none" stroke="{ink}" stroke-width="2" points="{points(curve, low, high)}"/>'
        legend += f'<text x="{WIDTH}" y="{16 * k + 12}" text-anchor="end" fill="{ink}">{name}</text>'
    top, bottom, epochs = format_cell(high), format_cell(low), max(map(len, curves.values()))
    return (f'<svg role="img" aria-label="{caption}" viewBox="-70 0 {WIDTH + 80} {HEIGHT + 22}" font-size="13" '
            'font-family="Helvetica, Arial, sans-serif" style="max-width: 100%; width: 640px; height: auto">'
            f'<path fill="none" stroke="currentColor" d="M0,0V{HEIGHT}H{WIDTH}"/>{lines}{legend}'
            f'<g fill="currentColor"><text x="-6" y="11" text-anchor="end">{top}</text>'
            f'<text x="-6" y="{HEIGHT}" text-anchor="end">{bottom}</text><text x="0" y="{HEIGHT + 17}">epoch 1</text>'
            f'<text x="{WIDTH}" y="{HEIGHT + 17}" text-anchor="end">{epochs}</text></g></svg>')


def points(curve: Sequence[float], low: float, high: float) -> str:
    """The points of a curve in the SVG; those that are not finite are left out."""
    chosen = range(len(curve) - 1, -1, -(1 + len(curve) // POINTS))         # from the last, which is always there
    across, scale = WIDTH / max(1, len(curve) - 1), high / 2 - low / 2      # halved: a difference may overflow
    return " ".join([f"{across * i:.1f},{HEIGHT * (1 - (curve[i] / 2 - low / 2) / (scale or 1.0)):.1f}"
                     for i in reversed(chosen) if isfinite(curve[i])])
