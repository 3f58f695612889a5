"""The written questions: their form, and that every answer stands in its passage."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from training import written
from training.rows import Answer, Row

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "بلغ عدد الركاب 31 راكباً."
GIVEN = f"""# ar
{TEXT}
وانتهى التحقيق أمس.
? ar-apc | قديش كان فيه ركاب؟ | 31 راكباً
? en | Who led the inquiry? | -
# en
Snow fell on the pass.
? en | Where did snow fall? | the pass
"""


def file(folder: Path, text: str) -> Path:
    path = folder / "some.txt.gz"
    path.write_bytes(gzip.compress(text.encode()))
    return path


def test_passages_and_their_questions(tmp_path: Path) -> None:
    first, second = written.read(file(tmp_path, GIVEN))
    told = f"{TEXT}\nوانتهى التحقيق أمس."
    answer = Answer(told.index("31"), "31 راكباً")
    assert first == written.Asked(
        "ar",
        told,
        (
            Row("قديش كان فيه ركاب؟", told, (answer,), "ar", "ar"),
            Row("Who led the inquiry?", told, (), "en", "ar"),
        ),
    )
    assert [row.answers for row in second.rows] == [(Answer(len("Snow fell on "), "the pass"),)]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("? ar | كم؟ | 32 راكباً", "does not hold the answer"),
        ("? ar | كم؟", "expected '\\? LANGUAGE"),
        ("? ar | | 31", "expected '\\? LANGUAGE"),
        ("More of the passage.", "neither a question nor a passage"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, told: str) -> None:
    with pytest.raises(ValueError, match=told) as raised:
        list(written.read(file(tmp_path, f"{GIVEN}{line}\n")))
    assert line in str(raised.value)


def test_what_is_shipped_is_right_and_apart() -> None:
    learned = {row.context for row in written.learned()}
    kept_back = {asked.text for passages in written.kept_back().values() for asked in passages}
    assert len(learned) > 10 * len(kept_back) > 100
    assert not learned & kept_back
