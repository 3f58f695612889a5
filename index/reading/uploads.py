"""Read files that arrive as bytes with a name, such as uploads from a browser, like files of a folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath
from typing import NamedTuple

from index.reading.disk import shown
from index.reading.files import read_bytes
from index.records import Added, Article

_MAX_NAME_BYTES = 120


class Upload(NamedTuple):
    """A file's name, whose suffix suggests its format, and its content."""

    name: str
    data: bytes


def read_upload(upload: Upload) -> list[Article | Added]:
    """Return the articles of an upload, without origins, so that equal names do not replace each other.

    Returns:
        The articles, and the parts that could not be read, as skipped with the reason.

    Raises:
        ArticleError: as `index.reading.files.read_bytes`; nothing in it can be read.
    """
    name = _plain(upload.name)
    return [
        each._replace(name=name + each.name) if isinstance(each, Added) else replace(each, origin=None)
        for each in read_bytes(upload.data, name)
    ]


def _plain(name: str) -> str:
    """Return the last part of a name, short enough for any file system, without leading dots or hidden characters."""
    last = PurePosixPath(shown(name.replace("\\", "/").encode("utf-8", "replace").decode())).name.lstrip(".")
    stem, dot, ending = last.rpartition(".")
    if not dot:
        stem, ending = last, ""
    short = stem.encode()[:_MAX_NAME_BYTES].decode("utf-8", "ignore") or "file"
    return f"{short}.{ending[:20]}" if ending else short
