"""The vector form of a program, in the lecture's letters: matrix formulas, names, and the page of equations."""
