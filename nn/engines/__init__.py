"""The engines of fit, which train node by node (eager.py), on arrays (compiled.py) or on JAX's devices (jax.py)."""
