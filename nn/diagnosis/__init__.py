"""Checks by fit, before the training and after its first epochs: do loss, head, data and parameters match?

A training that must fail raises ValueError, one that probably fails gives a TrainingWarning.  Read checks.py first,
then heads.py (ranges of outputs and targets) and gradients.py (where the chain rule multiplies by 0).
"""
from .checks import Diagnosis
from .warning import TrainingWarning
