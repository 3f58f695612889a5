"""LexicalIndex is rank-bm25's BM25Okapi: same scores, on any corpus that the library survives."""

from __future__ import annotations

import math
import random
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from rank_bm25 import BM25Okapi

from index.analysis.hashing import term_hash
from index.segments import bm25 as lexical
from index.segments import scoring
from index.segments.bm25 import SMALLEST_IDF, LexicalIndex
from index.segments.postings import MAX_COUNT, postings_of_tokens
from index.segments.scoring import Runs

TOKENS_OF = [f"t{i}" for i in range(12)]
TOKENS = st.sampled_from(TOKENS_OF)
CORPORA = st.lists(st.lists(TOKENS, min_size=1, max_size=15), min_size=2, max_size=25)
QUERIES = st.lists(TOKENS, max_size=6)


def reference(corpus: list[list[str]], query: list[str]) -> np.ndarray:
    library = BM25Okapi(corpus, k1=0.9, b=0.4)
    # where the library's floor is not positive its scores are wrong on purpose of ours; tested below
    assume(library.epsilon * library.average_idf > SMALLEST_IDF)
    return np.asarray(library.get_scores(query))


def close(ours: np.ndarray, theirs: np.ndarray) -> None:
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-5)


@given(CORPORA, QUERIES)
def test_scores_are_the_librarys(corpus: list[list[str]], query: list[str]) -> None:
    close(LexicalIndex(corpus, k1=0.9, b=0.4).get_scores(query), reference(corpus, query))


@given(CORPORA, QUERIES, st.data())
def test_rows_may_come_in_parts(corpus: list[list[str]], query: list[str], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(corpus)))
    index = LexicalIndex(k1=0.9, b=0.4)
    for some in (corpus[:cut], corpus[cut:]):
        index = index.with_rows(postings_of_tokens(some))
    close(index.get_scores(query), reference(corpus, query))


@given(CORPORA, QUERIES, st.data())
def test_removed_rows_leave_no_trace(corpus: list[list[str]], query: list[str], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(corpus) - 1))
    gone = data.draw(st.sets(st.integers(0, cut), max_size=cut)) if cut else set()
    index = LexicalIndex(k1=0.9, b=0.4).with_rows(postings_of_tokens(corpus[: cut + 1]))
    index = index.with_rows(postings_of_tokens(corpus[cut + 1 :]))
    for row in gone:
        index = index.without_rows(0, postings_of_tokens([corpus[row]]))
    left = [tokens for row, tokens in enumerate(corpus) if row not in gone]
    assume(len(left) > 1)
    alive = [row for row in range(len(corpus)) if row not in gone]
    close(index.get_scores(query)[alive], reference(left, query))
    assert index.statistics.spread == LexicalIndex(left).statistics.spread


def test_the_librarys_other_verbs_work_on_it() -> None:
    corpus = [["a", "b"], ["b", "c"], ["c"], ["d", "a", "a"], ["e"]]
    ours, library = LexicalIndex(corpus), BM25Okapi(corpus)
    assert ours.get_top_n(["a"], corpus, 1) == library.get_top_n(["a"], corpus, 1)
    close(
        np.array(ours.get_batch_scores(["a", "c"], [0, 3])),
        np.array(library.get_batch_scores(["a", "c"], [0, 3])),
    )
    assert ours.doc_len == library.doc_len


def test_a_weighted_term_is_its_definition() -> None:
    corpus = [["هجوم", "قاعدة"], ["ضربة"], ["سوق", "نفط", "سوق"], ["نهر"], ["بحر"]]
    index = LexicalIndex(corpus, k1=0.9, b=0.4)
    scores = index.score(index.locate([(2.0, (("هجوم", 0.7), ("ضربة", 0.2)))]))
    frequency = 0.7 * 1 + 0.2 * 1
    idf = math.log(5 - frequency + 0.5) - math.log(frequency + 0.5)
    average = (2 + 1 + 3 + 1 + 1) / 5

    def expected(tf: float, length: int) -> float:
        return 2.0 * idf * tf * (0.9 + 1) / (tf + 0.9 * (1 - 0.4 + 0.4 * length / average))

    np.testing.assert_allclose(scores, [expected(0.7, 2), expected(0.2, 1), 0, 0, 0])


def test_alternatives_in_one_row_add_up_before_saturation() -> None:
    corpus = [["a", "b"], ["c"], ["d"], ["e"]]
    index = LexicalIndex(corpus, k1=1.5, b=0.75)
    frequency = 0.5 + 0.5
    idf = math.log(4 - frequency + 0.5) - math.log(frequency + 0.5)
    tf = 0.5 + 0.5
    average = 5 / 4
    expected = idf * tf * 2.5 / (tf + 1.5 * (0.25 + 0.75 * 2 / average))
    assert index.score(index.locate([(1.0, (("a", 0.5), ("b", 0.5)))]))[0] == pytest.approx(expected)


@pytest.mark.parametrize("corpus", [[], [[]], [[], []]])
def test_an_empty_channel_scores_nothing(corpus: list[list[str]]) -> None:
    """The library raises ZeroDivisionError here."""
    index = LexicalIndex(corpus)
    assert not index.get_scores(["كلمة"]).any()
    assert index.average_idf == 0


def test_the_only_matching_row_is_above_the_others() -> None:
    """The library gives -0.39 for one article, so that "score > 0" hides the only answer."""
    assert LexicalIndex([["التنف"]]).get_scores(["التنف"])[0] > 0
    scores = LexicalIndex([["x", "y"], ["x", "z"]]).get_scores(["y", "x"])
    assert scores[0] > scores[1] > 0


def test_unknown_terms_score_nothing() -> None:
    assert not LexicalIndex([["a"], ["b"], ["c"]]).get_scores(["zzz"]).any()


ASKED = st.lists(st.tuples(st.lists(TOKENS, min_size=1, max_size=4), st.floats(0.1, 1)), max_size=4)
CUTS = st.lists(st.integers(0, 25), max_size=3)
SHARES = st.sampled_from([0.0, 0.2, 0.5])


@pytest.fixture(
    params=[None, 0, 1 << 20], ids=["as installed", "NumPy looks rows up", "NumPy reads all postings"]
)
def how(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param is not None:
        monkeypatch.setattr(lexical, "add", scoring.add_in_numpy)
        monkeypatch.setattr(lexical, "gained", scoring.gained_in_numpy)
        monkeypatch.setattr(scoring, "COLUMN_ROWS", request.param)


def in_parts(corpus: list[list[str]], cuts: list[int], share: float | None) -> LexicalIndex:
    """Index a corpus in several parts, a column for each term in more than a share of the rows; None: no columns."""
    index = LexicalIndex(k1=0.9, b=0.4)
    ends = sorted({min(cut, len(corpus)) for cut in cuts} | {0, len(corpus)})
    for first, last in pairwise(ends):
        postings = postings_of_tokens(corpus[first:last])
        index = index.with_rows(postings if share is None else postings.with_columns(share, 0))
    return index


@pytest.mark.usefixtures("how")
@given(CORPORA, ASKED, CUTS, SHARES, st.data())
def test_common_terms_score_the_same_to_the_last_bit_with_columns_and_without(
    corpus: list[list[str]],
    asked: list[tuple[list[str], float]],
    cuts: list[int],
    share: float,
    data: st.DataObject,
) -> None:
    query = [(weight, tuple((token, weight) for token in dict.fromkeys(tokens))) for tokens, weight in asked]
    with_columns, without = in_parts(corpus, cuts, share), in_parts(corpus, cuts, None)
    first = without.parts[0].postings.lengths
    for row in data.draw(st.sets(st.integers(0, len(first) - 1), max_size=max(0, len(first) - 2))):
        with_columns, without = (
            index.without_rows(0, postings_of_tokens([corpus[row]])) for index in (with_columns, without)
        )
    rows = np.array(sorted(data.draw(st.sets(st.integers(0, len(corpus) - 1), min_size=1))))
    located = with_columns.locate(query)
    for most_rows in (-1.0, 2.0, 5.0):
        gained = with_columns.score_rows(located, rows, most_rows)
        np.testing.assert_array_equal(gained, without.score_rows(located, rows, most_rows))
    whole = with_columns.score(located)
    np.testing.assert_array_equal(with_columns.score_rows(located, rows), whole[rows])
    np.testing.assert_array_equal(whole, without.score(located))


@pytest.mark.usefixtures("how")
def test_one_row_alone_scores_the_same_to_the_last_bit() -> None:
    """Many terms: NumPy would add eight and more numbers of one row up by halves."""
    rng = random.Random(3)
    corpus = [[f"t{rng.randrange(40)}" for _ in range(rng.randrange(20, 60))] for _ in range(30)]
    index = in_parts(corpus, [], 0.1)
    located = index.locate([(rng.uniform(0.5, 2), ((f"t{i}", 1.0),)) for i in range(40)])
    whole = index.score(located)
    for row in range(30):
        assert index.score_rows(located, np.array([row]))[0] == whole[row]


@given(CORPORA, SHARES)
def test_a_column_holds_what_the_postings_hold(corpus: list[list[str]], share: float) -> None:
    postings = postings_of_tokens(corpus).with_columns(share, 0)
    common = [token for token in TOKENS_OF if sum(token in row for row in corpus) > share * len(corpus)]
    places = postings.positions(np.array([term_hash(token) for token in common], dtype=np.uint64))
    assert sorted(places.tolist()) == postings.columns.tolist()
    counts = [[row.count(token) for row in corpus] for token in common]
    rows = np.arange(len(corpus))
    if common:
        assert postings.counts_at(places, rows).tolist() == counts
        assert postings.matrix[:, np.searchsorted(postings.columns, places)].T.tolist() == counts


def test_a_term_that_fills_a_passage_counts_as_often_as_a_byte_holds() -> None:
    postings = postings_of_tokens([["ها"] * 400, ["ها", "لا"]]).with_columns(0.0, 0)
    places = postings.positions(np.array([term_hash("ها")], dtype=np.uint64))
    assert postings.counts_at(places, np.arange(2)).tolist() == [[MAX_COUNT, 1]]
    assert postings.lengths.tolist() == [400, 2]


@given(CORPORA, st.lists(st.tuples(st.lists(TOKENS, min_size=1, max_size=4), st.floats(0.1, 1)), max_size=4))
def test_rare_and_common_terms_apart_are_all_terms_together(
    corpus: list[list[str]], asked: list[tuple[list[str], float]]
) -> None:
    query = [(weight, tuple((token, weight) for token in dict.fromkeys(tokens))) for tokens, weight in asked]
    index = LexicalIndex(corpus[:-1]).with_rows(postings_of_tokens(corpus[-1:]))
    located = index.locate(query)
    rows = np.arange(len(corpus))
    for most_rows in (0.0, 2.0, 5.0):
        apart, gains = np.zeros(len(corpus), dtype=np.float32), located.gains_of(most_rows, common=False)
        for number in range(len(index.parts)):
            index.add_part(apart, number, located, gains, Runs.one(len(corpus)))
        apart += index.score_rows(located, rows, most_rows)
        np.testing.assert_allclose(apart, index.score(located), rtol=1e-5, atol=1e-6)
    some = rows[::3]
    np.testing.assert_array_equal(
        index.score_rows(located, some, 2.0), index.score_rows(located, rows, 2.0)[some]
    )
