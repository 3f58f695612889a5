"""Choose the current database of a home whose pointer is gone, or ask the user to; nothing is deleted."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from index.errors import StoreDamaged, StoreError, StoreUnavailable
from index.store.acknowledged import Acknowledged
from index.store.database import Store
from index.store.home import Home

if TYPE_CHECKING:
    from pathlib import Path

log = logging.getLogger(__name__)


class _Found(NamedTuple):
    """A database file in a home.

    Attributes:
        articles: how many it holds; None: it cannot be read.
        changed: time of the last change that it records, else when its file was written; UTC.
        problem: why it should not be used without inspection; empty: it is sound.
    """

    path: Path
    articles: int | None
    changed: str
    problem: str

    def __str__(self) -> str:
        if self.articles is None:
            holds = "cannot be read"
        else:
            holds = f"{self.articles:,} article{'' if self.articles == 1 else 's'}"
        return f"{self.path.name} ({holds}, last changed {self.changed})"


def located(home: Home) -> Path | None:
    """Return the current database; without a pointer, make the only candidate current, and log that.

    Returns:
        None where there is no database at all.

    Raises:
        StoreDamaged: the pointer names none, or it is gone and there are several, or one that is not sound.
    """
    path = home.current()
    if path is not None or not _written(home):
        return path
    with home.lock():
        path = home.current()
        if path is None:
            path = _only(home)
            _take_up(home, path)
        return path


def choose(home: Path, name: str) -> None:
    """Make one of the databases in a home its collection; the others stay where they are.

    Args:
        home: the home folder.
        name: name of the database's file, such as `collection-1.sqlite`.

    Raises:
        StoreUnavailable: there is none of this name, or the home cannot be written.
        StoreDamaged: it cannot be opened.
    """
    place = Home(home)
    here = {path.name: path for path in place.databases()}
    if name not in here:
        others = ", ".join(here) or "none at all"
        raise StoreUnavailable(f"{place.path} holds no database {name!r}, but {others}")
    with place.lock():
        _take_up(place, here[name])


def _take_up(home: Home, path: Path) -> None:
    """Make a database the current one; start its acknowledged number if it was copied here without one."""
    store = Store(path)
    try:
        with store.reading() as reader:
            Acknowledged(path).begin(reader.sequence)
    finally:
        store.close()
    home.use(path)


def _written(home: Home) -> list[Path]:
    """Return the databases whose file or write-ahead log is not empty."""
    return [path for path in home.databases() if any(map(_size, (path, path.with_name(f"{path.name}-wal"))))]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _only(home: Home) -> Path:
    """Return the database that must have been the current one; the caller holds the lock.

    A sound database without articles is chosen only if there is no other candidate.
    """
    log.warning("%s has lost its pointer (the file `current`); its databases are looked at", home.path)
    found = [_look(path) for path in _written(home)]
    meant = [one for one in found if one.articles != 0 or one.problem] or found[-1:]
    if len(meant) > 1:
        raise StoreDamaged(
            f"{home.path} has lost its pointer (the file `current`) and holds several databases: "
            f"{', '.join(map(str, meant))}; choose one: `sanad restore --home {home.path} --use {meant[-1].path.name}`"
        )
    (one,) = meant
    if one.problem:
        raise StoreDamaged(
            f"{home.path} has lost its pointer (the file `current`), and its database {one} is not sound "
            f"({one.problem}); {home.remedy()}"
        )
    log.warning("%s is taken up", one)
    return one.path


def _look(path: Path) -> _Found:
    changed = f"{datetime.fromtimestamp(path.stat().st_mtime, UTC):%Y-%m-%d %H:%M}"
    articles = None
    try:
        store = Store(path)
        try:
            with store.reading() as reader:
                articles = reader.counts()["articles"]
                changed = reader.last_change() or changed
                problem = next(iter(reader.problems()), "")
        finally:
            store.close()
    except StoreError as error:
        problem = str(error)
    return _Found(path, articles, changed, problem)
