"""Compiled loops. In: arrays. Out: the same as NumPy gives, sooner; without a compiler NumPy does it."""
