"""Articles that a page's layout hides: live pages, leads outside the body, stories told by captions."""

from __future__ import annotations

import pytest

from benchmarks.page_held_out import held_out
from benchmarks.pages import kept, ours, seeds, total
from index.chunking.passages import split
from index.reading.pages import article_of

HEAD = "<h1>Storm closes the bridge to the islands</h1>"
POST = (
    "<article><h3>{0}</h3><p>{0} was reported by the police at noon, and nobody was hurt in it.</p></article>"
)
CARD = '<article><a href="/{0}"><h3>Another story about {0} that we once wrote</h3></a></article>'
STORY = "".join(
    f"<p>Sentence {at} of the story says what happened to the bridge in the storm.</p>" for at in range(5)
)


def cited(page: str) -> str:
    return "\n".join(
        passage.text for passage in split(article_of(f"<html><body>{page}</body></html>", "page").text)
    )


def test_all_posts_of_a_live_page_are_its_article() -> None:
    posts = ("A lorry on its side", "A ferry adrift", "A tree on the line")
    text = cited(f"<main>{HEAD}{''.join(map(POST.format, posts))}</main>")
    assert all(f"{post} was reported" in text for post in posts)


def test_cards_of_other_articles_are_no_posts() -> None:
    cards = "".join(map(CARD.format, ("trains", "boats", "planes")))
    text = cited(f"<main><article>{HEAD}{STORY}</article><section><h2>More</h2>{cards}</section></main>")
    assert "Sentence 4" in text
    assert "that we once wrote" not in text


@pytest.mark.parametrize("tag", ["div", "p", "h2"])
def test_a_lead_outside_the_body_comes_after_the_title(tag: str) -> None:
    lead = "Ferries are cancelled and schools are closed on all of the islands."
    page = f"<div class=a>{HEAD}<{tag}>{lead}</{tag}><div class=body>{STORY}</div></div>"
    text = article_of(page, "page").text
    assert text.index("Storm closes") < text.index(lead) < text.index("Sentence 0")
    assert text.count(lead) == 1


def test_what_asks_or_links_above_the_text_is_no_lead() -> None:
    asks = '<div><a href="/s">Sign up for all our letters and read them on every morning.</a></div><ul><li>One two three four five six seven eight.</li></ul>'
    assert "Sign up" not in cited(f"{HEAD}{asks}<div class=body>{STORY}</div>")


def test_captions_tell_the_story_where_there_are_many() -> None:
    pictures = "".join(
        f"<figure><img src=a.jpg><figcaption>Picture {at} shows how the salt is carried to the barn.</figcaption></figure>"
        for at in range(3)
    )
    text = cited(
        f"<article>{HEAD}<p>For many years the families of the bay have raked salt from the flats here.</p>{pictures}</article>"
    )
    assert all(f"Picture {at} shows" in text for at in range(3))
    assert "Picture" not in cited(f"<article>{HEAD}{STORY}{pictures[: len(pictures) // 3]}</article>")


def test_the_pages_held_out_do_not_get_worse() -> None:
    found = total([kept(page, ours(page.html)) for page in held_out()])
    assert found.precision > 0.86
    assert found.recall > 0.97


def test_of_the_seeds_all_that_is_article_and_nothing_else_is_cited() -> None:
    found = seeds()
    assert (found.precision, found.recall) == (1, 1)
