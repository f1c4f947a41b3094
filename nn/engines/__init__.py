"""What trains for one epoch: node by node (eager.py) or on arrays (compiled.py)."""
