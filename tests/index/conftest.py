"""Small lexicons, written by the command that writes the shipped one."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from index.models.lexicon import Lexicon

if TYPE_CHECKING:
    from collections.abc import Callable

    Table = dict[str, list[tuple[str, float]]]
    MakeLexicon = Callable[[dict[str, tuple[Table, Table]]], Lexicon]


@pytest.fixture
def make_lexicon(tmp_path: Path) -> MakeLexicon:
    """Give a function from {language: (into English, out of English)} to an opened lexicon."""
    path = Path(__file__).parents[2] / "training" / "lexicon.py"
    spec = importlib.util.spec_from_file_location("training_lexicon", path)
    assert spec is not None
    assert spec.loader is not None
    training: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(training)

    def make(tables: dict[str, tuple[Table, Table]]) -> Lexicon:
        training.write(tmp_path, [(language, *pair) for language, pair in tables.items()])
        return Lexicon.open(tmp_path)

    return make
