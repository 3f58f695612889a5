"""Files that arrive as bytes with a name, as from a browser: read like files of a folder."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from index.articles import read
from index.errors import ArticleError
from index.files import shown

if TYPE_CHECKING:
    from index.records import Article

_MAX_NAME_BYTES = 120


class Upload(NamedTuple):
    """A file's name, whose ending says its format, and its content."""

    name: str
    data: bytes


def read_upload(upload: Upload) -> list[Article]:
    """Give the articles of an upload; they have no origin, so equal names do not replace each other.

    Raises:
        ArticleError: as `index.articles.read`; the message has the upload's name, not a path.
    """
    name = _plain(upload.name)
    with tempfile.TemporaryDirectory(prefix="sanad-") as folder:
        path = Path(folder) / name
        path.write_bytes(upload.data)
        try:
            article = read(path)
        except ArticleError as error:
            told = str(error).replace(shown(path), name)
            raise type(error)(told.replace(folder, "")) from error
    return [replace(article, origin=None)]


def _plain(name: str) -> str:
    """Give the last part of a name, short enough for any file system, without anything that hides."""
    last = PurePosixPath(shown(name.replace("\\", "/").encode("utf-8", "replace").decode())).name.lstrip(".")
    stem, dot, ending = last.rpartition(".")
    if not dot:
        stem, ending = last, ""
    short = stem.encode()[:_MAX_NAME_BYTES].decode("utf-8", "ignore") or "file"
    return f"{short}.{ending[:20]}" if ending else short
