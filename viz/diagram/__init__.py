"""The graph as boxes and arrows: the diagram as data, its captions and style, and the renderer.

Read model.py (the diagram as plain data) and build.py first; by_neuron.py, whole_neurons.py and by_layer.py need fewer
boxes, dot.py writes it as DOT, renderer.py renders the picture; viz/page/live/ shows whole neurons in a browser.
"""
