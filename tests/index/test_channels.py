"""The lexical half in a large view: common terms are counted for the candidates, and nothing is lost by it."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from index import Article, Collection, channels, search

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

ROOTS = ["كتب", "درس", "علم", "سفر", "عمل", "فتح", "قرأ", "سمع", "حمل", "نقل", "ربط", "وصل"]


def text(rng: random.Random) -> str:
    words = [
        rng.choice(("ال", "و", "", "مست")) + rng.choice(ROOTS) + rng.choice(("", "ون", "ات", "ها"))
        for _ in range(30)
    ]
    return " ".join(words) + "."


def test_common_terms_counted_for_candidates_only_change_no_ranking(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(4)
    with Collection(home) as collection:
        collection.add(Article(id=f"a{i}", text=text(rng), language="ar") for i in range(300))
        questions = [" ".join(text(rng).split()[:5]) for _ in range(20)]
        whole = [[(h.passage_id, round(h.score, 4)) for h in collection.search(q, 10)] for q in questions]
        monkeypatch.setattr(channels, "MANY_ROWS", 15)  # 5 in a hundred of 300
        monkeypatch.setattr(search, "CANDIDATES", 150)
        apart = [[(h.passage_id, round(h.score, 4)) for h in collection.search(q, 10)] for q in questions]
        monkeypatch.setattr(search, "BESIDE_ROWS", 100)
        beside = [[(h.passage_id, round(h.score, 4)) for h in collection.search(q, 10)] for q in questions]
    assert apart == whole
    assert beside == apart, "vectors scanned by another thread"


def test_a_question_of_common_terms_only_has_the_candidates_of_all_terms(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No word of it stands anywhere, and its 4-grams in each passage: no rarer term says which are candidates."""
    rng = random.Random(8)
    scored, score = [], search.Searcher._scored

    def watched(*given: object, **named: object) -> search.Scored:
        scored.append(score(*given, **named))
        return scored[-1]

    monkeypatch.setattr(search.Searcher, "_scored", watched)
    monkeypatch.setattr(search, "POOL", 10)  # so that the nearest vectors are not all the candidates
    with Collection(home) as collection:
        texts = (f"مستوصف{i}ان " + " ".join(text(rng) for _ in range(1 + i % 7)) for i in range(300))
        collection.add(Article(id=f"a{i}", text=some, language="ar") for i, some in enumerate(texts))
        collection.search("مستوصفيون؟", 1)
        monkeypatch.setattr(channels, "MANY_ROWS", 15)
        collection.search("مستوصفيون؟", 1)
    whole, apart = scored
    assert apart.rows.tolist() == whole.rows.tolist()
    assert apart.fused.tolist() == whole.fused.tolist()
