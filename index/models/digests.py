"""The files of a shipped model, compared with their digests."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

SUMS = "SHA256SUMS"


def verified(folder: Path, wanted: str) -> tuple[str, list[Path]]:
    """Compare the files of a folder with their digests in its `SHA256SUMS`; give a digest of these, and the files.

    Args:
        folder: of the model.
        wanted: a file that must be among them.

    Raises:
        OSError: a file is missing.
        ValueError: a file is another.
    """
    sums = (folder / SUMS).read_text("utf-8")
    if wanted not in sums:
        raise ValueError(f"{SUMS} is damaged")
    files = []
    for line in sums.splitlines():
        expected, _, name = line.partition("  ")
        files.append(folder / name)
        with files[-1].open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != expected:
                raise ValueError(f"{name} is damaged")
    return hashlib.sha256(sums.encode()).hexdigest()[:16], files
