"""Small graphs one sample at a time: scalar_source.py writes the loop of updates, update_loop.py runs it."""
