"""What a process of a crew does: articles in, what is stored of each out, until the pipe ends."""

from __future__ import annotations

import sys

from index.embedding import open_encoder
from index.preparing import Whole, prepare
from index.reading.frames import Broken, receive, send
from index.records import Article

_MAX_REQUEST = 1 << 30


def main() -> None:
    """Serve standard input and output."""
    encoder = open_encoder(None)
    send(sys.stdout.buffer, {"fingerprint": encoder.fingerprint})
    while True:
        try:
            asked, _ = receive(sys.stdin.buffer, _MAX_REQUEST)
        except Broken:  # the other side is done with us, or dead
            return
        articles = (Article(text=text, language=language) for text, language in asked["articles"])
        made = prepare([Whole(article) for article in articles], encoder)
        # of each passage its place, then the sizes of what follows as bytes
        told = [[one.keys, [[p.start, p.end, *map(len, p[2:])] for p in one.passages]] for one in made]
        blobs = b"".join(part for one in made for passage in one.passages for part in passage[2:])
        send(sys.stdout.buffer, {"articles": told}, blobs)
