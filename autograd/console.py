"""Printing to an output whose encoding lacks the lecture's letters, such as a pipe on Windows in cp1252."""
import io
import sys


def escape_missing_letters() -> None:
    r"""Let stdout print ∂ as \u2202 where its encoding has no ∂, as stderr does, instead of raising."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        try:
            "∂φδ₁".encode(sys.stdout.encoding)
        except UnicodeEncodeError:
            sys.stdout.reconfigure(errors="backslashreplace")
