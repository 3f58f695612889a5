"""What of a page may be cited: floors on the page set, and the cases they rest on."""

from __future__ import annotations

import pytest

from benchmarks.page_set import LAYOUTS, pages
from benchmarks.pages import kept, ours, pasted, total
from index.chunking.passages import split
from index.reading.pages import article_of

PAGES = list(pages())


def test_the_page_set_is_large_enough_and_marked() -> None:
    assert len(PAGES) >= 60
    assert len({page.name.rsplit("-", 1)[1] for page in PAGES}) == 6
    assert all(page.stays and page.goes for page in PAGES)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_word_of_the_article_may_be_cited_and_little_else(layout: str) -> None:
    counts = total([kept(page, ours(page.html)) for page in PAGES if page.name.startswith(f"{layout}-")])
    assert counts.recall == 1
    assert counts.precision >= 0.87


def test_on_all_pages_together() -> None:
    assert total([kept(page, ours(page.html)) for page in PAGES]).precision >= 0.985
    assert total([kept(page, pasted(page.html)) for page in PAGES]).precision >= 0.90


def cited(body: str) -> str:
    text = article_of(f"<html><body>{body}</body></html>", "page").text
    return "\n".join(passage.text for passage in split(text))


SENTENCES = (
    "<p>The river rose by two metres in one night and nobody had warned the people who live beside it.</p>"
    * 2
)


def test_a_link_inside_prose_is_its_words() -> None:
    body = "<article><p>The river, <a href='/r'>as we reported</a>, rose by two metres in one night, engineers said.</p>"
    assert cited(f"{body}{SENTENCES}</article>").startswith("The river, as we reported, rose")


def test_a_line_that_is_a_link_is_stored_and_not_cited() -> None:
    link = "<p><a href='/other'>A dam was opened in the other valley</a></p>"
    page = f"<article>{SENTENCES}{link}{SENTENCES}</article>"
    assert "dam was opened" not in cited(page)
    stored = article_of(f"<html><body>{page}</body></html>", "page").text
    assert "[A dam was opened in the other valley](/other)" in stored


def test_a_page_that_is_one_form_keeps_its_article() -> None:
    """As older content systems write it: the whole body inside a form."""
    assert "rose by two metres" in cited(
        f"<form><div><h1>The river rose in the night</h1>{SENTENCES}<input></div></form>"
    )


def test_a_table_of_figures_stays_one_row_a_line_and_a_layout_table_does_not() -> None:
    rows = "<table><tr><th>Year</th><th>Metres</th></tr><tr><td>1954</td><td>7.2</td></tr></table>"
    assert (
        "1954 | 7.2"
        in article_of(
            f"<html><body><article>{SENTENCES}{rows}{SENTENCES}</article></body></html>", "page"
        ).text
    )
