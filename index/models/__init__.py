"""Neural models. In: a question and a passage. Out: where the passage answers it, and how surely it does."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from index.embedding import SHIPPED, SHIPPED_NAME

if TYPE_CHECKING:
    from index.models.reader import Reader

READER = Path(__file__).parent.parent / "bundled" / "reader"
"""The folder of the reader that comes with the program."""


@cache  # megabytes to load, the same for every collection of a process
def open_reader(model: str | None) -> Reader:
    """Open the reader that ships with the program, or any extractive question-answering model of transformers.

    Args:
        model: None or `bundled` for the shipped one, which needs no torch; otherwise a folder or the name of a model
            on the Hugging Face hub.

    Raises:
        ModelError: it is missing, is not to be trusted, or cannot be loaded.
    """
    if model is None or model == SHIPPED_NAME:
        from index.models.reader import OnnxReader

        return OnnxReader.open(READER, SHIPPED)
    from index.models.pretrained import PretrainedReader

    return PretrainedReader.open(model)
