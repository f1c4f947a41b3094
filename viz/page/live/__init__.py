"""The live page: a graph whose given numbers can be changed, and everything follows.

Read graph_data.py (the graph as data for the script, the rows as JavaScript), boxes.py and layout.py (the drawing),
formulas.py (equations with cells) and document.py (the page); then sweep.js and cells.js.
"""
