"""Verify the files of a shipped model by their digests."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

SUMS = "SHA256SUMS"


def verified(folder: Path, wanted: str) -> tuple[str, list[Path]]:
    """Verify the files of a folder by its `SHA256SUMS`; return a digest of these sums, and the files.

    Args:
        folder: the folder of the model.
        wanted: a file that must be among them.

    Raises:
        OSError: a file is missing.
        ValueError: a file does not match its digest.
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
