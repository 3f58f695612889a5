"""Folding of near-duplicates: exactly those passages whose words overlap enough, in several articles."""

from __future__ import annotations

import random

import numpy as np

from index.ranking.hits import _Candidate, _folded
from index.ranking.parameters import NEAR_DUPLICATE
from index.segments.vocabulary import Vocabulary
from index.store.passages import Place


def candidate(article: int, ordinal: int, words: list[int]) -> _Candidate:
    place = Place(ordinal, 0, 1, b"", np.array(words, dtype=np.int32).tobytes(), article)
    return _Candidate(1.0, place, Vocabulary(*[np.empty(0)] * 3), [])


def overlap(one: list[int], other: list[int]) -> float:
    return len({*one} & {*other}) / len({*one} | {*other})


def varied(rng: random.Random) -> list[list[int]]:
    """Versions of one passage with a few words more or fewer, about half of them nearly the same."""
    base = [rng.randrange(10_000) for _ in range(rng.choice((1, 5, 40, 90)))]
    versions = []
    for _ in range(8):
        words = [word for word in base if rng.random() > 0.06 * rng.random()] or base
        versions.append(words + [rng.randrange(10_000, 20_000)] * rng.choice((0, 0, 1)))
    return versions


def test_twins_are_those_whose_words_overlap_enough() -> None:
    rng = random.Random(1)
    near = far = 0
    for _ in range(60):
        versions = varied(rng)
        kept = _folded([candidate(i, 1, words) for i, words in enumerate(versions)], 8)
        expected: dict[int, list[int]] = {}
        for i, words in enumerate(versions):
            twin = next((j for j in expected if overlap(versions[j], words) >= NEAR_DUPLICATE), None)
            if twin is None:
                expected[i] = []
            else:
                expected[twin].append(i)
        assert {one.place.article: one.also_in for one in kept} == expected
        near += len(versions) - len(expected)
        far += len(expected) - 1
    assert min(near, far) > 50


def test_passages_of_one_article_are_never_folded() -> None:
    words = [1, 2, 3, 4, 5]
    assert len(_folded([candidate(1, 1, words), candidate(1, 2, words)], 5)) == 2
