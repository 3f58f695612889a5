"""Define the records that the program passes around: article, passage, filters, hit, ranking, report."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


_PART = re.compile(r"[#!]")

ROWS = "rows"
"""`Missing.why` of an article that is no longer in its file."""

GIVEN = "given:"
"""Prefix of the origin that marks an article as given directly, although it was found in a file too."""

WITHHELD = "it was removed, and its text in the file is the same; add the file to have it again"


class Span(NamedTuple):
    """Characters [start, end) of an article's text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One source document. Only `text` is required; the rest is filled in or stays None.

    Attributes:
        text: the whole text, exactly as it was given; every offset counts its characters.
        id: unique in a collection. None: derived when the article is added.
        title: None: the first heading, else the first sentence, shortened.
        source: who published it, for people and for filters.
        url: where it can be read.
        author: who wrote it.
        published: ISO 8601 date (`2023-10-19`) or date and time.
        language: ISO 639-1 code. None: detected.
        origin: what it was read from (an absolute path or an address); the same origin read again
            replaces the article. None for text given directly.
    """

    text: str
    id: str | None = None
    title: str | None = None
    source: str | None = None
    url: str | None = None
    author: str | None = None
    published: str | None = None
    language: str | None = None
    origin: str | None = None


EDITED = ("title", "source", "url", "author", "published", "language")
"""The metadata fields of an article that a person can edit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextArticle(Article):
    """An article read from a plain text file, which may hold others too.

    All its metadata comes from the text. If the text is the same, the file did not change, even if it is read in
    another way now.

    Attributes:
        whole: digest of the file's whole text (`mark_of`).
    """

    whole: str


def mark_of(text: str) -> str:
    """Return the digest that identifies a text, whatever language was detected."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def files_of(origin: str) -> list[str]:
    """Return the paths that an origin may be a part of (`file#row`, `file!member`), itself first."""
    return [origin, *(origin[: mark.start()] for mark in _PART.finditer(origin))]


class Match(NamedTuple):
    """Characters [start, end) of an article's text that match a word of the question, in any language."""

    start: int
    end: int
    asked: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A contiguous span of an article: `article.text[start:end] == text`, always."""

    start: int
    end: int
    text: str
    heading: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Conditions on a passage's article; None matches all. Dates are ISO 8601, both ends included."""

    source: str | None = None
    language: str | None = None
    published_from: str | None = None
    published_to: str | None = None
    article: str | None = None


@dataclass(frozen=True, slots=True)
class Marks:
    """The spans to mark in a passage.

    Attributes:
        evidence: spans of the article's text inside the passage: the sentence that answers.
        matches: the passage's words that match words of the question, in the order of the text.
    """

    evidence: tuple[Span, ...] = ()
    matches: tuple[Match, ...] = ()

    def __call__(self) -> Marks:
        """Return these marks, so that known marks can stand in for the function in `Hit.marks`."""
        return self


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A passage found for a question.

    Evidence and matches are computed on first access, so a caller that wants only passages does not wait.

    Attributes:
        rank: 1 is best.
        score: comparable only within one ranking.
        passage_id: `article.id` and the passage's number in it; the same in every process.
        start, end: characters of `article.text`; `article.text[start:end] == text`.
        article: the article's metadata and text.
        also_in: ids of other articles that hold nearly the same passage.
        marks: computes evidence and matches.
    """

    rank: int
    score: float
    passage_id: str
    start: int
    end: int
    text: str
    article: Article
    also_in: tuple[str, ...] = ()
    marks: Callable[[], Marks] = field(default=Marks(), repr=False, compare=False)

    @cached_property
    def _marks(self) -> Marks:
        return self.marks()

    @property
    def evidence(self) -> tuple[Span, ...]:
        """Spans of the article's text inside [start, end): the sentence that answers."""
        return self._marks.evidence

    @property
    def matches(self) -> tuple[Match, ...]:
        """The passage's words that match words of the question, in the order of the text."""
        return self._marks.matches

    def __getstate__(self) -> dict[str, object]:
        """Return the state to pickle: the computed marks instead of the function that finds them."""
        return {each.name: getattr(self, each.name) for each in fields(self)} | {"marks": self._marks}


class ShortAnswer(NamedTuple):
    """The words of an article that answer a question.

    Attributes:
        start, end: characters of the article's text; `text` is exactly these.
        article: its id.
        citation: rank of the hit that contains them.
    """

    text: str
    start: int
    end: int
    article: str
    citation: int


Kind = Literal["open", "yes/no", "keywords"]
"""The question asks for something, asks whether something is so, or names something without asking."""

Verdict = Literal["answered", "related", "none"]
"""A passage answers the question; passages are about it but none answers; neither."""


class QueryTerm(NamedTuple):
    """One thing asked for: its weight, and the terms that stand for it, each with its probability."""

    weight: float
    alternatives: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Query:
    """An analysed question.

    Attributes:
        text: the question as it was asked.
        language: ISO 639-1 code.
        words: stems and translations, one term for each distinct content word.
        grams: character 4-grams of the content words, one plain term each.
        names: name keys of the content words, one term each; in Arabic also with a particle before them.
        asked: the content words as written in the question, one for each of `words`.
        named: the same for `names`.
    """

    text: str
    language: str
    words: tuple[QueryTerm, ...]
    grams: tuple[QueryTerm, ...]
    names: tuple[QueryTerm, ...]
    asked: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


class Signs(NamedTuple):
    """The signs of whether a question is answered.

    Attributes:
        best: the highest score of a candidate, about 0 to 1, as a share of all that is asked.
        lead: the score of the first hit, its best sentence included, minus that of the candidate at DEPTH. In a large
            collection many candidates hold much of any question, so this does not drift as the collection grows.
        foreign: 0 where the first candidate is in the question's language; 0.5 where it is in another, since a
            translation is never complete; 1 where the collection has nothing in the question's language at all.
        read: the highest score that the reader gives a span of the first passages; None: they were not read.
        apart: `foreign` of passages that were read; 0 where one of the two languages is English, from and to which the
            lexicon translates directly.
        unnamed: share of the question's names and numbers that the first passage read does not mention, 0 to 1; nor
            the title or the beginning of its article.
    """

    best: float
    lead: float
    foreign: float
    read: float | None = None
    apart: float = 0.0
    unnamed: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """Hits for one question, best first, with the confidence that the first ones answer it.

    A ranking is a sequence of its hits.

    Attributes:
        question: as it was searched.
        language: ISO 639-1 code of the question, detected.
        hits: rank 1 first.
        confidence: calibrated probability, 0 to 1, that an answer is among the first hits.
        sequence: the collection's sequence number that was searched.
        signs: what the confidence was computed from; None without hits.
        query: the question's terms.
        verdict: whether the hits answer the question; unread hits never count as answering.
        short_answer: the words that answer; only for an answered question that asks for something.
        absent: names and numbers of the question that none of the passages read mentions.
        n_read: how many of the first hits were read.
        kind: the kind of question (`index.ranking.asking.kind`); `open` until the hits are read.
        corrected: each unknown word of the question, as written, and the word that it was read as.
    """

    question: str
    language: str
    hits: tuple[Hit, ...]
    confidence: float
    sequence: int
    signs: Signs | None = field(default=None, repr=False, compare=False)
    query: Query | None = field(default=None, repr=False, compare=False)
    verdict: Verdict = "none"
    short_answer: ShortAnswer | None = None
    absent: tuple[str, ...] = ()
    n_read: int = 0
    kind: Kind = "open"
    corrected: tuple[tuple[str, str], ...] = ()

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    def __len__(self) -> int:
        return len(self.hits)

    def __getitem__(self, place: int) -> Hit:
        return self.hits[place]


class Alike(NamedTuple):
    """Another article with nearly the same text; `overlap`: share of their word triples in both, 0 to 1."""

    id: str
    overlap: float
    title: str | None


class Added(NamedTuple):
    """The result for one article, or for a folder that was to be searched.

    Attributes:
        state: added, updated, unchanged, skipped or removed; from `sync` also missing, withheld or unlisted.
        alike: for an added or updated article: the existing articles with nearly the same text.
    """

    state: str
    name: str
    article_id: str | None
    reason: str
    alike: tuple[Alike, ...] = ()


class Seen(NamedTuple):
    """The state of a file as the collection remembers it, to recognise it when unchanged.

    Attributes:
        size, mtime_ns, ctime_ns: as the file system reports them.
        looked_ns: when these were read, in nanoseconds since 1970.
        digest: of the content, 16 bytes.
        reading: how it was read (`index.reading.seen.way`).
        refused: parts of it that were skipped, each with its name and the reason.
    """

    size: int
    mtime_ns: int
    ctime_ns: int
    looked_ns: int
    digest: bytes
    reading: str
    refused: tuple[tuple[str, str], ...] = ()


class Known(NamedTuple):
    """A file as the collection knows it.

    Attributes:
        seen: its remembered state.
        articles: origins and ids of the articles that were read from it.
        withheld: origins of the articles that a person removed.
    """

    seen: Seen
    articles: tuple[tuple[str, str], ...]
    withheld: tuple[str, ...] = ()


class Missing(NamedTuple):
    """An article whose files are gone, kept until a person decides (`Assistant.missing`).

    Attributes:
        why: the reason it was kept: `empty`, no file of an article is left in the folder; `many`, most of the
            folder's articles would have gone at once; `rows`, most of its file's articles would have gone at once;
            `drive`, the folder is on another drive than before.
        since: when it was noticed; UTC, ISO 8601.
        origins: what it was read from.
    """

    id: str
    title: str | None
    why: str
    since: str
    origins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AddReport:
    """The result of `add` for each article, in the order given."""

    items: tuple[Added, ...] = field(default=())

    def _of(self, state: str) -> tuple[Added, ...]:
        return tuple(item for item in self.items if item.state == state)

    @property
    def added(self) -> tuple[Added, ...]:
        """New articles."""
        return self._of("added")

    @property
    def updated(self) -> tuple[Added, ...]:
        """Articles whose text or metadata was replaced."""
        return self._of("updated")

    @property
    def unchanged(self) -> tuple[Added, ...]:
        """Articles that the collection already held, word for word."""
        return self._of("unchanged")

    @property
    def removed(self) -> tuple[Added, ...]:
        """Articles whose file is gone (only `sync` removes), or that are no longer in their file."""
        return self._of("removed")

    @property
    def missing(self) -> tuple[Added, ...]:
        """Articles whose files are gone, kept until a person decides (`Assistant.missing`)."""
        return self._of("missing")

    @property
    def withheld(self) -> tuple[Added, ...]:
        """Articles that a person removed, which `sync` does not bring back from their files."""
        return self._of("withheld")

    @property
    def unlisted(self) -> tuple[Added, ...]:
        """Folders that `sync` could not list; the articles of their files are kept."""
        return self._of("unlisted")

    @property
    def skipped(self) -> tuple[Added, ...]:
        """Articles that were not added, each with its reason."""
        return self._of("skipped")
