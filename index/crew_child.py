"""What a process of a crew does: articles in, what is stored of each out, until the pipe ends."""

from __future__ import annotations

import sys
from itertools import chain
from typing import TYPE_CHECKING, Any

from index.analysis import parts_of
from index.embedding import open_encoder
from index.preparing import Whole, prepare
from index.reading.frames import Broken, receive, send
from index.records import Article
from index.vocabulary import term_hashes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.analysis import WordKey
    from index.writer import Prepared

_MAX_REQUEST = 1 << 30
_MAX_TOLD = 500_000  # words whose terms the other side was told, and may need again only when it forgot them


def main() -> None:
    """Serve standard input and output."""
    encoder = open_encoder(None)
    send(sys.stdout.buffer, {"fingerprint": encoder.fingerprint})
    told: set[WordKey] = set()
    while True:
        try:
            asked, _ = receive(sys.stdin.buffer, _MAX_REQUEST)
        except Broken:  # the other side is done with us, or dead
            return
        articles = (Article(text=text, language=language) for text, language in asked["articles"])
        made = prepare([Whole(article) for article in articles], encoder)
        send(sys.stdout.buffer, *_packed(made, told))


def _packed(made: Sequence[Prepared], told: set[WordKey]) -> tuple[dict[str, Any], bytes]:
    """Give the sizes of all bytes, and the bytes: the terms of words that were not told yet, then the passages."""
    if len(told) > _MAX_TOLD:
        told.clear()
    new = [key for key in dict.fromkeys(chain.from_iterable(one.keys for one in made)) if key not in told]
    told.update(new)
    terms = [term_hashes(word, stemmer) for stemmer, word in map(parts_of, new)]
    blobs = [part for one in made for passage in one.passages for part in passage[2:]]
    articles = [[one.keys, [[p.start, p.end, *map(len, p[2:])] for p in one.passages]] for one in made]
    sizes = [[key, len(hashes)] for key, hashes in zip(new, terms, strict=True)]
    return {"terms": sizes, "articles": articles}, b"".join([*terms, *blobs])
