"""What the cosines of a model mean: whether it can be trusted with two languages, and what is usual."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from index.calibration import Calibration, parallel
from index.language import detect

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

WIDTH = 64


class Reads:
    """Reads the languages it is told to, each sentence as its place among the parallel ones; of any other nothing."""

    name = fingerprint = "reads"
    dimension = WIDTH

    def __init__(self, *languages: str, apart: bool = False) -> None:
        """Take languages; apart: what says the same in two of them has nothing in common."""
        self._places: dict[str, tuple[int, int]] = {}
        for number, language in enumerate(languages):
            for place, sentences in enumerate(zip(*parallel()[language], strict=True)):
                self._places |= dict.fromkeys(sentences, (place, number if apart else 0))
        self.n_read = 0

    def encode_question(self, text: str) -> NDArray[np.float32]:
        self.n_read += 1
        place, kind = self._places.get(text, (-1, hash(text)))
        seed = np.random.default_rng([place + 1, abs(kind)])
        vector = seed.normal(size=WIDTH) + 2.0  # all cosines are high, as in a trained model
        unit: NDArray[np.float32] = (vector / np.linalg.norm(vector)).astype(np.float32)
        return unit

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array([self.encode_question(text) for text in texts], np.float32).reshape(-1, WIDTH)


def test_the_sentences_say_the_same_in_every_language() -> None:
    assert len(parallel()) == 26
    for language, (statements, questions) in parallel().items():
        assert len(statements) == len(questions) == 16
        assert len({*statements, *questions}) == 32
        assert detect(" ".join(statements)) == language


def test_a_model_is_trusted_with_the_languages_that_it_reads() -> None:
    calibration = Calibration(Reads("en", "ar"))
    for pair in (("en", "ar"), ("ar", "en"), ("ar", "ar")):
        assert calibration.trust(*pair) == 1.0
    for pair in (("ar", "ru"), ("ru", "en"), ("ru", "ru")):
        assert calibration.trust(*pair) < 0.3


def test_a_model_of_two_languages_is_not_trusted_between_them_when_they_have_nothing_in_common() -> None:
    calibration = Calibration(Reads("en", "ar", apart=True))
    assert calibration.trust("ar", "ar") == 1.0
    assert calibration.trust("en", "ar") < 0.3


def test_a_language_without_sentences_is_taken_for_english() -> None:
    calibration = Calibration(Reads("en", "ar"))
    assert calibration.trust("und", "ar") == calibration.trust("en", "ar")
    assert calibration.trust("ar", "xx") == calibration.trust("ar", "en")
    assert len(calibration.statements("xx")) == 0


def test_a_model_that_reads_nothing_of_a_language_is_not_trusted_with_it() -> None:
    class Blank(Reads):
        def encode_question(self, text: str) -> NDArray[np.float32]:
            return 0 * super().encode_question(text)

    calibration = Calibration(Blank())
    assert calibration.trust("en", "th") == 0.0
    assert calibration.statements("th").shape == (0, WIDTH)


def test_sentences_are_encoded_once() -> None:
    encoder = Reads("en", "ar")
    calibration = Calibration(encoder)
    calibration.trust("en", "ar")
    read = encoder.n_read
    assert read == 32
    calibration.trust("en", "ar")
    calibration.statements("ar")
    assert encoder.n_read == read
    assert calibration.statements("ar") == pytest.approx(encoder.encode_passages(parallel()["ar"].statements))
