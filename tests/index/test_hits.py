"""Folding of near-duplicates: exactly those passages whose words overlap enough, in several articles."""

from __future__ import annotations

import random

from index.hits import NEAR_DUPLICATE, _Candidate, _folded
from index.reader import Place
from index.records import Article

WORDS = (
    "الجسر",
    "أعيد",
    "فتحه",
    "صباح",
    "اليوم",
    "بعد",
    "the",
    "bridge",
    "opened",
    "again",
    "мост",
    "открыли",
)


def candidate(article: str, ordinal: int, text: str) -> _Candidate:
    place = Place(article, ordinal, 0, len(text))
    return _Candidate(1.0, place, Article(id=article, text=text), text, [])


def overlap(one: str, other: str) -> float:
    first, second = set(one.split()), set(other.split())
    return len(first & second) / len(first | second)


def varied(rng: random.Random) -> list[str]:
    """Versions of one text with a few words more, fewer or other, about half of them nearly the same."""
    base = [f"{rng.choice(WORDS)}{number}" for number in range(rng.choice((1, 5, 40, 90)))]
    texts = []
    for _ in range(8):
        words = [word for word in base if rng.random() > 0.06 * rng.random()] or base
        texts.append(" ".join(words + [f"new{rng.random()}"] * rng.choice((0, 0, 1))))
    return texts


def test_twins_are_those_whose_words_overlap_enough() -> None:
    rng = random.Random(1)
    near = far = 0
    for _ in range(60):
        texts = varied(rng)
        kept = _folded(iter([candidate(f"a{i}", 1, text) for i, text in enumerate(texts)]), 8)
        expected: dict[int, list[str]] = {}
        for i, text in enumerate(texts):
            twin = next((j for j in expected if overlap(texts[j], text) >= NEAR_DUPLICATE), None)
            if twin is None:
                expected[i] = []
            else:
                expected[twin].append(f"a{i}")
        assert {one.place.article_id: one.also_in for one in kept} == {
            f"a{i}": also for i, also in expected.items()
        }
        near += len(texts) - len(expected)
        far += len(expected) - 1
    assert min(near, far) > 50


def test_passages_of_one_article_are_never_folded() -> None:
    text = "أعيد فتح الجسر فوق النهر صباح اليوم"
    assert len(_folded(iter([candidate("a", 1, text), candidate("a", 2, text)]), 5)) == 2
