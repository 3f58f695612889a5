"""What is compiled gives what NumPy gives: function by function, in whole answers, and where something is damaged."""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import subprocess
import sys
import sysconfig
from collections import Counter
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import Article, Collection
from index.analysis.hashing import term_hash
from index.models.lexicon import Lexicon
from index.native.accelerated import compiled
from index.ranking.coverage import Seeker, Told
from index.records import Query, QueryTerm
from index.segments.postings import (
    MAX_COUNT,
    Held,
    Lists,
    fill_in_numpy,
    held_compiled,
    held_in_scipy,
    postings_of_tokens,
)
from index.segments.scoring import Norm, Runs, add_in_numpy, gained_in_numpy
from index.segments.term_lookup import Located, Part, Rarity, locate
from index.segments.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROOT = Path(__file__).parents[3]
needs_it = pytest.mark.skipif(
    compiled is None,
    reason="NOT COMPILED: install a C compiler and Python's headers, then `make .venv/ready-dev`",
)

TOKENS = st.sampled_from([f"t{i}" for i in range(12)])
CORPORA = st.lists(st.lists(TOKENS, min_size=1, max_size=15), min_size=2, max_size=25)
SHARES = st.floats(0.1, 1).map(lambda share: round(share, 2))
ALTERNATIVES = st.lists(st.tuples(TOKENS, SHARES), max_size=4, unique_by=lambda pair: pair[0]).map(tuple)
QUERIES = st.lists(st.tuples(SHARES, ALTERNATIVES), max_size=6)
NORM = Norm(np.float32(0.3), np.float32(0.35))
VECTORS = np.random.default_rng(1).standard_normal((30, 320)).astype(np.float32)


@st.composite
def runs_of(draw: st.DrawFn, n: int) -> Runs:
    """Runs of n rows and of some before and after them; in some a score counts nothing."""
    begin, after = draw(st.integers(0, 9)), draw(st.integers(0, 9))
    cuts = draw(st.lists(st.integers(0, begin + n + after), max_size=6))
    ends = np.array([*sorted(cuts), begin + n + after], dtype=np.int64)
    shares = draw(st.lists(SHARES | st.just(0.0), min_size=len(ends), max_size=len(ends)))
    return Runs(ends, np.array(shares, dtype=np.float32), begin)


def shipped_lexicon() -> Lexicon:
    return Lexicon.open(ROOT / "index" / "bundled" / "lexicon")


def test_a_machine_that_can_compile_has_compiled() -> None:
    has_headers = (Path(sysconfig.get_paths()["include"]) / "Python.h").exists()
    assert compiled is not None or not (shutil.which("cc") and has_headers)


def lists(*each: Sequence[int]) -> Lists:
    ends = np.cumsum([0, *map(len, each)], dtype=np.int64)
    return Lists(ends, np.array([number for own in each for number in own], dtype=np.int32))


def ways_to_hold() -> list[Callable[[Lists, Lists, int], Held]]:
    return [held_in_scipy] if compiled is None else [held_in_scipy, held_compiled]


@given(
    st.lists(st.lists(st.integers(0, 5), max_size=9), max_size=12),
    st.lists(st.lists(st.integers(0, 7), max_size=4), min_size=6, max_size=6),
)
def test_terms_are_held_by_the_rows_whose_words_give_them(
    rows: list[list[int]], words: list[list[int]]
) -> None:
    counts = [Counter(term for word in row for term in words[word]) for row in rows]
    for held_by in ways_to_hold():
        held = held_by(lists(*rows), lists(*words), 8)
        assert held.lengths.tolist() == [counter.total() for counter in counts]
        for term, (begin, end) in enumerate(pairwise(held.offsets.tolist())):
            expected = [(row, counter[term]) for row, counter in enumerate(counts) if counter[term]]
            own = slice(begin, end)
            assert list(zip(held.rows[own].tolist(), held.counts[own].tolist(), strict=True)) == expected
        assert held.offsets[0] == 0
        assert held.offsets[-1] == len(held.rows) == len(held.counts)
        assert [each.dtype for each in held] == [np.int64, np.int32, np.uint8, np.int32]


def test_a_term_that_stands_very_often_in_a_row_is_counted_as_often_as_a_byte_holds() -> None:
    for held_by in ways_to_hold():
        held = held_by(lists([0] * 200, [0] * 127 + [1], [0] * 128), lists([0, 0], [0]), 1)
        assert held.counts.tolist() == [MAX_COUNT, 2 * 127 + 1, MAX_COUNT] == [255] * 3
        assert held.lengths.tolist() == [2 * 200, 2 * 127 + 1, 2 * 128]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (lists([0, 2]), lists([0], [1])),  # there are two words
        (lists([0, -1]), lists([0], [1])),
        (lists([0, 1]), lists([0], [3])),  # and three terms
        (lists([0, 1]), lists([-1], [0])),
    ],
)
def test_words_and_terms_that_are_none_are_an_error(rows: Lists, words: Lists) -> None:
    for held_by in ways_to_hold():
        with pytest.raises(IndexError, match="that is none"):
            held_by(rows, words, 3)


@needs_it
@pytest.mark.parametrize("ends", [[], [0], [0, 1], [0, 2, 1, 2], [1, 2], [0, 3], [0, -1, 2]])
def test_lists_that_do_not_end_where_they_should_are_an_error(ends: list[int]) -> None:
    whole, wrong = lists([0, 1], [0, 0]), lists([0, 1])._replace(ends=np.array(ends, dtype=np.int64))
    for pair in ((wrong, whole), (whole, wrong)):
        with pytest.raises(IndexError, match="that is none"):
            held_compiled(*pair, 2)


@needs_it
@given(st.integers(1, 3_000), st.integers(0, 70), st.integers(0, 200), st.randoms(use_true_random=False))
def test_columns_hold_the_counts_of_their_terms(n: int, n_terms: int, most: int, rng: random.Random) -> None:
    """In more rows, and more columns, than are filled at a time."""
    expected = np.zeros((n, n_terms), dtype=np.uint8)
    for term in range(n_terms):
        for row in rng.sample(range(n), rng.randrange(min(n, most) + 1)):
            expected[row, term] = rng.randrange(1, 256)
    terms, rows = np.nonzero(expected.T)
    offsets = np.searchsorted(terms, np.arange(n_terms + 1))
    columns = np.array(sorted(rng.sample(range(n_terms), rng.randrange(n_terms + 1))), dtype=np.int64)
    for fill in (compiled.fill, fill_in_numpy):
        matrix = np.zeros((n, len(columns)), dtype=np.uint8)
        fill(matrix, offsets, rows.astype(np.int32), expected[rows, terms], columns)
        assert same(matrix, expected[:, columns])


@needs_it
@pytest.mark.parametrize("wrong", [-1, 0, 3_000, 5_000])
def test_rows_that_do_not_ascend_or_are_none_fill_no_column(wrong: int) -> None:
    rows = np.arange(0, 3_000, 3, dtype=np.int32)
    rows[700] = wrong
    given_ = np.array([0, 1_000]), rows, np.ones(1_000, dtype=np.uint8), np.array([0])
    with pytest.raises(IndexError):
        compiled.fill(np.zeros((3_000, 1), dtype=np.uint8), *given_)
    for offsets, columns in (([0, 1_001], [0]), ([-1, 1_000], [0]), ([0, 1_000], [1]), ([0, 1_000], [-1])):
        with pytest.raises(IndexError):
            compiled.fill(
                np.zeros((3_000, 1), dtype=np.uint8), np.array(offsets), *given_[1:3], np.array(columns)
            )


@needs_it
@given(CORPORA, QUERIES, st.sampled_from([None, 0.0, 0.3]), st.data())
def test_terms_are_scored_alike(
    corpus: list[list[str]],
    query: list[tuple[float, tuple[tuple[str, float], ...]]],
    share: float | None,
    data: st.DataObject,
) -> None:
    cut = data.draw(st.integers(0, len(corpus)))
    parts = [Part.of(postings_of_tokens(some)) for some in (corpus[:cut], corpus[cut:])]
    if share is not None:
        parts = [Part.of(part.postings.with_columns(share, 0)) for part in parts]
    rarity, most = Rarity(len(corpus), 0.3, 1e-9), data.draw(st.sampled_from([0.0, 3.0, 100.0]))
    expected = locate(query, parts, rarity, 1.9, most)
    gains = expected.gains_of(data.draw(st.sampled_from([1.0, 5.0])), common=data.draw(st.booleans()))
    for part, places in zip(parts, expected.places, strict=True):
        n = len(part.postings.lengths)
        scored = [np.ones(n, dtype=np.float32) for _ in range(2)]
        runs = data.draw(runs_of(n))
        add_in_numpy(scored[0], part.postings, expected, places, gains, NORM, runs)
        compiled.add(scored[1], part.postings, expected, places, gains, NORM, runs)
        assert same(*scored)
        rows = np.array(sorted(data.draw(st.sets(st.integers(0, n - 1)))) if n else [], dtype=np.int64)
        given_ = (part.postings, expected, places, gains, rows, NORM)
        assert same(compiled.gained(*given_), gained_in_numpy(*given_))


@needs_it
@given(st.integers(1, 700), st.lists(SHARES, min_size=1, max_size=3), st.randoms(use_true_random=False))
def test_long_postings_are_added_alike(n: int, shares: list[float], rng: random.Random) -> None:
    """Those that are gone through in several pieces: of one alternative, and of several in the same rows."""
    corpus = [["t0"] * rng.randrange(3) + ["t1", "t2"] * rng.randrange(2) for _ in range(n)]
    parts = [Part.of(postings_of_tokens(corpus))]
    query = [(1.5, (("t1", 0.7),)), (1.0, tuple((f"t{i}", share) for i, share in enumerate(shares)))]
    found = locate(query, parts, Rarity(n, 0.3, 1e-9), 1.9, 9.0)
    gains = found.gains_of(1e9, common=False)
    scored = [np.zeros(n, dtype=np.float32) for _ in range(3)]
    runs = Runs(np.array([n // 3, n // 3 + 1, n]), np.array([1.5, 0, 0.5], dtype=np.float32))
    add_in_numpy(scored[0], parts[0].postings, found, found.places[0], gains, NORM, runs)
    for scores in scored[1:]:  # the second time with what was put aside after the first
        compiled.add(scores, parts[0].postings, found, found.places[0], gains, NORM, runs)
    assert same(scored[1], scored[0])
    assert same(scored[2], scored[0])
    rows = np.array(sorted(rng.sample(range(n), rng.randrange(n + 1))), dtype=np.int64)
    given_ = (parts[0].postings, found, found.places[0], gains, rows, NORM)
    assert same(compiled.gained(*given_), gained_in_numpy(*given_)), "looked up in them"


@needs_it
@pytest.mark.parametrize("shares", [(1.0,), (1.0, 0.5)])
@pytest.mark.parametrize("wrong", [-1, 1_000])
def test_damage_far_into_the_postings_is_an_error(shares: tuple[float, ...], wrong: int) -> None:
    rows = np.arange(1_000, dtype=np.int32)
    postings = two_terms(
        offsets=np.array([0, 1_000, 1_000]),
        rows=rows,
        counts=np.ones(1_000, dtype=np.uint8),
        lengths=np.ones(1_000, dtype=np.int32),
    )
    scores, places = np.zeros(1_000, dtype=np.float32), np.arange(len(shares))
    compiled.add(scores, postings, located(*shares), places, ONE_GAIN, NORM, Runs.one(1_000))
    assert scores.all()
    rows[777] = wrong
    with pytest.raises(IndexError):
        compiled.add(scores, postings, located(*shares), places, ONE_GAIN, NORM, Runs.one(1_000))
    rows[777] = 777
    after = np.zeros(1_000, dtype=np.float32)
    compiled.add(after, postings, located(*shares), places, ONE_GAIN, NORM, Runs.one(1_000))
    assert (after == after[0]).all(), "what a damaged part has left must not count later"


def same(ours: object, theirs: object) -> bool:
    """Compare to the last bit."""
    if isinstance(theirs, list) and theirs and isinstance(theirs[0], np.ndarray):
        return isinstance(ours, list) and all(map(np.array_equal, ours, theirs))
    return np.array_equal(ours, theirs) if isinstance(theirs, np.ndarray) else ours == theirs  # type: ignore[arg-type]


@needs_it
@pytest.mark.parametrize("ends", [[], [1], [0, 1]])
def test_rows_for_which_nothing_says_what_they_count_are_an_error(ends: list[int]) -> None:
    runs = Runs(np.array(ends, dtype=np.int64), np.ones(len(ends), dtype=np.float32))
    given = two_terms(), located(1.0), np.zeros(1, dtype=np.int64), ONE_GAIN, NORM
    scores = np.zeros(3, dtype=np.float32)
    with pytest.raises(IndexError, match="of no run"):
        compiled.add(scores, *given, runs)
    with pytest.raises(IndexError, match="of no run"):
        compiled.add(scores, *given, Runs(np.array([3]), np.ones(2, dtype=np.float32)))
    with pytest.raises(IndexError, match="of no run"):
        compiled.add(scores, *given, Runs.one(3)._replace(begin=1))
    assert not scores.any()


def passage(sentences: list[list[int]], vocabulary: Vocabulary) -> Told:
    blob = np.array([(0, 0, len(words)) for words in sentences], dtype=np.int32).reshape(-1, 3)
    words = np.array([word for own in sentences for word in own], dtype=np.int32)
    return Told(blob.tobytes(), words.tobytes(), vocabulary)


def vocabularies() -> list[Vocabulary]:
    """Two: words 3 to 9, and every second one from 2 on; their terms are t0 to t11, with and without a name."""
    rng = random.Random(2)
    made = []
    for numbers in (range(3, 10), range(2, 10, 2)):
        terms = [
            [f"t{rng.randrange(12)}", "", *(f"t{rng.randrange(12)}" for _ in range(rng.randrange(4)))]
            for _ in numbers
        ]
        for own in terms[::2]:
            own[1] = f"t{rng.randrange(12)}"
        hashes = [term_hash(term) if term else 0 for own in terms for term in own]
        ends = np.cumsum([0, *map(len, terms)])
        made.append(Vocabulary(np.array(numbers), ends, np.array(hashes, dtype=np.uint64)))
    return made


DENSE, SPARSE = vocabularies()
PASSAGES = st.lists(
    st.lists(st.lists(st.integers(3, 9), max_size=6), max_size=4).map(lambda s: passage(s, DENSE))
    | st.lists(st.lists(st.sampled_from([2, 4, 6, 8]), max_size=6), max_size=4).map(
        lambda s: passage(s, SPARSE)
    ),
    min_size=1,
    max_size=4,
)
ASKED = st.tuples(*[QUERIES.map(lambda query: tuple(QueryTerm(*term) for term in query))] * 3).map(
    lambda channels: Query("", "en", *channels)
)


def two_terms(**damaged: object) -> SimpleNamespace:
    """Postings of a term that three rows hold, and of one that two hold; without columns."""
    sound = {
        "offsets": np.array([0, 3, 5]),
        "rows": np.array([0, 1, 2, 0, 2], dtype=np.int32),
        "counts": np.ones(5, dtype=np.uint8),
        "lengths": np.full(3, 2, dtype=np.int32),
        "columns": np.empty(0, dtype=np.int64),
        "matrix": np.empty((3, 0), dtype=np.uint8),
    }
    return SimpleNamespace(**(sound | damaged))


ONE_GAIN = np.ones(1, dtype=np.float32)


def located(*shares: float) -> Located:
    """One term of a question: the first of two_terms, or both as its alternatives."""
    terms = np.array([[0, 0, len(shares)]])
    return Located([], [], [], [], [], [], np.array(shares, dtype=np.float32), terms, int(len(shares) > 1))


@needs_it
@pytest.mark.parametrize(
    "damaged",
    [
        {"rows": np.array([0, 1, 3, 0, 2], dtype=np.int32)},
        {"rows": np.array([0, -1, 2, 0, 2], dtype=np.int32)},
        {"offsets": np.array([0, 5_000_000, 5_000_000])},
        {"offsets": np.array([-9, 3, 5])},
        {"offsets": np.array([0])},
        {"counts": np.ones(1, dtype=np.uint8)},
    ],
    ids=["a row too many", "a row below 0", "too long", "from before", "no end", "cut off"],
)
def test_damaged_postings_are_an_error(damaged: dict[str, object]) -> None:
    for asked in (located(1.0), located(1.0, 0.5)):
        places = np.arange(len(asked.shares))
        scores = np.zeros(3, dtype=np.float32)
        compiled.add(scores, two_terms(), asked, places, ONE_GAIN, NORM, Runs.one(3))
        assert scores.all()
        with pytest.raises(IndexError):
            compiled.add(scores, two_terms(**damaged), asked, places, ONE_GAIN, NORM, Runs.one(3))


@needs_it
def test_adding_keeps_no_memory() -> None:
    scores, places = np.zeros(3, dtype=np.float32), np.arange(2)
    postings, asked = two_terms(), located(1.0, 0.5)
    grown = []
    for _ in range(2):  # the first time it warms up
        before = resident_mb()
        for _ in range(100_000):
            compiled.add(scores, postings, asked, places, ONE_GAIN, NORM, Runs.one(3))
        grown.append(resident_mb() - before)
    assert grown[1] < 2


def resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


@needs_it
def test_what_is_looked_up_must_be_there() -> None:
    places = np.array([0])
    assert compiled.gained(two_terms(), located(1.0), places, ONE_GAIN, np.array([2]), NORM) == [1 / (1 + 1)]
    with pytest.raises(ValueError, match="length"):
        compiled.add(np.zeros(4, np.float32), two_terms(), located(1.0), places, ONE_GAIN, NORM, Runs.one(4))
    cut_off = two_terms(counts=np.ones(1, dtype=np.uint8))
    no_matrix = two_terms(columns=np.array([0, 1]))
    for postings, rows in ((no_matrix, [0]), (two_terms(), [3]), (two_terms(), [-1]), (cut_off, [0])):
        with pytest.raises(IndexError):
            compiled.gained(postings, located(1.0), places, ONE_GAIN, np.array(rows), NORM)


def test_passages_that_are_not_what_was_written_are_errors() -> None:
    seeker = Seeker(Query("", "en", (QueryTerm(1.0, (("t1", 1.0),)),), (), ()))
    sound = passage([[3, 4], [5]], DENSE)
    cut_off = Vocabulary(DENSE.numbers, DENSE.ends + 1_000, DENSE.hashes)
    damaged = [
        sound._replace(words=sound.words[:-4]),
        sound._replace(words=sound.words + b"\3\0\0\0"),
        sound._replace(words=sound.words[:-1]),
        sound._replace(sentences=sound.sentences[:-1]),
        sound._replace(sentences=np.array([(0, 0, -1), (0, 0, 4)], dtype=np.int32).tobytes()),
        sound._replace(vocabulary=cut_off),
        passage([[10_000_000]], DENSE),
    ]
    for one in damaged:
        with pytest.raises((ValueError, IndexError)):
            seeker.shares([one])
    assert len(seeker.shares([sound])[0]) == 2


ANSWERS = """
import json, sys
if sys.argv[1] == "numpy":
    sys.modules["index.native.compiled"] = None
from index import Collection
import index.native.accelerated as kernel
from pathlib import Path
with Collection(Path(sys.argv[2]), embeds=False) as collection:
    found = [[(hit.passage_id, hit.also_in, hit.score) for hit in collection.search(question, 10)]
             for question in json.loads(sys.argv[3])]
print(json.dumps([kernel.compiled is None, found]))
"""


@needs_it
def test_whole_answers_are_alike(home: Path) -> None:
    """Passages of many words in two languages, some of them twice, asked with and without compiled code."""
    rng = random.Random(4)
    words = {
        "en": [f"word{i}" for i in range(300)],
        "ar": [f"كلمة{chr(0x627 + i % 20)}{i}" for i in range(300)],
    }
    texts = [
        (
            language,
            " ".join(rng.choices(words[language], k=12)).capitalize()
            + ". "
            + " ".join(rng.choices(words[language], k=9)),
        )
        for language in ("en", "ar") * 150
    ]
    with Collection(home, embeds=False) as collection:
        collection.add(
            Article(id=f"a{i}", text=text, language=language)
            for i, (language, text) in enumerate(
                [*texts, *[(code, text + " end") for code, text in texts[:20]]]
            )
        )
    questions = [" ".join(text.split()[3:9]) for _, text in texts[::10]]
    said = {}
    for how in ("compiled", "numpy"):
        command = [sys.executable, "-c", ANSWERS, how, str(home), json.dumps(questions)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
        assert not done.returncode, done.stderr
        is_plain, said[how] = json.loads(done.stdout)
        assert is_plain == (how == "numpy")
    for ours, theirs in zip(said["compiled"], said["numpy"], strict=True):
        assert [hit[:2] for hit in ours] == [hit[:2] for hit in theirs]
        assert [hit[2] for hit in ours] == pytest.approx([hit[2] for hit in theirs], abs=1e-6)
    assert any(hit[1] for hits in said["compiled"] for hit in hits)  # some were folded


@pytest.mark.timeout(600)
@pytest.mark.slow
def test_the_tests_of_a_question_pass_in_numpy_too() -> None:
    names = ("segments/test_bm25", "segments/test_dense", "models/test_lexicon", "ranking/test_channels",
             "ranking/test_coverage", "ranking/test_evidence", "ranking/test_hits")  # fmt: skip
    files = [f"tests/index/{name}.py" for name in names]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.in_numpy", "-p", "no:cacheprovider", *files]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=ROOT, env=dict(os.environ)
    )
    assert done.returncode == 0, done.stdout[-3_000:]
