"""A graph at work as one HTML page: the steps of its two phases and the update, or its training.

Read steps.py (what is computed), then svg.py (the drawing) and html.py (the page).
"""
