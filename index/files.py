"""Files and folders as they are on disk: which there are, and their bytes, without surprises."""

from __future__ import annotations

import errno
import os
import re
import stat
from typing import TYPE_CHECKING

from index.errors import ArticleTooLarge, UnreadableArticle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

# what stands beside the articles of a folder and speaks of them; add such a file by its own path
BESIDE = frozenset({"readme", "license", "licence", "notice", "sources", "changelog"})

_PAGES = frozenset({".html", ".htm", ".xhtml"})
_SAVED = ("_files", ".files", "-Dateien", "_fichiers", "_archivos", "_bestanden")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def find(path: Path) -> Iterator[Path]:
    """Give the files to read: a file itself, or those in a folder and below, sorted by name.

    Hidden files and folders are left out, and so are notes about a folder (BESIDE), links to what is in
    the folder anyway, and what a browser saves beside a page (`page_files/`). A link out of the folder
    is not followed but given as it is, so that `read` refuses and reports it; other formats, pipes and
    folders that may not be listed are given for the same reason. If `path` itself is a link, what it
    points to is meant.

    Raises:
        UnreadableArticle: there is nothing at `path`, or it may not be looked at.
    """
    try:
        root = path.resolve(strict=True)
        is_folder = root.is_dir()
    except (OSError, ValueError, RuntimeError) as error:
        raise UnreadableArticle(f"{shown(path)}: {_reason(error)}") from error
    yield from _walk(root, root) if is_folder else (root,)


def load(path: Path, head_bytes: int, limit: Callable[[bytes], int]) -> bytes:
    """Give the content of a regular file.

    A link is not followed, a pipe or device not waited for, and what is checked is what was opened.

    Args:
        path: of the file.
        head_bytes: how much is read before it is decided how large the file may be.
        limit: gives that, in bytes, from the head.

    Raises:
        UnreadableArticle: missing, a folder, a link, no regular file, not permitted.
        ArticleTooLarge: above the limit; no more than the head was read.
    """
    name = shown(path)
    if _SURROGATE.search(str(path)):
        raise UnreadableArticle(f"{name}: the file name is not valid UTF-8; rename the file")
    try:
        _check(path.lstat(), path)
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        descriptor = os.open(path, flags)
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            _check(status, path)
            head = file.read(head_bytes)
            max_bytes = limit(head)
            if status.st_size > max_bytes:
                raise _too_large(name, status.st_size, max_bytes)
            data = head + file.read(max_bytes + 1 - len(head))
    except (OSError, ValueError) as error:
        raise UnreadableArticle(f"{name}: {_reason(error)}") from error
    if len(data) > max_bytes:  # it grew while it was read
        raise _too_large(name, len(data), max_bytes)
    return data


def shown(path: Path | str) -> str:
    """Give a path as it can stand in a one-line message: no control or direction characters."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in str(path))


def _walk(folder: Path, root: Path) -> Iterator[Path]:
    pending = [folder]
    while pending:
        path = pending.pop()
        if path != folder and (path.is_symlink() or not path.is_dir()):
            if not (path.is_symlink() and _stays_in(path, root)) and path.stem.lower() not in BESIDE:
                yield path
            continue
        try:
            entries = sorted(entry for entry in path.iterdir() if not entry.name.startswith("."))
        except OSError:
            yield path
            continue
        pages = {entry.stem for entry in entries if entry.suffix.lower() in _PAGES}
        pending.extend(entry for entry in reversed(entries) if not _belongs_to_page(entry, pages))


def _belongs_to_page(entry: Path, pages: set[str]) -> bool:
    """Tell whether a folder holds the pictures and styles of a page that was saved beside it."""
    return (
        any(entry.name.endswith(end) and entry.name.removesuffix(end) in pages for end in _SAVED)
        and entry.is_dir()
    )


def _stays_in(link: Path, root: Path) -> bool:
    try:
        return link.resolve(strict=True).is_relative_to(root)
    except (OSError, RuntimeError):
        return False


def _check(status: os.stat_result, path: Path) -> None:
    name = shown(path)
    if stat.S_ISLNK(status.st_mode):
        raise UnreadableArticle(f"{name}: a link, which is not followed; add what it points to")
    if stat.S_ISDIR(status.st_mode):
        raise UnreadableArticle(f"{name}: a folder, not a file; check that it may be listed")
    if not stat.S_ISREG(status.st_mode):
        raise UnreadableArticle(f"{name}: not a regular file; copy its content into one")


def _too_large(name: str, size: int, max_bytes: int) -> ArticleTooLarge:
    return ArticleTooLarge(f"{name}: {size} bytes, above the limit of {max_bytes}; split the file")


def _reason(error: Exception) -> str:
    reasons = {
        errno.ENOENT: "no such file; check the path",
        errno.ENOTDIR: "no such file; check the path",
        errno.EACCES: "may not be read; change its permissions",
        errno.EPERM: "may not be read; change its permissions",
        errno.ELOOP: "a link, which is not followed; add what it points to",
        errno.ENAMETOOLONG: "the name is too long; rename the file",
        errno.ENXIO: "not a regular file; copy its content into one",
    }
    if isinstance(error, OSError):
        return reasons.get(error.errno or 0, f"cannot be read ({error.strerror})")
    return "not a usable path; check it"
