"""The segment sum: the gradient of each row is the sum of the terms that its consumers wrote.

Gathering terms is faster than scattering them: no row has to be cleared first, or read and written again.
"""
from collections.abc import Callable
from typing import Any

import numpy as np

from .blocks import follow

Step = tuple[Callable[..., Any], tuple[Any, ...]]       # a function and its arguments
HEAVY = 16                  # edges of a row that get a pass of their own; the others are summed in one call


class SegmentSum:
    """All edges of a program, sorted by target: the rows sources[starts[r]:starts[r + 1]] add up to row r."""

    def __init__(self, rows: int, targets: np.ndarray, sources: np.ndarray) -> None:
        order = np.argsort(targets, kind="stable")
        self.sources = sources[order]
        self.starts = np.searchsorted(targets[order], np.arange(rows + 1))

    def sums(self, G: np.ndarray, work: np.ndarray, first: int, size: int, assigned: bool) -> list[Step]:
        """The calls that sum rows first to first + size of G; if assigned, they add to the terms already there.

        The k-th pass takes the k-th edge of every row that has one; the rows that are used most come first in their
        block, so that those of one pass are consecutive.
        """
        starts = self.starts[first:first + size + 1]
        counts, sources = np.diff(starts), self.sources[starts[0]:starts[-1]]
        starts = starts[:-1] - starts[0]
        if G.shape[1] == 1 and not assigned and counts.all():
            part = np.empty(len(sources))               # one sample: the edges of a row are adjacent
            return [(G[:, 0].take, (sources, 0, part, "clip")),
                    (np.add.reduceat, (part, starts, 0, None, G[first:first + size, 0]))]
        steps: list[Step] = []
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
        return steps


def put_at(G: np.ndarray, rows: np.ndarray, part: np.ndarray) -> None:
    G[rows] = part


def add_at(G: np.ndarray, rows: np.ndarray, part: np.ndarray) -> None:
    G[rows] += part                                 # no row is repeated


def add_rows(G: np.ndarray, sources: np.ndarray, into: np.ndarray) -> None:
    """Add the sum of rows of G to one row."""
    into += G.take(sources, 0).sum(0)
