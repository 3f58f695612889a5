"""Define the bodies and parameters of the HTTP API, as its OpenAPI page shows them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from assistant.core.question import MAX_HISTORY, filters_of, renamed
from assistant.presenting import render
from index import Article, Filters


def _iso_date(value: str) -> str:
    try:
        date.fromisoformat(value) if len(value) == len("2023-10-19") else datetime.fromisoformat(value)
    except ValueError as error:
        raise ValueError("must be an ISO 8601 date such as 2023-10-19") from error
    return value


def _web_address(value: str) -> str:
    if render.link(value) is None:
        raise ValueError("must be an http(s) address without user name or password")
    return value


IsoDate = Annotated[str, Field(max_length=40, examples=["2023-10-19"]), AfterValidator(_iso_date)]
WebAddress = Annotated[
    str, Field(max_length=2000, examples=["https://example.org/a"]), AfterValidator(_web_address)
]
Title = Annotated[str, Field(max_length=1000, examples=["A bridge over the Orontes"])]
Short = Annotated[str, Field(max_length=300)]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}$", examples=["ar"])]
ArticleId = Annotated[str, Field(pattern=r"^[\w.:-]{1,128}$", examples=["bridge"])]

_MAX_OFFSET = 2**53  # the largest whole number that every JSON reader holds exactly


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Known(_Strict):
    """What an article must match, wherever articles are chosen."""

    source: str | None = Field(None, description="who published it, exactly")
    language: str | None = Field(None, description="ISO 639-1 code", examples=["ar"])
    published_from: str | None = Field(None, description="not before this date", examples=["2023-10-01"])
    published_to: str | None = Field(None, description="not after this date", examples=["2023-10-31"])

    @model_validator(mode="before")
    @classmethod
    def _renamed(cls, given: object) -> object:
        return renamed(given) if isinstance(given, dict) else given

    def filters(self) -> Filters | None:
        """Return the filters, checked."""
        return filters_of(self.model_dump())


class FiltersIn(_Known):
    """What an article must match; dates are ISO 8601, both ends included."""

    article: str | None = Field(None, description="id of one article")


class SearchIn(FiltersIn):
    """A search: the question and its filters, all in the address."""

    q: str = Field(description="the question, in any language", examples=["من هاجم قاعدة التنف؟"])
    k: int = Field(10, ge=1, description="most passages to return")
    read: bool = Field(False, description="whether to read the first ones and give a verdict, as `ask` does")


class AskIn(_Strict):
    """A question."""

    question: str = Field(
        description="the question, in any language", examples=["Who opened the new bridge over the Orontes?"]
    )
    history: list[str] = Field(
        [],
        description="what was asked before, oldest first; a question that leans on it gets the words it lacks."
        f" The newest {MAX_HISTORY} count",
        examples=[["Who closed the old bridge?"]],
    )
    k: int = Field(3, ge=1, description="most passages to cite")
    filters: FiltersIn | None = None
    gloss: str | None = Field(
        None,
        max_length=20,
        description="ISO 639-1 code of your reader's language: passages in other languages get what each of their words"
        " may mean in it, word by word; no translation",
        examples=["en"],
    )
    write: bool = Field(
        False,
        description="whether the server's language model writes an answer over the citations, each sentence checked;"
        " with `Accept: text/event-stream` they come one by one",
    )
    translate: str | None = Field(
        None,
        max_length=20,
        description="ISO 639-1 code of your reader's language: the server's language model translates each passage in"
        " another language into it, unchecked, or it says why not",
        examples=["en"],
    )


class ListIn(_Known):
    """Which articles to list: all that match, or a page of them."""

    title: str = Field("", max_length=300, description="words that all stand in the title or source")
    limit: int | None = Field(None, ge=1, le=_MAX_OFFSET, description="most articles to return")
    offset: int = Field(0, ge=0, le=_MAX_OFFSET, description="how many to pass over")
    order: Literal[
        "oldest", "newest", "published", "-published", "title", "-title", "source", "-source",
        "language", "-language", "passages", "-passages",
    ] = Field("oldest", description="by when they were added, or by a column; - before it: descending")  # fmt: skip

    def sort(self) -> str:
        """Return the order by the name that `Assistant.listing` knows."""
        return {"oldest": "added", "newest": "-added"}.get(self.order, self.order)


class Metadata(_Strict):
    """What is known of an article beside its text; what is not given is derived where it can be."""

    title: Title | None = None
    source: Short | None = Field(None, description="who published it")
    url: WebAddress | None = Field(None, description="where it can be read")
    author: Short | None = None
    published: IsoDate | None = Field(None, description="ISO 8601 date, or date and time")
    language: Language | None = Field(None, description="ISO 639-1 code; detected if not given")


class NewText(Metadata):
    """The text and metadata that take the place of an article's."""

    text: str = Field(examples=["The mayor opened the new bridge over the Orontes on Monday."])

    def article(self, article_id: str | None = None) -> Article:
        """Return the article as the collection takes it."""
        return Article(**{"id": article_id, **self.model_dump()})


class ArticleIn(NewText):
    """An article to add; only `text` is needed."""

    id: ArticleId | None = Field(None, description="replaces the article of this id; derived if not given")

    def source_of(self) -> Article:
        """Return the article as the assistant takes it."""
        return self.article(self.id)


class LinkIn(_Strict):
    """A page, document or feed to fetch and add, where the server allows it."""

    url: WebAddress = Field(description="where it is; what is known of it comes from there")

    def source_of(self) -> str:
        """Return the link as the assistant takes it."""
        return self.url


def _kind(given: object) -> str:
    known = given if isinstance(given, dict) else {}
    return LINK if isinstance(given, LinkIn) or ("url" in known and "text" not in known) else TEXT


# Error messages omit these tags from a value's location: no body contains them.
TEXT, LINK, ONE, SEVERAL = "<text>", "<link>", "<one>", "<several>"
Addition = Annotated[Annotated[ArticleIn, Tag(TEXT)] | Annotated[LinkIn, Tag(LINK)], Discriminator(_kind)]
Additions = Annotated[
    Annotated[Addition, Tag(ONE)] | Annotated[list[Addition], Tag(SEVERAL)],
    Discriminator(lambda given: SEVERAL if isinstance(given, list) else ONE),
]


class Decision(_Strict):
    """What becomes of the articles of a watched folder whose files are gone."""

    folder: str = Field(max_length=4096, description="its `name`", examples=["news"])
    articles: int = Field(
        ge=0,
        le=_MAX_OFFSET,
        description="how many they are: `missing`; if it is another number now, nothing is done",
    )
    do: Literal["remove", "keep"]


class PassagesIn(_Strict):
    """Which passages of an article: all, or those around a place in its text."""

    around: int | None = Field(None, ge=0, le=_MAX_OFFSET, description="a character offset, such as a hit's")
    before: int = Field(1, ge=0, le=100, description="how many passages before that one")
    after: int = Field(1, ge=0, le=100, description="how many passages after that one")
