"""The program in the lecture's letters: formulas of matrices, names, and the page of equations."""
