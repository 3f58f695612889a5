"""Fusion: cosines count by how far they are above the usual, whatever the model; words where vectors say nothing."""

from __future__ import annotations

import numpy as np
import pytest

from index.ranking.fusion import fuse, scales_of, told
from index.ranking.parameters import DEFAULT, EXPECTED, MOST, WHOLE, Weights
from index.ranking.parameters import SMALLEST_DEVIATION as SMALLEST


def spread(mean: float, deviation: float, n: int) -> np.ndarray:
    values = np.random.default_rng(n).normal(size=n)
    return mean + deviation * (values - values.mean()) / values.std()


def test_many_passages_speak_for_themselves() -> None:
    scales = scales_of({"ar": spread(0.75, 0.02, 1000)}, {"ar": spread(0.2, 0.1, 16)})
    assert scales["ar"].mean == pytest.approx(0.75, abs=0.003)
    assert scales["ar"].deviation == pytest.approx(0.02, abs=0.005)


def test_each_language_has_a_mean_of_its_own() -> None:
    scales = scales_of({"ar": spread(0.75, 0.02, 900), "en": spread(0.70, 0.03, 900)}, {})
    assert scales["ar"].mean == pytest.approx(0.75, abs=0.001)
    assert scales["en"].mean == pytest.approx(0.70, abs=0.001)
    assert scales["ar"].deviation < scales["en"].deviation


def test_few_passages_are_taken_to_be_like_the_stand_ins_and_to_spread_as_all_do() -> None:
    samples = {"en": spread(0.70, 0.02, 1000), "de": np.array([0.80])}
    alone = scales_of(samples, {"de": spread(0.72, 0.02, 16)})["de"]
    assert 0.72 < alone.mean < 0.76
    assert alone.deviation == pytest.approx(0.02, abs=0.001)
    nowhere = scales_of(samples, {})["de"]
    assert 0.70 < nowhere.mean < 0.74  # without stand-ins, like the others


def test_one_passage_alone_has_a_scale() -> None:
    scale = scales_of({"en": np.array([0.8])}, {"en": spread(0.7, 0.02, 16)})["en"]
    assert scale.deviation == pytest.approx(0.02, abs=0.001)
    assert (0.8 - scale.mean) / scale.deviation > 3
    assert scales_of({"en": np.array([0.8])}, {})["en"] == (pytest.approx(0.16 + 0.64), SMALLEST)
    assert scales_of({}, {}) == {}


def test_where_a_cosine_lies_does_not_matter() -> None:
    lexical, narrow, wide = np.array([0.5, 0.1, 0.0]), spread(0.78, 0.02, 500), spread(0.1, 0.2, 500)
    fused = []
    for sample in (narrow, wide):
        scale = scales_of({"en": sample}, {})["en"]
        cosines = sample.mean() + sample.std() * np.array([0.0, 4.0, 5.0])
        fused.append(fuse(lexical, (cosines - scale.mean) / scale.deviation, np.ones(3), DEFAULT.dense))
    np.testing.assert_allclose(*fused, rtol=1e-6)


def test_what_is_below_the_usual_takes_nothing_from_the_words() -> None:
    fused = fuse(np.array([0.5, 0.5]), np.array([-3.0, 0.0]), np.ones(2), 0.4)
    assert fused.tolist() == [pytest.approx(0.3), pytest.approx(0.3)]
    assert fuse(np.array([0.0]), np.array([WHOLE]), np.ones(1), 0.4) == pytest.approx(0.4)


@pytest.mark.parametrize("unknown", [{"deviations": np.nan}, {"trust": 0.0}])
def test_without_vectors_or_trust_the_order_is_that_of_words(unknown: dict[str, float]) -> None:
    words = np.array([0.9, 0.3, 0.5, 0.0])
    deviations = np.full(4, unknown.get("deviations", 1.0)) * np.array([1.0, 9.0, 2.0, 8.0])
    fused = fuse(words, deviations, np.full(4, unknown.get("trust", 1.0)), DEFAULT.dense)
    assert np.argsort(-fused).tolist() == [0, 2, 1, 3]
    assert fused[3] == 0.0


def test_a_passage_without_a_vector_has_what_its_words_promise() -> None:
    words, deviations = np.array([0.6, 0.6, 0.6]), np.array([np.nan, 6.0, 0.5])
    said = told(words, deviations, np.ones(3))
    assert said[0] == pytest.approx(EXPECTED * 0.6)
    assert said[1] > said[0] > said[2]


def test_half_trust_is_half_of_each() -> None:
    words, deviations = np.array([0.5]), np.array([2.0])
    half, whole, none = (told(words, deviations, np.array([trust])) for trust in (0.5, 1.0, 0.0))
    assert half == pytest.approx((whole + none) / 2)


def test_a_share_of_nothing_is_words_alone_and_of_all_is_vectors_alone() -> None:
    words, deviations = np.array([0.5, 0.2]), np.array([1.0, 3.0])
    assert fuse(words, deviations, np.ones(2), 0.0) == pytest.approx(words)
    assert fuse(words, deviations, np.ones(2), 1.0) == pytest.approx(deviations / WHOLE)
    assert Weights().dense == DEFAULT.dense


def test_no_vector_says_more_than_so_much() -> None:
    assert told(np.zeros(1), np.array([1000.0]), np.ones(1)) == MOST
