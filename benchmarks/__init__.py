"""Benchmarks of deltagrad beside its peers, all in one run, because only ratios within a run are comparable."""
