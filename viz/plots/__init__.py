"""Plots for training, with matplotlib: activation functions, decision surfaces, loss curves, predictions.

Every function returns a Figure, which notebooks show and `figure.savefig(path)` writes; with ax= it draws into given
axes.  A model is recorded once and run on arrays; any function of an array of samples may take its place.
"""
from .activation_functions import NOTES, activations
from .classification import confusion_matrix, images, two_labels
from .curves import fit_curve, loss_curve
from .error_contours import error_surface
from .surfaces import decision_surface
from .unit_panels import hidden_units
from .weights import hinton
