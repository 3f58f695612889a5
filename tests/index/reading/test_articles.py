"""Articles from files in any encoding, and what may be said of them without inventing anything."""

from __future__ import annotations

import hashlib
import os
import random
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from index.errors import (
    ArticleError,
    ArticleTooLarge,
    EmptyArticle,
    UnreadableArticle,
    UnsupportedFormat,
)
from index.reading import files
from index.reading.articles import MAX_TITLE_CHARS, complete
from index.reading.disk import find
from index.records import Article

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = {
    "ar": "هاجمت المليشيات قاعدة عسكرية أمريكية في جنوب سوريا، بطائرات مسيرة، مؤخرا.",
    "fa": "پهپادها چهارشنبه شب به یک پایگاه آمریکایی در جنوب سوریه حمله کردند.",
    "ru": "В среду вечером беспилотники атаковали американскую базу на юге Сирии, сообщил Пентагон.",
    "el": "Την Τετάρτη το βράδυ μη επανδρωμένα αεροσκάφη επιτέθηκαν σε βάση στη νότια Συρία.",
    "he": "ביום רביעי בערב תקפו כלי טיס בלתי מאוישים בסיס אמריקאי בדרום סוריה.",
    "fr": "Mercredi soir, des drones ont attaqué une base américaine située au sud, à la frontière.",
    "tr": "Çarşamba akşamı insansız hava araçları güneydeki üsse saldırdı, yaralı olmadığı söylendi.",
    "pl": "W środę wieczorem drony zaatakowały amerykańską bazę, nikt nie został ranny – podały władze.",
    "zh": "周三晚间，无人机袭击了叙利亚南部的一个美军基地，五角大楼官员表示没有人员伤亡。",
    "zt": "週三晚間，無人機襲擊了敘利亞南部的一個美軍基地，五角大樓官員表示沒有人員傷亡。",
    "ja": "水曜日の夜、シリア南部の米軍基地が無人機による攻撃を受けたと国防総省が発表した。",
    "ko": "수요일 저녁 무인기가 시리아 남부의 미군 기지를 공격했다고 국방부가 밝혔다.",
}
LEGACY = [
    ("ar", "windows-1256"),
    ("ar", "iso8859-6"),
    ("ru", "windows-1251"),
    ("ru", "koi8-r"),
    ("ru", "iso8859-5"),
    ("el", "windows-1253"),
    ("he", "windows-1255"),
    ("fr", "windows-1252"),
    ("tr", "windows-1254"),
    ("pl", "windows-1250"),
    ("zh", "gb18030"),
    ("zt", "big5"),
    ("ja", "shift_jis"),
    ("ja", "euc_jp"),
    ("ja", "iso2022_jp"),
    ("ko", "euc_kr"),
    ("ko", "iso2022_kr"),
]
UNICODE = [
    "utf-8",
    "utf-8-sig",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-32",
    "utf-32-le",
    "utf-32-be",
]


def read(path: Path, **given: int) -> Article:
    """The one article of a file, with what its front matter says."""
    (article,) = files.read(path, **given)
    assert isinstance(article, Article)
    return complete(article)


def put(folder: Path, content: str | bytes, name: str = "article.txt") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(("language", "encoding"), LEGACY)
@pytest.mark.parametrize("times", [1, 10, 50])
def test_legacy_encodings_are_told_from_one_sentence_up(
    tmp_path: Path, language: str, encoding: str, times: int
) -> None:
    text = "\r\n".join([TEXTS[language].replace("،", ",")] * times)
    assert read(put(tmp_path, text.encode(encoding))).text == text


@pytest.mark.parametrize("encoding", UNICODE)
@pytest.mark.parametrize("language", TEXTS)
def test_unicode_with_and_without_a_mark(tmp_path: Path, language: str, encoding: str) -> None:
    text = f"{TEXTS[language]}\n\n{TEXTS[language]}\r\nAl-Tanf 2023 😀"
    assert read(put(tmp_path, text.encode(encoding))).text == text


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ["Drones attacked the base on Monday evening.", "无人机袭击了基地 今天"])
def test_the_byte_order_is_told_where_both_give_letters(tmp_path: Path, text: str, encoding: str) -> None:
    assert read(put(tmp_path, text.encode(encoding))).text == text


def test_newlines_and_every_character_are_kept(tmp_path: Path) -> None:
    text = " \r\nالأول\r\n\rsecond\n\u2028e\u0301\u200f\u200c\ttail \n\n"
    assert read(put(tmp_path, text)).text == text


@pytest.mark.parametrize("content", [b"", b" \r\n\t ", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"])
def test_an_empty_file_is_an_empty_article(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(EmptyArticle, match=r"article\.txt"):
        read(put(tmp_path, content))


@pytest.mark.parametrize(
    "content",
    [
        b"\x7fELF\x02\x01\x01" + bytes(64),
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
        b"{\\rtf1\\ansi Hello}",
        b"good text\x00and more",
        b"\x1b[31mred\x1b[0m text",
        b"\xef\xbb\xbfgood\x00text",
        b"\x01\x02\x03\x04\x05 ab",
        random.Random(7).randbytes(4_000),
    ],
)
@pytest.mark.parametrize("name", ["article.txt", "article.md"])
def test_binary_content_is_refused_whatever_the_name(tmp_path: Path, content: bytes, name: str) -> None:
    with pytest.raises(UnsupportedFormat, match=name):
        read(put(tmp_path, content, name))


def test_damaged_utf_8_is_refused_and_not_read_as_something_else(tmp_path: Path) -> None:
    data = (TEXTS["ar"] * 3).encode()
    with pytest.raises(UnreadableArticle, match="damaged at byte"):
        read(put(tmp_path, data[:-3] + b"\xd8"))
    with pytest.raises(UnreadableArticle, match="damaged at byte"):
        read(put(tmp_path, data[:40] + b"\xff" + data[40:]))
    with pytest.raises(UnreadableArticle, match="U\\+FFFD"):
        read(put(tmp_path, TEXTS["ar"] + "\ufffd" * 5))


def test_when_the_encoding_cannot_be_told_the_article_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableArticle, match=r"legacy encodings tried .*save it as UTF-8"):
        read(put(tmp_path, "Атака".encode("koi8-r")))


@pytest.mark.parametrize("name", ["a.pdf", "a.html", "a.docx", "a", "a.txt.gz"])
def test_the_content_says_what_a_file_is_and_not_its_name(tmp_path: Path, name: str) -> None:
    assert read(put(tmp_path, TEXTS["fr"], name)).text == TEXTS["fr"]


@pytest.mark.parametrize("name", ["a.js", "style.CSS", "run.py", "picture.svg"])
def test_code_and_style_beside_articles_are_refused_with_what_we_read(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnsupportedFormat, match=r"HTML, MHTML, DOCX"):
        read(put(tmp_path, TEXTS["fr"], name))


def test_size_is_checked_before_reading(tmp_path: Path) -> None:
    path = put(tmp_path, "")
    os.truncate(path, 50_000_000_000)  # sparse: reading it would take minutes
    with pytest.raises(ArticleTooLarge, match="50000000000 bytes, above the limit of 5000000"):
        read(path)
    assert read(put(tmp_path, "a" * 100), max_bytes=100).text == "a" * 100
    with pytest.raises(ArticleTooLarge):
        read(put(tmp_path, "a" * 101), max_bytes=100)


def test_what_is_no_regular_file_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    with pytest.raises(UnreadableArticle, match="not a regular file"):
        read(tmp_path / "pipe.txt")
    (tmp_path / "folder.txt").mkdir()
    with pytest.raises(UnreadableArticle, match="a folder"):
        read(tmp_path / "folder.txt")
    (tmp_path / "zero.txt").symlink_to("/dev/zero")
    with pytest.raises(UnreadableArticle, match="a link"):
        read(tmp_path / "zero.txt")


@pytest.mark.parametrize("name", ["none.txt", "x" * 300 + ".txt", "a\x00b.txt", "no/such/a.txt"])
def test_a_missing_or_impossible_path_is_unreadable(tmp_path: Path, name: str) -> None:
    for call in (read, lambda path: list(find(path))):
        with pytest.raises(UnreadableArticle) as caught:
            call(tmp_path / name)
        assert "\n" not in str(caught.value)
        assert str(caught.value).isprintable()


def test_a_name_of_control_and_direction_characters_is_shown_safely(tmp_path: Path) -> None:
    path = put(tmp_path, b"\x00\x00", "a\n\u202etxt.exe.txt")
    with pytest.raises(UnsupportedFormat) as caught:
        read(path)
    assert str(caught.value).isprintable()


def test_find_gives_files_in_order_and_reports_what_leaves_the_folder(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "b" / "deep").mkdir(parents=True)
    (root / ".git").mkdir()
    outside = put(tmp_path, "secret", "outside.txt")
    notes = ("SOURCES.md", "b/README.txt", "LICENSE")
    for name in ("c.txt", "a.md", "b/2.txt", "b/1.txt", "b/deep/x.txt", ".hidden.txt", ".git/h.txt", *notes):
        put(root, "text", name)
    (root / "inside.txt").symlink_to(root / "c.txt")
    (root / "loop").symlink_to(root)
    (root / "out.txt").symlink_to(outside)
    (root / "out").symlink_to(tmp_path)
    found = [str(path.relative_to(root)) for path in find(root)]
    assert found == ["a.md", "b/1.txt", "b/2.txt", "b/deep/x.txt", "c.txt", "out", "out.txt"]
    with pytest.raises(UnreadableArticle, match="link"):
        read(root / "out.txt")
    assert list(find(root / "c.txt")) == [root / "c.txt"]
    assert list(find(root / "SOURCES.md")) == [root / "SOURCES.md"]
    assert list(find(root / "out.txt")) == [outside]  # named by the person: what it points to
    assert list(find(tmp_path / "root" / "b" / "..")) == list(find(root))


def test_origin_is_one_absolute_path_however_it_was_named(tmp_path: Path) -> None:
    path = put(tmp_path, "text here")
    (tmp_path / "sub").mkdir()
    assert read(path).origin == str(path)
    assert read(tmp_path / "sub" / ".." / "article.txt").origin == str(path)


FRONT = """---
title: "هجوم على القاعدة"
source: Example Agency
url: https://example.org/a?b=1
author: 'Samir H.'
date: ٢٠٢٣-١٠-١٩
language: ar-SY
tags:
  - one
---
# Another heading

"""


def test_front_matter_fills_what_is_not_given(tmp_path: Path) -> None:
    article = complete(read(put(tmp_path, FRONT + TEXTS["ar"], "a.md")))
    assert article.text == FRONT + TEXTS["ar"]
    assert (article.title, article.source) == ("هجوم على القاعدة", "Example Agency")
    assert (article.url, article.author) == ("https://example.org/a?b=1", "Samir H.")
    assert (article.published, article.language) == ("2023-10-19", "ar")
    given = complete(Article(text=FRONT + TEXTS["ar"], title="Mine", published="2020-01-02"))
    assert (given.title, given.published) == ("Mine", "2020-01-02")


def test_front_matter_that_cannot_be_used_is_passed_over() -> None:
    text = "---\ndate: last week\nurl: javascript:alert(1)\nlanguage: ??\n---\nThe base was hit.\n"
    article = complete(Article(text=text))
    assert (article.published, article.url, article.language) == (None, None, "en")
    assert article.title == "The base was hit."


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# Attack on **the** base\n\nDrones attacked it.", "Attack on **the** base"),
        ("Two soldiers hurt in attack\nBy S. Haddad\n\n" + TEXTS["fr"], "Two soldiers hurt in attack"),
        ("دمشق - وكالات\n\nهاجمت طائرات القاعدة. ثم انسحبت.", "هاجمت طائرات القاعدة."),
        ("The base was hit. Nobody was hurt.", "The base was hit."),
        ("كلمة", "كلمة"),
        ("  one\n", "one"),
    ],
)
def test_the_title_is_the_first_heading_or_the_first_sentence(text: str, title: str) -> None:
    assert complete(Article(text=text)).title == title


@pytest.mark.parametrize("word", ["word ", "كلمة ", "字", "ก", "وَ"])
def test_a_long_title_is_shortened_after_a_word(word: str) -> None:
    title = complete(Article(text=word * 100)).title
    assert title is not None
    assert title.endswith("…")
    assert 60 < len(title) <= MAX_TITLE_CHARS
    if word.endswith(" "):
        assert set(title[:-1].split()) == {word.strip()}


def test_the_id_is_that_of_the_origin_else_of_the_text() -> None:
    digest = hashlib.sha256(b"/a/b.txt").hexdigest()[:16]
    assert complete(Article(text="one", origin="/a/b.txt")).id == digest
    assert complete(Article(text="one")).id == hashlib.sha256(b"one").hexdigest()[:16]
    assert complete(Article(text="one", id="given ١")).id == "given ١"


def test_complete_is_idempotent() -> None:
    whole = complete(Article(text=FRONT + TEXTS["ar"]))
    assert complete(whole) == whole


@pytest.mark.parametrize("language", ["ar", "fa", "ru", "fr", "tr", "ja"])
def test_the_language_is_detected(language: str) -> None:
    assert complete(Article(text=TEXTS[language] * 2)).language == language
    assert complete(Article(text=TEXTS[language], language="DE-at")).language == "de"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("2023-10-19", "2023-10-19"),
        ("20231019", "2023-10-19"),
        ("2023-10-19T08:30:00Z", "2023-10-19T08:30:00+00:00"),
        ("2023-10-19 08:30 +03:00", "2023-10-19T08:30:00+03:00"),
        ("٢٠٢٣-١٠-١٩", "2023-10-19"),
        ("", None),
    ],
)
def test_dates_are_normalised(given: str, kept: str | None) -> None:
    assert complete(Article(text="one", published=given)).published == kept


@pytest.mark.parametrize(
    "change",
    [
        {"published": "19/10/2023"},
        {"published": "2023-13-01"},
        {"published": "yesterday"},
        {"id": ""},
        {"id": "x" * 201},
        {"id": "a\nb"},
        {"id": "a\u202eb"},
        {"id": "a\x00"},
        {"url": "javascript:alert(1)"},
        {"url": "ftp://example.org"},
        {"language": "Arabic language"},
        {"text": "half \ud800"},
    ],
)
def test_what_cannot_be_used_is_refused_by_name(change: dict[str, str]) -> None:
    with pytest.raises(ArticleError) as caught:
        complete(replace(Article(text="one two"), **change))
    assert str(caught.value).isprintable()
    assert next(iter(change)).replace("published", "date") in str(caught.value)


@pytest.mark.parametrize("text", ["", " \n", "😀 12 …"])
def test_a_text_without_letters_cannot_be_cited(text: str) -> None:
    with pytest.raises(EmptyArticle):
        complete(Article(text=text))


@pytest.mark.parametrize("newline", ["\n", "\r", "\u2028"])
def test_a_text_of_nothing_but_lines_is_refused(newline: str) -> None:
    with pytest.raises(ArticleTooLarge, match="more than 200000 lines"):
        complete(Article(text=f"a{newline}" * 200_001))
