"""Rebuilding: a second database beside the first, swapped when it is whole.

Needed for another model, analyser or chunker. The old database answers, and takes changes, until the
new one has caught up: what differs is copied, and what differs after that is copied once more while the
old one's write lock is held; the pointer is replaced under that lock, so no change falls between the
two. A rebuild that was killed is taken up where it stopped: what was copied is not embedded again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from index.compatibility import FINGERPRINT, create, refuse_newer, settings_of
from index.embedding import open_encoder
from index.errors import StoreError
from index.home import Home
from index.linking import link
from index.preparing import Whole, prepare
from index.reader import Encoded
from index.store import FORMAT, Store

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
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
        progress: called with how many passages are done, and of how many (as the old collection counts them).

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
    begun = home.begun(current)
    for path in home.others(current):
        if found is None and path in begun and _fits(path, encoder):
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
    with old.reading() as reader:
        sizes = reader.sizes()
    missing = [article_id for article_id, digest in wanted.items() if held.get(article_id) != digest]
    total = sum(sizes.get(article_id, 0) for article_id in wanted)
    done = total - sum(sizes.get(article_id, 0) for article_id in missing)
    for first in range(0, len(missing), BATCH):
        batch = missing[first : first + BATCH]
        with old.reading() as reader:
            articles = _read(reader, batch, encoder)
        _write(new, articles, encoder)
        done += sum(sizes.get(article_id, 0) for article_id in batch)
        if progress:
            progress(done, total)


def _finish(old: Reader, new: Store, encoder: Encoder) -> None:
    """Bring what changed meanwhile, what went, and what every article was read from."""
    wanted = old.all_digests()
    with new.reading() as reader:
        held = reader.all_digests()
    changed = [article_id for article_id, digest in wanted.items() if held.get(article_id) != digest]
    _write(new, _read(old, changed, encoder), encoder)
    with new.writing() as writer:
        for article_id in held.keys() - wanted.keys():
            writer.remove(writer.number_by_id(article_id) or 0)
        writer.copy_origins(old.all_origins())
        if old.settings()["format"] == str(FORMAT):  # an older one may not know of files
            for path, seen in old.files():
                writer.remember(path, seen)
        writer.copy_memory(old.memory())
        writer.start_after(old.sequence)


class _Held(NamedTuple):
    """An article as the old database holds it; an edited one keeps the digests of its file."""

    article: Article
    added: str
    digests: tuple[str, str]
    known: Mapping[str, Encoded]


def _read(reader: Reader, ids: Sequence[str], encoder: Encoder) -> list[_Held]:
    """Read articles, with their vectors if only the analyser or the chunker is another and the model takes time.

    A rebuild with nothing changed makes the vectors anew: it was asked for because something is wrong.
    """
    before, after = reader.settings(), settings_of(encoder)
    kept = not encoder.is_light and before != after and before.get(FINGERPRINT) == after[FINGERPRINT]
    held = []
    for article_id in ids:
        article, number = reader.article(article_id), reader.number_by_id(article_id)
        if article is not None and number is not None:
            _, digest, text_digest = reader.digests(number)
            vectors = reader.vectors_by_text(number) if kept else {}
            known = {text: Encoded(b"", vector) for text, vector in vectors.items()}
            held.append(_Held(article, reader.added(article_id), (digest, text_digest), known))
    return held


def _write(new: Store, articles: Sequence[_Held], encoder: Encoder) -> None:
    # an article that the present chunker finds nothing to cite in is kept: nothing is lost
    prepared = prepare([Whole(held.article, held.known) for held in articles], encoder)
    with new.writing() as writer:
        for (article, added, digests, _), made in zip(articles, prepared, strict=True):
            number = writer.number_by_id(article.id or "")
            if number is not None:
                writer.remove(number)
            fresh = writer.insert(article, digests, made, added)
            link(
                writer,
                fresh,
                made.sketch,
                [article.text[passage.start : passage.end] for passage in made.passages],
            )
