"""A collection without vectors but those that a test asks for, and its open session."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from index import Collection

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from index.upkeep.session import Opened


@pytest.fixture
def collection(home: Path) -> Iterator[Collection]:
    """A collection whose passages get a vector only when a test asks for it."""
    with Collection(home, embeds=False) as opened:
        yield opened


@pytest.fixture
def state(collection: Collection) -> Iterator[Opened]:
    with collection.session() as opened:
        yield opened
