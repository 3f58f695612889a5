"""Rebuilding: a second database beside the first, swapped when it is whole.

Needed for another model, analyser or chunker. The old database answers, and takes changes, until the
new one has caught up; the last changes are carried over while the old one's write lock is held, and the
pointer is replaced under that lock, so no change falls between the two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.compatibility import create
from index.embedding import open_encoder
from index.errors import StoreError
from index.home import Home
from index.passages import split
from index.preparing import identify, prepare
from index.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from index.embedding import Encoder
    from index.reader import Reader
    from index.records import Article
    from index.writer import NewPassage

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
        home.discard_others()
        old = Store(path)
        target = create(home, encoder)
        new = Store(target)
        try:
            done = _copy(old, new, encoder, progress)
            with old.writing() as writer:  # from here on nobody changes the old one
                _carry_over(writer, new, encoder, done)
                home.switch(target)
        finally:
            old.close()
            new.close()
        home.discard_others()


def _copy(old: Store, new: Store, encoder: Encoder, progress: Callable[[int, int], None] | None) -> int:
    """Copy what is there now; give the sequence number up to which it is copied."""
    with old.reading() as reader:
        sequence, ids = reader.sequence, reader.changed_articles(0)
        added = {info.id: info.added for info in reader.articles()}
    for first in range(0, len(ids), BATCH):
        batch = ids[first : first + BATCH]
        with old.reading() as reader:
            articles = _read(reader, batch)
        _write(new, articles, encoder, added)
        if progress:
            progress(first + len(batch), len(ids))
    return sequence


def _carry_over(old: Reader, new: Store, encoder: Encoder, after: int) -> None:
    """Bring what changed since, in one transaction that continues the old sequence numbers."""
    changed = old.changed_articles(after)
    articles = _read(old, changed)
    added = {info.id: info.added for info in old.articles()}
    with new.writing() as writer:
        for article_id in {*changed, *old.gone_articles(after)}:
            number = writer.number_by_id(article_id)
            if number is not None:
                writer.remove(number)
        writer.start_after(old.sequence)
    _write(new, articles, encoder, added)


def _read(reader: Reader, ids: Sequence[str]) -> list[tuple[Article, tuple[str, ...]]]:
    found = []
    for article_id in ids:
        article, number = reader.article(article_id), reader.number_by_id(article_id)
        if article is not None and number is not None:
            found.append((article, reader.origins(number)))
    return found


def _write(
    new: Store,
    articles: Sequence[tuple[Article, tuple[str, ...]]],
    encoder: Encoder,
    added: dict[str, str],
) -> None:
    prepared: list[list[NewPassage]] = [
        prepare(article, split(article.text), encoder) for article, _ in articles
    ]
    with new.writing() as writer:
        for (article, origins), passages in zip(articles, prepared, strict=True):
            one = identify(article)
            digests = (one.digest, one.text_digest)
            number = writer.insert(one.article, digests, passages, added.get(one.article.id or ""))
            for origin in origins:
                writer.link(origin, number)
