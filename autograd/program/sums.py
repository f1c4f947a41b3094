"""Gradients that arrive over several edges: each row's is the sum of the rows that its consumers wrote.

Gathering what was written beats adding it where it belongs: no row is cleared, and none is read and written in turn.
"""
from collections.abc import Callable

import numpy as np

HEAVY = 16                  # a row with more edges than this is a sum of its own


class Edges:
    """All edges of a program, by the row that they lead to: the rows sources[starts[r]:starts[r + 1]] add up to r."""

    def __init__(self, rows: int, targets: list[np.ndarray], sources: list[np.ndarray]) -> None:
        to = np.concatenate([np.zeros(0, dtype=np.intp), *targets])
        order = np.argsort(to, kind="stable")
        self.sources = np.concatenate([np.zeros(0, dtype=np.intp), *sources])[order]
        self.starts = np.searchsorted(to[order], np.arange(rows + 1))

    def sums(self, G: np.ndarray, first: int, size: int, work: np.ndarray, begun: bool) -> Callable[[], None]:
        """The function that sums up rows first to first + size of G; added to what is in them already if begun."""
        starts = self.starts[first:first + size + 1]
        counts, sources = np.diff(starts), self.sources[starts[0]:starts[-1]]
        starts = starts[:-1] - starts[0]
        if G.shape[1] == 1 and not begun and counts.all():
            return one_column(G[:, 0], first, size, sources, starts)
        passes = []
        for k in range(min(HEAVY, int(counts.max()))):
            rows = np.flatnonzero(counts > k)
            run = rows[-1] - rows[0] == len(rows) - 1
            to = slice(first + rows[0], first + rows[-1] + 1) if run else first + rows
            passes.append((G[to] if run else None, to, sources[starts[rows] + k], work[:len(rows)], k or begun))
        heavy = [(G[first + r], sources[starts[r] + HEAVY:starts[r] + counts[r]])
                 for r in np.flatnonzero(counts > HEAVY).tolist()]
        take = G.take

        def add_up() -> None:
            for view, rows, sources, part, is_begun in passes:
                if view is None:
                    take(sources, 0, part, "clip")
                    if is_begun:
                        G[rows] += part
                    else:
                        G[rows] = part
                elif is_begun:
                    take(sources, 0, part, "clip")
                    np.add(view, part, view)
                else:
                    take(sources, 0, view, "clip")
            for view, sources in heavy:
                view += take(sources, 0).sum(0)

        return add_up


def one_column(g: np.ndarray, first: int, size: int, sources: np.ndarray, starts: np.ndarray) -> Callable[[], None]:
    """The same for one sample: the edges of a row lie side by side, and are summed in one call."""
    take, view, add, part = g.take, g[first:first + size], np.add.reduceat, np.empty(len(sources))

    def add_up() -> None:
        take(sources, 0, part, "clip")
        add(part, starts, 0, None, view)

    return add_up
