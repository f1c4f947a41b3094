"""Probes of the six person units for features that no input gives: nationality, generation, branch of the tree, sex."""
from typing import Any

import numpy as np

from .families import BRANCH, ENGLISH, GENERATION, MEN, PEOPLE

FEATURES = {                                    # of each person; -1 where it does not apply
    "nationality": np.repeat([0, 1], len(ENGLISH)),
    "generation": np.tile(GENERATION, 2),
    "branch": np.tile(BRANCH, 2),
    "sex": np.tile([int(person in MEN) for person in range(len(ENGLISH))], 2),
}


def codes(model: Any) -> np.ndarray:
    """The outputs of the six person units for each person: (24, 6)."""
    rows = np.eye(len(PEOPLE)).tolist()
    return np.array([[y.data for y in model.person(row)] for row in rows])


def correlation(Y: np.ndarray, labels: np.ndarray) -> float:
    """The largest |r| between one of the units and the feature."""
    known = labels >= 0
    return float(np.nanmax(np.abs([np.corrcoef(y, labels[known])[0, 1] for y in Y[known].T])))


def probe(Y: np.ndarray, labels: np.ndarray) -> float:
    """The accuracy of a linear probe on all six units, each person's answer from a fit to the others.

    It is fitted by least squares to the label, and its answer rounded.
    """
    known = labels >= 0
    inputs, t = np.column_stack([Y[known], np.ones(known.sum())]), labels[known]
    right = []
    for k in range(len(t)):
        others = np.arange(len(t)) != k
        w = np.linalg.lstsq(inputs[others], t[others].astype(float))[0]
        right.append(np.clip(np.round(inputs[k] @ w), 0, t.max()) == t[k])
    return float(np.mean(right))


def print_probes(models: list[Any]) -> None:
    """Print each feature's largest correlation and probe accuracy, averaged over the networks."""
    found = [codes(model) for model in models]
    print(f"\nWhat the six person units encode, over {len(models)} networks:\n"
          f"  {'':13}best single unit |r|   all six, a linear probe, the person left out (always the largest class)")
    for name, labels in FEATURES.items():
        counts = np.bincount(labels[labels >= 0])
        print(f"  {name:13}{np.mean([correlation(Y, labels) for Y in found]):13.2f}"
              f"{np.mean([probe(Y, labels) for Y in found]):22.2f} ({counts.max() / counts.sum():.2f})")
