"""Gradients that arrive over several edges: each row's is the sum of the rows that its consumers wrote.

Gathering what was written beats adding it where it belongs: no row is cleared, and none is read and written in turn.
"""
from collections.abc import Callable
from typing import Any

import numpy as np

from .blocks import follow

HEAVY = 16                  # the edges beyond these, of a row that has more, are summed in one call


class SegmentSum:
    """All edges of a program, by the row that they lead to: the rows sources[starts[r]:starts[r + 1]] add up to r."""

    def __init__(self, rows: int, targets: list[np.ndarray], sources: list[np.ndarray]) -> None:
        to = np.concatenate([np.zeros(0, dtype=np.intp), *targets])
        order = np.argsort(to, kind="stable")
        self.sources = np.concatenate([np.zeros(0, dtype=np.intp), *sources])[order]
        self.starts = np.searchsorted(to[order], np.arange(rows + 1))

    def sums(self, G: np.ndarray, first: int, size: int, work: np.ndarray, assigned: bool) -> Callable[[], None]:
        """The function that sums up rows first to first + size of G; added to what is in them already if assigned.

        The k-th pass takes the k-th edge of every row that has one; rows that are used most come first in their
        block, so that those of one pass follow each other.
        """
        starts = self.starts[first:first + size + 1]
        counts, sources = np.diff(starts), self.sources[starts[0]:starts[-1]]
        starts = starts[:-1] - starts[0]
        if G.shape[1] == 1 and not assigned and counts.all():
            return one_column(G[:, 0], first, size, sources, starts)
        steps: list[tuple[Callable[..., Any], tuple[Any, ...]]] = []
        for k in range(min(HEAVY, int(counts.max()))):
            rows = np.flatnonzero(counts > k)
            found, to = sources[starts[rows] + k], first + rows
            into, part = G[to[0]:to[-1] + 1], work[:len(rows)]
            if not follow(to):
                steps += [(G.take, (found, 0, part, "clip")), (add_at if k or assigned else put_at, (G, to, part))]
            elif not (k or assigned):
                steps.append((G.take, (found, 0, into, "clip")))
            elif follow(found):
                steps.append((np.add, (into, G[found[0]:found[-1] + 1], into)))
            else:
                steps += [(G.take, (found, 0, part, "clip")), (np.add, (into, part, into))]
        for r in np.flatnonzero(counts > HEAVY).tolist():
            steps.append((add_rows, (G, sources[starts[r] + HEAVY:starts[r] + counts[r]], G[first + r])))

        def add_up() -> None:
            for step, arguments in steps:
                step(*arguments)

        return add_up


def put_at(G: np.ndarray, rows: np.ndarray, part: np.ndarray) -> None:
    G[rows] = part


def add_at(G: np.ndarray, rows: np.ndarray, part: np.ndarray) -> None:
    G[rows] += part                                 # no row comes twice


def add_rows(G: np.ndarray, sources: np.ndarray, into: np.ndarray) -> None:
    """Add rows of G up into one."""
    into += G.take(sources, 0).sum(0)


def one_column(g: np.ndarray, first: int, size: int, sources: np.ndarray, starts: np.ndarray) -> Callable[[], None]:
    """The same for one sample: the edges of a row lie side by side, and are summed in one call."""
    take, view, add, part = g.take, g[first:first + size], np.add.reduceat, np.empty(len(sources))

    def add_up() -> None:
        take(sources, 0, part, "clip")
        add(part, starts, 0, None, view)

    return add_up
