"""Sentences are exact spans that cover all that is not white space, in any script."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.chunking.sentences import MAX_SENTENCE_CHARS, sentences

SCRIPTS = (
    "قالت الوزارة إنها سترد. ثم صمتت؟ «نعم»، الْقُوَّاتُ ",
    "He said so. Dr. Who? “Yes.” 3.5 ",
    "Он ушёл. В 2020 г. вернулся! ",
    "यह है। डॉ. सिंह आए? ",
    "你好。他说：“走吧。”真的？",
    "یہ ہے۔ وہ گیا؟ ",
    "ภาษาไทย ไม่มีจุด ",
    "😀👩‍👩‍👧 e\u0301\u0300 \u202e\u200f\x00\ud800\n\r\n\u2028\t ",
)
ANY_TEXT = st.lists(
    st.one_of(
        st.sampled_from(SCRIPTS),
        st.text(alphabet=st.sampled_from("".join(SCRIPTS)), max_size=60),
        st.text(alphabet=st.characters(), max_size=20),
    ),
    max_size=12,
).map("".join)


def parts(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@given(ANY_TEXT)
@settings(max_examples=150, deadline=None)
def test_spans_are_in_order_trimmed_and_cover_everything(text: str) -> None:
    at = 0
    for start, end in sentences(text):
        assert at <= start < end <= start + MAX_SENTENCE_CHARS
        assert not text[at:start].strip()
        assert text[start:end] == text[start:end].strip()
        at = end
    assert not text[at:].strip()


@given(ANY_TEXT, st.data())
@settings(max_examples=100, deadline=None)
def test_a_part_of_a_text_gives_offsets_in_the_whole(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    assert [(a - start, b - start) for a, b in sentences(text, start, end)] == sentences(text[start:end])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("وصل د. أحمد. ثم غادر؟ نعم؛ غادر.", ["وصل د. أحمد.", "ثم غادر؟", "نعم؛ غادر."]),
        ("تحدث أ.د. سالم. وافق.", ["تحدث أ.د. سالم.", "وافق."]),
        (
            'قال: "هذا خطير. لن نقبل به." وأضاف أنه سيغادر.',
            ['قال: "هذا خطير. لن نقبل به."', "وأضاف أنه سيغادر."],
        ),
        ("وقال «لا. أبدا». ثم خرج.", ["وقال «لا. أبدا».", "ثم خرج."]),
        ("Mr. Hill left. U.S. forces stayed.", ["Mr. Hill left.", "U.S. forces stayed."]),
        ("It cost 3.5 million. So? Yes!", ["It cost 3.5 million.", "So?", "Yes!"]),
        ('"Go. Now." he said. They went.', ['"Go. Now." he said.', "They went."]),
        ('He said "I came. Then I left.', ['He said "I came.', "Then I left."]),
        ("Am 3. Oktober kam z. B. Herr Dr. Maier. Gut.", None),
        ("Il a dit : « Non. Jamais. » Il part.", ["Il a dit : « Non. Jamais. »", "Il part."]),
        ("Prof. Dr. Ayşe Kaya geldi. Gitti.", ["Prof. Dr. Ayşe Kaya geldi.", "Gitti."]),
        ("В 2020 г. он уехал, т. е. давно. Да.", ["В 2020 г. он уехал, т. е. давно.", "Да."]),
        ("А. С. Пушкин родился. Он жил.", ["А. С. Пушкин родился.", "Он жил."]),
        ("یہ ہے۔ وہ گیا۔ ٹھیک؟", ["یہ ہے۔", "وہ گیا۔", "ٹھیک؟"]),
        ("او رفت. آیا آمد؟ بله.", ["او رفت.", "آیا آمد؟", "بله."]),
        ("डॉ. सिंह आए। वे गए।", ["डॉ. सिंह आए।", "वे गए।"]),
        ("你好。他说：“走吧。”我们走！", ["你好。", "他说：“走吧。”", "我们走！"]),
        ("1. Mix the eggs. 2. Add milk.", ["1. Mix the eggs.", "2. Add milk."]),
        ("😀 One. 👩‍👩‍👧 Two. e\u0301a.", ["😀 One.", "👩‍👩‍👧 Two. e\u0301a."]),
        ("one\ntwo\r\nthree\rfour\u2028five", ["one", "two", "three", "four", "five"]),
        ("a\ud800b. Then.", ["a\ud800b. Then."]),
    ],
)
def test_sentences_of_many_languages(text: str, expected: list[str] | None) -> None:
    expected = expected or ["Am 3. Oktober kam z. B. Herr Dr. Maier.", "Gut."]
    assert parts(text) == expected


def test_a_paragraph_wrapped_by_an_editor_keeps_its_sentences_whole() -> None:
    text = (
        "Drones attacked a military base in the east of the country early on\n"
        "Wednesday, and two soldiers were hurt. The defence ministry said in a\n"
        "statement that it would answer.\n"
    )
    assert len(parts(text)) == 2
    assert "early on\nWednesday" in parts(text)[0]


def test_long_text_is_cut_after_a_clause_then_at_a_space_then_anywhere() -> None:
    clauses = "word " * 90 + "word, " + "word " * 90
    assert parts(clauses)[0].endswith("word,")
    spaces = "كلمة " * 400
    assert all(part.split() == ["كلمة"] * len(part.split()) for part in parts(spaces))
    assert len("".join(parts("字" * 10_000))) == 10_000
    marked = ("ا" + "\u064e") * 5_000
    assert all(part[0] == "ا" for part in parts(marked))


@pytest.mark.parametrize(
    "text",
    [
        "汉" * 300_000,
        "word " * 1_000_000,
        "The army left the base on Monday. " * 147_000,
        "abc de. " * 600_000,
        "x" * 5_000_000,
        "a" + "\u0301" * 100_000,
    ],
    ids=["han", "no stop", "prose", "lower case", "one word", "marks"],
)
def test_five_megabytes_on_one_line_take_less_than_five_seconds(text: str) -> None:
    began = time.process_time()
    found = sentences(text)
    assert time.process_time() - began < 5
    assert all(end - start <= MAX_SENTENCE_CHARS for start, end in found)
