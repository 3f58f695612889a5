"""What the cosines of a model mean: whether it can be trusted with two languages, and what is usual."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from index.analysis.detecting import detect
from index.models import open_encoder
from index.models.calibration import SHIPPED, Calibration, parallel, save
from tests.index.encoders import WIDTH, Reads

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


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


def test_what_was_measured_of_a_model_is_read_again_for_that_model_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder, other = Reads("en", "ar"), Reads("ru")
    other.fingerprint = "other"
    save(encoder, tmp_path / "calibration.npz")
    monkeypatch.setattr("index.models.calibration.SHIPPED", tmp_path / "calibration.npz")
    measured, read = Calibration(encoder), encoder.n_read
    afresh = Calibration(encoder, measured=False)
    assert measured.trust("en", "ar") == pytest.approx(afresh.trust("en", "ar"))
    assert measured.trust("ru", "th") == pytest.approx(afresh.trust("ru", "th"))
    np.testing.assert_allclose(measured.statements("ar"), afresh.statements("ar"), atol=0.001)
    assert encoder.n_read - read == 16 * 4  # by the one that measures afresh
    assert Calibration(other).trust("ru", "ru") == 1.0
    assert Calibration(other).trust("en", "ar") < 0.3


def test_the_shipped_model_is_measured() -> None:
    """If not: python -m training.trust."""
    with np.load(SHIPPED) as saved:
        assert str(saved["fingerprint"]) == open_encoder(None).fingerprint
        assert saved["languages"].tolist() == sorted(parallel())
