"""List the files of a folder and load their bytes, without following links or waiting for pipes."""

from __future__ import annotations

import errno
import os
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from index.errors import ArticleTooLarge, UnreadableArticle
from index.records import files_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# files that describe a folder of articles; such a file can be added by its own path
BESIDE = frozenset({"readme", "license", "licence", "notice", "sources", "changelog"})

_PAGES = frozenset({".html", ".htm", ".xhtml"})
_SYSTEMS = frozenset({"lost+found", "$recycle.bin", "system volume information"})  # at the top of a drive
_SAVED = ("_files", ".files", "-Dateien", "_fichiers", "_archivos", "_bestanden")
# the name of a part of a file is not a path, and may be too long for one
_NOT_THERE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG})
_SURROGATE = re.compile(r"[\ud800-\udfff]")


class Survey(NamedTuple):
    """The files in a folder and below, as far as they can be listed.

    Attributes:
        folder: absolute, links resolved.
        files: as `find` gives them, without the folders that cannot be listed.
        unlisted: folders that cannot be listed; their content is unknown.
        devices: `st_dev` of each folder that was listed, by its path.
    """

    folder: Path
    files: list[Path]
    unlisted: list[Path]
    devices: dict[str, int]


def find(path: Path) -> Iterator[Path]:
    """Yield the files to read: a file itself, or those in a folder and below, sorted by name.

    Hidden files and folders are left out. So are notes about a folder (BESIDE), links to targets inside the folder,
    a file system's own folders, and what a browser saves with a page (`page_files/`). A link out of the folder is
    yielded without being followed, so that `read` refuses and reports it. Other formats, pipes and folders that may
    not be listed are yielded for the same reason. If `path` itself is a link, its target is used.

    Raises:
        UnreadableArticle: `path` does not exist, or may not be accessed.
    """
    root, is_folder = _resolved(path)
    if not is_folder:
        yield root
        return
    yield from (place.path for place in _walk(root) if place.device is None)


def survey(folder: Path) -> Survey:
    """Return which files a folder holds, and which parts of it cannot be listed.

    Raises:
        UnreadableArticle: it does not exist, is not a folder, or cannot be listed.
    """
    root, is_folder = _resolved(folder)
    if _SURROGATE.search(str(root)):
        raise UnreadableArticle(f"{shown(folder)}: the folder's name is not valid UTF-8; rename the folder")
    if not is_folder:
        raise UnreadableArticle(f"{shown(folder)}: a file, not a folder; name the folder that it is in")
    seen = Survey(root, [], [], {})
    for place in _walk(root):
        if place.device is not None:
            seen.devices[place_of(place.path)] = place.device
        elif place.is_folder:
            seen.unlisted.append(place.path)
        else:
            seen.files.append(place.path)
    if root in seen.unlisted:
        raise UnreadableArticle(f"{shown(folder)}: the folder cannot be listed; check its permissions")
    return seen


def _resolved(path: Path) -> tuple[Path, bool]:
    """Return the target of a path, and whether it is a folder."""
    try:
        root = path.resolve(strict=True)
        return root, root.is_dir()
    except (OSError, ValueError, RuntimeError) as error:
        raise UnreadableArticle(f"{shown(path)}: {reason(error)}") from error


def place_of(path: Path) -> str:
    """Return the absolute path that identifies a file's articles; a link at its end is not followed.

    Bytes of a name that are not UTF-8 become replacement characters; such a file is refused.
    """
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", str(path.parent.resolve() / path.name))


def load(path: Path, head_bytes: int, limit: Callable[[bytes], int]) -> bytes:
    """Return the content of a regular file.

    A link is not followed, a pipe or device is not waited for, and the opened file is the one that is checked.

    Args:
        path: of the file.
        head_bytes: how much is read before the size limit is decided.
        limit: returns the size limit in bytes, given the head.

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
        raise UnreadableArticle(f"{name}: {reason(error)}") from error
    if len(data) > max_bytes:  # it grew while it was read
        raise _too_large(name, len(data), max_bytes)
    return data


def is_gone(origin: str) -> bool:
    """Return whether no file exists that may hold an origin; a file that may not be accessed is not gone."""
    for path in files_of(origin):
        try:
            is_there = not stat.S_ISDIR(os.lstat(path).st_mode)
        except OSError as error:
            is_there = error.errno not in _NOT_THERE
        if is_there:
            return False
    return True


def shown(path: Path | str) -> str:
    """Return a path for a one-line message, without control or direction characters."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in str(path))


class _Place(NamedTuple):
    """A file or a folder; `device` is None for a file, or a folder that cannot be listed."""

    path: Path
    is_folder: bool
    device: int | None = None


def _walk(root: Path) -> Iterator[_Place]:
    pending = [_Place(root, is_folder=True)]
    while pending:
        place = pending.pop()
        if not place.is_folder:
            yield place
            continue
        try:
            entries = _entries(place.path)
            device = place.path.stat().st_dev
        except OSError:
            yield place
            continue
        yield place._replace(device=device)
        pages = {Path(name).stem for name in entries if Path(name).suffix.lower() in _PAGES}
        inside = [_Place(place.path / entry.name, _is_folder(entry)) for entry in entries.values()]
        pending.extend(each for each in reversed(inside) if _is_wanted(each, root, pages))


def _entries(folder: Path) -> dict[str, os.DirEntry[str]]:
    """Return the entries of a folder by name, sorted, without hidden ones and a file system's own folders."""
    with os.scandir(folder) as entries:
        named = {entry.name: entry for entry in entries if not entry.name.startswith(".")}
    return {name: named[name] for name in sorted(named) if name.lower() not in _SYSTEMS}


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:  # the folder may be listed but not entered: `read` reports each file
        return False


def _is_wanted(place: _Place, root: Path, pages: set[str]) -> bool:
    path = place.path
    if _belongs_to_page(path, pages):
        return False
    return place.is_folder or not (path.stem.lower() in BESIDE or _stays_in(path, root))


def _belongs_to_page(path: Path, pages: set[str]) -> bool:
    """Return whether a folder holds the pictures and styles of a page saved beside it."""
    names = (path.name.removesuffix(end) for end in _SAVED if path.name.endswith(end))
    return any(name in pages for name in names) and os.path.isdir(path)  # noqa: PTH112  # false where access is denied


def _stays_in(path: Path, root: Path) -> bool:
    """Return whether a path is a link to a target inside the folder."""
    try:
        return path.is_symlink() and path.resolve(strict=True).is_relative_to(root)
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


def reason(error: Exception) -> str:
    """Return why a file cannot be read, and what to do."""
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
