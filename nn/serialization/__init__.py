"""Saving and loading of models: one .npz file, without pickle, written atomically."""
from .model_file import load, save
