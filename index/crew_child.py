"""What a process of a crew does: articles in, passages with their words and vectors out, until the pipe ends."""

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
        told = [[[p.start, p.end, p.words] for p in passages] for passages in made]
        vectors = b"".join(p.vector for passages in made for p in passages)
        send(sys.stdout.buffer, {"passages": told}, vectors)
