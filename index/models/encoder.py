"""Define the protocol of models that turn text into vectors."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np
    from numpy.typing import NDArray

SHIPPED_NAME = "bundled"
"""Name of the model that comes with the program, also where a model is chosen by name."""

SHIPPED = Path(__file__).parent.parent / "bundled" / "encoder"
"""The folder of the model that comes with the program."""


class Encoder(Protocol):
    """Turns passages and questions into vectors that can be compared by inner product.

    Rows are unit float32 vectors, or zero where a text holds nothing the model knows; never NaN.
    A text's vector does not depend on the texts it is encoded with.
    """

    @property
    def name(self) -> str:
        """The name by which a person knows the model."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    @property
    def fingerprint(self) -> str:
        """Digest of the model's files: other files, other vectors."""

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one row for each text, shape (n, dimension); n = 0 is allowed."""

    def encode_question(self, text: str) -> NDArray[np.float32]:
        """Return the vector of a question, shape (dimension,)."""


def digest(root: Path, files: Iterable[Path]) -> str:
    """Return the first 16 hex digits of the SHA-256 over files of a folder and their names in it.

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
