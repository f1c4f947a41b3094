"""The paper's two family trees, alike but for their names, and the facts that follow from them."""
from collections.abc import Callable
from itertools import product

import numpy as np

ENGLISH = ("Christopher", "Penelope", "Andrew", "Christine", "Margaret", "Arthur", "Victoria", "James", "Jennifer",
           "Charles", "Colin", "Charlotte")
ITALIAN = ("Roberto", "Maria", "Pierro", "Francesca", "Gina", "Emilio", "Lucia", "Marco", "Angela", "Tomaso",
           "Alfonso", "Sophia")
PEOPLE = ENGLISH + ITALIAN
COUPLES = (0, 1), (2, 3), (5, 4), (7, 6), (9, 8)                        # husband, wife, as places in a tree
CHILDREN = {(0, 1): (5, 6), (2, 3): (7, 8), (7, 6): (10, 11)}           # son, daughter

HUSBAND = {wife: husband for husband, wife in COUPLES}
WIFE = dict(COUPLES)
PARENTS = {child: parents for parents, children in CHILDREN.items() for child in children}
MEN = frozenset(WIFE) | {son for son, _ in CHILDREN.values()}

GENERATION = np.array([0] * 4 + [1] * 6 + [2] * 2)
BRANCH = np.array([0, 0, 1, 1, 0, 0, 0, 1, 1, 1, -1, -1])               # Christopher's, Andrew's; -1 is of both


def children(person: int) -> set[int]:
    return {child for child, parents in PARENTS.items() if person in parents}


def siblings(person: int) -> set[int]:
    return {other for other in PARENTS if other != person and PARENTS[other] == PARENTS.get(person)}


def spouse(person: int) -> set[int]:
    return {(WIFE | HUSBAND)[person]} if person in WIFE or person in HUSBAND else set()


def aunts_and_uncles(person: int) -> set[int]:
    """The parents' siblings, and whom these are married to."""
    born = {sibling for parent in PARENTS.get(person, ()) for sibling in siblings(parent)}
    return born | {married for sibling in born for married in spouse(sibling)}


def nephews_and_nieces(person: int) -> set[int]:
    return {child for child in PARENTS if person in aunts_and_uncles(child)}


RELATIONS: dict[str, tuple[Callable[[int], set[int]], bool]] = {        # who may be meant, and is it a man?
    "father": (lambda person: set(PARENTS.get(person, ())), True),
    "mother": (lambda person: set(PARENTS.get(person, ())), False),
    "husband": (spouse, True), "wife": (spouse, False),
    "son": (children, True), "daughter": (children, False),
    "uncle": (aunts_and_uncles, True), "aunt": (aunts_and_uncles, False),
    "brother": (siblings, True), "sister": (siblings, False),
    "nephew": (nephews_and_nieces, True), "niece": (nephews_and_nieces, False),
}


def queries() -> tuple[np.ndarray, np.ndarray, list[tuple[int, str]]]:
    """X (104, 36) and T (104, 24): a person and a relation, one-hot, and all who answer; and each query in words."""
    X, T, asked = [], [], []
    for tree, person, (place, (relation, (who, man))) in product((0, 12), range(12), enumerate(RELATIONS.items())):
        answers = [tree + other for other in who(person) if (other in MEN) == man]
        if answers:
            x, t = np.zeros(len(PEOPLE) + len(RELATIONS)), np.zeros(len(PEOPLE))
            x[[tree + person, len(PEOPLE) + place]] = t[answers] = 1
            X.append(x)
            T.append(t)
            asked.append((tree + person, relation))
    return np.array(X), np.array(T), asked
