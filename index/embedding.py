"""What turns text into vectors, and how one is opened by name."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from index.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np
    from numpy.typing import NDArray

SHIPPED_NAME = "bundled"
"""What the model that comes with the program is called, also where a model is asked for by name."""

SHIPPED = Path(__file__).parent / "bundled" / "encoder"
"""The folder of the model that comes with the program."""


class Encoder(Protocol):
    """Turns passages and questions into vectors that can be compared by inner product.

    Rows are unit float32 vectors, or zero where a text holds nothing the model knows; never NaN.
    A text's vector does not depend on the texts it is encoded with.
    """

    @property
    def name(self) -> str:
        """What a person calls the model."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    @property
    def fingerprint(self) -> str:
        """Digest of the model's files: other files, other vectors."""

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Give one row for each text, shape (n, dimension); n = 0 is allowed."""

    def encode_question(self, text: str) -> NDArray[np.float32]:
        """Give the vector of a question, shape (dimension,)."""


def open_encoder(model: str | None, device: str | None = None) -> Encoder:
    """Open the model that ships with the program, or any sentence-transformers model.

    Args:
        model: None or `bundled` for the shipped model, which needs no torch and opens at once; otherwise a
            folder or the name of a model on the Hugging Face hub.
        device: what a sentence-transformers model computes on, such as `cuda`; None: the processor. The shipped model
            is made for the processor.

    Raises:
        ModelError: the model is missing, is not to be trusted, or cannot be loaded; or the device is not there.
    """
    if model is None or model == SHIPPED_NAME:
        if device not in {None, "cpu"}:
            raise ModelError(
                f"the model that ships with Sanad computes on the processor, not on {device}; name a"
                " sentence-transformers model with --model, or leave --device out"
            )
        return _shipped()
    from index.transformer import TransformerEncoder

    return TransformerEncoder.open(model, device or "cpu")


@cache  # megabytes to load, the same for every collection of a process
def _shipped() -> Encoder:
    from index.encoder import OnnxEncoder

    return OnnxEncoder.open(SHIPPED)


def digest(root: Path, files: Iterable[Path]) -> str:
    """Give the first 16 hex digits of the SHA-256 over files of a folder and their names in it.

    Raises:
        OSError: a file cannot be read.
    """
    whole = hashlib.sha256()
    for path in sorted(files):
        with path.open("rb") as file:
            part = hashlib.file_digest(file, "sha256").digest()
        whole.update(path.relative_to(root).as_posix().encode("utf-8", "surrogateescape"))
        whole.update(b"\0" + part)
    return whole.hexdigest()[:16]
