"""Run compiled loops. In: arrays. Out: the results of the NumPy code, faster; without a compiler, NumPy's."""
