"""Run neural models and the lexicon. In: texts. Out: vectors, translations, and where a passage answers a question."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import ModelError
from index.models.encoder import SHIPPED, SHIPPED_NAME

if TYPE_CHECKING:
    from index.models.encoder import Encoder
    from index.models.reader import Reader
    from index.models.reranker import Reranker

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


def open_reranker(model: str, device: str | None = None) -> Reranker:
    """Open any cross-encoder of sentence-transformers.

    Args:
        model: a folder, or the name of a model on the Hugging Face hub.
        device: what it computes on, such as `cuda`; None: the CPU.

    Raises:
        ModelError: it is missing, is not to be trusted, cannot be loaded, or gives no score for a pair of texts.
    """
    from index.models.transformer import TransformerReranker

    return TransformerReranker.open(model, device or "cpu")


def open_encoder(model: str | None, device: str | None = None) -> Encoder:
    """Open the model that ships with the program, or any sentence-transformers model.

    Args:
        model: None or `bundled` for the shipped model, which needs no torch and opens at once; otherwise a
            folder or the name of a model on the Hugging Face hub.
        device: the device of a sentence-transformers model, such as `cuda`; None: the CPU. The shipped model runs on
            the CPU only.

    Raises:
        ModelError: the model is missing, is not to be trusted, or cannot be loaded; or the device is absent.
    """
    if model is None or model == SHIPPED_NAME:
        if device not in {None, "cpu"}:
            raise ModelError(
                f"the model that ships with Sanad computes on the processor, not on {device}; name a"
                " sentence-transformers model with --model, or leave --device out"
            )
        return _shipped()
    from index.models.transformer import TransformerEncoder

    return TransformerEncoder.open(model, device or "cpu")


@cache  # megabytes to load, the same for every collection of a process
def _shipped() -> Encoder:
    from index.models.bundled_encoder import OnnxEncoder

    return OnnxEncoder.open(SHIPPED)
