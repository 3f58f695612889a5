"""The loops of scoring and of making postings, compiled, where there was a C compiler at installation.

`compiled.pyx` (Cython) has functions that do what NumPy code elsewhere in this package does, over the same arrays:
NumPy goes through memory once for each operation, and is longer about being called than about a hundred numbers. Each
module that has such a function chooses once, when it is imported; `tests/index/test_kernel.py` compares the two.
"""

from __future__ import annotations

INTERFACE = 8
"""Raised, here and in `compiled.pyx`, with every change of what its functions take or give."""

try:
    from index.native import compiled
except ImportError:  # there was no compiler, or it was compiled for another Python
    compiled = None  # type: ignore[assignment]
else:
    if getattr(compiled, "INTERFACE", 0) != INTERFACE:  # compiled from older sources, and not again since
        compiled = None  # type: ignore[assignment]

__all__ = ["compiled", "is_compiled"]


def is_compiled() -> bool:
    """Tell whether questions are answered by compiled code; NumPy gives the same answers, later."""
    return compiled is not None
