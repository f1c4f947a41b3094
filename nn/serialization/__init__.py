"""Models in files: one .npz, without pickle, written whole or not at all."""
from .model_file import load, save
