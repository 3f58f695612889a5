"""Store which articles are near-duplicates, and the sketches by which they are found (`index.store.minhash`)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from index.records import Alike
from index.store.minhash import keys_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from index.store.reader import Reader
    from index.store.writer import Writer

ALIKE = "SELECT l.article, o.id, l.overlap, o.title FROM alike l JOIN articles o ON o.number = l.other"


def sharing(reader: Reader, keys: Sequence[int], most: int) -> Counter[int]:
    """Count how many of these keys articles share; of each key, only the `most` articles added last."""
    one = "SELECT article FROM (SELECT article FROM sketch_keys WHERE key = ? ORDER BY article DESC LIMIT ?)"
    sql = " UNION ALL ".join([one] * len(keys)) or "SELECT 0 WHERE 0"
    values = [value for key in keys for value in (key, most)]
    return Counter([number for (number,) in reader.db.execute(sql, values)])


def sketch_of(reader: Reader, number: int) -> bytes:
    """Return an article's MinHash sketch (`index.store.minhash`); b"" if it has none."""
    row = reader.db.execute("SELECT sketch FROM sketches WHERE article = ?", (number,)).fetchone()
    return bytes(row[0]) if row else b""


def alike_to(reader: Reader, number: int) -> tuple[Alike, ...]:
    """Return the near-duplicates of an article, the most alike first."""
    sql = ALIKE + " WHERE l.article = ? ORDER BY l.overlap DESC, l.other"
    return tuple(Alike._make(other) for _, *other in reader.db.execute(sql, (number,)))


def liken(writer: Writer, number: int, sketch: bytes, alike: Mapping[int, float]) -> None:
    """Store an article's MinHash sketch (`index.store.minhash`), and link it both ways with others, by overlap."""
    writer.db.execute("INSERT INTO sketches VALUES (?, ?)", (number, sketch))
    writer.db.executemany("INSERT INTO sketch_keys VALUES (?, ?)", [(key, number) for key in keys_of(sketch)])
    pairs = [(number, other, overlap) for other, overlap in alike.items()]
    pairs += [(other, number, overlap) for number, other, overlap in pairs]
    if pairs:
        writer.db.executemany("INSERT INTO alike VALUES (?, ?, ?)", pairs)


def unlike(writer: Writer, number: int) -> None:
    """Delete an article's sketch and its links with others."""
    found = [(key, number) for key in keys_of(sketch_of(writer, number))]
    writer.db.executemany("DELETE FROM sketch_keys WHERE key = ? AND article = ?", found)
    writer.db.execute("DELETE FROM sketches WHERE article = ?", (number,))
    sql = "DELETE FROM alike WHERE (article, other) IN (SELECT other, article FROM alike WHERE article = ?)"
    writer.db.execute(sql, (number,))
    writer.db.execute("DELETE FROM alike WHERE article = ?", (number,))
