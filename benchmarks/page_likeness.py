"""Which articles count as nearly the same: `python -m benchmarks.page_likeness`; writes its part of docs/pages.md.

Pairs are made from the articles of `benchmarks/page_parts.py` as newsrooms make them: copies under another headline and
dateline, cut, edited; and pairs that must not be linked: a follow-up that quotes the older report's background, two
articles of one template, other articles.
"""

from __future__ import annotations

import random
import tempfile
import time
from itertools import islice, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.document import put
from benchmarks.page_parts import PARTS, Parts
from index import Article, Collection
from index.chunking.passages import split
from index.ingest.linking import link
from index.store.likeness import unlike
from index.store.minhash import NEAR, keys_of, may_be_near, overlap, sketch, triples
from index.store.passages import prose_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from index.store.minhash import Triples

_TIMED = 300
PAGE = Path(__file__).parents[1] / "docs" / "pages.md"

# Market reports of one newsroom: the same sentences each day, with the day's figures and reasons.
_MARKET = (
    "Shares in the capital closed {0} on {1}, with the main index {0} {2} per cent at {3} points. Trading was {4} than the "
    "day before, at {5} million shares. Analysts pointed to {6}. The currency stood at {7} to the dollar. Among the largest "
    "companies, {8} and {9} moved most. The exchange will be {10} tomorrow, and the central bank publishes {11} at noon."
)
_DAYS = (
    ("higher", "Monday", "1.2", "4,310", "busier", "212", "the fall in the price of grain after the harvest in the north",
     "17.4", "the railway company", "a maker of cement", "open as usual", "its figures on lending"),
    ("lower", "Wednesday", "0.4", "4,288", "quieter", "154", "worries that the strike at the two ports will go on into spring",
     "17.9", "the state telephone company", "three of the banks", "closed for the holiday", "the minutes of its last meeting"),
)  # fmt: skip


class Pair(NamedTuple):
    """Two articles; `near`: whether people would call them the same report."""

    name: str
    near: bool
    first: str
    second: str


def pairs() -> Iterator[Pair]:
    """Give every pair in every language."""
    languages = list(PARTS)
    for at, (language, parts) in enumerate(PARTS.items()):
        body = parts.paragraphs
        first = _article(parts.title, *body)
        other = PARTS[languages[(at + 1) % len(languages)]]
        agency = f"{parts.byline}\n\n{parts.date} -"
        for name, near, second in (
            ("other headline, dateline and credit", True, _article(parts.related[0], agency, *body, parts.legal)),
            ("last paragraph cut", True, _article(parts.title, *body[:-1])),
            ("middle paragraph cut, other headline", True, _article(parts.related[1], *body[:3], *body[4:])),
            ("paragraph added", True, _article(parts.title, *body, parts.quote)),
            ("one word in twenty changed", True, _article(parts.title, *(_edited(text, 20, parts) for text in body))),
            ("four paragraphs of seven", False, _article(parts.related[2], *body[:4])),
            ("follow-up with two old paragraphs", False, _article(parts.related[3], parts.quote, *parts.points, *parts.comments, parts.bio, *body[-2:])),
            ("another article", False, _article(parts.related[0], *parts.points, *parts.comments, parts.quote, parts.newsletter, parts.bio)),
            ("article in another language", False, _article(other.title, *other.paragraphs)),
        ):  # fmt: skip
            yield Pair(f"{name}|{language}", near, first, second)
    one, two = (_article("Shares", _MARKET.format(*day)) for day in _DAYS)
    yield Pair("two days of one template|en", False, one, two)


def _article(title: str, *paragraphs: str) -> str:
    return "\n\n".join([title, *paragraphs])


def _edited(text: str, step: int, parts: Parts) -> str:
    """Put another word in place of every so-manieth; where words are not spaced, of two characters."""
    if " " not in text:
        return "".join(parts.tags[0][:1] if at % (2 * step) == step else char for at, char in enumerate(text))
    return " ".join(
        parts.tags[0] if at % step == step // 2 else word for at, word in enumerate(text.split(" "))
    )


def _of(text: str) -> Triples:
    return triples(passage.text for passage in split(text))


def table() -> list[str]:
    """The overlap of each kind of pair, lowest and highest, and how many are found by their keys."""
    kinds: dict[tuple[str, bool], list[tuple[float, bool]]] = {}
    for pair in pairs():
        first, second = _of(pair.first), _of(pair.second)
        one, two = sketch(first), sketch(second)
        found = len(set(keys_of(one)) & set(keys_of(two))) >= 2 and may_be_near(one, two)
        kinds.setdefault((pair.name.split("|")[0], pair.near), []).append((overlap(first, second), found))
    rows = ["| pair | the same report | overlap: lowest | highest | candidates |", "|---|---|---|---|---|"]
    for (name, near), counts in kinds.items():
        shares = [share for share, _ in counts]
        said = "yes" if near else "no"
        rows.append(
            f"| {name} | {said} | {min(shares):.2f} | {max(shares):.2f} | {sum(found for _, found in counts)} of {len(counts)} |"
        )
    return rows


def speed() -> float:
    """Seconds of processor time for the sketch of an article of a thousand words."""
    texts = [passage.text for passage in split("\n\n".join(islice(_paragraphs(), 30)))]
    words = sum(len(text.split()) for text in texts)
    sketch(triples(texts))
    began = time.process_time()
    for _ in range(200):
        sketch(triples(texts))
    return (time.process_time() - began) / 200 / words * 1000


def growth(sizes: Sequence[int]) -> list[float]:
    """Seconds of processor time to link one article, in a collection of so many; half share a template."""
    rng, taken = random.Random(1), []
    words = {code: " ".join(parts.paragraphs).split() for code, parts in PARTS.items() if code != "zh"}
    with tempfile.TemporaryDirectory() as folder, Collection(Path(folder) / "home") as collection:
        for before, size in pairwise((0, *sizes)):
            collection.add(_made(words, rng, at) for at in range(before, size))
            with collection.session() as session, session.store.writing() as writer:
                lately = [(number, prose_of(writer, number)) for number in range(size - _TIMED, size)]
                for number, _ in lately:
                    unlike(writer, number)
                began = time.process_time()
                for number, prose in lately:
                    link(writer, number, sketch(triples(prose)), prose)
                taken.append((time.process_time() - began) / _TIMED)
    return taken


def _made(words: Mapping[str, Sequence[str]], rng: random.Random, number: int) -> Article:
    """Put an article together from words of a language in any order, every second one behind the same sixty."""
    own = words[list(words)[number % len(words)]]
    drawn = [*(own[:60] if number % 2 else ()), *rng.sample(own, min(len(own), 180))]
    return Article(text="\n\n".join(" ".join(drawn[at : at + 30]) + "." for at in range(0, len(drawn), 30)))


def _paragraphs() -> Iterator[str]:
    while True:
        yield from PARTS["en"].paragraphs


def main() -> None:
    """Measure and write."""
    sizes = (1_000, 10_000)
    first, last = growth(sizes)
    lines = [
        "## Which articles are nearly the same",
        "",
        f"Made by `python -m benchmarks.page_likeness`: {sum(1 for _ in pairs())} pairs in six languages. Linked is what overlaps by",
        f"{NEAR} (Jaccard, of word triples) or more; a candidate is what its keys find and its sketch does not rule out. A sketch takes",
        f"{speed() * 1e6:.0f} microseconds for a thousand words. To link an article of some 200 words takes {first * 1e6:.0f} microseconds among",
        f"{sizes[0]:,} articles and {last * 1e6:.0f} among {sizes[1]:,}, half of which share sixty words with all others of their language.",
        "",
        *table(),
    ]
    put(PAGE, "likeness", "\n".join(lines))
    print("\n".join(lines))


if __name__ == "__main__":
    main()
