"""Pages and tables in every encoding people still have: the bytes decide, whatever the page declares."""

from __future__ import annotations

import pytest

from index.errors import ArticleError, UnreadableArticle
from index.reading.files import read_bytes
from index.records import Article
from tests.index.reading.making import STORIES, page

LEGACY = [
    ("ar", "windows-1256"),
    ("ar", "iso-8859-6"),
    ("fa", "windows-1256"),
    ("ru", "windows-1251"),
    ("ru", "koi8-r"),
    ("ru", "iso-8859-5"),
    ("tr", "windows-1254"),
    ("es", "windows-1252"),
    ("zh", "gb18030"),
    ("zh", "gbk"),
]
UNICODE = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]


def text_of(data: bytes) -> str:
    (article,) = read_bytes(data, "page.html")
    assert isinstance(article, Article)
    return article.text


def encodable(language: str, encoding: str) -> str:
    """A story's page in the characters that the encoding has: Persian yeh and digits are written as people did."""
    story = STORIES[language]
    swaps = str.maketrans(
        {"،": ",", "ی": "ي", "ک": "ک", "۱": "1"} if "6" in encoding and language in {"ar", "fa"} else {}
    )
    paragraphs = tuple(
        text.translate(swaps).encode(encoding, "ignore").decode(encoding) for text in story.paragraphs
    )
    title = story.title.encode(encoding, "ignore").decode(encoding)
    return page(
        story._replace(paragraphs=paragraphs, title=title, date_shown=""), metadata="shown", charset=encoding
    )


@pytest.mark.parametrize(("language", "encoding"), LEGACY)
@pytest.mark.parametrize("declared", ["right", "wrong", "none"])
def test_a_legacy_page_is_read_whatever_it_declares(language: str, encoding: str, declared: str) -> None:
    html = encodable(language, encoding).replace("© ", "")
    wanted = {"right": encoding, "wrong": "utf-8", "none": ""}[declared]
    html = html.replace(f"charset={encoding!r}".replace("'", '"'), f'charset="{wanted}"')
    text = text_of(html.encode(encoding))
    for paragraph in (line for line in html.split("<p>")[1:] if "</p>" in line):
        assert paragraph.split("</p>")[0].replace("&#x27;", "'") in text


@pytest.mark.parametrize("encoding", UNICODE)
@pytest.mark.parametrize("language", ["ar", "hi", "zh"])
def test_a_unicode_page_is_read_with_and_without_a_mark(language: str, encoding: str) -> None:
    assert STORIES[language].paragraphs[1] in text_of(
        page(STORIES[language], charset="windows-1252").encode(encoding)
    )


def test_a_page_with_a_few_damaged_characters_is_read_and_one_with_many_is_refused() -> None:
    data = (page(STORIES["ar"]) + " " * 2_000).encode()
    at = data.index("الدفاعات".encode())
    assert "\ufffd" in text_of(data[:at] + b"\xd8" + data[at + 2 :])
    broken = data.replace("ا".encode(), b"\xd8")
    with pytest.raises(ArticleError):
        text_of(broken)


def test_what_is_in_no_encoding_for_certain_is_refused_with_what_was_tried() -> None:
    with pytest.raises(UnreadableArticle, match="legacy encodings tried"):
        text_of("<html><body><p>Атака</p></body></html>".encode("koi8-r"))


@pytest.mark.parametrize("encoding", ["windows-1256", "utf-16", "windows-1251"])
def test_tables_and_json_have_encodings_too(encoding: str) -> None:
    story = STORIES["ru" if encoding == "windows-1251" else "ar"]
    body = " ".join(story.paragraphs)
    table = f'title,text\r\n"{story.title}","{body}"\r\n'
    (article,) = read_bytes(table.encode(encoding), "a.csv")
    assert isinstance(article, Article)
    assert article.text == body
