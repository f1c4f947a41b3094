"""A number over the frames of a film as a small curve, inline SVG that stretches; player.js moves its marker."""
from collections.abc import Sequence
from html import escape
from math import isfinite

from autograd.symbolic.labels import format_number


def line_chart(name: str, titles: Sequence[str], values: Sequence[float], digits: int) -> str:
    """A figure: the curve from the first frame to the last, on a scale that holds 0; what is not finite is a gap."""
    finite = [x for x in values if isfinite(x)]
    low, high = min(0.0, *finite, 0.0), max(0.0, *finite, 0.0)
    heights = [f"{100 - 100 * share(x, low, high):.4g}" if isfinite(x) else "" for x in values]
    path, pen_is_up = "", True
    for k, y in enumerate(heights):
        if y:
            path += f"{'M' if pen_is_up else 'L'}{100 * k / max(1, len(heights) - 1):.4g},{y}"
        pen_is_up = not y
    sentence = (f"{name} from {format_number(values[0], digits)} at {titles[0]} "
                f"to {format_number(values[-1], digits)} at {titles[-1]}")
    return (f'<figure id="curve"><figcaption>{escape(name)} over the frames</figcaption>'
            f'<span class="high" aria-hidden="true">{format_number(high, digits)}</span>'
            f'<span class="low" aria-hidden="true">{format_number(low, digits)}</span>'
            f'<div class="plot"><svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" '
            f'aria-label="{escape(sentence)}">'
            f'<path class="axes" d="M0,0V100H100"/><path class="line" d="{path}"/>'
            f'<path id="marker" data-heights="{",".join(heights)}" d="M100,{heights[-1] or 100}h0"/></svg></div>'
            f'<span class="first" aria-hidden="true">{escape(titles[0])}</span>'
            f'<span class="last" aria-hidden="true">{escape(titles[-1])}</span></figure>')


def share(x: float, low: float, high: float) -> float:
    """Where x is between low and high, from 0 to 1; halved first, for the difference of two floats may overflow."""
    return (x / 2 - low / 2) / (high / 2 - low / 2) if high > low else 0.0
