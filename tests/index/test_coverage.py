"""Shares of a question in a text: by idf, by the likeliest alternative, unseen terms counted."""

from __future__ import annotations

import pytest

from index.coverage import UNSEEN, SoughtQuery, attainable, held, held_by_sentence, shares, weighed
from index.lexical import LexicalIndex
from index.query import Query, QueryTerm


def index_of(*rows: str) -> LexicalIndex:
    return LexicalIndex([row.split() for row in rows])


def query(*terms: QueryTerm) -> Query:
    return Query("", "en", terms, (), ())


def weighed_words(asked: Query, words: LexicalIndex) -> tuple[QueryTerm, ...]:
    channels = {"words": words, "grams": words, "names": words}
    located = {name: index.locate(getattr(asked, name)) for name, index in channels.items()}
    return weighed(asked, located, channels).words


def test_a_text_holds_each_term_once() -> None:
    terms = held("The bridge, the BRIDGE!", "en")
    assert "bridg" in terms.words
    assert len(terms.words) == 2
    assert terms.folded == {"the", "bridge"}
    assert terms.bounded == "_the__bridge__the__bridge_"


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
    terms = held("سد النهر القديم", "ar")
    stem = next(iter(held("النهر", "ar").words))
    asked = query(QueryTerm(3.0, ((stem, 0.5), ("absent", 1.0))), QueryTerm(1.0, (("absent", 1.0),)))
    sought = SoughtQuery.of(asked)
    assert shares(sought, [terms], "ar")[0].words == pytest.approx(3 * 0.5 / (3 + 1))
    assert shares(sought, [held("", "ar")], "ar")[0].words == 0
    assert shares(SoughtQuery.of(query()), [terms], "ar")[0] == (0, 0, 0)


def test_a_passages_terms_are_those_of_its_sentences() -> None:
    passage = "فتح الجسر أمس. وقال المهندس إنه آمن.\nIt is 40 m long."
    spans, terms = held_by_sentence(passage, "ar")
    assert len(spans) == len(terms) >= 3
    for span, own in zip(spans, terms, strict=True):
        assert own == held(passage[span.start : span.end], "ar")


def test_attainable_is_the_whole_weight_and_never_zero() -> None:
    assert attainable((QueryTerm(1.5, ()), QueryTerm(2.0, ()))) == 1.5 + 2.0
    assert attainable(()) == 1.0


def test_grams_are_pieces_of_a_word_and_numbers_are_whole() -> None:
    grams = tuple(QueryTerm(1.0, ((gram, 1.0),)) for gram in ("_bri", "idge", "2015", "15"))
    sought = SoughtQuery.of(Query("", "en", (), grams, ()))
    assert shares(sought, [held("The bridge, the river of 2015", "en")], "en")[0].grams == 3 / 4
    assert shares(sought, [held("Bridgehead 12015", "en")], "en")[0].grams == 2 / 4


def test_names_are_compared_between_two_languages_only() -> None:
    sought = SoughtQuery.of(Query("", "en", (), (), (QueryTerm(1.0, (("tnf", 1.0),)),)))
    assert shares(sought, [held("قصف التنف", "ar")], "ar")[0].names == 1
    assert shares(sought, [held("Al-Tanf", "en")], "en")[0].names == 0
