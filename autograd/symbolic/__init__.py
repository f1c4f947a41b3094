"""Symbolic numbers and their printers: plain text, LaTeX and MathML.  Needs the standard library alone.

Read expr.py (a formula as a tree) and printer.py (how a tree becomes text); matrix.py has the formulas of matrices.
"""
