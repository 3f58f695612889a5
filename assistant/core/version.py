"""Look up the installed version of Sanad, which comes from pyproject.toml."""

from __future__ import annotations


def version() -> str:
    """Return the version, such as 0.1.0."""
    from importlib.metadata import version as installed  # takes time, and most commands do not need it

    return installed("sanad")
