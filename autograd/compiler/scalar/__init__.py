"""Small graphs, one sample at a time: scalar_source.py writes the update loop as source, update_loop.py runs it."""
