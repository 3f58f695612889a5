"""Text files: who published an article, and articles that were pasted below another."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.chunking.passages import split
from index.reading import texts
from index.reading.articles import complete
from index.reading.bylines import source_of
from index.reading.files import read, read_bytes
from index.reading.pasted import portions
from index.reading.wordings import READ_ALSO, key
from index.records import Article
from tests.index.reading.making import STORIES, zipped

SEEDS = Path(__file__).parents[3] / "seeds"
LABELS = {
    "ar": ("إقرأ أيضاً:", "اقرأ أيضا", "اقْرأ المزيد", "طالع أيضا:"),
    "en": ("Read also:", "READ MORE", "**Related**", "» See also"),
    "ru": ("Читайте также:", "Читайте также"),
    "fa": ("بیشتر بخوانید", "همچنین بخوانید:"),
    "hi": ("यह भी पढ़ें:",),
    "zh": ("相关阅读：",),
    "tr": ("Ayrıca oku",),
    "es": ("Lea también:",),
}
FIRST = {
    "ar": (
        "أعلنت بلدية المدينة أن السوق القديم سيغلق أبوابه شهرا كاملا لترميم سقفه الخشبي الذي تضرر في أمطار الشتاء.",
        "وقال رئيس البلدية إن التجار سينقلون بضائعهم إلى ساحة قريبة، وإن البلدية ستدفع إيجار المحلات المؤقتة كلها.",
    ),
    "en": (
        "The city council said that the old market would close for a month while its wooden roof is mended.",
        "Traders will move to a square nearby, the mayor said, and the council will pay the rent of their stalls.",
    ),
}


def body(code: str) -> str:
    """A story as it stands in a file: title, paragraphs; these twice over, as in a longer article."""
    story = STORIES[code]
    return "\n\n".join([story.title, *story.paragraphs, *(f"{each}" for each in story.paragraphs)])


def first(code: str) -> str:
    return "\n\n".join(FIRST["ar" if code in {"ar", "fa"} else "en"])


def texts_of(text: str) -> list[str]:
    return [text[start:end] for start, end in portions(text)]


@pytest.mark.parametrize(
    ("code", "label"), [(code, label) for code, each in LABELS.items() for label in each]
)
def test_a_whole_article_below_such_a_line_is_an_article(code: str, label: str) -> None:
    above, below = first(code), body(code)
    assert texts_of(f"{above}\n\n{label}\n\n{below}") == [above, below]
    assert texts_of(f"{above}\r\n  {label} \r\n{below}\n") == [above, f"{below}\n"]


def test_several_may_follow_each_other() -> None:
    parts = [first("en"), body("ru"), body("en"), body("ar")]
    whole = "\n\nRead also\n\n".join(parts)
    assert [part.strip() for part in texts_of(whole)] == parts
    assert [article.origin for article in texts.articles_in_text(whole)] == [None, "#2", "#3", "#4"]


@pytest.mark.parametrize(
    "below",
    [
        "• Talks to resume next week\n• Army sends more soldiers east\n• Minister visits the border",
        "Talks to resume next week\n\nArmy sends more soldiers east\n\nMinister visits the border",
        "Talks to resume next week",
        "[Talks to resume next week](https://example.org/talks)",
        "Talks to resume next week\n\n" + STORIES["en"].paragraphs[0],  # a teaser
        "Drones attack a military base in southern Syria",
        "",
        # links, and the article goes on below them
        "Talks to resume next week\n\nArmy sends more soldiers east\n\n"
        + "\n\n".join(STORIES["en"].paragraphs * 2),
        # one link in the middle of an article, which goes on
        "Ministers meet to speak about bread prices\n\n" + "\n\n".join(STORIES["en"].paragraphs * 2),
    ],
)
@pytest.mark.parametrize("label", ["Read also", "Read also:"])
def test_links_below_it_are_no_article(below: str, label: str) -> None:
    whole = f"{first('en')}\n\n{label}\n\n{below}\n"
    assert texts_of(whole) == [whole]


def test_a_link_to_an_article_on_the_same_matter_does_not_cut_the_article_in_two() -> None:
    above, below = "\n\n".join(STORIES["en"].paragraphs), "\n\n".join(STORIES["en"].paragraphs[::-1])
    whole = f"{above}\n\nRead also\n\nDrones attack the base in southern Syria again\n\n{below}"
    assert texts_of(whole) == [whole]


@pytest.mark.parametrize(
    "text",
    [
        "Do read also what he wrote before.\n\n" + body("en"),
        "Read also: Talks to resume next week\n\n" + body("en"),
        "The minister said: read also the report, and read more.\n" + body("en"),
        "Read also\n\n" + body("en"),  # nothing above it
        first("en") + "\n\nRead also what he wrote\n\n" + body("en"),
        "---\ntitle: Read more\n---\nRead also\n\n" + body("en"),
        "",
        "\n",
        "Read also\n" * 2_000,
        ("Read also\n\nNews of the day\n\n" + STORIES["en"].paragraphs[0] + "\n") * 600,
    ],
)
def test_the_words_alone_are_nothing(text: str) -> None:
    assert texts_of(text) == [text]


def test_what_ends_an_article_or_begins_another_tells_where_the_title_does_not() -> None:
    title, below = "A long way home", "\n\n".join(STORIES["en"].paragraphs * 2)
    plain = f"{first('en')}\n\nRead also\n\n{title}\n\n{below}"
    assert texts_of(plain) == [plain]
    for end in ("Source: Harbour Gazette", "Tags: market, roof, rent\n" + "market roof " * 8 + "rent", "***"):
        above = f"{first('en')}\n\n{end}"
        assert texts_of(f"{above}\n\nRead also\n\n{title}\n\n{below}") == [above, f"{title}\n\n{below}"]
    dated = f"{title}\n\nLondon - Harbour Gazette\n\n{below}"
    assert len(texts_of(f"{first('en')}\n\nRead also\n\n{dated}")) == 2


@pytest.mark.parametrize("code", STORIES)
def test_ordinary_articles_are_one_as_before(code: str) -> None:
    story = STORIES[code]
    for text in (body(code), f"# {story.title}\n\n" + "\n\n".join(story.paragraphs), story.paragraphs[0]):
        (article,) = read_bytes(text.encode(), "a.txt")
        assert (article.text, article.origin, article.source) == (text, None, None)  # type: ignore[union-attr]


PIECES = st.sampled_from(
    [
        "Read also", "إقرأ أيضاً:", "相关阅读：", "News of the day", "عنوان الخبر", "***", "Source: X", "المصدر: وكالات",
        "London - Harbour Gazette", "CAIRO (AP) - ", "• One\n• Two", "---\nsource: A\n---", "\r\n", "\x0b", "\u2028", " ",
        *STORIES["en"].paragraphs, *STORIES["ar"].paragraphs, STORIES["en"].title, "😀 e\u0301\u200f\x00\t 12 ",
    ]
)  # fmt: skip


@given(
    st.lists(st.one_of(PIECES, st.text(max_size=30)), max_size=30),
    st.sampled_from(["\n", "\n\n", "\r\n", ""]),
)
def test_of_any_text_nothing_is_cited_twice_and_only_such_lines_are_left_out(
    parts: list[str], between: str
) -> None:
    text = between.join(parts)
    found = portions(text)
    assert (found[0].start, found[-1].end) == (0, len(text))
    for (_, end), (start, _) in pairwise(found):
        assert key(text[end:start]) in READ_ALSO
    for article in texts.articles_in_text(text):
        assert article.source is None or (article.source.isprintable() and article.source.strip())


# -- the seeds --------------------------------------------------------------------------------------


def seed(begins: str) -> list[Article]:
    (path,) = SEEDS.glob(f"{begins}*.txt")
    return [complete(each) for each in read(path) if isinstance(each, Article)]


def test_the_seeds_are_three_articles_each_with_its_own_title_and_source() -> None:
    (one,), (two, pasted) = seed("000"), seed("003")
    assert [one.source, two.source, pasted.source] == [None, "عربي21", None]
    assert (one.title or "").startswith("كشفت صحيفة")
    assert (two.title or "").startswith("يسود التوتر ريف دير الزور")
    assert (
        pasted.title == "سلطان عُمان وترامب يبحثان تطورات المفاوضات النووية الأمريكية-الإيرانية في اتصال هاتفي"
    )
    assert pasted.origin == f"{two.origin}#2"


def test_the_seeds_passages_are_exact_and_cross_from_no_article_to_another() -> None:
    two, pasted = seed("003")
    whole = next(SEEDS.glob("003*")).read_bytes().decode()
    assert whole.startswith(two.text)
    assert whole.endswith(pasted.text)
    assert "إقرأ" not in two.text + pasted.text
    before = {passage.text for passage in split(whole)}
    for article in (two, pasted):
        found = split(article.text)
        assert found
        assert all(article.text[p.start : p.end] == p.text for p in found)
        assert {passage.text for passage in found} <= before
        before -= {passage.text for passage in found}
    assert not before
    assert not any("ترامب" in passage.text for passage in split(two.text))


# -- who published it -------------------------------------------------------------------------------

PROSE = {code: "\n\n".join(STORIES[code].paragraphs) for code in STORIES}


@pytest.mark.parametrize(
    ("code", "top", "tail", "source"),
    [
        ("ar", "", "المصدر: الصباح الجديد", "الصباح الجديد"),
        ("ar", "", "المصدر : رويترز", "رويترز"),
        ("ar", "", "المصدر: الصباح + وكالات", "الصباح"),
        ("ar", "لندن- مرسى24", "", "مرسى24"),
        ("ar", "مرسى24 – لندن", "", "مرسى24"),
        ("ar", "عنوان الخبر\n\nبيروت - صحيفة الميناء", "", "صحيفة الميناء"),
        ("ar", "رويترز", "", "رويترز"),
        ("ar", "رويترز - 19 أكتوبر 2023", "", "رويترز"),
        ("ar", "", "نقلا عن صحيفة الميناء", "صحيفة الميناء"),
        ("ar", "", "(عن رويترز)", "رويترز"),
        ("en", "", "Source: Harbour Gazette", "Harbour Gazette"),
        ("en", "Title of the story\nSource: Harbour Gazette", "", "Harbour Gazette"),
        ("en", "", "**Source:** [Harbour Gazette](https://example.org/)\n\nTags: a, b, c", "Harbour Gazette"),
        ("en", "London - The Evening Post", "", "The Evening Post"),
        ("en", "", "— Reuters", "Reuters"),
        ("ru", "", "Источник: Утренняя газета", "Утренняя газета"),
        ("hi", "", "स्रोत: नया सवेरा", "नया सवेरा"),
        ("zh", "", "来源：港口日报", "港口日报"),
        ("fa", "", "منبع: بندر نو", "بندر نو"),
    ],
)
def test_a_line_of_its_own_names_the_source(code: str, top: str, tail: str, source: str) -> None:
    text = "\n\n".join(filter(None, [top, PROSE[code], tail]))
    assert source_of(text) == source
    (article,) = texts.articles_in_text(text)
    assert complete(article).source == source


@pytest.mark.parametrize(
    ("lead", "source"),
    [
        ("BEIRUT, Oct 19 (Reuters) - ", "Reuters"),
        ("CAIRO (AP) — ", "AP"),
        ("NAIROBI (Savanna News Agency) - ", "Savanna News Agency"),
        ("(Reuters) - ", "Reuters"),
        ("SPRINGFIELD (Illinois) - ", None),
        ("LONDON (UK) - ", None),
        ("The army (IDF) - ", None),
        ("He said (Reuters reported) that ", None),
    ],
)
def test_an_agency_in_a_dateline_is_the_source(lead: str, source: str | None) -> None:
    assert source_of(lead + PROSE["en"]) == source
    assert source_of(f"Title of the story\n\n{lead}{PROSE['en']}") == source


@pytest.mark.parametrize(
    "text",
    [
        "الخليج- متابعات\n\n" + PROSE["ar"],
        "دمشق - وكالات\n\n" + PROSE["ar"],
        "القاهرة - محمد أحمد\n\n" + PROSE["ar"],
        "سوريا - حلب\n\n" + PROSE["ar"],
        PROSE["ar"] + "\n\nعن كثب",
        PROSE["ar"] + "\n\nالمصدر: وكالات",
        PROSE["ar"] + "\n\nوأفاد مصدر في الوزارة أن وكالة رويترز نقلت الخبر قبل غيرها من الوكالات.",
        PROSE["en"] + "\n\nSource: https://example.org/a",
        PROSE["en"] + "\n\nSource: author's own calculations",
        PROSE["en"] + "\n\nSources: Reuters, AFP and others",
        "Source: One\n\n" + PROSE["en"] + "\n\nSource: Two",
        PROSE["en"] + "\n\nSource: One\n\n" + PROSE["en"],  # of a picture in the middle
        "By Jane Smith\n\n" + PROSE["en"],
        "Washington - weather\n\n" + PROSE["en"],
        "Part 1 - Introduction\n\n" + PROSE["en"],
        "Paris-Match\n\n" + PROSE["en"],
        "Reuters said so.",
        "",
    ],
)
def test_what_is_no_byline_names_nobody(text: str) -> None:
    assert source_of(text) is None


def test_a_name_beside_a_city_counts_where_the_text_quotes_it() -> None:
    assert source_of(f"بيروت - المرسى\n\n{PROSE['ar']}") is None
    assert (
        source_of(f'بيروت - المرسى\n\n{PROSE["ar"]}\n\nوقال الوزير لـ"المرسى" إن التحقيق سيطول أسابيع.')
        == "المرسى"
    )


def test_what_front_matter_says_comes_first() -> None:
    text = f"---\nsource: Evening Post\n---\n{PROSE['en']}\n\nSource: Harbour Gazette\n"
    (article,) = texts.articles_in_text(text)
    assert complete(article).source == "Evening Post"


def test_each_pasted_article_has_the_source_that_it_names_itself() -> None:
    parts = [f"{first('en')}\n\nSource: Harbour Gazette", f"{body('ru')}\n\nИсточник: Утро", body("en")]
    found = texts.articles_in_text("\n\nRead also\n\n".join(parts))
    assert [article.source for article in found] == ["Harbour Gazette", "Утро", None]
    assert [complete(article).title for article in found][1:] == [STORIES["ru"].title, STORIES["en"].title]


def test_a_text_in_a_zip_is_divided_too() -> None:
    whole = f"{first('en')}\n\nRead also\n\n{body('ru')}"
    found = read_bytes(zipped({"a.txt": whole.encode(), "b.txt": body("en").encode()}), "all.zip")
    assert [each.origin for each in found if isinstance(each, Article)] == ["!a.txt", "!a.txt#2", "!b.txt"]
