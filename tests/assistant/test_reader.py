"""The article's own page: marked at the asked place, exact, harmless."""

from __future__ import annotations

import httpx
import pytest

from assistant.core.phrases import READING, reading
from assistant.page.article import Opened, article_page, evidence_of, missing_page, span_of
from assistant.page.bundles import address
from assistant.presenting import render
from assistant.presenting.citing import citation_markdown, citation_text
from assistant.presenting.urls import article_path
from index import Article, Span
from tests.assistant.hostile import payloads
from tests.assistant.test_render import Page

TEXT = "Before it.\n\nThe answer is here.\n\nAfter it."
PASSAGES = [Span(0, 10), Span(12, 31), Span(33, 42)]
OURS = {
    "html", "head", "meta", "title", "link", "script", "body", "header", "a", "span", "main", "article",
    "nav", "div", "button", "h1", "p", "bdi", "mark", "pre",
}  # fmt: skip


def opened(article: Article, span: Span | None = None) -> Page:
    return Page("".join(article_page(Opened(article, PASSAGES, span), READING["en"])))


def text_of(html: str, element: str) -> str:
    """What stands in the first element of that id."""
    inside = html.split(f"id='{element}'", 1)[1].split(">", 1)[1].split("</", 1)[0]
    return "".join(Page(inside).text)


@pytest.mark.parametrize("payload", payloads())
@pytest.mark.parametrize("where", ["text", "title", "source", "url", "published", "id", "author", "language"])
def test_a_hostile_article_is_shown_as_text(payload: str, where: str) -> None:
    page = opened(Article(**{"id": "a", "title": "t", "text": TEXT, where: payload}), Span(12, 31))
    assert {tag for tag, _ in page.elements} <= OURS
    scripts = [attrs.get("src") for tag, attrs in page.elements if tag == "script"]
    assert scripts == [address("first.js"), address("article.js")]
    assert not [name for _, attrs in page.elements for name in attrs if name.startswith("on")]
    links = [attrs["href"] or "" for tag, attrs in page.elements if tag == "a"]
    assert all(link.startswith(("/", "http://", "https://")) for link in links)


def test_the_passage_is_marked_and_nothing_is_lost() -> None:
    html = "".join(article_page(Opened(Article(id="a", text=TEXT), PASSAGES, Span(12, 31)), READING["en"]))
    assert text_of(html, "passage") == "The answer is here."
    assert "".join(Page(html).text).count("Before it.") == 1
    assert "After it." in "".join(Page(html).text)


def test_the_evidence_is_marked_inside_the_passage() -> None:
    article = Article(id="a", text=TEXT)
    shown = Opened(article, PASSAGES, Span(0, 31), evidence=[Span(0, 3), Span(12, 22)])
    html = "".join(article_page(shown, READING["en"]))
    marked = html.split("<mark id='passage'>")[1]
    assert marked.startswith("<mark class='sanad-evidence'>Bef</mark>ore it")
    assert "<mark class='sanad-evidence'>The answer</mark> is here" in marked


@pytest.mark.parametrize("gap", ["\n\n", " \n \t\n  ", "\n", " ", ""])
@pytest.mark.parametrize("start", [0, 9, 16_383, 16_384, 16_386, 20_000, 70_000])
def test_a_long_text_is_shown_whole_from_wherever_it_is_cut(gap: str, start: int) -> None:
    text = gap.join(f"Paragraph{number}:it's(long)." for number in range(3000))
    start = text.index("P", start)
    blocks = [*render.prose_blocks(text, 0, start), *render.prose_blocks(text, start, len(text))]
    assert max(map(len, blocks)) < 80_000
    shown = Page("".join(blocks))
    assert "".join("".join(shown.text).split()) == "".join(text.split())
    gaps = [attrs for _, attrs in shown.elements if attrs == {"class": "sanad-gap"}]
    assert len(gaps) == (2999 if gap.count("\n") == 2 else 0)


@pytest.mark.parametrize("blanks", [" ", "\r", "\t \n"[:2], "\u2003", "\n ", "\x0b"])
def test_a_million_blanks_are_no_work(blanks: str) -> None:
    text = "The answer" + blanks * (1_000_000 // len(blanks)) + "is here."
    page = "".join(article_page(Opened(Article(id="a", text=text), [], Span(0, 10)), READING["en"]))
    assert "is here" in page


@pytest.mark.parametrize(
    ("told", "found"),
    [
        (["12-20"], [Span(12, 20)]),
        (["22-31", "12-20"], [Span(12, 20), Span(22, 31)]),
        (["12-20", "15-25"], [Span(12, 20)]),
        (["5-20", "30-50", "31-40"], [Span(30, 31)]),
        (["12", "-", "x-y", "20-12", "-1-20", "12-20-30", "9" * 5000 + "-1"], []),
    ],
)
def test_an_address_names_evidence_inside_its_passage_or_none(told: list[str], found: list[Span]) -> None:
    assert evidence_of(told, Span(12, 31)) == found
    assert evidence_of(told, None) == []


@pytest.mark.parametrize(
    ("span", "links"),
    [
        (Span(0, 10), [Span(12, 31)]),
        (Span(12, 31), [Span(0, 10), Span(33, 42)]),
        (Span(15, 20), [Span(0, 10), Span(33, 42)]),  # inside the second
        (Span(33, 42), [Span(12, 31)]),
        (None, [Span(0, 10)]),
    ],
)
def test_the_neighbours_of_a_passage_are_linked(span: Span | None, links: list[Span]) -> None:
    page = opened(Article(id="a", text=TEXT), span)
    found = [
        attrs["href"] for tag, attrs in page.elements if tag == "a" and "start=" in (attrs["href"] or "")
    ]
    assert found == [article_path("a", one) for one in links]


@pytest.mark.parametrize(
    ("start", "end", "span"),
    [
        ("2", "5", Span(2, 5)),
        ("2", "500", Span(2, 10)),
        ("5", "2", None),
        ("50", "60", None),
        ("-1", "5", None),
        ("x", "5", None),
        ("٢", "5", None),
        ("2", None, None),
        ("9" * 5000, "9" * 5000, None),
    ],
)
def test_an_address_names_a_span_of_the_text_or_none(start: str, end: str | None, span: Span | None) -> None:
    assert span_of(start, end, 10) == span


def test_a_citation_names_text_source_and_offsets() -> None:
    article = Article(id="a", text=TEXT, title="A title", source="Herald", published="2024-03-05T10:00:00",
                      url="https://example.org/x")  # fmt: skip
    assert citation_text(article, 12, 31) == (
        "“The answer is here.”\n— A title, Herald, 2024-03-05, https://example.org/x [a 12–31]"
    )
    assert citation_markdown(article, 12, 31, "http://here") == (
        "> The answer is here.\n>\n> — [A title](<https://example.org/x>), Herald, 2024-03-05"
        " ([a 12–31](<http://here/article/a?start=12&end=31#passage>))"
    )


@pytest.mark.parametrize("payload", payloads())
def test_a_hostile_citation_stays_a_quotation(payload: str) -> None:
    article = Article(id=payload, text=payload, title=payload, source=payload, url=payload)
    lines = citation_markdown(article, 0, len(payload)).splitlines()
    assert all(line.startswith(">") for line in lines)
    assert render.clean(citation_text(article, 0, len(payload))) == citation_text(article, 0, len(payload))


@pytest.mark.parametrize(
    ("header", "language"),
    [("ar", "ar"), ("fr-FR, ar-SY;q=0.8, en;q=0.5", "ar"), ("de", "en"), ("", "en"), (";,;", "en")],
)
def test_the_interface_follows_the_browser(header: str, language: str) -> None:
    assert reading(header).language == language


def test_both_languages_say_everything() -> None:
    assert set(READING) == {"en", "ar"}
    assert all(one != another for one, another in zip(*READING.values(), strict=True))
    assert READING["ar"].gone in "".join(Page(missing_page(READING["ar"])).text)


@pytest.fixture
def served(client: httpx.Client, bridge: Article) -> httpx.Client:
    fields = {name: getattr(bridge, name) for name in ("id", "text", "title", "source", "url", "published")}
    assert client.post("/api/articles", json=fields).status_code in (200, 201)
    return client


def test_it_is_served_with_a_policy_that_allows_nothing_else(served: httpx.Client, bridge: Article) -> None:
    answer = served.get("/article/bridge", params={"start": 0, "end": 60})
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert text_of(answer.text, "passage") == bridge.text[:60]
    stronger = served.get(
        "/article/bridge", params={"start": 0, "end": 60, "evidence": ["4-9", "70-80"]}
    ).text
    assert (
        stronger.count("<mark class='sanad-evidence'>mayor</mark>") == stronger.count("sanad-evidence") == 1
    )
    assert served.get("/article/none-such").status_code == 404
    arabic = served.get("/article/bridge", headers={"accept-language": "ar"})
    assert "<html dir='rtl' lang='ar'>" in arabic.text


@pytest.mark.parametrize("payload", payloads())
def test_any_id_has_an_address(payload: str) -> None:
    path = article_path(payload)
    assert path.isascii()
    assert httpx.URL(f"http://h{path}").path.startswith("/article/")
