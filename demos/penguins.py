"""penguins: a table of your own, from a CSV file to a network that is trained, drawn, saved, loaded and used"""
import argparse
import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

import nn
import viz
from autograd import Parameter, Value

from .pictures import Pictures
from .training import add_training_arguments, rights, train

TABLE = Path(__file__).with_suffix(".csv")              # made-up numbers, as its first lines say
MISSING = "", "NA", "NaN", "nan"
PATIENCE = 20


class Classifier(nn.Module):
    """A network on measurements in their own units: it scales them, by numbers that are saved with it, not trained."""

    def __init__(self, inputs: int, classes: int, seed: int = 0) -> None:
        self.mean = [Parameter(0.0) for _ in range(inputs)]
        self.spread = [Parameter(1.0) for _ in range(inputs)]
        self.net = nn.MLP(inputs, [8, classes], "tanh", seed=seed)

    def __call__(self, x: Sequence[Any]) -> Any:
        return self.net([(x_i - mean) / spread for x_i, mean, spread in zip(x, self.mean, self.spread)])


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_training_arguments(parser, epochs=200, lr=0.02)
    parser.add_argument("--csv", default=TABLE, metavar="FILE", type=Path,
                        help="a table of your own: a header, the classes in the first column, numbers in the others")


def run(pictures: Pictures, arguments: argparse.Namespace) -> None:
    from sklearn.model_selection import train_test_split  # imported here, so that the other demos run without
    from sklearn.preprocessing import StandardScaler

    names, columns, X, T, dropped = read(arguments.csv)
    print(f"{len(X)} samples of {len(names)} classes ({', '.join(names)}) by {', '.join(columns)}; {dropped} rows with "
          "missing numbers left out." + "  The numbers are made up." * (arguments.csv == TABLE))
    X, X_test, T, T_test = train_test_split(X, T, test_size=0.2, stratify=T, random_state=arguments.seed)
    X, X_new, T, T_new = train_test_split(X, T, test_size=0.25, stratify=T, random_state=arguments.seed)
    scaler = StandardScaler().fit(X)                    # by the training samples alone
    model = Classifier(len(columns), len(names), arguments.seed)
    for p, number in zip([*model.mean, *model.spread], [*scaler.mean_, *scaler.scale_]):
        p.data = number
    print(f"{len(X)} to train on, {len(X_new)} for validation, {len(X_test)} for the test at the end.\n\n"
          f"{model.summary()}\n")
    history = train(model, X, T, nn.cross_entropy, arguments, batch_size=10, validation=(X_new, T_new),
                    parameters=model.net.parameters(), patience=PATIENCE)
    print(f"  best validation loss in epoch {history.best_epoch}, whose weights are kept")

    pictures.save("penguins.npz", lambda path: nn.save(model, path))
    again = nn.load(pictures.folder / "penguins.npz", into=Classifier(len(columns), len(names)))
    read_test = nn.predict(again, X_test).argmax(axis=1)
    print(f"  loaded again: right are {rights(read_test == T_test, 'test samples')} and "
          f"{nn.accuracy(nn.predict(again, X), T):.1%} of those trained on")
    found = names[int(read_test[0])]
    print(f"  {', '.join(f'{name} {x:g}' for name, x in zip(columns, X_test[0]))}: {found}, and it is "
          f"{names[T_test[0]]}")

    J = nn.cross_entropy(again([Value(x, name) for x, name in zip(X_test[0], columns)]), int(T_test[0]))
    pictures.draw("penguins", viz.draw(J, detail="layer"))
    pictures.save("penguins_surface.png", viz.decision_surface(
        again, X, T, held_out=(X_test, T_test), inputs=(0, 1), classes=names, xlabel=columns[0], ylabel=columns[1],
        title="Classes, the other measurements at their means").savefig)
    pictures.save("penguins_confusion.png", viz.confusion_matrix(T_test, read_test, names).savefig)
    pictures.save("penguins_loss.png", viz.loss_curve(history, title="Penguins: cross-entropy").savefig)


def read(path: Path) -> tuple[list[str], list[str], np.ndarray, np.ndarray, int]:
    """The classes' names, the columns' names, X, T as class numbers, and how many rows had a missing number.

    Raises ValueError where it cannot be read, and, naming the line, where a row is too short or a number is none.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ValueError(f"cannot read {path}: {error.strerror}") from None
    lines = [(number, row) for number, row in enumerate(csv.reader(text.splitlines()), start=1)
             if row and not row[0].startswith("#")]
    if len(lines) < 2 or len(lines[0][1]) < 3:
        raise ValueError(f"{path} is no table: it needs a header, a column of classes and at least two of numbers")
    (_, [_, *columns]), *lines = lines
    rows, labels, dropped = [], [], 0
    for number, (label, *cells) in lines:
        if len(cells) != len(columns):
            raise ValueError(f"{path}, line {number}: {len(cells)} numbers for {len(columns)} columns")
        if any(cell.strip() in MISSING for cell in cells):
            dropped += 1
            continue
        try:
            rows.append([float(cell) for cell in cells])
        except ValueError as error:
            raise ValueError(f"{path}, line {number}: {error}") from None
        labels.append(label)
    if len({*labels}) < 2:
        raise ValueError(f"{path} has {len({*labels})} classes with whole rows; two are needed to tell apart")
    names, T = np.unique(labels, return_inverse=True)
    return names.tolist(), columns, np.array(rows), T, dropped
