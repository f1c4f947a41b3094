"""Marking of a derivation by hand: each number is compared with the right one, each mistake named by the catalogue."""
from .catalogue import BY_NAME, CATALOGUE, Entry

__all__ = ["BY_NAME", "CATALOGUE", "Entry"]
