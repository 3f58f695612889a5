"""Short articles in two languages, and all that a view tells of a collection."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import numpy as np

from index import Article
from index.ranking.query import analyse

if TYPE_CHECKING:
    from index.segments.view import View
    from index.upkeep.session import Opened

WORDS = {
    "en": ["harbour", "lantern", "orchard", "river", "bakery", "engine", "winter", "market", "bridge"],
    "ar": ["المرفأ", "الجسر", "السوق", "النهر", "المخبز", "الشتاء", "البستان", "القنديل", "المحرك"],
}


def made(n: int) -> list[Article]:
    """Articles a0, a1, … of one passage each; every third is Arabic."""
    rng = random.Random(3)
    languages = [("en", "ar")[i % 3 == 0] for i in range(n)]
    return [
        Article(id=f"a{i}", text=f"{' '.join(rng.sample(WORDS[language], 4))} {i}.", language=language)
        for i, language in enumerate(languages)
    ]


def after(state: Opened, view: View, join_rows: int | None = None) -> View:
    """The view after all changes that were committed since."""
    with state.store.reading() as reader:
        return view.updated(reader, join_rows=join_rows)


def left(view: View) -> list[int]:
    """The numbers of the passages that can be found."""
    masks = [
        np.ones(len(segment), bool) if mask is None else mask
        for segment, mask in zip(view.segments, view.alive, strict=True)
    ]
    rows = np.flatnonzero(np.concatenate([np.empty(0, bool), *masks]))
    return sorted(view.numbers(rows).tolist())


def scored(view: View, language: str) -> dict[str, dict[int, float]]:
    """The score of each passage that can be found, in each channel, for a question of all words of a language."""
    located = view.locate(analyse(" ".join(WORDS[language]), language, WORDS, None))
    rows = view.rows(np.array(left(view), np.int64))
    numbers = view.numbers(rows).tolist()
    return {
        name: dict(zip(numbers, channel.score(located[name])[rows].round(5).tolist(), strict=True))
        for name, channel in view.channels.items()
    }


def nearest(view: View) -> dict[str, list[int]]:
    """The passages of each language that have a vector, the nearest to the vector of all ones first."""
    asked = np.ones(view.vectors.dimension, np.float32)
    found = view.vectors.nearest(asked, 1_000, None)
    return {language: numbers.tolist() for language, numbers in found.items() if len(numbers)}


def told(view: View) -> dict[str, Any]:
    """All that a view tells of the collection, however it is cut into segments."""
    return {
        "sequence": view.sequence,
        "passages": left(view),
        "number of passages": view.n_passages,
        "languages": view.languages,
        "statistics": {name: channel.statistics for name, channel in view.channels.items()},
        "scores": {language: scored(view, language) for language in WORDS},
        "nearest": nearest(view),
        "vectors": view.vectors.sizes | dict.fromkeys(WORDS.keys() - view.vectors.sizes, 0),
    }
