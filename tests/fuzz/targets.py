"""What is fuzzed: each target takes any bytes and lets nothing out but the declared errors."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from index.chunking import frontmatter
from index.chunking.passages import split
from index.errors import ArticleError
from index.reading import dates, metadata
from index.reading.articles import complete
from index.reading.decoding import decode, decode_page
from index.reading.feeds import parse_feed
from index.reading.formats import sniff
from index.reading.mails import parse_mail
from index.reading.pages import parse_html
from index.reading.parsers import parse
from index.records import Article
from tests.index.reading.making import STORIES, feed, page, unzipped, zipped
from tests.index.reading.office import eml, odt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

MAX_BYTES = 4_096
MAX_SECONDS = 1
MAX_MEGABYTES = 512


class Target(NamedTuple):
    """A reader, and good input to start from."""

    read: Callable[[bytes], object]
    seeds: tuple[bytes, ...]


def _decode(data: bytes) -> None:
    for reading in (decode, decode_page):
        with suppress(ArticleError):
            assert "\x00" not in reading(data, "a")


def _html(data: bytes) -> None:
    with suppress(ArticleError):
        _store(parse_html(data, "a"))


def _feed(data: bytes) -> None:
    with suppress(ArticleError):
        _store(parse_feed(data, "a"))


def _mail(data: bytes) -> None:
    sniff(data, "a.eml")
    with suppress(ArticleError):
        mail = parse_mail(data, "a")
        _store([mail.article])
        assert all(metadata.cleaned(each.name) == (each.name or None) for each in mail.attached)


def _odt(data: bytes) -> None:
    with suppress(ArticleError):
        _store(
            parse(
                zipped({"content.xml": data, "mimetype": b"application/vnd.oasis.opendocument.text"}), "a", {}
            )
        )


def _front_matter(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    values, begin = frontmatter.parse(text)
    assert all(isinstance(value, str) for value in values.values())
    assert 0 <= begin <= len(text)
    with suppress(ArticleError):
        _store([Article(text=text)])


def _date(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    for found in (dates.parse(text), dates.of_line(text), dates.parse_any(text)):
        assert found is None or len(found) >= len("2023-10-19")


def _store(parts: Iterable[object]) -> None:
    """What was read can be completed and cut, and its passages stand where they say."""
    for part in parts:
        if isinstance(part, Article):
            with suppress(ArticleError):
                whole = complete(part)
                for passage in split(whole.text):
                    assert whole.text[passage.start : passage.end] == passage.text


TARGETS = {
    "decode": Target(_decode, tuple(STORIES[code].title.encode(name) for code, name in (
        ("ar", "cp1256"), ("ru", "koi8-r"), ("zh", "gb18030"), ("en", "utf-16"), ("hi", "utf-8"), ("fa", "utf-32"),
    ))),
    "html": Target(_html, tuple(page(STORIES[code]).encode() for code in ("ar", "zh", "en"))),
    "feed": Target(_feed, tuple(feed([STORIES[code]]).encode() for code in ("ar", "ru"))),
    "mail": Target(_mail, tuple(eml(STORIES[code], html=True, attached={"a.txt": b"text"}) for code in ("ar", "en"))),
    "odt": Target(_odt, (unzipped(odt(STORIES["tr"]), "content.xml"),)),
    "front matter": Target(_front_matter, (
        "---\ntitle: 'x: y'\ndate: ٢٠٢٣-١٠-١٩\ntags:\n  - a\n---\n# T\n\nText.".encode(), b"---\n---\n",
    )),
    "date": Target(_date, tuple(text.encode() for text in (
        "الخميس 4 ربيع الآخر 1445هـ - 19 أكتوبر 2023م", "پنجشنبه ۲۷ مهر ۱۴۰۲", "19 октября 2023",
        "Thu, 19 Oct 2023 10:00:00 +0300", "2023年10月19日", "3/4/2023",
    ))),
}  # fmt: skip
