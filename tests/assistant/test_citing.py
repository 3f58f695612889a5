"""Text as Markdown, judged by a real Markdown parser: it shows that text, escaped no more than needed."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies
from markdown_it import MarkdownIt

from assistant.presenting.citing import citation_markdown, markdown
from assistant.presenting.render import clean
from index import Article
from tests.assistant.hostile import payloads

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
PLAIN = (
    "The bridge (built in 1931) cost $5.5 million, i.e. 3.2% more. It was closed at 10:30:45 on 2024-03-05!",
    "Damascus - Reuters | R&D {draft} snake_case a < b, 5 > 4; +963 #3 = 'C#'",
    'قال الوزير: "لا". وأضاف (في 5.5.2024) أن النسبة 3.5% فقط!',
)
MARKS = "\\`*_~$[]()<>{}#+-.!|&:;@=/ \t\n"


def shown(source: str) -> tuple[str, set[str]]:
    """What a reader sees of Markdown, and what it is made of beside paragraphs of text."""
    tokens = PARSER.parse(source)
    inline = [child for token in tokens for child in token.children or ()]
    kinds = {token.type.removesuffix("_open").removesuffix("_close") for token in (*tokens, *inline)}
    lines = "\n".join(
        "".join("\n" if child.type == "softbreak" else child.content for child in token.children or ())
        for token in tokens
    )
    return lines.strip("\n"), kinds - {"paragraph", "inline", "text", "softbreak"}


def words(text: str) -> list[str]:
    """Markdown shows any white space as one space."""
    return text.replace("\t", " ").replace("\n", " ").split(" ")


@pytest.mark.parametrize("text", PLAIN)
def test_what_markdown_leaves_alone_is_left_alone(text: str) -> None:
    assert markdown(text).replace("\\$", "$") == text


@pytest.mark.parametrize(
    "text",
    ["1. one", "12) twelve", "# head", "- item", "+ item", "> said", "text\n===", "text\n---", "    code",
     "a | b\n--|--\nc | d", "|a|\n|-|", "_em_", "__init__", "*em*", "~~gone~~", "`code`", "[a](b)", "![a](b)",
     "<b>", "<!-- x", "&amp;", "a\\*", "a  \nb", "***", "- - -", "```", "[a]: b"],
)  # fmt: skip
def test_what_markdown_would_change_is_escaped(text: str) -> None:
    assert shown(text)[0] != text or shown(text)[1]
    seen, kinds = shown(markdown(text))
    assert [word for word in words(seen) if word] == [word for word in words(text) if word]
    assert kinds == set()


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("see http://x.y", "see http\\://x.y"),
        ("see www.x.y", "see www\\.x.y"),
        ("to a.b@c.d", "to a.b\\@c.d"),
        (":smile:", "\\:smile:"),
    ],
)
def test_what_only_github_would_change_is_escaped_too(text: str, escaped: str) -> None:
    assert markdown(text) == escaped
    assert shown(escaped) == (text, set())


def test_a_heading_keeps_its_end() -> None:
    assert shown("## head ##") == ("head", {"heading"})
    assert shown(f"## {markdown('head ##')}") == ("head ##", {"heading"})


@given(strategies.text(strategies.sampled_from(MARKS + "ab1é¹م"), max_size=60))
def test_any_text_is_shown_as_it_is(text: str) -> None:
    seen, kinds = shown(markdown(text))
    assert [word for word in words(seen) if word] == [word for word in words(clean(text)) if word]
    assert kinds == set()


@pytest.mark.parametrize("payload", payloads())
def test_a_hostile_citation_is_a_quotation_of_text(payload: str) -> None:
    article = Article(id=payload, text=payload, title=payload, source=payload, url=payload)
    seen, kinds = shown(citation_markdown(article, 0, len(payload)))
    assert kinds == {"blockquote"}
    said = [word for word in words(clean(payload)) if word]
    assert [word for word in words(seen) if word][: len(said)] == said
