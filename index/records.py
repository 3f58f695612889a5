"""The nouns that travel through the program: article, passage, filters, hit, ranking, report."""

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
"""Why an article is kept that is no longer in its file (`Missing.why`)."""

GIVEN = "given:"
"""Begins what stands among the origins of an article that was given directly, before it was found in a file too."""

WITHHELD = "it was removed, and its text in the file is the same; add the file to have it again"


class Span(NamedTuple):
    """Characters [start, end) of an article's text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One source document. Only `text` is needed; the rest is filled in or stays None.

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
"""What a person can edit of an article beside its text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextArticle(Article):
    """An article that was read from a plain text file, in which others may stand too.

    All that is known of it comes from the text, so that a text which is the same was not changed in its file, however
    it is read now.

    Attributes:
        whole: what the file's whole text is recognised by (`mark_of`).
    """

    whole: str


def mark_of(text: str) -> str:
    """Give what a text is recognised by, whatever its language was taken for."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def files_of(origin: str) -> list[str]:
    """Give the paths of which an origin may be a part (`file#row`, `file!member`), itself first."""
    return [origin, *(origin[: mark.start()] for mark in _PART.finditer(origin))]


class Match(NamedTuple):
    """Characters [start, end) of an article's text that answer to a word of the question, in any language."""

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
    """What a passage's article must match; None matches all. Dates are ISO 8601, both ends included."""

    source: str | None = None
    language: str | None = None
    published_from: str | None = None
    published_to: str | None = None
    article: str | None = None


@dataclass(frozen=True, slots=True)
class Marks:
    """What is marked in a passage.

    Attributes:
        evidence: spans of the article's text inside the passage: the sentence that answers.
        matches: the passage's words that answer to words of the question, in the order of the text.
    """

    evidence: tuple[Span, ...] = ()
    matches: tuple[Match, ...] = ()

    def __call__(self) -> Marks:
        """Give the marks themselves: marks that are known already stand where a hit finds its own."""
        return self


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A passage found for a question.

    Evidence and matches are found when one of them is first read: a caller who wants passages only does not wait.

    Attributes:
        rank: 1 is best.
        score: comparable only inside one ranking.
        passage_id: `article.id` and the passage's number in it; the same in every process.
        start, end: characters of `article.text`; `article.text[start:end] == text`.
        article: the article's metadata and text.
        also_in: ids of other articles that hold nearly the same passage.
        marks: finds evidence and matches.
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
        """The passage's words that answer to words of the question, in the order of the text."""
        return self._marks.matches

    def __getstate__(self) -> dict[str, object]:
        """Give what a copy in another process is made of: the marks, not what finds them."""
        return {each.name: getattr(self, each.name) for each in fields(self)} | {"marks": self._marks}


class ShortAnswer(NamedTuple):
    """The words of an article that answer a question.

    Attributes:
        start, end: characters of the article's text; `text` is exactly these.
        article: its id.
        citation: rank of the hit that they stand in.
    """

    text: str
    start: int
    end: int
    article: str
    citation: int


Kind = Literal["open", "yes/no", "keywords"]
"""Asks for something; asks whether something is so; names something without asking."""

Verdict = Literal["answered", "related", "none"]
"""A passage answers the question; passages are about it, and none answers; neither."""


class QueryTerm(NamedTuple):
    """One thing asked for: what it counts, and the terms that stand for it, each with its probability."""

    weight: float
    alternatives: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Query:
    """A question, analysed.

    Attributes:
        text: the question as it was asked.
        language: ISO 639-1 code.
        words: stems and translations, one term for each distinct content word.
        grams: character 4-grams of the content words, one plain term each.
        names: name keys of the content words, one term each; in Arabic also behind a particle.
        asked: the content words as they stand in the question, one for each of `words`.
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
    """What tells whether a question is answered.

    Attributes:
        best: the highest score of a candidate, about 0 to 1: a share of all that is asked.
        lead: by how much the score of the first hit, its best sentence counted, is above that of the candidate at
            DEPTH. In a large collection something always holds much of any question; then many do, so this does not
            drift as the collection grows.
        foreign: 0 where the first candidate is in the question's language; 0.5 where it is in another, since a
            translation never holds all; 1 where the collection has nothing in the question's language at all.
        read: the greatest score that the reader gives a span of the first passages; None: they were not read.
    """

    best: float
    lead: float
    foreign: float
    read: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """Hits for one question, best first, and how sure we are that the first ones answer it.

    A sequence of its hits.

    Attributes:
        question: as it was searched.
        language: ISO 639-1 code of the question, detected.
        hits: rank 1 first.
        confidence: calibrated probability, 0 to 1, that an answer is among the first hits.
        sequence: the collection's sequence number that was searched.
        signs: what the confidence was computed from; None without hits.
        query: the question's terms.
        verdict: whether the hits answer the question; unread ones are never said to.
        short_answer: the words that answer; only of a question that asks for something, and is answered.
        absent: names and numbers of the question that no passage that was read mentions.
        n_read: how many of the first hits were read.
        kind: what kind of question it is, as far as reading looked (`index.ranking.asking.kind`).
        corrected: each word that nothing knows, as it was asked, and the word that it was read as.
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
    """What happened to one article, or to a folder that was to be looked through.

    Attributes:
        state: added, updated, unchanged, skipped or removed; of `sync` also missing, withheld or unlisted.
        alike: of one that was added or updated: the articles that were there with nearly the same text.
    """

    state: str
    name: str
    article_id: str | None
    reason: str
    alike: tuple[Alike, ...] = ()


class Seen(NamedTuple):
    """What is remembered of a file.

    Attributes:
        size, mtime_ns, ctime_ns: as the file system tells them.
        looked_ns: when that was asked, in nanoseconds since 1970.
        digest: of the content, 16 bytes.
        reading: how it was read (`index.reading.seen.way`).
        refused: parts of it that were not taken, each with its name and the reason.
    """

    size: int
    mtime_ns: int
    ctime_ns: int
    looked_ns: int
    digest: bytes
    reading: str
    refused: tuple[tuple[str, str], ...] = ()


class Known(NamedTuple):
    """What the collection has of a file.

    Attributes:
        seen: what is remembered of it.
        articles: origins and ids of those that were read from it.
        withheld: origins of those that a person removed.
    """

    seen: Seen
    articles: tuple[tuple[str, str], ...]
    withheld: tuple[str, ...] = ()


class Missing(NamedTuple):
    """An article whose files are not there any more, kept until a person decides (`Assistant.missing`).

    Attributes:
        why: it was not removed: `empty`, no file of an article is left in the folder; `many`, most of the folder's
            articles would have gone at once; `rows`, most of its file's would have; `drive`, the folder is on another
            drive than before.
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
    """What `add` did with each article, in the order given."""

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
        """Articles that the collection held already, word for word."""
        return self._of("unchanged")

    @property
    def removed(self) -> tuple[Added, ...]:
        """Articles whose file is gone (only `sync` removes), or that are no longer in their file."""
        return self._of("removed")

    @property
    def missing(self) -> tuple[Added, ...]:
        """Articles whose files are not there, kept until a person decides (`Assistant.missing`)."""
        return self._of("missing")

    @property
    def withheld(self) -> tuple[Added, ...]:
        """Articles that a person removed, which `sync` does not bring back from their files."""
        return self._of("withheld")

    @property
    def unlisted(self) -> tuple[Added, ...]:
        """Folders that `sync` could not list; the articles of what is in them are kept."""
        return self._of("unlisted")

    @property
    def skipped(self) -> tuple[Added, ...]:
        """Articles that were not taken, each with its reason."""
        return self._of("skipped")
