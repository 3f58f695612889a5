"""Which version of Sanad this is: as it was installed, from pyproject.toml."""

from __future__ import annotations


def version() -> str:
    """The version, such as 0.1.0."""
    from importlib.metadata import version as installed  # takes time, and most commands do not ask

    return installed("sanad")
