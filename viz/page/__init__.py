"""A graph at work as one HTML page: live, with the steps of its two phases and the update, or its training as a film.

Of the live page read steps.py (what is computed), explain.py (in equations and words), then live/; of a film film.py,
svg.py (the drawing) and html.py (the page).
"""
