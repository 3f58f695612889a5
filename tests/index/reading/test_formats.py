"""The same article from every format, in eight languages, with what is known of it."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from index.chunking.passages import split
from index.errors import EmptyArticle, UnreadableArticle
from index.reading.articles import complete
from index.reading.files import read, read_bytes
from index.reading.formats import Format, sniff
from index.records import Added, Article
from tests.index.reading.making import STORIES, Story, docx, epub, feed, mhtml, page, pdf, row, zipped
from tests.index.reading.office import eml, ods, odt, xlsx

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

every_language = pytest.mark.parametrize("story", STORIES.values(), ids=list(STORIES))


def articles(data: bytes | str, name: str = "file", **columns: str) -> list[Article]:
    found = read_bytes(data if isinstance(data, bytes) else data.encode(), name, columns=columns)
    assert all(isinstance(each, Article) for each in found), found
    return [each for each in found if isinstance(each, Article)]


def one(data: bytes | str, name: str = "file") -> Article:
    (article,) = articles(data, name)
    return complete(article)


def paragraphs(article: Article) -> list[str]:
    """What can be cited of it, paragraph by paragraph."""
    lines = "\n".join(passage.text for passage in split(article.text)).split("\n")
    return [line for line in lines if line]


def as_csv(story: Story) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, row(story))
    writer.writeheader()
    writer.writerow(row(story))
    return out.getvalue()


FORMATS: dict[str, Callable[[Story], bytes | str]] = {
    "text": lambda story: "\n\n".join([story.title, *story.paragraphs]),
    "markdown": lambda story: "\n\n".join([story.heading, *story.paragraphs]),
    "html": page,
    "mhtml": lambda story: mhtml(page(story)),
    "docx": docx,
    "epub": lambda story: epub([story]),
    "json": lambda story: json.dumps(row(story)),
    "jsonl": lambda story: json.dumps(row(story), ensure_ascii=False) + "\n",
    "csv": as_csv,
    "odt": odt,
    "xlsx": lambda story: xlsx({"Articles": [[*row(story)], [*row(story).values()]]}),
    "ods": lambda story: ods([[*row(story)], [*row(story).values()]]),
    "eml": eml,
    "eml in html": lambda story: eml(story, html=True, plain=False),
    "eml in both": lambda story: eml(story, html=True),
    "feed": lambda story: feed([story]),
    "zip": lambda story: zipped({"a/page.html": page(story).encode()}),
}


@every_language
@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_gives_the_same_paragraphs_title_and_language(kind: str, story: Story) -> None:
    article = one(FORMATS[kind](story))
    assert paragraphs(article) == list(story.paragraphs)
    assert article.title == story.title
    assert article.language == story.language


@every_language
@pytest.mark.parametrize("metadata", ["json-ld", "og", "shown"])
def test_a_page_says_who_wrote_it_when_and_where(story: Story, metadata: str) -> None:
    article = one(page(story, metadata=metadata))
    assert article.published == "2023-10-19"
    if metadata != "shown":
        known = (article.source, article.author, article.url)
        assert known == ("Example News", "Rana Haddad", "https://news.example/1")


@every_language
@pytest.mark.parametrize("kind", ["json", "jsonl", "csv", "xlsx", "ods"])
def test_a_row_says_who_wrote_it_when_and_where(story: Story, kind: str) -> None:
    article = one(FORMATS[kind](story))
    assert (article.source, article.author) == ("Example News", "Rana Haddad")
    assert (article.published, article.url) == ("2023-10-19", "https://news.example/1")


def test_entries_of_a_feed_have_their_own_ids_dates_and_the_feeds_name() -> None:
    found = articles(feed(list(STORIES.values())))
    assert [each.origin for each in found] == [f"#story-{language}" for language in STORIES]
    assert {(each.source, each.published) for each in found} == {
        ("Example News", "2023-10-19T10:15:00+00:00")
    }


def test_the_chapters_of_a_book_are_articles_and_its_cover_is_none() -> None:
    found = articles(epub([STORIES["en"], STORIES["ru"]]))
    assert [each.origin for each in found] == ["!OPS/text/c0.xhtml", "!OPS/text/c1.xhtml"]
    assert {(each.source, each.author, each.published) for each in found} == {
        ("The Week", "Rana Haddad", "2023-10-19")
    }


def test_a_zip_gives_every_member_and_names_those_it_cannot_take() -> None:
    files = {
        "a/page.html": page(STORIES["en"]).encode(),
        "table.jsonl": b"\n".join(json.dumps(row(STORIES[code])).encode() for code in ("ar", "ru")),
        "word.docx": docx(STORIES["tr"]),
        "picture.png": b"\x89PNG\r\n\x1a\n" + bytes(50),
        "style.css": b"p {color: red}",
        ".DS_Store": b"x",
        "__MACOSX/a": b"x",
        "inner.zip": zipped({"a.txt": b"hello world"}),
    }
    found = read_bytes(zipped(files), "all.zip")
    taken = [each.origin for each in found if isinstance(each, Article)]
    assert taken == ["!a/page.html", "!table.jsonl#story-ar", "!table.jsonl#story-ru", "!word.docx"]
    refused = {each.name: each.reason for each in found if isinstance(each, Added)}
    assert set(refused) == {"!picture.png", "!style.css", "!inner.zip"}
    assert "PNG" in refused["!picture.png"]


def test_columns_can_be_named_and_a_table_without_text_says_what_it_has() -> None:
    table = "No;Worte;Kopf\n1;" + STORIES["en"].paragraphs[0] + ";A base was attacked\n"
    with pytest.raises(UnreadableArticle, match=r"no column .* Worte.* --column text=NAME"):
        read_bytes(table.encode(), "a.csv")
    (article,) = articles(table, "a.csv", text="worte", title="Kopf")
    assert (article.text, article.title) == (STORIES["en"].paragraphs[0], "A base was attacked")


def test_a_damaged_line_or_row_costs_only_itself() -> None:
    lines = [json.dumps(row(STORIES["en"])), "{broken", "[1]", json.dumps({"id": 7, "body": ""})]
    found = read_bytes("\n".join(lines).encode(), "a.jsonl")
    assert [isinstance(each, Added) for each in found] == [False, True, True, True]


def test_html_in_cells_and_feeds_becomes_text() -> None:
    cell = json.dumps(
        {"text": "<p>Drones &amp; men</p><script>alert(1)</script><ul><li>one</li><li>two</li></ul>"}
    )
    assert one(cell).text == "Drones & men\n\n- one\n- two"


@pytest.mark.parametrize("reader", ["poppler", "pypdf"])
def test_a_pdf_gives_its_text(reader: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from index.reading import pdfs

    if reader == "pypdf":
        monkeypatch.setattr(pdfs, "_PATH", "/nowhere")
    elif not pdfs.tool():
        pytest.skip("pdftotext (poppler-utils) is not installed")
    lines = ["Drones attacked an American base in Syria early on Wednesday,", "and two soldiers were hurt."]
    (article,) = pdfs.parse_pdf(pdf(lines), "a.pdf")
    assert article.text.split() == " ".join(lines).split()
    with pytest.raises(EmptyArticle, match="scan"):
        pdfs.parse_pdf(pdf([]), "a.pdf")


@pytest.mark.parametrize(
    ("head", "name", "kind"),
    [
        (b"%PDF-1.7\n", "a.txt", Format.PDF),
        (b"\xef\xbb\xbf\r\n<!-- saved -->\n<!DOCTYPE html>", "a.txt", Format.HTML),
        (b'<?xml version="1.0"?><!DOCTYPE html PUBLIC "x"><html xmlns="y">', "a", Format.HTML),
        ("<html>".encode("utf-16"), "a", Format.HTML),
        (b'<?xml version="1.0"?>\n<rss version="2.0">', "a.xml", Format.FEED),
        (b'<feed xmlns="http://www.w3.org/2005/Atom">', "a.txt", Format.FEED),
        (b'[\n {"text": "a"}]', "a.txt", Format.JSON),
        (b'{"text": "a"}\n{"text": "b"}\n', "a.txt", Format.JSONL),
        (b"id,title,text\r\n1,a,b\r\n", "a.txt", Format.CSV),
        ("العنوان;النص\n".encode(), "a", Format.CSV),
        (b"[Reuters] Drones attacked a base.", "a.json.txt", Format.TEXT),
        (b"{{ a wiki text }}", "a", Format.TEXT),
        (b"A text, with commas, in a sentence, and a story about its content", "a", Format.TEXT),
        (b"<3 this is no markup", "a", Format.TEXT),
        (b"# Title\n\n<div>inside</div>", "a.md", Format.TEXT),
        (b"", "a.html", Format.TEXT),
    ],
)
def test_what_a_file_is_its_first_bytes_say(head: bytes, name: str, kind: Format) -> None:
    assert sniff(head, name) is kind


def test_a_file_of_several_articles_gives_each_an_origin_below_its_path(tmp_path: Path) -> None:
    path = tmp_path / "week.jsonl"
    path.write_text("\n".join(json.dumps(row(STORIES[code])) for code in ("en", "ru")))
    assert [each.origin for each in read(path) if isinstance(each, Article)] == [
        f"{path}#story-en", f"{path}#story-ru",
    ]  # fmt: skip
    page_path = tmp_path / "one.html"
    page_path.write_text(page(STORIES["en"]))
    assert [each.origin for each in read(page_path) if isinstance(each, Article)] == [str(page_path)]


def test_reading_prints_nothing_and_any_error_is_declared(capfd: pytest.CaptureFixture[str]) -> None:
    broken: list[Any] = [
        b"%PDF-1.4 broken",
        b"PK\x05\x06" + bytes(18),
        b"PK\x03\x04" + bytes(40),
        b'{"a": ',
        b"<html>",
    ]
    for data in broken:
        with pytest.raises((UnreadableArticle, EmptyArticle)) as caught:
            read_bytes(data, "a.bin")
        assert str(caught.value).startswith("a.bin: ")
    assert capfd.readouterr() == ("", "")
