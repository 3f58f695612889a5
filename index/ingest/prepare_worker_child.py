"""Run the worker process of `prepare_workers`: read articles, send what is stored of each, until the pipe ends."""

from __future__ import annotations

import gc
import sys
from itertools import chain

from index.analysis import packed_keys
from index.ingest.preparing import prepare
from index.reading.frames import Broken, receive, send
from index.records import Article

_MAX_REQUEST = 1 << 30


def main() -> None:
    """Serve requests on standard input and output."""
    gc.disable()  # there are no reference cycles here, and searching for them takes a sixth of the time
    while True:
        try:
            asked, _ = receive(sys.stdin.buffer, _MAX_REQUEST)
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
        send(sys.stdout.buffer, {"articles": sizes}, b"".join(blobs))
