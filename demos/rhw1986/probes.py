"""What the six units that code a person have learned: no input says anyone's nationality, generation, branch or sex."""
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
    """What the six units of the person layer put out for each person: (24, 6)."""
    rows = np.eye(len(PEOPLE)).tolist()
    return np.array([[y.data for y in model.person(row)] for row in rows])


def correlation(Y: np.ndarray, labels: np.ndarray) -> float:
    """The largest |r| between one of the units and the feature."""
    known = labels >= 0
    return float(np.nanmax(np.abs([np.corrcoef(y, labels[known])[0, 1] for y in Y[known].T])))


def probe(Y: np.ndarray, labels: np.ndarray) -> float:
    """The share of people whose feature a linear probe of all six units tells, fitted without that person.

    It is fitted by least squares to the label, and its answer rounded.
    """
    known = labels >= 0
    inputs, t = np.column_stack([Y[known], np.ones(known.sum())]), labels[known]
    told = []
    for k in range(len(t)):
        others = np.arange(len(t)) != k
        w = np.linalg.lstsq(inputs[others], t[others].astype(float))[0]
        told.append(np.clip(np.round(inputs[k] @ w), 0, t.max()) == t[k])
    return float(np.mean(told))


def print_probes(models: list[Any]) -> None:
    """The mean over the networks for each feature."""
    found = [codes(model) for model in models]
    print(f"\nWhat the six person units encode, over {len(models)} networks:\n"
          f"  {'':13}best single unit |r|   all six, a linear probe, the person left out (always the largest class)")
    for name, labels in FEATURES.items():
        counts = np.bincount(labels[labels >= 0])
        print(f"  {name:13}{np.mean([correlation(Y, labels) for Y in found]):13.2f}"
              f"{np.mean([probe(Y, labels) for Y in found]):22.2f} ({counts.max() / counts.sum():.2f})")
