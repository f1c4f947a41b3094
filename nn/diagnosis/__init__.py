"""The checks that fit makes before it trains and after its first epochs: do loss, head, data and parameters fit?

A training that cannot be right raises ValueError, one that is probably not what was meant warns.  Read checks.py first,
then heads.py (what outputs reach and losses take) and gradients.py (where the chain rule multiplies by 0).
"""
from .checks import Diagnosis
from .warning import TrainingWarning
