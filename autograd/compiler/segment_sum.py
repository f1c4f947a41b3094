"""Gradients that arrive over several edges: each row's is the sum of the rows that its consumers wrote.

Gathering what was written beats adding it where it belongs: no row is cleared, and none is read and written in turn.
"""
from collections.abc import Callable
from typing import Any

import numpy as np

from .blocks import follow

Step = tuple[Callable[..., Any], tuple[Any, ...]]       # a function and its arguments
HEAVY = 16                  # the edges beyond these, of a row that has more, are summed in one call


class SegmentSum:
    """All edges of a program, by the row that they lead to: the rows sources[starts[r]:starts[r + 1]] add up to r."""

    def __init__(self, rows: int, targets: np.ndarray, sources: np.ndarray) -> None:
        order = np.argsort(targets, kind="stable")
        self.sources = sources[order]
        self.starts = np.searchsorted(targets[order], np.arange(rows + 1))

    def sums(self, G: np.ndarray, work: np.ndarray, first: int, size: int, assigned: bool) -> list[Step]:
        """What sums up rows first to first + size of G, functions and arguments; added to them already if assigned.

        The k-th pass takes the k-th edge of every row that has one; rows that are used most come first in their
        block, so that those of one pass follow each other.
        """
        starts = self.starts[first:first + size + 1]
        counts, sources = np.diff(starts), self.sources[starts[0]:starts[-1]]
        starts = starts[:-1] - starts[0]
        if G.shape[1] == 1 and not assigned and counts.all():
            part = np.empty(len(sources))               # one sample: the edges of a row lie side by side
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
    G[rows] += part                                 # no row comes twice


def add_rows(G: np.ndarray, sources: np.ndarray, into: np.ndarray) -> None:
    """Add rows of G up into one."""
    into += G.take(sources, 0).sum(0)
