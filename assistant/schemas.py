"""The bodies and parameters of the HTTP API, as its OpenAPI page shows them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from assistant import render
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


IsoDate = Annotated[str, Field(max_length=40), AfterValidator(_iso_date)]
WebAddress = Annotated[str, Field(max_length=2000), AfterValidator(_web_address)]
Short = Annotated[str, Field(max_length=300)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class FiltersIn(_Strict):
    """What an article must match; dates are ISO 8601, both ends included."""

    source: str | None = Field(None, description="who published it, exactly")
    language: str | None = Field(None, description="ISO 639-1 code, such as ar")
    published_from: str | None = Field(None, alias="from", description="not before this date")
    published_to: str | None = Field(None, alias="to", description="not after this date")
    article: str | None = Field(None, description="id of one article")

    def filters(self) -> Filters:
        """As the search takes them."""
        return Filters(
            source=self.source,
            language=self.language,
            published_from=self.published_from,
            published_to=self.published_to,
            article=self.article,
        )


class SearchIn(FiltersIn):
    """A search: the question and its filters, all in the address."""

    q: str = Field(description="the question, in any language")
    k: int = Field(10, ge=1, description="most passages to return")


class ListIn(_Strict):
    """Which articles to list: all, or a page of them."""

    limit: int | None = Field(None, ge=1, description="most articles to return")
    offset: int = Field(0, ge=0, description="how many to pass over")
    order: Literal["oldest", "newest"] = Field("oldest", description="by when they were added")


class AskIn(_Strict):
    """A question."""

    question: str = Field(description="the question, in any language")
    k: int = Field(3, ge=1, description="most passages to cite")
    filters: FiltersIn | None = None


class ArticleIn(_Strict):
    """An article to add; only `text` is needed, the rest is derived where it can be."""

    text: str
    id: Annotated[str, Field(pattern=r"^[\w.:-]{1,128}$")] | None = None
    title: Annotated[str, Field(max_length=1000)] | None = None
    source: Short | None = None
    url: WebAddress | None = None
    author: Short | None = None
    published: IsoDate | None = None
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}$")] | None = None

    def article(self) -> Article:
        """As the collection takes it."""
        return Article(**self.model_dump())
