"""Plots of what training works with: activation functions, decision surfaces, loss curves, predictions (matplotlib).

Every function returns a Figure of its own, which notebooks show and `figure.savefig(path)` writes.  Data travels as
plain arrays and functions of arrays; a model comes in as its predictions.
"""
from .activation_functions import NOTES, activations
from .classification import confusion_matrix, images, two_labels
from .curves import fit_curve, loss_curve
from .surfaces import decision_surface
