"""Handle articles whose files are gone: remove them, or note them as missing where that may be an accident.

An unmounted drive, an emptied folder or a file that is just being written looks like deleted files. So an article is
removed only if its file is absent from a folder that could be listed, and if few files went at once. The others are
kept and noted as missing, and a person decides. When a file comes back, its note is removed.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from index.ingest.adding import forget_origin
from index.reading.disk import is_gone, shown
from index.reading.sources import is_held_by
from index.records import ROWS, Added
from index.store.articles import digests_of, own_article
from index.store.files import (
    devices_below,
    missing_articles,
    missing_at,
    note_found,
    note_missing,
    set_devices,
)
from index.store.origins import number_by_origin, origins_below, origins_in, origins_of, unlink_origin

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from index.reading.disk import Survey
    from index.reading.sources import Parts
    from index.store.reader import Reader
    from index.store.writer import Writer

MANY = 10
"""More articles than this, if they are more than half of all, are not removed at once without a person's decision."""

DRIVE, EMPTY, MOST = "drive", "empty", "many"
_REASONS = {
    DRIVE: "the file is gone, and its folder is on another drive than before",
    EMPTY: "the file is gone, and every other file of an article from the folder",
    MOST: "the file is gone, and most of the folder's files with it",
    ROWS: "no longer in the file, and most of the file's articles with it",
}


_UNLISTED = "the folder cannot be listed; the articles of what is in it are kept: check its permissions"


class Absent(NamedTuple):
    """The files of a folder, compared with the articles that were read from them.

    Attributes:
        fresh: origins that are newly gone, with their articles' numbers.
        noted: origins that were noted as missing before.
        back: noted origins whose files are there again.
        n_articles: number of articles of the origins that were not noted before.
        is_empty: whether no file is left that an article was read from.
    """

    fresh: dict[str, int]
    noted: Collection[str]
    back: list[str]
    n_articles: int
    is_empty: bool


def compare(reader: Reader, survey: Survey) -> Absent:
    """Compare the articles read from a folder with its files; folders that cannot be listed are left out."""
    files = {str(path) for path in survey.files}
    hidden = tuple(f"{path}{os.sep}" for path in survey.unlisted)
    noted = missing_at(reader, str(survey.folder))
    before = {
        origin: number for origin, number in origins_below(reader, str(survey.folder)) if origin not in noted
    }
    fresh = {
        origin: number
        for origin, number in before.items()
        if not is_held_by(origin, files) and not origin.startswith(hidden) and is_gone(origin)
    }
    back = [origin for origin, why in noted.items() if why != ROWS and not is_gone(origin)]
    return Absent(fresh, noted, back, len(set(before.values())), is_empty=len(fresh) == len(before))


def is_settled(reader: Reader, survey: Survey) -> bool:
    """Return whether `follow` would change nothing."""
    absent = compare(reader, survey)
    known = devices_below(reader, str(survey.folder))
    return not absent.fresh and not absent.back and _devices(known, survey) == known


def follow(writer: Writer, survey: Survey) -> list[Added]:
    """Remove the articles whose files are gone from a folder; note those that a person must decide on.

    Returns:
        What was removed.
    """
    folder = str(survey.folder)
    absent, known = compare(writer, survey), devices_below(writer, folder)
    kept = _kept(writer, survey, absent, known)
    note_found(writer, absent.back)
    note_missing(writer, kept)
    set_devices(writer, folder, _devices(known, survey))
    return _forget(writer, (origin for origin in absent.fresh if origin not in kept), "the file is gone")


def follow_parts(writer: Writer, file: Parts) -> list[Added]:
    """Remove the articles that are no longer in a file that was read whole; note them if they are most of it."""
    if not file.is_whole:
        return []
    noted = missing_at(writer, file.path)
    before = {
        origin: number_by_origin(writer, origin) or 0
        for origin in origins_in(writer, file.path)
        if origin not in noted
    }
    fresh = {origin: before[origin] for origin in file.gone(before)}
    if not _are_most(_lost(writer, fresh, noted), len(set(before.values()))):
        return _forget(writer, fresh, "no longer in the file")
    note_missing(writer, dict.fromkeys(fresh, ROWS))
    return [
        Added("missing", origin, digests_of(writer, number)[0], _reason(ROWS))
        for origin, number in fresh.items()
    ]


def still_missing(reader: Reader, path: str) -> list[str]:
    """Return the origins at a path that were noted as missing and are still gone."""
    return [origin for origin, why in missing_at(reader, path).items() if why == ROWS or is_gone(origin)]


def remove(writer: Writer, origins: Iterable[str]) -> list[Added]:
    """Remove the articles of origins that are noted as missing, as a person decided."""
    return _forget(writer, _noted(writer, origins), "its file is gone")


def keep(writer: Writer, origins: Iterable[str]) -> list[str]:
    """Keep the articles of origins that are noted as missing, as if they were given directly; return their ids."""
    kept: dict[str, None] = {}
    for origin in _noted(writer, origins):
        number = number_by_origin(writer, origin) or 0
        kept[own_article(writer, number)] = None
        unlink_origin(writer, origin)
    return list(kept)


def kept(reader: Reader, survey: Survey) -> list[Added]:
    """Return the articles that are missing from a folder, and the folders in it that cannot be listed."""
    missing = [
        Added("missing", origin, each.id, _reason(each.why))
        for each in missing_articles(reader, str(survey.folder))
        for origin in each.origins
    ]
    return missing + [Added("unlisted", shown(path), None, _UNLISTED) for path in survey.unlisted]


def _reason(why: str) -> str:
    return f"{_REASONS[why]}; its article is kept until you decide: sanad missing"


def _noted(reader: Reader, origins: Iterable[str]) -> list[str]:
    return [origin for origin in origins if missing_at(reader, origin).get(origin)]


def _forget(writer: Writer, origins: Iterable[str], why: str) -> list[Added]:
    return [item for origin in origins if (item := forget_origin(writer, origin, why))]


def _kept(reader: Reader, survey: Survey, absent: Absent, known: Mapping[str, int]) -> dict[str, str]:
    """Return the origins that are kept though their files are gone, and why."""
    kept = {origin: DRIVE for origin in absent.fresh if _is_elsewhere(origin, known, survey.devices)}
    others = {origin: number for origin, number in absent.fresh.items() if origin not in kept}
    if absent.is_empty:
        return kept | dict.fromkeys(others, EMPTY)
    if _are_most(_lost(reader, others, absent.noted), absent.n_articles):
        return kept | dict.fromkeys(others, MOST)
    return kept


def _are_most(n_lost: int, n_articles: int) -> bool:
    return n_lost > MANY and 2 * n_lost > n_articles


def _lost(reader: Reader, gone: Mapping[str, int], noted: Collection[str]) -> int:
    """Count the articles whose origins are all gone."""
    return sum(
        all(origin in gone or origin in noted for origin in origins_of(reader, number))
        for number in set(gone.values())
    )


def _is_elsewhere(origin: str, known: Mapping[str, int], now: Mapping[str, int]) -> bool:
    """Return whether the folder of a file was on another drive than the folder in its place now."""
    folders = [str(folder) for folder in Path(origin).parents]
    before = next((known[folder] for folder in folders if folder in known), None)
    return before is not None and before != next((now[folder] for folder in folders if folder in now), None)


def _devices(known: Mapping[str, int], survey: Survey) -> dict[str, int]:
    """Return the devices to store; for folders that cannot be listed now, those stored before."""
    hidden = {
        path: device for path, device in known.items()
        if any(Path(path).is_relative_to(folder) for folder in survey.unlisted)
    }  # fmt: skip
    return hidden | survey.devices
