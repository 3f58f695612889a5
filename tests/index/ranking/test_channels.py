"""The lexical half in a large view: common terms are counted for the candidates, and nothing is lost by it."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING

import numpy as np
import pytest

from index import Article, Collection
from index.ranking import channels, search
from index.ranking.coverage import weighed
from index.ranking.fusion import beside
from index.ranking.parameters import DEFAULT
from index.ranking.query import analyse

if TYPE_CHECKING:
    from pathlib import Path


ROOTS = ["كتب", "درس", "علم", "سفر", "عمل", "فتح", "قرأ", "سمع", "حمل", "نقل", "ربط", "وصل"]


def text(rng: random.Random) -> str:
    words = [
        rng.choice(("ال", "و", "", "مست")) + rng.choice(ROOTS) + rng.choice(("", "ون", "ات", "ها"))
        for _ in range(30)
    ]
    return " ".join(words) + "."


@pytest.mark.slow
def test_common_terms_counted_for_candidates_only_change_no_ranking(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(4)
    with Collection(home) as collection:
        collection.add(Article(id=f"a{i}", text=text(rng), language="ar") for i in range(300))
        assert collection.settle()
        questions = [" ".join(text(rng).split()[:5]) for _ in range(20)]
        whole = [[(h.passage_id, h.score) for h in collection.search(q, 10)] for q in questions]
        monkeypatch.setattr(channels, "MANY_ROWS", 15)  # 5 in a hundred of 300
        monkeypatch.setattr(search, "CANDIDATES", 150)
        apart = [[(h.passage_id, h.score) for h in collection.search(q, 10)] for q in questions]
    for one, other in zip(apart, whole, strict=True):
        assert [passage for passage, _ in one] == [passage for passage, _ in other]
        np.testing.assert_allclose([score for _, score in one], [score for _, score in other], rtol=1e-5)


@pytest.mark.slow
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
        assert collection.settle()
        collection.search("مستوصفيون؟", 1)
        monkeypatch.setattr(channels, "MANY_ROWS", 15)
        collection.search("مستوصفيون؟", 1)
    whole, apart = scored
    assert apart.rows.tolist() == whole.rows.tolist()
    assert apart.fused.tolist() == whole.fused.tolist()


def test_terms_of_a_twentieth_of_all_rows_are_counted_for_candidates_only(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 400 rows 60 hold the 4-grams of one word and 12 those of another: more, and fewer, than a twentieth."""
    monkeypatch.setattr(channels, "MANY_ROWS", 1)
    endings = ["harbour"] * 60 + ["lantern"] * 12 + [""] * 328
    most_rows = {}
    with Collection(home) as collection:
        collection.add(
            Article(id=f"a{i}", text=f"Line {i} of the list is here {word}.", language="en")
            for i, word in enumerate(endings)
        )
        with collection.view() as (view, _):
            for word in ("harbour", "lantern"):
                query = analyse(word, "en", view.languages, None)
                located = view.locate(query)
                asked = weighed(query, located, view.channels)
                most_rows[word] = channels.lexical_scores(view, asked, located, DEFAULT).most_rows
    assert most_rows == {"harbour": 400 / 20, "lantern": math.inf}


def test_a_row_scores_what_each_channel_counts_in_its_language(home: Path) -> None:
    rng = random.Random(7)
    codes = ["ar", "en", "fa", "ru"]
    with Collection(home) as collection:
        collection.add(
            Article(id=f"a{i}", text=f"{text(rng)} London Лондон", language=codes[i % 4]) for i in range(80)
        )
        collection.remove("a8")
        with collection.view() as (view, _):
            for language in ("ar", "en", "tr"):
                query = analyse(f"{text(rng)} London", language, view.languages, None)
                located = view.locate(query)
                asked = weighed(query, located, view.channels)
                joined = channels.lexical_scores(view, asked, located, DEFAULT).joined
                scores = {name: index.score(located[name]) for name, index in view.channels.items()}
                most = {name: sum(term.weight for term in getattr(asked, name)) for name in scores}
                begin = 0
                for code, end in zip(*view.runs, strict=True):
                    rule = beside(language, code)
                    own = {"words": 1.0, "names": rule.names, "grams": rule.grams}
                    total = sum(own[name] * scores[name][begin:end] for name in own)
                    expected = total / sum(own[name] * most[name] for name in own)
                    np.testing.assert_allclose(joined[begin:end], expected, rtol=1e-5)
                    begin = end
                assert begin == view.n_rows
