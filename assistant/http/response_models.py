"""Define the responses of the HTTP API for its OpenAPI page; `assistant/core/serialization.py` makes them."""

from __future__ import annotations

from pydantic import BaseModel, Field


class Problem(BaseModel):
    """An error (RFC 9457)."""

    type: str = Field(description="`/api/docs#...` or `about:blank`", examples=["/api/docs#question"])
    title: str
    status: int
    detail: str = Field(description="what is wrong, which, and what to do")


class ArticleRef(BaseModel):
    """What a citation says of its article."""

    id: str
    title: str | None
    source: str | None
    url: str | None
    published: str | None
    language: str | None


class GlossedOut(BaseModel):
    """What a word of a passage, or a particle written onto one, may mean; offsets count the article's characters."""

    start: int
    end: int
    word: str = Field(description="exactly the article's text from start to end")
    meanings: list[str] = Field(
        description="the most probable first; empty for an unknown or a function word"
    )
    name: str | None = Field(
        description="the word in the reader's script, for names, numbers and unknown words"
    )
    stem: str


class HitOut(BaseModel):
    """A passage found for a question; offsets count characters (code points) of the article's text."""

    rank: int = Field(description="1 is best")
    score: float = Field(description="comparable inside one answer only")
    passage_id: str
    start: int
    end: int
    text: str = Field(description="exactly the article's text from start to end")
    evidence: list[tuple[int, int]] = Field(description="spans of the sentence that answers")
    article: ArticleRef
    matches: list[tuple[int, int, str]] = Field(
        description="spans that answer to a word of the question, and that word"
    )
    also_in: list[str] = Field(description="other articles that hold nearly the same passage")
    gloss: list[GlossedOut] | None = Field(
        default=None, description="only of `gloss`, if the article is in another language; no translation"
    )


class ShortAnswerOut(BaseModel):
    """The words of an article that answer a question."""

    text: str = Field(description="exactly the article's text from start to end")
    start: int
    end: int
    article: str = Field(description="its id")
    citation: int = Field(description="rank of the passage that they stand in")
    gloss: str | None = Field(
        default=None, description="only of `gloss`: its first meanings, word by word; no translation"
    )


_VERDICT = "answered: a passage answers; related: the passages are about it, and none answers, or they are unread; none"
_KIND = "open: the question asks for something; yes/no: it asks whether something is so; keywords: it does not ask"
_ABSENT = "names and numbers of the question that no passage that was read mentions"
_READ = "how many passages were read; 0: there was no time, or the question asks nothing"


class SearchOut(BaseModel):
    """Passages, best first; with a verdict if `read` is true."""

    question: str = Field(description="as it was searched")
    corrected: list[tuple[str, str]] = Field(
        description="words that nothing knows, as they were asked, and the words that they were read as"
    )
    language: str
    verdict: str | None = Field(default=None, description=f"only of `read=true`; {_VERDICT}")
    confidence: float | None = Field(default=None, description="only of `read=true`")
    short_answer: ShortAnswerOut | None = Field(default=None, description="only of `read=true`")
    absent: list[str] | None = Field(default=None, description=f"only of `read=true`; {_ABSENT}")
    read: int | None = Field(default=None, description=f"only of `read=true`; {_READ}")
    kind: str | None = Field(default=None, description=f"only of `read=true`; {_KIND}")
    hits: list[HitOut]
    took_ms: float


class AnswerOut(BaseModel):
    """The words and cited passages that answer the question; or passages about it; or none, and the nearest ones."""

    question: str = Field(description="as it was asked")
    understood: str = Field(description="as it was searched: with what it lacks from the history, corrected")
    carried: list[str] = Field(description="the words taken over from the history")
    corrected: list[tuple[str, str]] = Field(
        description="words that nothing knows, as they were asked, and the words that they were read as"
    )
    language: str
    answered: bool = Field(description="whether the verdict is answered")
    verdict: str = Field(description=_VERDICT)
    confidence: float = Field(description="calibrated probability that the citations answer, 0 to 1")
    short_answer: ShortAnswerOut | None = Field(description="null where no words can be quoted that answer")
    absent: list[str] = Field(description=_ABSENT)
    read: int = Field(description=_READ)
    kind: str = Field(description=_KIND)
    citations: list[HitOut] = Field(description="of the verdicts answered and related")
    nearest: list[HitOut] = Field(description="of the verdict none; not an answer")
    took_ms: float


class AlikeOut(BaseModel):
    """Another article with nearly the same text."""

    id: str
    overlap: float = Field(description="share of the word triples of both that both hold, 0 to 1")
    title: str | None


class ArticleOut(ArticleRef):
    """An article with its text."""

    author: str | None
    text: str


class InfoOut(ArticleRef):
    """An article without its text."""

    author: str | None
    added: str = Field(description="UTC, ISO 8601")
    passages: int
    alike: list[AlikeOut] = Field(description="nearly the same text, the most alike first")


class ListOut(BaseModel):
    """A page of the list, and how many match in all."""

    articles: list[InfoOut]
    total: int


class ItemOut(BaseModel):
    """What happened to one article."""

    id: str | None
    name: str
    reason: str
    alike: list[AlikeOut] = Field(description="articles that were there with nearly the same text")


class ReportOut(BaseModel):
    """What happened to each article that was given."""

    added: list[ItemOut]
    updated: list[ItemOut]
    unchanged: list[ItemOut]
    skipped: list[ItemOut]


class PassageOut(BaseModel):
    """A passage: `text` is exactly the article's text from start to end."""

    passage_id: str
    start: int
    end: int
    text: str


class PassagesOut(BaseModel):
    """Passages of an article in the order of its text."""

    article: str
    total: int = Field(description="how many the article has")
    here: int | None = Field(description="place in `passages` of the one at `around`, from 0")
    passages: list[PassageOut]


class FacetsOut(BaseModel):
    """How many articles there are of each; `""`: unknown."""

    source: dict[str, int]
    language: dict[str, int]
    month: dict[str, int]


class RebuiltOut(BaseModel):
    """The rebuild is done."""

    rebuilt: bool
    took_ms: float


class EmbeddingOut(BaseModel):
    """How far embedding has come; a passage is found by its words before it has its vector."""

    waiting: int = Field(description="passages without a vector")
    per_second: float | None = Field(description="passages embedded a second, lately")
    seconds_left: float | None = Field(description="until none waits, at this speed")
    problem: str | None = Field(description="why the last try failed; it is tried again")


class SessionOut(BaseModel):
    """What a request may do, and by what."""

    access: str = Field(description="read or write")
    session: bool = Field(description="whether it comes from a browser that gave a token")
    login: bool = Field(description="whether a browser can give a token, at /login")
    ends_all: bool = Field(description="whether it may end every session")


class EndedOut(BaseModel):
    """Every session has ended."""

    ended: int = Field(description="how many there were")


class WatchedOut(BaseModel):
    """How it stands with a watched folder."""

    name: str = Field(description="tells it from the others, without saying where it is")
    since: str = Field(description="when watching began; UTC, ISO 8601")
    synced: str | None = Field(description="when the collection was last brought in step with it")
    by: str = Field(description="how changes are noticed: events, or polling where the system tells of none")
    trouble: str | None = Field(
        description="why it could not be brought in step, which is tried again: folder (it is not there or cannot be"
        " listed), store (the collection cannot be written) or other"
    )
    missing: int = Field(description="articles whose files are gone, kept until a person decides")
    withheld: int = Field(
        description="articles that were removed here, and stay away while their files are the same"
    )
    unlisted: int = Field(
        description="folders in it that cannot be listed; the articles of what is in them are kept"
    )
    skipped: int = Field(description="files in it that were not taken")


class NotTakenOut(BaseModel):
    """A file or folder in a watched folder, and what is wrong with it."""

    name: str
    reason: str


class MissingOut(BaseModel):
    """An article whose files are gone."""

    id: str
    title: str | None
    why: str = Field(description="it was kept: empty, many, rows or drive")
    since: str = Field(description="UTC, ISO 8601")


class WatchedDetails(BaseModel):
    """What exactly, for who keeps the collection."""

    folder: str
    trouble: str
    missing: list[MissingOut] = Field(description="the first hundred")
    unlisted: list[NotTakenOut] = Field(description="the first hundred")
    skipped: list[NotTakenOut] = Field(description="the first hundred")


class FolderOut(WatchedOut):
    """How it stands with a watched folder."""

    details: WatchedDetails | None = Field(description="null for who may change nothing")


class FoldersOut(BaseModel):
    """The watched folders."""

    watched: list[FolderOut]


class DecidedOut(BaseModel):
    """Ids of the articles of which it was decided."""

    removed: list[str]
    kept: list[str]


class HealthOut(BaseModel):
    """Whether questions can be answered, what the collection holds, and how it stands with the watched folders."""

    status: str = Field(description="ok; or warning: something is wrong with a watched folder")
    writes: str = Field(description="open, token or closed")
    links: bool = Field(description="whether links are fetched that are added")
    confinement: str = Field(
        description="of the processes that parse files: seccomp (no network, no change of files), or only limits"
    )
    model: str
    reranker: str | None = Field(description="that orders the first passages; null: none")
    sequence: int = Field(description="raised by every change")
    articles: int
    passages: int
    words: int
    languages: dict[str, int] = Field(description="passages by language")
    embedding: EmbeddingOut
    watched: list[WatchedOut]
