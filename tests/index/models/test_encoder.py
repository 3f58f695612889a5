from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from index.errors import ModelError
from index.models import open_encoder
from index.models.encoder import SHIPPED, digest

if TYPE_CHECKING:
    from pathlib import Path


def test_no_name_opens_the_shipped_model() -> None:
    encoder = open_encoder(None)
    assert encoder.name == "bundled"
    assert encoder.encode_question("سلام").shape == (encoder.dimension,)
    assert encoder.fingerprint == open_encoder(None).fingerprint
    assert (SHIPPED / "README.md").exists()


def test_digest_knows_content_and_names_and_not_the_order(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_bytes(b"1")
    two.write_bytes(b"2")
    whole = digest(tmp_path, [one, two])
    assert whole == digest(tmp_path, [two, one])
    assert len(whole) == 16
    one.write_bytes(b"2")
    two.write_bytes(b"1")
    assert digest(tmp_path, [one, two]) != whole


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=str(tmp_path)):
        open_encoder(str(tmp_path))
