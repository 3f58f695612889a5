"""Whatever the bytes: an article or a declared error. Nightly runs give it more examples."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.chunking import frontmatter
from index.chunking.passages import split
from index.errors import ArticleError
from index.reading.articles import complete
from index.reading.decoding import decode, decode_page
from index.reading.parsers import parse
from index.records import Article
from tests.index.reading.making import STORIES, docx, epub, feed, page, pdf, row, zipped
from tests.index.reading.office import eml, odt, ole, xlsx

few = settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)

SEEDS = [
    page(STORIES["ar"]).encode(),
    page(STORIES["zh"], metadata="og").encode("utf-16"),
    docx(STORIES["en"]),
    epub([STORIES["ru"]]),
    feed([STORIES["hi"]]).encode(),
    zipped({"a.html": page(STORIES["en"]).encode(), "b.csv": b"title,text\n1,2\n"}),
    pdf(["Drones attacked the base."]),
    odt(STORIES["en"]),
    xlsx({"S": [[*row(STORIES["ar"])], [*row(STORIES["ar"]).values()]]}),
    eml(STORIES["ru"], html=True, attached={"a.docx": docx(STORIES["tr"])}),
    ole(["WordDocument", "1Table"]),
    b'{"articles": [{"text": "a", "date": 1}, {"body": ["b", {"c": null}]}]}',
]
PIECES = st.sampled_from(
    ["<p>", "</p>", "<div hidden>", "<script>", "<![CDATA[", "<!--", "-->", "<table><tr><td>", "&#0;", "&#xD800;", "&nbsp;", "<a href='", "'>",
     "<h1>", "<br>", "<li>", "<meta charset=utf-16>", '<script type="application/ld+json">{"@graph":[', "]}", "\x00", "\x1b", "\u202e", "\ufffe",
     "\U000e0041", "سوريا", "语", "e\u0301", "\u0301" * 40, "\r", "\u2028", "[x](", "# ", "- ", "---\n", "title: x\n", "©"]
)  # fmt: skip
MARKUP = st.lists(PIECES | st.text(max_size=20), max_size=40).map("".join)


def settle(data: bytes, name: str = "a") -> None:
    """Parse in this process: only declared errors come out, and what comes out can be stored and cited."""
    try:
        found = parse(data, name, {})
    except ArticleError:
        return
    for each in found:
        if isinstance(each, Article):
            try:
                whole = complete(each)
            except ArticleError:
                continue
            for passage in split(whole.text):
                assert whole.text[passage.start : passage.end] == passage.text
            assert "\x00" not in whole.text
            assert "\x1b" not in whole.text


@few
@given(MARKUP)
def test_any_markup(markup: str) -> None:
    settle(f"<html><body>{markup}".encode("utf-8", "surrogatepass"))


@few
@given(MARKUP)
def test_any_feed(markup: str) -> None:
    settle(f"<rss version='2.0'><channel><item><description>{markup}".encode("utf-8", "surrogatepass"))


@few
@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=6)), min_size=1, max_size=8),
)
def test_any_damage_to_a_good_file(seed: bytes, changes: list[tuple[float, bytes]]) -> None:
    data = bytearray(seed)
    for place, new in changes:
        at = int(place * len(data))
        data[at : at + max(1, len(new))] = new
    settle(bytes(data))


@few
@given(st.binary(max_size=400))
def test_any_bytes(data: bytes) -> None:
    settle(data)
    for reading in (decode, decode_page):
        try:
            assert "\x00" not in reading(data, "a")
        except ArticleError:
            continue


@few
@given(MARKUP)
def test_any_front_matter(text: str) -> None:
    whole = f"---\n{text}\n---\nbody"
    values, begin = frontmatter.parse(whole)
    assert all(isinstance(value, str) for value in values.values())
    assert 0 <= begin <= len(whole)
    try:
        complete(Article(text=whole))
    except ArticleError:
        return


@pytest.mark.parametrize("columns", [{"text": "b"}, {"title": "text"}, {"text": "no such"}])
@few
@given(text=st.text(alphabet=st.sampled_from('ab,;"\n\t\r0{}[]:textbody'), max_size=80))
def test_any_table(columns: dict[str, str], text: str) -> None:
    for data, name in (
        (f"a,b,text\n{text}", "a.csv"),
        (f'{{"text": {text}}}', "a.json"),
        (f'{{"b": "x"}}\n{text}', "a.jsonl"),
    ):
        try:
            parse(data.encode(), name, columns)
        except ArticleError:
            continue
