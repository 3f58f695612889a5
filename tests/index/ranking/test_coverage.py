"""Shares of a question in a text: by idf, by the likeliest alternative, unseen terms counted."""

from __future__ import annotations

import numpy as np
import pytest

from index.analysis import word_terms
from index.ranking.coverage import Shares, SoughtQuery, Told, attainable, shares, weighed
from index.ranking.parameters import UNSEEN
from index.records import Query, QueryTerm
from index.segments.bm25 import LexicalIndex
from tests.index.stored import stored


def index_of(*rows: str) -> LexicalIndex:
    return LexicalIndex([row.split() for row in rows])


def query(*terms: QueryTerm) -> Query:
    return Query("", "en", terms, (), ())


def weighed_words(asked: Query, words: LexicalIndex) -> tuple[QueryTerm, ...]:
    channels = {"words": words, "grams": words, "names": words}
    located = {name: index.locate(getattr(asked, name)) for name, index in channels.items()}
    return weighed(asked, located, channels).words


def shares_of(asked: Query, *texts: str, language: str) -> Shares:
    """Give the shares of texts that stand one after the other, each one sentence."""
    told = []
    for text in texts:
        _, words, vocabulary = stored(text, language).told
        sentence = np.array([0, len(text), len(words) // 4], dtype=np.int32)
        told.append(Told(sentence.tobytes(), words, vocabulary))
    return shares(SoughtQuery.of(asked), told, [language] * len(texts))


def test_a_term_weighs_its_idf_and_an_unseen_one_most() -> None:
    words = index_of("a b", "a c", "d e", "f g", "h i")
    common, rare, unseen = (QueryTerm(2.0, ((name, 1.0),)) for name in ("a", "b", "z"))
    made = weighed_words(query(common, rare, unseen), words)
    assert [term.weight for term in made] == pytest.approx(
        [2 * words.idf_of(2), 2 * words.idf_of(1), 2 * words.idf_of(UNSEEN)]
    )
    assert made[0].weight < made[1].weight < made[2].weight


def test_alternatives_count_rows_with_their_probability() -> None:
    words = index_of("a", "b", "c", "d", "e")
    term = QueryTerm(1.0, (("a", 1.0), ("b", 0.5)))
    (made,) = weighed_words(query(term), words)
    assert made.weight == pytest.approx(words.idf_of(1 + 0.5))


def test_alternatives_of_no_row_are_left_out() -> None:
    (made,) = weighed_words(query(QueryTerm(1.0, (("z", 1.0), ("a", 0.5), ("y", 0.2)))), index_of("a b", "c"))
    assert made.alternatives == (("a", 0.5),)


def test_a_share_takes_the_likeliest_alternative_that_stands_there() -> None:
    stem = word_terms("النهر", "ar").stem
    other = word_terms("القديم", "ar").stem
    text = "سد النهر القديم"
    asked = query(
        QueryTerm(3.0, ((stem, 0.5), (other, 0.25), ("absent", 1.0))), QueryTerm(1.0, (("absent", 1.0),))
    )
    assert shares_of(asked, text, "", "القديم", language="ar").words == pytest.approx(
        [3 * 0.5 / (3 + 1), 0, 3 * 0.25 / (3 + 1)]
    )
    assert shares_of(query(), text, language="ar") == ([0.0], [0.0], [0.0])


def test_an_alternative_of_two_words_counts_for_both_and_once_however_often_it_stands() -> None:
    stem = word_terms("bridge", "en").stem
    asked = query(QueryTerm(1.0, ((stem, 1.0),)), QueryTerm(3.0, ((stem, 0.5),)))
    assert shares_of(asked, "A bridge, the bridge", "The BRIDGE", language="en").words == pytest.approx(
        [(1 + 3 * 0.5) / (1 + 3)] * 2
    )


def test_attainable_is_the_whole_weight_and_never_zero() -> None:
    assert attainable((QueryTerm(1.5, ()), QueryTerm(2.0, ()))) == 1.5 + 2.0
    assert attainable(()) == 1.0


def test_grams_are_pieces_of_a_word_and_numbers_are_whole() -> None:
    grams = tuple(QueryTerm(1.0, ((gram, 1.0),)) for gram in ("_bri", "idge", "2015", "15"))
    asked = Query("", "en", (), grams, ())
    found = shares_of(asked, "The bridge, the river of 2015", "Bridgehead 12015", language="en").grams
    assert found == pytest.approx([3 / 4, 1 / 4 + 1 / 4])


def test_names_are_compared_between_two_languages_only() -> None:
    asked = Query("", "en", (), (), (QueryTerm(1.0, (("tnf", 1.0),)),))
    assert shares_of(asked, "قصف التنف", language="ar").names == [1]
    assert shares_of(asked, "Al-Tanf", language="en").names == [0]
