"""Store the vocabulary: every word, numbered once and never removed, with the hashes of its terms."""

from __future__ import annotations

import json
from itertools import count
from typing import TYPE_CHECKING

from index.analysis import parts_of
from index.analysis.hashing import term_hashes
from index.store.blobs import hashes_blob

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from index.analysis import WordKey
    from index.store.reader import Reader


def terms_of(reader: Reader, numbers: Sequence[int]) -> Iterator[tuple[int, bytes]]:
    """Yield the term hashes of words, as stored (`index.store.blobs.hashes_of`), with their numbers."""
    step = 30_000  # below SQLite's limit on the number of values in a statement
    for first in range(0, len(numbers), step):
        some = tuple(numbers[first : first + step])
        marks = ",".join("?" * len(some))
        sql = f"SELECT number, terms FROM vocabulary WHERE number IN ({marks})"  # noqa: S608
        yield from reader.db.execute(sql, some)


def words_among(reader: Reader, stemmer: str, words: Collection[str]) -> list[str]:
    """Return those words that the vocabulary has for a stemmer; some may occur in no passage now."""
    marks = ",".join("?" * len(words))
    sql = f"SELECT word FROM vocabulary WHERE stemmer = ? AND word IN ({marks})"  # noqa: S608
    return [word for (word,) in reader.db.execute(sql, (stemmer, *words))]


def words_from(reader: Reader, stemmer: str, begin: str) -> list[str]:
    """Return the vocabulary's words for a stemmer with a prefix; some may occur in no passage now."""
    sql = "SELECT word FROM vocabulary WHERE stemmer = ? AND word >= ? AND word < ?"
    return [word for (word,) in reader.db.execute(sql, (stemmer, begin, begin + "\U0010ffff"))]


class WordNumbers:
    """The numbers of words in one write transaction; a word that the vocabulary lacks is inserted.

    Attributes:
        new: numbers that were looked up or given in this transaction.
    """

    def __init__(self, reader: Reader, known: Mapping[WordKey, int]) -> None:
        """Take a write transaction, and numbers that need not be looked up."""
        self._reader, self._known = reader, known
        self.new: dict[WordKey, int] = {}
        self._next = 0  # number of the next new word; 0: not known yet

    def of(self, keys: Sequence[WordKey], hashes: Mapping[WordKey, bytes]) -> list[int]:
        """Return the numbers of words; `hashes` are the term hashes, as stored, of some that may be new."""
        unknown = [key for key in keys if key not in self._known and key not in self.new]
        if unknown:
            self._meet(unknown, hashes)
        known, new = self._known, self.new
        return [new[key] if (number := known.get(key)) is None else number for key in keys]

    def _meet(self, keys: Sequence[WordKey], hashes: Mapping[WordKey, bytes]) -> None:
        """Look up words that are new to this transaction in the vocabulary, or insert them."""
        if not self._next:
            self._next = self._reader.one("SELECT coalesce(max(number), 0) + 1 FROM vocabulary")
        # numbers start at 1 and are never freed: if every word of the vocabulary is cached, any other is new
        if len(self._known) + len(self.new) + 1 < self._next:
            self.new.update(self._find(keys))
        absent = [key for key in keys if key not in self.new]
        rows = [
            (number, *parts_of(key), hashes.get(key) or hashes_blob(term_hashes(*parts_of(key))))
            for number, key in enumerate(absent, self._next)
        ]
        self._reader.db.executemany("INSERT INTO vocabulary VALUES (?, ?, ?, ?)", rows)
        self.new.update(zip(absent, count(self._next)))
        self._next += len(absent)

    def _find(self, keys: Sequence[WordKey]) -> dict[WordKey, int]:
        """Return the numbers of those words that the vocabulary holds."""
        # CROSS JOIN looks up each word by the index; else the planner might read the whole vocabulary
        sql = (
            "SELECT key, number FROM (SELECT json_extract(value, '$[0]') AS key, json_extract(value, '$[1]') AS s,"
            " json_extract(value, '$[2]') AS w FROM json_each(?))"
            " CROSS JOIN vocabulary ON stemmer = s AND word = w"
        )
        asked = json.dumps([(key, *parts_of(key)) for key in keys])
        return dict(self._reader.db.execute(sql, (asked,)))
