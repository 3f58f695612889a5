"""What a process of a crew does: articles in, what is stored of each out, until the pipe ends."""

from __future__ import annotations

import gc
import sys
from itertools import chain
from typing import TYPE_CHECKING

from index.analysis import packed_keys
from index.analysis.hashing import hashes_of
from index.ingest.preparing import prepare
from index.reading.frames import Broken, receive, send
from index.records import Article

if TYPE_CHECKING:
    from index.analysis import WordKey

_MAX_REQUEST = 1 << 30
_MAX_TOLD = 500_000


def main() -> None:
    """Serve standard input and output."""
    gc.disable()  # nothing here refers in a circle, and looking for it takes a sixth of the time
    told: set[WordKey] = set()
    while True:
        try:
            asked, _ = receive(sys.stdin.buffer, _MAX_REQUEST)
        except Broken:  # the other side is done with us, or dead
            return
        articles = (Article(text=text, language=language) for text, language in asked["articles"])
        made = [prepare(article) for article in articles]
        # of each passage its place, then the sizes of what follows as bytes
        sizes, blobs = [], []
        for one in made:
            keys, passages = packed_keys(one.keys), [p[2:] for p in one.passages]
            blobs += [keys, *chain.from_iterable(passages), one.sketch]
            places = [[p.start, p.end, *map(len, own)] for p, own in zip(one.passages, passages, strict=True)]
            sizes.append([len(keys), places, len(one.sketch)])
        new = _new(told, [key for one in made for key in one.keys])
        keys = packed_keys(new)
        message = {"articles": sizes, "words": [len(keys), [*map(len, new.values())]]}
        send(sys.stdout.buffer, message, b"".join([*blobs, keys, *new.values()]))


def _new(told: set[WordKey], keys: list[WordKey]) -> dict[WordKey, bytes]:
    """Give the term hashes of the words that the other side was not told of yet."""
    if len(told) > _MAX_TOLD:
        told.clear()
    new = {key: hashes_of(key) for key in dict.fromkeys(keys) if key not in told}
    told.update(new)
    return new
