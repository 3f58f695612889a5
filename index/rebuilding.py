"""Rebuilding: a second database beside the first, swapped when it is whole.

Needed for another model, analyser or chunker. The old database answers, and takes changes, until the
new one has caught up: what differs is copied, and what differs after that is copied once more while the
old one's write lock is held; the pointer is replaced under that lock, so no change falls between the
two. A rebuild that was killed is taken up where it stopped: what was copied is not embedded again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.compatibility import create, refuse_newer, settings_of
from index.embedding import open_encoder
from index.errors import StoreError
from index.home import Home
from index.passages import split
from index.preparing import Cut, identify, prepare
from index.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from index.embedding import Encoder
    from index.reader import Reader
    from index.records import Article

BATCH = 64


def rebuild_home(
    path: Path, model: str | None = None, progress: Callable[[int, int], None] | None = None
) -> None:
    """Make a home's collection anew with a model (None: the shipped one), even one we cannot open."""
    rebuild(Home(path), open_encoder(model), progress)


def rebuild(home: Home, encoder: Encoder, progress: Callable[[int, int], None] | None = None) -> None:
    """Make the collection anew from its stored articles, with a model; then use the new one.

    Args:
        home: holds the collection; also one that the present program would refuse to open.
        encoder: makes the new vectors.
        progress: called with how many articles are done, and of how many.

    Raises:
        StoreError: there is nothing to rebuild, or it cannot be written; the old one stays in use.
    """
    with home.lock():
        path = home.current()
        if path is None:
            raise StoreError(f"{home.path} holds no collection; add articles first: sanad add PATH")
        target = _begun_before(home, path, encoder) or create(home, encoder)
        old, new = Store(path), Store(target)
        try:
            with old.reading() as reader:
                refuse_newer(reader.settings(), home.path)
                wanted = reader.all_digests()
            _copy(old, new, encoder, wanted, progress)
            with old.writing() as frozen:  # from here on nobody changes the old one
                _finish(frozen, new, encoder)
                home.switch(target)
        finally:
            old.close()
            new.close()
        home.discard_others()


def _begun_before(home: Home, current: Path, encoder: Encoder) -> Path | None:
    """Find what an interrupted rebuild to the same settings left; delete what others left."""
    found = None
    for path in home.others(current):
        if found is None and _fits(path, encoder):
            found = path
        else:
            home.discard(path)
    return found


def _fits(path: Path, encoder: Encoder) -> bool:
    """Whether a database was begun with these settings; one that was cut short before that was not."""
    try:
        store = Store(path)
    except StoreError:
        return False
    try:
        with store.reading() as reader:
            return reader.settings() == settings_of(encoder)
    except StoreError:
        return False
    finally:
        store.close()


def _copy(
    old: Store,
    new: Store,
    encoder: Encoder,
    wanted: dict[str, str],
    progress: Callable[[int, int], None] | None,
) -> None:
    """Copy the articles whose digest the new database does not have."""
    with new.reading() as reader:
        held = reader.all_digests()
    missing = [article_id for article_id, digest in wanted.items() if held.get(article_id) != digest]
    done = len(wanted) - len(missing)
    for first in range(0, len(missing), BATCH):
        batch = missing[first : first + BATCH]
        with old.reading() as reader:
            articles = _read(reader, batch)
        _write(new, articles, encoder)
        if progress:
            progress(done + first + len(batch), len(wanted))


def _finish(old: Reader, new: Store, encoder: Encoder) -> None:
    """Bring what changed meanwhile, what went, and what every article was read from."""
    wanted = old.all_digests()
    with new.reading() as reader:
        held = reader.all_digests()
    changed = [article_id for article_id, digest in wanted.items() if held.get(article_id) != digest]
    _write(new, _read(old, changed), encoder)
    with new.writing() as writer:
        for article_id in held.keys() - wanted.keys():
            writer.remove(writer.number_by_id(article_id) or 0)
        writer.copy_origins(old.all_origins())
        writer.start_after(old.sequence)


def _read(reader: Reader, ids: Sequence[str]) -> list[tuple[Article, str]]:
    """Give articles and when they were added."""
    found = ((reader.article(article_id), reader.added(article_id)) for article_id in ids)
    return [(article, added) for article, added in found if article is not None]


def _write(new: Store, articles: Sequence[tuple[Article, str]], encoder: Encoder) -> None:
    # an article that the present chunker finds nothing to cite in is kept: nothing is lost
    prepared = prepare([Cut(article, split(article.text)) for article, _ in articles], encoder)
    with new.writing() as writer:
        for (article, added), passages in zip(articles, prepared, strict=True):
            one = identify(article)
            number = writer.number_by_id(article.id or "")
            if number is not None:
                writer.remove(number)
            writer.insert(one.article, (one.digest, one.text_digest), passages, added)
