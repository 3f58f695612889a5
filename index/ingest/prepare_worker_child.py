"""Run a worker process of `prepare_workers`: read articles, send what is stored of each, until the parent is done."""

from __future__ import annotations

import gc
from itertools import chain
from typing import TYPE_CHECKING

from index.analysis import packed_keys, parts_of
from index.analysis.hashing import term_hashes
from index.ingest.preparing import prepare
from index.processes.frames import Broken
from index.processes.parent import Parent
from index.records import Article
from index.store.blobs import hashes_blob

if TYPE_CHECKING:
    from index.analysis import WordKey

_MAX_REQUEST = 1 << 30
_MAX_TOLD = 500_000


def main() -> None:
    """Prepare what the parent sends."""
    parent = Parent()
    gc.disable()  # there are no reference cycles here, and searching for them takes a sixth of the time
    told: set[WordKey] = set()
    while True:
        try:
            asked, _ = parent.receive(_MAX_REQUEST)
        except Broken:  # the parent process is done, or dead
            return
        articles = (Article(text=text, language=language) for text, language in asked["articles"])
        made = [prepare(article) for article in articles]
        # for each passage its place, then the sizes of its byte strings in the payload
        sizes, blobs = [], []
        for one in made:
            keys, passages = packed_keys(one.keys), [p[2:] for p in one.passages]
            blobs += [keys, *chain.from_iterable(passages), one.sketch]
            places = [[p.start, p.end, *map(len, own)] for p, own in zip(one.passages, passages, strict=True)]
            sizes.append([len(keys), places, len(one.sketch)])
        new = _new(told, [key for one in made for key in one.keys])
        keys = packed_keys(new)
        message = {"articles": sizes, "words": [len(keys), [*map(len, new.values())]]}
        parent.send(message, b"".join([*blobs, keys, *new.values()]))


def _new(told: set[WordKey], keys: list[WordKey]) -> dict[WordKey, bytes]:
    """Return the term hashes, as stored, of the words that were not sent to the parent process yet."""
    if len(told) > _MAX_TOLD:
        told.clear()
    new = {key: hashes_blob(term_hashes(*parts_of(key))) for key in dict.fromkeys(keys) if key not in told}
    told.update(new)
    return new
