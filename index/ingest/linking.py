"""Link an added article with its near-duplicates: agency copies, corrected versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.store.articles import versions_at
from index.store.likeness import alike_to, liken, sharing, sketch_of
from index.store.minhash import NEAR, keys_of, may_be_near, overlap, triples
from index.store.passages import prose_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.records import Alike
    from index.store.reader import Reader
    from index.store.writer import Writer

# These bounds keep the cost of an article the same in a collection of any size. Where thousands of articles are made
# from one template and share their keys, only the latest are compared and linked.
_PER_KEY = 32
_COMPARED = 8
_SHARED = 2  # keys of an article; a single one is chance, or a common phrase


def link(writer: Writer, number: int, sketched: bytes, passages: Sequence[str]) -> tuple[Alike, ...]:
    """Link an article that was just written, and has no links, with its near-duplicates.

    Args:
        writer: of the transaction.
        number: of the article.
        sketched: its MinHash sketch; b"" for a text too short to be compared.
        passages: its prose.

    Returns:
        The near-duplicates, the most similar first.
    """
    if not sketched:
        return ()
    overlaps = _near(writer, sketched, passages)
    liken(writer, number, sketched, overlaps)
    return alike_to(writer, number)


def version_of(reader: Reader, url: str, published: str | None, passages: Sequence[str]) -> int | None:
    """Find the article of which a new one is a later version: a near-duplicate with the same URL.

    A URL alone is not enough: many articles may name one page. An article published later is not an older version.
    """
    for number, date in versions_at(reader, url, _COMPARED):
        is_later = not published or not date or published >= date
        if is_later and overlap(triples(passages), triples(prose_of(reader, number))) >= NEAR:
            return number
    return None


def _near(reader: Reader, sketched: bytes, passages: Sequence[str]) -> dict[int, float]:
    """Return the overlaps of the articles whose prose overlaps by NEAR, by number, the most similar first."""
    shared = sharing(reader, keys_of(sketched), _PER_KEY)
    likely = [number for number, count in shared.most_common(2 * _COMPARED) if count >= _SHARED]
    compared = [number for number in likely if may_be_near(sketched, sketch_of(reader, number))][:_COMPARED]
    found = triples(passages if compared else ())
    overlaps = {number: round(overlap(found, triples(prose_of(reader, number))), 3) for number in compared}
    near = [pair for pair in overlaps.items() if pair[1] >= NEAR]
    return dict(sorted(near, key=lambda pair: (-pair[1], pair[0])))
