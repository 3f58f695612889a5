"""Load the compiled loops of scoring and of making postings, if installation found a C compiler.

The functions of `compiled.pyx` (Cython) do what NumPy code elsewhere in this package does, over the same arrays.
NumPy reads memory once for each operation, and a call takes longer than the work on a hundred numbers. Each module
with such a function chooses once, when it is imported; `tests/index/native/test_accelerated.py` compares the two.
"""

from __future__ import annotations

INTERFACE = 8
"""Version of the functions' arguments and results; increase it here and in `compiled.pyx` with every change."""

try:
    from index.native import compiled
except ImportError:  # there was no compiler, or it was compiled for another Python
    compiled = None  # type: ignore[assignment]
else:
    if getattr(compiled, "INTERFACE", 0) != INTERFACE:  # compiled from older sources
        compiled = None  # type: ignore[assignment]

__all__ = ["compiled", "is_compiled"]


def is_compiled() -> bool:
    """Return whether compiled code answers questions; NumPy gives the same answers, slower."""
    return compiled is not None
