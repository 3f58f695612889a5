"""How a stream is cut into sentences with the numbers that they cite."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.writing.sentences import Cited, Cutter

WRITTEN = [
    ("The bridge is open [1].", [Cited("The bridge is open.", (1,))]),
    ("The bridge is open. [1]", [Cited("The bridge is open.", (1,))]),
    ("It is open.[1][2] It cost much [3].", [Cited("It is open.", (1, 2)), Cited("It cost much.", (3,))]),
    ("It is open [1, 3]. It is new [1-3].", [Cited("It is open.", (1, 3)), Cited("It is new.", (1, 2, 3))]),
    ("It is open. Nobody knows.", [Cited("It is open.", ()), Cited("Nobody knows.", ())]),
    ("افتُتح الجسر [١]. وكلفته كبيرة [٢]؟", [Cited("افتُتح الجسر.", (1,)), Cited("وكلفته كبيرة؟", (2,))]),
    ("大桥已开通【1】。造价很高[2]。", [Cited("大桥已开通。", (1,)), Cited("造价很高。", (2,))]),
    ("पुल खुल गया [1]। लागत अधिक थी [२]।", [Cited("पुल खुल गया।", (1,)), Cited("लागत अधिक थी।", (2,))]),
    ("Dr. Haddad led it [1].", [Cited("Dr. Haddad led it.", (1,))]),
    ("It grew by 3.5 per cent [1].", [Cited("It grew by 3.5 per cent.", (1,))]),
    ("- **Open** since Monday [1].\n- New [2].", [Cited("Open since Monday.", (1,)), Cited("New.", (2,))]),
    ("It is open [1][1][2].", [Cited("It is open.", (1, 2))]),
    ("It [sic] is open [1].", [Cited("It [sic] is open.", (1,))]),
    ("<think>Passage [1] says so.</think>It is open [1].", [Cited("It is open.", (1,))]),
    ("<think>It never ends", []),
    ("", []),
    ("[1] [2].", []),
]  # fmt: skip


def cut(pieces: list[str]) -> list[Cited]:
    cutter = Cutter()
    found = [cited for piece in pieces for cited in cutter.feed(piece)]
    return [*found, *cutter.end()]


@pytest.mark.parametrize(("text", "expected"), WRITTEN)
@pytest.mark.parametrize("size", [1, 2, 5, 1000])
def test_the_pieces_do_not_matter(text: str, expected: list[Cited], size: int) -> None:
    assert cut([text[at : at + size] for at in range(0, len(text), size)]) == expected


def test_a_sentence_comes_when_the_next_begins() -> None:
    cutter = Cutter()
    assert cutter.feed("The bridge is open. [1]") == []
    assert cutter.feed(" It") == [Cited("The bridge is open.", (1,))]
    assert cutter.feed(" cost [") == []
    assert cutter.feed("12") == []
    assert cutter.feed("] much.") == []
    assert cutter.end() == [Cited("It cost much.", (12,))]


@given(st.lists(st.text(max_size=20), max_size=20))
def test_any_text_is_cut(pieces: list[str]) -> None:
    for cited in cut(pieces):
        assert any(map(str.isalnum, cited.text))


def test_numbers_without_end_are_limited() -> None:
    (cited,) = cut([f"It is open [1-{'9' * 500}]."])
    assert len(cited.numbers) <= 20
