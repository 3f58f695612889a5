"""Define the JSON that every surface gives; `serialization` makes it, and the OpenAPI page describes it from here."""

from typing import Annotated, Any, NotRequired

import typing_extensions
from typing_extensions import TypedDict  # pydantic takes that of `typing` from Python 3.12 on only

from index import Kind, Verdict


class Doc(typing_extensions.Doc):
    """Describes a member of a shape (PEP 727), also for OpenAPI."""

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return the schema with the description; pydantic calls this."""
        return {**handler(schema), "description": self.documentation}


class Problem(TypedDict):
    """An error (RFC 9457)."""

    type: Annotated[str, Doc("such as `/api/docs#question`; `about:blank` for an error of HTTP itself")]
    title: str
    status: int
    detail: Annotated[str, Doc("what is wrong, which, and what to do")]


class ArticleRef(TypedDict):
    """What a citation says of its article."""

    id: str
    title: str | None
    source: str | None
    url: str | None
    published: str | None
    language: str | None


class GlossedOut(TypedDict):
    """What a word of a passage, or a particle written onto one, may mean; offsets count the article's characters."""

    start: int
    end: int
    word: Annotated[str, Doc("exactly the article's text from start to end")]
    meanings: Annotated[list[str], Doc("the most probable first; empty for an unknown or a function word")]
    name: Annotated[str | None, Doc("the word in the reader's script, for names, numbers and unknown words")]
    stem: str


class TranslationOut(TypedDict):
    """What a language model made of a passage in another language; nothing checks it, and it is not to be cited."""

    language: Annotated[str, Doc("as it was asked for")]
    model: str
    text: Annotated[str | None, Doc("plain text; null if there is none")]
    trouble: Annotated[
        str | None,
        Doc(
            "why there is none: same (it is in that language), unknown (its language is not), many (only the first are"
            " translated), other (the model wrote something else), or as in `written`"
        ),
    ]
    note: Annotated[str | None, Doc("why there is none, in one line")]


Corrected = Annotated[
    list[tuple[str, str]],
    Doc("words that nothing knows, as they were asked, and the words that they were read as"),
]


class HitOut(TypedDict):
    """A passage found for a question; offsets count characters (code points) of the article's text."""

    rank: Annotated[int, Doc("1 is best")]
    score: Annotated[float, Doc("comparable inside one answer only")]
    passage_id: str
    start: int
    end: int
    text: Annotated[str, Doc("exactly the article's text from start to end")]
    evidence: Annotated[list[tuple[int, int]], Doc("spans of the sentence that answers")]
    article: ArticleRef
    matches: Annotated[
        list[tuple[int, int, str]], Doc("spans that match a word of the question, and that word")
    ]
    also_in: Annotated[list[str], Doc("other articles that hold nearly the same passage")]
    gloss: NotRequired[
        Annotated[list[GlossedOut], Doc("only of `gloss`, of another language; no translation")]
    ]
    translation: NotRequired[Annotated[TranslationOut, Doc("only of `translate`")]]


class ShortAnswerOut(TypedDict):
    """The words of an article that answer a question."""

    text: Annotated[str, Doc("exactly the article's text from start to end")]
    start: int
    end: int
    article: Annotated[str, Doc("its id")]
    citation: Annotated[int, Doc("rank of the passage that they stand in")]
    gloss: NotRequired[Annotated[str, Doc("only of `gloss`: first meanings, word by word; no translation")]]


class VerdictOut(TypedDict):
    """Whether passages answer a question."""

    verdict: Annotated[
        Verdict,
        Doc(
            "answered: a passage answers; related: they are about it, and none answers, or they are unread; none"
        ),
    ]
    confidence: Annotated[float, Doc("calibrated probability that the citations answer, 0 to 1")]
    short_answer: Annotated[ShortAnswerOut | None, Doc("null where no words can be quoted that answer")]
    absent: Annotated[list[str], Doc("names and numbers of the question that no passage read mentions")]
    read: Annotated[int, Doc("how many passages were read; 0: no time was left, or it asks nothing")]
    kind: Annotated[
        Kind, Doc("open: it asks for something; yes/no: whether it is so; keywords: it does not ask")
    ]


class SearchOut(TypedDict):
    """Passages, best first."""

    question: Annotated[str, Doc("as it was searched")]
    corrected: Corrected
    language: str
    hits: list[HitOut]
    took_ms: float


class ReadOut(SearchOut, VerdictOut):
    """Passages, best first, with a verdict: a search with `read=true`."""


class SentenceOut(TypedDict):
    """A sentence that a language model wrote; it was checked against the passages that it cites."""

    text: str
    citations: Annotated[list[int], Doc("ranks of the passages")]


class WrittenOut(TypedDict):
    """What a language model wrote over the citations, without the sentences that they do not support."""

    model: str
    text: Annotated[str, Doc("the sentences with their citations")]
    sentences: list[SentenceOut]
    left_out: Annotated[
        list[str],
        Doc(
            "why each of the others was left out: uncited, citation (no such passage), number, date, name, meaning or"
            " negation"
        ),
    ]
    trouble: Annotated[
        str | None,
        Doc(
            "why nothing, or not all, was written: unreachable, refused, limited, missing, failed, slow, cut, garbled"
            " or busy"
        ),
    ]
    note: Annotated[str | None, Doc("what is missing, in one line")]


class AnswerOut(VerdictOut):
    """The words and cited passages that answer the question; or passages about it; or none, and the nearest ones."""

    question: Annotated[str, Doc("as it was asked")]
    understood: Annotated[str, Doc("as it was searched: with what it lacks from the history, corrected")]
    carried: Annotated[list[str], Doc("the words taken over from the history")]
    corrected: Corrected
    language: str
    answered: Annotated[bool, Doc("whether the verdict is answered")]
    citations: Annotated[list[HitOut], Doc("of the verdicts answered and related")]
    nearest: Annotated[list[HitOut], Doc("of the verdict none; not an answer")]
    written: NotRequired[Annotated[WrittenOut, Doc("only of `write=true`")]]
    took_ms: float


class AlikeOut(TypedDict):
    """Another article with nearly the same text."""

    id: str
    overlap: Annotated[float, Doc("share of the word triples of both that both hold, 0 to 1")]
    title: str | None


class ArticleOut(ArticleRef):
    """An article with its text."""

    author: str | None
    text: str


class InfoOut(ArticleRef):
    """An article without its text."""

    author: str | None
    added: Annotated[str, Doc("UTC, ISO 8601")]
    passages: int
    alike: Annotated[list[AlikeOut], Doc("nearly the same text, the most alike first")]


class ListOut(TypedDict):
    """A page of the list, and how many match in all."""

    articles: list[InfoOut]
    total: int


class ItemOut(TypedDict):
    """What happened to one article."""

    id: str | None
    name: str
    reason: str
    alike: Annotated[list[AlikeOut], Doc("articles that were there with nearly the same text")]


class ReportOut(TypedDict):
    """What happened to each article that was given."""

    added: list[ItemOut]
    updated: list[ItemOut]
    unchanged: list[ItemOut]
    skipped: list[ItemOut]


class PassageOut(TypedDict):
    """A passage: `text` is exactly the article's text from start to end."""

    passage_id: str
    start: int
    end: int
    text: str


class PassagesOut(TypedDict):
    """Passages of an article in the order of its text."""

    article: str
    total: Annotated[int, Doc("how many the article has")]
    here: Annotated[int | None, Doc("place in `passages` of the one at `around`, from 0")]
    passages: list[PassageOut]


class FacetsOut(TypedDict):
    """How many articles there are of each; `""`: unknown."""

    source: dict[str, int]
    language: dict[str, int]
    month: dict[str, int]


class RebuiltOut(TypedDict):
    """The rebuild is done."""

    rebuilt: bool
    took_ms: float


class EmbeddingOut(TypedDict):
    """How far embedding has come; a passage is found by its words before it has its vector."""

    waiting: Annotated[int, Doc("passages without a vector")]
    per_second: Annotated[float | None, Doc("passages embedded a second, lately")]
    seconds_left: Annotated[float | None, Doc("until none waits, at this speed")]
    problem: Annotated[str | None, Doc("why the last try failed; it is tried again")]


class SessionOut(TypedDict):
    """What a request may do, and by what."""

    access: Annotated[str, Doc("read or write")]
    session: Annotated[bool, Doc("whether it comes from a browser that gave a token")]
    login: Annotated[bool, Doc("whether a browser can give a token, at /login")]
    ends_all: Annotated[bool, Doc("whether it may end every session")]


class EndedOut(TypedDict):
    """Every session has ended."""

    ended: Annotated[int, Doc("how many there were")]


class WatchedOut(TypedDict):
    """How it stands with a watched folder."""

    name: Annotated[str, Doc("tells it from the others, without saying where it is")]
    since: Annotated[str, Doc("when watching began; UTC, ISO 8601")]
    synced: Annotated[str | None, Doc("when the collection was last brought in step with it")]
    by: Annotated[str, Doc("how changes are noticed: events, or polling where the system tells of none")]
    trouble: Annotated[
        str | None,
        Doc(
            "why it could not be brought in step, which is tried again: folder (it is not there or cannot be listed),"
            " store (the collection cannot be written) or other"
        ),
    ]
    missing: Annotated[int, Doc("articles whose files are gone, kept until a person decides")]
    withheld: Annotated[int, Doc("articles removed here, which stay away while their files are the same")]
    unlisted: Annotated[int, Doc("folders in it that cannot be listed; the articles of their files are kept")]
    skipped: Annotated[int, Doc("files in it that were not taken")]


class NotTakenOut(TypedDict):
    """A file or folder in a watched folder, and what is wrong with it."""

    name: str
    reason: str


class MissingOut(TypedDict):
    """An article whose files are gone."""

    id: str
    title: str | None
    why: Annotated[str, Doc("it was kept: empty, many, rows or drive")]
    since: Annotated[str, Doc("UTC, ISO 8601")]


class WatchedDetails(TypedDict):
    """What exactly, for who keeps the collection."""

    folder: str
    trouble: str
    missing: Annotated[list[MissingOut], Doc("the first hundred")]
    unlisted: Annotated[list[NotTakenOut], Doc("the first hundred")]
    skipped: Annotated[list[NotTakenOut], Doc("the first hundred")]


class FolderOut(WatchedOut):
    """How it stands with a watched folder."""

    details: Annotated[WatchedDetails | None, Doc("null for who may change nothing")]


class FoldersOut(TypedDict):
    """The watched folders."""

    watched: list[FolderOut]


class DecidedOut(TypedDict):
    """Ids of the articles of which it was decided."""

    removed: list[str]
    kept: list[str]


class HealthOut(TypedDict):
    """Whether questions can be answered, what the collection holds, and how it stands with the watched folders."""

    status: Annotated[str, Doc("ok; or warning: something is wrong with a watched folder")]
    writes: Annotated[str, Doc("open, token or closed")]
    links: Annotated[bool, Doc("whether links are fetched that are added")]
    confinement: Annotated[str, Doc("of parsers: seccomp (no network, no change of files), or only limits")]
    model: str
    reranker: Annotated[str | None, Doc("that orders the first passages; null: none")]
    sequence: Annotated[int, Doc("raised by every change")]
    articles: int
    passages: int
    words: int
    languages: Annotated[dict[str, int], Doc("passages by language")]
    embedding: EmbeddingOut
    watched: list[WatchedOut]
