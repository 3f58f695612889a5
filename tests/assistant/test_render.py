from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from assistant.core.answer import Answer
from assistant.core.conversation import Exchange
from assistant.core.phrases import PHRASES, confidence_words, match_words, phrases
from assistant.presenting import cards, render
from assistant.presenting.export import as_markdown
from index import Article, Hit, ShortAnswer, Span, Verdict
from index.records import Marks, Match
from tests.assistant.hostile import payloads

OURS = {"div", "span", "bdi", "mark", "a"}
ATTRIBUTES = {"class", "dir", "lang", "href", "target", "rel", "title"}


class Page(HTMLParser):
    """What a browser would see of a piece of HTML: elements, links, text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.open = 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.open += 1

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002
        self.open -= 1

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def with_class(self, name: str) -> list[dict[str, str | None]]:
        return [attrs for _, attrs in self.elements if attrs.get("class") == name]


def hit(article: Article, evidence: tuple[Span, ...] = (), start: int = 0) -> Hit:
    return Hit(
        rank=1,
        score=0.5,
        passage_id=f"{article.id}:0",
        start=start,
        end=len(article.text),
        text=article.text[start:],
        article=article,
        marks=Marks(evidence),
    )


def answer(*hits: Hit, verdict: Verdict = "answered", language: str = "en", **given: Any) -> Answer:
    return Answer(
        question="q",
        understood="q",
        language=language,
        verdict=verdict,
        citations=() if verdict == "none" else hits,
        nearest=hits if verdict == "none" else (),
        took_ms=1.0,
        **{"confidence": 0.9, "n_read": 1, **given},
    )


@pytest.mark.parametrize("payload", payloads())
def test_a_hostile_question_that_was_corrected_is_shown_as_text(payload: str) -> None:
    read = replace(answer(), understood=payload, corrected=(("a", payload),))
    page = Page(cards.answer_html(read))
    assert {tag for tag, _ in page.elements} <= OURS
    assert page.open == 0
    assert "\x1b" not in render.answer_text(read)


def test_how_a_misspelt_question_was_read_is_said_in_its_language() -> None:
    read = replace(answer(language="ar"), understood="من هاجم", corrected=(("هجام", "هاجم"),))
    note = f"{phrases('ar').corrected}: من هاجم"
    assert render.answer_text(read).splitlines()[0] == note
    assert note in "".join(Page(cards.answer_html(read)).text)
    exported = as_markdown([(Exchange("من هجام"), read)])
    assert phrases("ar").corrected in exported
    assert phrases("ar").corrected not in as_markdown([(Exchange("من هجام"), answer(language="ar"))])


@pytest.mark.parametrize("payload", payloads())
@pytest.mark.parametrize("where", ["text", "title", "source", "url", "published", "id", "author"])
def test_hostile_text_is_shown_as_text(payload: str, where: str) -> None:
    fields = {"id": "a", "title": "t", "text": "text", where: payload}
    page = Page(cards.answer_html(answer(hit(Article(**fields)))))
    assert {tag for tag, _ in page.elements} <= OURS
    assert {name for _, attrs in page.elements for name in attrs} <= ATTRIBUTES
    assert page.open == 0
    if where == "text":
        shown = "".join("".join(page.text).split())
        assert "".join(render.clean(payload).split()) in shown


@pytest.mark.parametrize("payload", payloads())
def test_a_hostile_question_is_shown_as_text(payload: str) -> None:
    page = Page(cards.question_html(payload, "en"))
    assert [tag for tag, _ in page.elements] == ["div"]
    assert "".join(page.text) == render.clean(payload)


@pytest.mark.parametrize("payload", payloads())
def test_no_punctuation_of_untrusted_text_is_left_as_itself(payload: str) -> None:
    escaped = render.escape(payload)
    rest = "".join(piece.split(";", 1)[-1] for piece in escaped.split("&#"))
    assert not set(rest) & set("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~\n\t")


@pytest.mark.parametrize("payload", payloads())
def test_a_terminal_gets_no_control(payload: str) -> None:
    fields = {"id": payload, "title": payload, "text": payload, "source": payload}
    shown = render.answer_text(answer(hit(Article(**fields))))
    assert all(character == "\n" or character.isprintable() or character == "\xa0" for character in shown)
    shown.encode("utf-8")


def test_each_passage_has_the_direction_of_its_language_and_the_frame_that_of_the_question() -> None:
    arabic = Article(id="a", text="نص عربي", title="عنوان", language="ar")
    english = Article(id="e", text="English", title="Title", language="en")
    page = Page(cards.answer_html(answer(hit(arabic), hit(english), language="ar")))
    assert [p["dir"] for p in page.with_class("sanad-passage")] == ["rtl", "ltr"]
    assert [p["lang"] for p in page.with_class("sanad-passage")] == ["ar", "en"]
    assert page.elements[0][1]["dir"] == "rtl"
    assert phrases("ar").found in "".join(page.text)


def test_evidence_is_marked_exactly() -> None:
    text = "Before it. The answer is here. After it."
    start, end = text.index("The answer"), text.index(" After")
    article = Article(id="a", text=text, title="t", language="en")
    assert list(render.marked(hit(article, (Span(start, end),)))) == [
        ("Before it. ", False),
        ("The answer is here.", True),
        (" After it.", False),
    ]
    assert "<mark>The answer is here&#46;</mark>" in cards.answer_html(
        answer(hit(article, (Span(start, end),)))
    )


def matched(text: str, *words: tuple[str, str], language: str = "ar", **more: Any) -> Hit:
    """A hit whose words answer to words of the question: (word of the text, word asked)."""
    spans = [(text.index(word), text.index(word) + len(word), asked) for word, asked in words]
    article = Article(id="a", text=text, title="t", language=language)
    return replace(hit(article), marks=Marks(matches=tuple(Match(*span) for span in sorted(spans))), **more)


def test_matched_words_name_what_they_answer_to() -> None:
    found = matched("وقع الهجوم على التنف", ("الهجوم", "attacked"), ("التنف", "Al-Tanf"))
    page = Page(cards.answer_html(answer(found)))
    words = page.with_class("sanad-word")
    assert [word["title"] for word in words] == ["attacked", "Al-Tanf"]
    assert "Words: attacked = الهجوم · Al-Tanf = التنف" in "".join(page.text)
    # In the question's own language that would only repeat what is read.
    same = matched("The attack on Tanf", ("attack", "attacked"), language="en")
    assert "Words" not in "".join(Page(cards.answer_html(answer(same))).text)


@pytest.mark.parametrize("payload", payloads())
def test_hostile_matches_and_duplicates_are_shown_as_text(payload: str) -> None:
    asked = matched("وقع الهجوم", ("الهجوم", payload), also_in=(payload, "b"))
    for found in (asked, matched(payload, (payload, "word"))):
        page = Page(cards.answer_html(answer(found), {payload: payload, "b": payload}))
        assert {tag for tag, _ in page.elements} <= OURS
        assert {name for _, attrs in page.elements for name in attrs} <= ATTRIBUTES
        assert page.open == 0
    question = Page(cards.question_html("q", "en", [("Only", [payload, payload])]))
    assert {tag for tag, _ in question.elements} == {"div", "bdi"}


def test_pieces_lose_nothing_and_carry_both_marks() -> None:
    text = "Before. The bridge fell. After."
    article = Article(id="a", text=text, title="t", language="en")
    marks = Marks((Span(8, 24),), (Match(12, 18, "pont"), Match(0, 6, "avant")))
    found = replace(hit(article), marks=marks)
    assert list(render.pieces(found)) == [
        ("Before", False, "avant"),
        (". ", False, None),
        ("The ", True, None),
        ("bridge", True, "pont"),
        (" fell.", True, None),
        (" After.", False, None),
    ]


def test_near_duplicates_are_links_to_their_articles() -> None:
    found = replace(hit(Article(id="a", text="t", title="t")), also_in=("b/c", "d"))
    page = Page(cards.answer_html(answer(found), {"b/c": "The other paper"}))
    links = [attrs["href"] for tag, attrs in page.elements if tag == "a"]
    assert links[-3:-1] == ["/article/b%2Fc", "/article/d"]
    assert "Also in: The other paper · d" in "".join(page.text)


def test_how_near_a_passage_is_is_said_in_words() -> None:
    words = [match_words(share, "en") for share in (1.0, 0.99, 0.8, 0.79, 0.0)]
    assert words == ["Best match", "Close match", "Close match", "Weaker match", "Weaker match"]


def test_evidence_is_cut_to_its_passage_and_loses_nothing() -> None:
    text = "0123456789"
    article = Article(id="a", text=text, title="t")
    spans = (Span(8, 12), Span(0, 5), Span(4, 6))
    pieces = list(render.marked(hit(article, spans, start=3)))
    assert "".join(piece for piece, _ in pieces) == text[3:]
    assert pieces == [("345", True), ("67", False), ("89", True)]


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://example.org/a?b=c#d", "example.org"),
        ("http://example.org:8080/", "example.org"),
        ("https://مثال.example/", "xn--mgbh0fb.example"),
        ("https://аpple.com/", "xn--pple-43d.com"),  # a Cyrillic letter
    ],
)
def test_web_addresses_are_links_that_show_their_host(url: str, host: str) -> None:
    assert render.link(url) == (url, host)
    article = Article(id="a", text="t", title="t", url=url)
    page = Page(cards.answer_html(answer(hit(article))))
    (attributes,) = [attrs for tag, attrs in page.elements if tag == "a" and "target" in attrs]
    assert attributes["href"] == url
    assert attributes["rel"] == "noopener noreferrer nofollow"
    assert host in "".join(page.text)


@pytest.mark.parametrize(
    "url",
    [
        "",
        None,
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "ftp://example.org",
        "//example.org",
        "https://",
        "https://user:pass@example.org",
        "https://example.org@evil.org/",
        "https://example.org\\@evil.org",
        "https://exa mple.org",
        "https://example.org/\u202egnp",
        "https://example.org:99999/",
        "https://[::1",
        "https://example.org/" + "a" * 2000,
        "\x01https://example.org",
    ],
)
def test_other_addresses_are_no_links(url: str | None) -> None:
    assert render.link(url) is None


def test_not_answered_is_said_first_and_the_nearest_are_offered_as_such() -> None:
    nearest = hit(Article(id="a", text="t", title="t"))
    for language, say in PHRASES.items():
        shown = render.answer_text(answer(nearest, verdict="none", language=language))
        assert shown.splitlines()[:2] == [say.not_found, say.nearest]
        html = cards.answer_html(answer(nearest, verdict="none", language=language))
        assert "sanad-missing" in html
        assert "sanad-found" not in html


def test_related_passages_are_said_to_be_about_it_and_not_to_answer() -> None:
    found = hit(Article(id="a", text="t", title="t"))
    for language, say in PHRASES.items():
        asked = answer(found, verdict="related", language=language, absent=("Lima",))
        assert render.answer_text(asked).splitlines()[:2] == [say.absent.format("Lima"), say.related]
        html = cards.answer_html(asked)
        assert "sanad-related" in html
        assert "sanad-found" not in html
        named = render.answer_text(answer(found, verdict="related", language=language, kind="keywords"))
        assert named.splitlines()[0] == say.about
        late = render.answer_text(answer(found, verdict="related", language=language, n_read=0))
        assert late.splitlines()[0] == say.unread


@pytest.mark.parametrize("payload", payloads())
def test_the_words_that_answer_come_first_and_are_shown_as_text(payload: str) -> None:
    text = f"The mayor said {payload} on Friday."
    found = hit(Article(id="a", text=text, title="t"))
    short = ShortAnswer(payload, 15, 15 + len(payload), "a", 1)
    page = Page(cards.answer_html(answer(found, short_answer=short)))
    assert {tag for tag, _ in page.elements} <= OURS
    assert {name for _, attrs in page.elements for name in attrs} <= ATTRIBUTES
    (link,) = page.with_class("sanad-short-text")
    assert link["dir"] == "ltr"
    assert str(link["href"]).startswith("/article/a")
    assert page.elements.index(("a", link)) < next(
        place for place, (_, attrs) in enumerate(page.elements) if attrs.get("class") == "sanad-card"
    )


def test_while_it_reads_the_passages_are_there_without_a_verdict() -> None:
    found = hit(Article(id="a", text="The mayor opened it.", title="t"))
    html = cards.answer_html(answer(found, n_read=0), reading=True)
    assert "sanad-searching" in html
    assert "The mayor opened it" in html
    assert phrases("en").found not in html


def test_an_empty_collection_is_said() -> None:
    shown = render.answer_text(answer(verdict="none"))
    assert shown.splitlines() == [phrases("en").not_found, phrases("en").empty]


def test_a_language_without_sentences_of_ours_gets_english() -> None:
    assert phrases("sw") == phrases("en")
    assert phrases("und") == phrases("en")


def test_confidence_is_said_in_words() -> None:
    words = [confidence_words(sure, "en") for sure in (1.0, 0.8, 0.79, 0.5, 0.49, 0.0)]
    assert [word.split()[-1] for word in words] == ["high"] * 2 + ["medium"] * 2 + ["low"] * 2


def test_every_language_says_everything_and_says_it_in_its_own_words() -> None:
    assert set(PHRASES) == {"en", "ar", "fr", "de", "es", "ru", "tr", "fa"}
    for row in PHRASES.values():
        assert all(row)
        assert len(set(row.confidence)) == 3
    for one, another in zip(PHRASES["en"], PHRASES["fr"], strict=True):
        assert one != another


def test_zero_width_joiners_are_kept_and_runs_of_marks_are_cut() -> None:
    assert render.clean("می\u200cخواهم क्\u200dष") == "می\u200cخواهم क्\u200dष"
    assert render.clean("مُحَمَّدٌ") == "مُحَمَّدٌ"
    assert len(render.clean("a" + "\u0301" * 100)) == 1 + 4


def test_styled_text_marks_evidence_line_by_line() -> None:
    text = "One. " + "Two words " * 20 + "end. Three."
    article = Article(id="a", text=text, title="t", language="en")
    span = Span(text.index("Two"), text.index(" Three"))
    shown = render.answer_text(answer(hit(article, (span,))), width=40, styled=True)
    for line in shown.splitlines():
        assert line.count("\x1b[0m") == line.count("\x1b[1m") + line.count("\x1b[2m")
    assert "\x1b" not in render.answer_text(answer(hit(article, (span,))))
