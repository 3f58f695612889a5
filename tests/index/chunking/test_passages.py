"""Passages quote the article exactly, hold whole sentences, and leave out what is not prose."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.chunking.passages import MAX_CHARS, MAX_WORDS, split
from index.chunking.sections import Kind, blocks
from index.chunking.sentences import sentences

SEEDS = Path(__file__).parents[3] / "seeds"
SCRIPTS = (
    "هاجمت الْقُوَّاتُ القاعدة، ثم انسحبت. وقال د. سالم: «لا». ",
    "Drones attacked the base. “We shall answer,” he said. ",
    "Беспилотники атаковали базу. В 2020 г. было тихо. ",
    "ड्रोन ने अड्डे पर हमला किया। डॉ. सिंह ने कहा। ",
    "无人机袭击了基地。他说：“走吧。”",
    "ڈرون نے اڈے پر حملہ کیا۔ ",
    "โดรนโจมตีฐานทัพ ไม่มีผู้บาดเจ็บ ",
    "מל״טים תקפו את הבסיס. איש לא נפגע. ",
    "\n\n",
    "\r\n",
    "\n• ",
    "\n# ",
    "Tags: a, b, c\n",
    "---\nkey: value\n---\n",
    "😀 e\u0301\u0300\u200f\u202e\x00\ud800\t 12 ",
)
ANY_TEXT = st.lists(
    st.one_of(
        st.sampled_from(SCRIPTS),
        st.text(alphabet=st.sampled_from("".join(SCRIPTS)), max_size=60),
        st.text(alphabet=st.characters(), max_size=20),
    ),
    max_size=40,
).map("".join)


def read(name: str) -> str:
    return (SEEDS / name).read_bytes().decode()


@given(ANY_TEXT)
@settings(max_examples=150, deadline=None)
def test_a_passage_is_what_stands_at_its_offsets(text: str) -> None:
    at = 0
    for passage in split(text):
        assert text[passage.start : passage.end] == passage.text
        assert passage.text == passage.text.strip()
        assert at <= passage.start
        assert any(map(str.isalpha, passage.text))
        assert len(passage.text) <= MAX_CHARS
        at = passage.end


@given(ANY_TEXT)
@settings(max_examples=100, deadline=None)
def test_every_letter_of_the_prose_is_in_a_passage_and_none_of_the_rest(text: str) -> None:
    spans = [(p.start, p.end) for p in split(text)]
    for block in blocks(text):
        inside = {at for start, end in spans for at in range(max(start, block.start), min(end, block.end))}
        letters = {at for at in range(block.start, block.end) if text[at].isalpha()}
        if block.kind is Kind.PROSE:
            assert letters <= inside
        else:
            assert not inside


@pytest.mark.parametrize("text", ["", "  \n", "😀 🎉", "12 34 %", "...\n---\n***"])
def test_what_has_no_letters_gives_no_passage(text: str) -> None:
    assert split(text) == []


@pytest.mark.parametrize("text", ["هجوم", "Attack on the base", "# Attack", "Tags: a, b, c", "字"])
def test_the_shortest_article_gives_one_passage(text: str) -> None:
    assert [p.text for p in split(text + "\n")] == [text]


def test_a_paragraph_that_is_short_enough_stays_whole() -> None:
    paragraph = " ".join(["Word"] + ["word"] * (MAX_WORDS - 3) + ["one.", "Two."])
    assert [p.text for p in split(f"{paragraph}\n\n{paragraph}\n")] == [paragraph, paragraph]


def test_a_long_paragraph_is_cut_between_sentences_into_like_parts() -> None:
    sentence = "The army left the base in the east on Monday morning."
    paragraph = " ".join([sentence] * 30)  # 30 x 11 words: 3 parts of 10 sentences
    found = split(paragraph)
    assert [p.text for p in found] == [" ".join([sentence] * 10)] * 3


def test_paragraphs_are_not_joined_beyond_either_limit() -> None:
    wordy = [" ".join(["word"] * 49 + ["end."]), " ".join(["word"] * 79 + ["end."])]  # 50 + 80
    assert [p.text for p in split("\n".join(wordy))] == wordy
    lengthy = " ".join(["Donaudampfschifffahrt"] * 29 + ["Ende."])  # 29 x 22 + 5 characters
    assert [p.text for p in split(f"{lengthy}\n{lengthy}")] == [lengthy, lengthy]


def test_a_part_without_letters_gives_no_passage() -> None:
    found = split("The figures follow here. " + "12 34 " * 1_000)
    assert len(found) == 1
    assert found[0].text.startswith("The figures")


def test_short_paragraphs_of_a_section_are_joined_and_headings_part_them() -> None:
    short = "The army left the base in the east on Monday morning."
    text = f"{short}\n\n{short}\n\nWhat comes next\n\n{short}\r\n\r\n{short}"
    found = split(text)
    assert [p.text for p in found] == [f"{short}\n\n{short}", f"{short}\r\n\r\n{short}"]
    assert [p.heading for p in found] == [None, "What comes next"]


def test_the_first_seed_gives_all_its_paragraphs() -> None:
    text = read("000_0b13c771559c9fd4.txt")
    found = split(text)
    assert text[found[0].start :].startswith("كشفت صحيفة")
    assert found[-1].end == len(text.rstrip())
    assert all(not text[a.end : b.start].strip() for a, b in itertools.pairwise(found))


def test_the_second_seed_offers_no_tags_and_no_links_but_the_pasted_article() -> None:
    found = split(read("003_f716241c5a834c6c.txt"))
    together = "\n".join(p.text for p in found)
    for furniture in ("كلمات دلالية", "إقرأ أيضاً", "مقالات مشابهة", "•", "المصدر: عربي21"):
        assert furniture not in together
    pasted = [p for p in found if p.heading and p.heading.startswith("سلطان عُمان وترامب")]
    assert pasted[0].text.startswith("أجرى السلطان هيثم بن طارق")
    assert pasted[-1].text.endswith("من بينها توليد الكهرباء.")
    assert len(pasted) >= 4


def test_passages_begin_and_end_with_sentences() -> None:
    for name in ("000_0b13c771559c9fd4.txt", "003_f716241c5a834c6c.txt"):
        text = read(name)
        spans = sentences(text)
        starts, ends = {s.start for s in spans}, {s.end for s in spans}
        assert all(p.start in starts and p.end in ends for p in split(text))


@pytest.mark.parametrize(
    "text",
    [
        "汉" * 300_000,
        "The army left the base on Monday. " * 147_000,
        "x" * 5_000_000,
        "[" * 5_000_000,
        ("a" * 1_990 + "@\n") * 2_500,
        "The army left the base on Monday, and nobody was hurt in it.\n\n" * 79_000,
    ],
    ids=["han", "one line", "one word", "brackets", "addresses", "paragraphs"],
)
@pytest.mark.timeout(60)
def test_five_megabytes_are_cut(text: str) -> None:
    found = split(text)
    assert max((len(p.text) for p in found), default=0) <= MAX_CHARS
