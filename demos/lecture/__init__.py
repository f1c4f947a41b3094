"""Lecture 24's own questions, each a small demo."""
