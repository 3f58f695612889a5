"""Rebuild a collection in a second database beside the first, and swap them when it is complete.

A rebuild is needed for another model, analyser or chunker. The old database answers, and takes changes, until the
new one has caught up. What differs is copied, then what differs after that, while the old one's write lock is held.
The pointer is replaced under that lock, so no change is lost between the two. A killed rebuild resumes where it
stopped: what was copied is not embedded again.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from index.errors import StoreDamaged, StoreError
from index.ingest.linking import link
from index.ingest.preparing import prepare
from index.models import open_encoder
from index.store.articles import (
    added_at,
    all_digests,
    article_by_id,
    digests_of,
    insert_article,
    number_by_id,
    remove_article,
)
from index.store.choosing import located
from index.store.database import FORMAT, Store
from index.store.files import all_files, copy_memory, memory, remember_file
from index.store.home import Home
from index.store.origins import all_origins, copy_origins
from index.store.vectors import n_unembedded, vectors_by_text
from index.upkeep.compatibility import FINGERPRINT, create, encoder_of, refuse_newer, settings_of
from index.upkeep.embedding import embed_batch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from index.models.encoder import Encoder
    from index.records import Article
    from index.store.reader import Reader

log = logging.getLogger(__name__)

BATCH = 64


def rebuild_home(
    path: Path,
    model: str | None = None,
    progress: Callable[[int, int], None] | None = None,
    device: str | None = None,
) -> None:
    """Rebuild a home's collection, even one that this program cannot open.

    Args:
        path: of the home.
        model: another model from now on, `bundled` for the shipped one; None: the one it was made with.
        progress: called with the number of passages done and their total.
        device: the device that a sentence-transformers model runs on; None: the CPU.

    Raises:
        StoreError: there is nothing to rebuild, or it cannot be written; the old one stays in use.
        ModelError: the model cannot be loaded.
    """
    home = Home(path)
    rebuild(home, encoder_of(_located(home), model, partial(open_encoder, device=device)), progress)


def rebuild(home: Home, encoder: Encoder, progress: Callable[[int, int], None] | None = None) -> None:
    """Rebuild the collection from its stored articles with a model, then switch to the new one.

    The old database is deleted if it was sound and every article of it is in the new one.

    Args:
        home: holds the collection; also one that this program would refuse to open.
        encoder: makes the new vectors.
        progress: called with how many passages are embedded, and of how many.

    Raises:
        StoreError: there is nothing to rebuild, or it cannot be written; the old one stays in use.
    """
    _located(home)
    with home.lock():
        path = home.current()
        if path is None:
            raise StoreError(f"{home.path} holds no collection any more")
        home.discard_replaced()
        target = home.unfinished
        if not _fits(target, encoder):
            home.discard(target)
            create(target, encoder)
        old, new = Store(path), Store(target)
        try:
            with old.reading() as reader:
                refuse_newer(reader.settings(), home.path)
                wanted, problems = all_digests(reader), reader.problems()
            _copy(old, new, encoder, wanted)
            _embed(new, encoder, progress)
            with old.writing() as frozen:  # from here on nobody can change the old one
                _finish(frozen, new, encoder)
                new.close_whole()
                home.put_in_place(target, replaced=None if problems else path)
        finally:
            old.close()
            new.close()
        if problems:
            log.warning("%s is kept, because it is not sound: %s", path, problems[0])
        home.discard_replaced()


def _located(home: Home) -> Path:
    path = located(home)
    if path is None:
        raise StoreError(f"{home.path} holds no collection; add articles first: sanad add PATH")
    return path


def _fits(path: Path, encoder: Encoder) -> bool:
    """Return whether a database was created with these settings; False if its creation was interrupted."""
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


def _copy(old: Store, new: Store, encoder: Encoder, wanted: dict[str, str]) -> None:
    """Copy the articles whose digest the new database does not have."""
    with new.reading() as reader:
        held = all_digests(reader)
    missing = [article_id for article_id, digest in wanted.items() if held.get(article_id) != digest]
    for first in range(0, len(missing), BATCH):
        batch = missing[first : first + BATCH]
        with old.reading() as reader:
            articles = _read(reader, batch, encoder)
        _write(new, articles)


def _embed(store: Store, encoder: Encoder, progress: Callable[[int, int], None] | None) -> None:
    """Embed every passage that has no vector."""
    while True:
        with store.reading() as reader:
            total, waiting = reader.counts()["passages"], n_unembedded(reader)
        if progress:
            progress(total - waiting, total)
        if not waiting:
            return
        embed_batch(store, encoder)


def _finish(old: Reader, new: Store, encoder: Encoder) -> None:
    """Copy what changed meanwhile, remove what was removed, and copy the origins of every article."""
    wanted = all_digests(old)
    with new.reading() as reader:
        held = all_digests(reader)
    changed = [article_id for article_id, digest in wanted.items() if held.get(article_id) != digest]
    _write(new, _read(old, changed, encoder))
    with new.writing() as writer:
        for article_id in held.keys() - wanted.keys():
            remove_article(writer, number_by_id(writer, article_id) or 0)
        copy_origins(writer, all_origins(old))
        if old.settings()["format"] == str(FORMAT):  # an older one may store no files
            for path, seen in all_files(old):
                remember_file(writer, path, seen)
        writer.forget_lost()  # a killed rebuild may have come as far as this
        writer.note_lost(old.lost())
        copy_memory(writer, memory(old))
        writer.start_after(old.sequence)
    with new.reading() as reader:
        if all_digests(reader) != wanted:
            raise StoreDamaged("not every article can be copied; run `sanad check`, restore a backup")


class _Held(NamedTuple):
    """An article as the old database holds it; an edited one keeps the digests of its file."""

    article: Article
    added: str
    digests: tuple[str, str]
    vectors: Mapping[str, bytes]


def _read(reader: Reader, ids: Sequence[str], encoder: Encoder) -> list[_Held]:
    """Read articles, with their vectors if only the analyser or the chunker differs.

    A rebuild with the same settings computes the vectors again: it was requested because something is wrong.
    """
    before, after = reader.settings(), settings_of(encoder)
    kept = before != after and all(before.get(name) == after[name] for name in ("format", FINGERPRINT))
    held = []
    for article_id in ids:
        article, number = article_by_id(reader, article_id), number_by_id(reader, article_id)
        if article is not None and number is not None:
            _, digest, text_digest = digests_of(reader, number)
            vectors = vectors_by_text(reader, number) if kept else {}
            held.append(_Held(article, added_at(reader, article_id), (digest, text_digest), vectors))
    return held


def _write(new: Store, articles: Sequence[_Held]) -> None:
    # an article in which this chunker finds nothing to cite is kept, so that nothing is lost
    prepared = [prepare(held.article) for held in articles]
    with new.writing() as writer:
        for (article, added, digests, vectors), made in zip(articles, prepared, strict=True):
            number = number_by_id(writer, article.id or "")
            if number is not None:
                remove_article(writer, number)
            fresh = insert_article(writer, article, digests, made, added, vectors)
            link(
                writer,
                fresh,
                made.sketch,
                [article.text[passage.start : passage.end] for passage in made.passages],
            )
