"""The recursion of the local gradients δ, written out: in letters, and in any recorded graph."""
