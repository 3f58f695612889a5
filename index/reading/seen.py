"""Skip files that were read before and are unchanged, at the cost of a stat.

As in git's index, size and times are trusted, unless the file was written so shortly before it was read that another
change may have left both the same. In that case, and when only the times differ, the digest of the content decides.
"""

from __future__ import annotations

import hashlib
import json
import time
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, NamedTuple

from index.errors import ArticleError
from index.reading.disk import place_of, reason, shown
from index.reading.files import articles_in, content
from index.reading.pdfs import tool
from index.records import WITHHELD, Added, Article, Seen

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from index.records import Known

READING_VERSION = 3
"""Increased when a change gives a file other articles; files read by another version are read again."""

_TICK_NS = 2_000_000_000  # the coarsest clock of a file system (FAT), which may hide a change within a tick


class Look(NamedTuple):
    """The result of looking at a file.

    Attributes:
        path: absolute.
        found: its articles, or what is known of them if it is unchanged; unreadable parts as skipped.
        seen: to be stored; None: nothing new, or nothing to compare with.
        is_whole: all that is in the file was found, so that missing parts are gone.
    """

    path: str
    found: list[Article | Added]
    seen: Seen | None
    is_whole: bool


def look(path: Path, known: Known | None, columns: Mapping[str, str]) -> Look:
    """Read a file, unless it is known and unchanged; what cannot be read is skipped, with the reason.

    Args:
        path: of the file.
        known: what the collection has of it.
        columns: for tables, which column holds which field.
    """
    place, reading = place_of(path), way(json.dumps(sorted(columns.items())))
    known = known if known and known.seen.reading == reading else None
    try:
        now = _stamp(path, reading)
        if known and _is_same(known.seen, now):
            return Look(place, _again(place, known), None, is_whole=False)
        data = content(path, columns)
        now = now._replace(digest=hashlib.sha256(data).digest()[:16])
        if known and known.seen.digest == now.digest:
            return Look(place, _again(place, known), now._replace(refused=known.seen.refused), is_whole=False)
    except OSError as error:
        return Look(
            place, [Added("skipped", place, None, f"{shown(path)}: {reason(error)}")], None, is_whole=False
        )
    except ArticleError as error:
        return Look(place, [Added("skipped", place, None, str(error))], None, is_whole=False)
    try:
        return Look(place, articles_in(data, path, columns), now, is_whole=True)
    except ArticleError as error:
        return Look(place, [Added("skipped", place, None, str(error))], now, is_whole=False)


@cache
def way(columns: str) -> str:
    """Return how files are read: the version, the columns and the installed PDF readers."""
    readers = ("poppler" if tool() else "", "pypdf" if find_spec("pypdf") else "")
    return f"{READING_VERSION} {'+'.join(filter(None, readers))} {columns}"


def _stamp(path: Path, reading: str) -> Seen:
    looked = time.time_ns()
    status = path.lstat()
    return Seen(status.st_size, status.st_mtime_ns, status.st_ctime_ns, looked, b"", reading)


def _is_same(before: Seen, now: Seen) -> bool:
    """Return whether size and times are those of the last reading, and can be trusted."""
    changed = max(before.mtime_ns, before.ctime_ns)
    return before[:3] == now[:3] and changed < before.looked_ns - _TICK_NS


def _again(place: str, known: Known) -> list[Article | Added]:
    refused = dict(known.seen.refused)
    items = [Added("skipped", name, None, reason) for name, reason in refused.items()]
    if place in refused:  # nothing in it could be read: the articles of an earlier version stay, unreported
        return [*items]
    held = [(origin, article_id) for origin, article_id in known.articles if origin not in refused]
    return [
        *(Added("unchanged", origin, article_id, "the file is unchanged") for origin, article_id in held),
        *(Added("withheld", origin, None, WITHHELD) for origin in known.withheld),
        *items,
    ]
