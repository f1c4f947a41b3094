"""The tables as bar charts on a log scale: a panel for each, the fastest on top, every bar with its number."""
from collections.abc import Sequence

from .comparison import Comparison, number

OURS, THEIRS = "#0072b2", "#b0b0b0"             # they differ in lightness too


def draw(found: Sequence[Comparison], path: str, subtitle: str) -> None:
    """Write the picture; its format is the path's suffix."""
    from matplotlib.figure import Figure

    panels = [comparison for comparison in found if comparison.key in "ABCD" and comparison.name != "memory"
              and comparison.rows]
    columns = 1 if len(panels) == 1 else 2
    rows = [panels[i:i + columns] for i in range(0, len(panels), columns)]
    heights = [max(len(panel.rows) for panel in row) + 2.5 for row in rows]
    figure = Figure(figsize=(8.2 * columns, 0.36 * sum(heights) + 0.9), layout="constrained")
    grid = figure.add_gridspec(len(rows), columns, height_ratios=heights)
    figure.suptitle(f"Shorter is faster, log scale; blue: deltagrad\n{subtitle}", fontsize=10)
    for i, row in enumerate(rows):
        for j, comparison in enumerate(row):
            bars(figure.add_subplot(grid[i, j]), comparison)
    figure.savefig(path, dpi=150)


def bars(axes: object, comparison: Comparison) -> None:
    """Draw one panel."""
    from matplotlib.axes import Axes

    assert isinstance(axes, Axes)
    order = sorted(comparison.rows.items(), key=lambda item: item[1].median)
    names, medians = [name for name, _ in order], [row.median for _, row in order]
    places = range(len(order))
    axes.barh(places, medians, color=[OURS if name.startswith("deltagrad") else THEIRS for name in names], height=0.7)
    for place, (name, row) in zip(places, order):
        ratio = comparison.ratio(name)
        times = f"  ({number(ratio)}x)" if ratio and name != comparison.reference else ""
        axes.text(row.slowest * 1.12, place, number(row.median) + times, va="center", fontsize=9)
        if len(row.rounds) > 1:
            axes.plot([row.fastest, row.slowest], [place, place], color="black", linewidth=1)
    axes.set_xscale("log")
    axes.set_xlim(min(medians) / 2, max(medians) * 30)
    axes.set_yticks(places, names, fontsize=9)
    axes.invert_yaxis()
    axes.set_xlabel(f"{comparison.unit}  (in brackets: times {comparison.reference})", fontsize=9)
    axes.set_title(f"{comparison.key}: {comparison.title}", fontsize=9.5, loc="left")
    axes.spines[["top", "right"]].set_visible(False)
