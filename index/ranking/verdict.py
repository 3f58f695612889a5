"""Judge a ranking: have the first passages read, reorder them, and decide the verdict.

The reader gives the span that answers best, with a score. A name or number of the question that no passage mentions,
in any script, rules "answered" out.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from index.analysis import name_key
from index.analysis.folding import fold
from index.chunking.sentences import sentences
from index.models.lexicon import HUB
from index.models.reader import read_in_time
from index.ranking.asking import asks_of_nothing, asks_when, kind, names
from index.ranking.confidence import confidence
from index.ranking.matches import AskedWords, matches, name_keys
from index.ranking.parameters import ANSWERED, HELD, LEDE, NAME_ENDING, NAME_STEM, READ, RELATED, REORDERING
from index.ranking.times import tells_time
from index.records import Hit, Marks, ShortAnswer, Span

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from index.models.lexicon import Lexicon
    from index.models.reader import Reader
    from index.models.spans import Reading
    from index.records import Query, Ranking, Verdict


class _Read(NamedTuple):
    """A hit and its reading; None: unread."""

    hit: Hit
    reading: Reading | None

    @property
    def score(self) -> float:
        """The score by which hits are ranked once they are read."""
        return self.hit.score + (REORDERING * probability(self.reading.score) if self.reading else 0.0)

    @property
    def marked(self) -> list[Span]:
        """The span, in the passage, of the sentence that holds the answer."""
        if self.reading is None:
            return []
        place = (self.reading.start + self.reading.end) // 2
        return [span for span in sentences(self.hit.text) if span.start <= place < span.end]


def read(ranking: Ranking, k: int, reader: Reader, lexicon: Lexicon | None, budget_s: float) -> Ranking:
    """Read the first hits, order them by their readings, and judge whether they answer.

    Args:
        ranking: of the search, with at least READ hits if there are so many.
        k: hits wanted.
        reader: the model that reads passages.
        lexicon: tells which words of the question are names; None: only capitals do.
        budget_s: seconds from now in which reading a passage may begin.

    Raises:
        ModelError: the reader cannot read.
    """
    asked = kind(ranking.question, ranking.language)
    unread = replace(ranking, hits=ranking.hits[:k], verdict=_related(ranking), kind=asked)
    if not ranking.hits:
        return unread
    if asked == "keywords":
        return replace(unread, verdict=_of_keywords(ranking))
    if asks_of_nothing(ranking.question, ranking.language):
        return replace(unread, verdict="none")
    first, rest = ranking.hits[:READ], ranking.hits[READ:]
    readings = read_in_time(reader, ranking.question, [hit.text for hit in first], budget_s)
    if not any(readings):  # out of time, or nothing to read
        return unread
    ordered = sorted(map(_Read, first, readings), key=lambda one: -one.score)
    hits = (*(_marked(one, rank) for rank, one in enumerate(ordered, start=1)), *rest)[:k]
    best = ordered[0]
    mentions = _Mentions.of(ranking, lexicon, hits[:READ])
    absent = mentions.absent
    signs = ranking.signs
    if signs and best.reading:
        signs = signs._replace(
            read=best.reading.score,
            apart=_apart(ranking, best.hit),
            unnamed=mentions.unnamed,
        )
    sure = confidence(signs)
    is_answered = sure >= ANSWERED and not absent and not _lacks_time(ranking, best)
    verdict: Verdict = "answered" if is_answered else _related(ranking)
    return replace(
        unread,
        hits=hits,
        signs=signs,
        confidence=sure,
        verdict=verdict,
        absent=absent,
        n_read=sum(reading is not None for reading in readings),
        short_answer=_short(best) if verdict == "answered" and asked == "open" else None,
    )


def probability(logit: float) -> float:
    """Return the probability of a logit."""
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, logit))))


def _marked(read_: _Read, rank: int) -> Hit:
    """Return the hit at its new rank, with the sentence that holds the answer as its evidence."""
    hit = read_.hit
    spans = tuple(Span(hit.start + start, hit.start + end) for start, end in read_.marked)
    return replace(hit, rank=rank, marks=lambda: Marks(spans or hit.evidence, hit.matches))


def _short(best: _Read) -> ShortAnswer | None:
    if best.reading is None:
        return None
    hit, (start, end, _) = best.hit, best.reading
    return ShortAnswer(hit.text[start:end], hit.start + start, hit.start + end, hit.article.id or "", 1)


def _apart(ranking: Ranking, hit: Hit) -> float:
    """Return how far the languages of question and passage are apart; see `Signs.apart`."""
    if ranking.signs is None or HUB in {ranking.language, hit.article.language}:
        return 0.0
    return ranking.signs.foreign


def _lacks_time(ranking: Ranking, best: _Read) -> bool:
    """Return whether the question asks "when" and no sentence that the reader marked states a time."""
    if not asks_when(ranking.question, ranking.language):
        return False
    text, language = best.hit.text, best.hit.article.language or "und"
    return not any(tells_time(text[start:end], language) for start, end in best.marked)


class _Mentions(NamedTuple):
    """Which names and numbers of the question passages mention, or the title or the beginning of their articles.

    Attributes:
        absent: those that none of the passages mentions.
        unnamed: share of those that the first passage does not mention; 0 if the question has none.
    """

    absent: tuple[str, ...] = ()
    unnamed: float = 0.0

    @classmethod
    def of(cls, ranking: Ranking, lexicon: Lexicon | None, hits: Sequence[Hit]) -> _Mentions:
        """Search passages for the names and numbers of the question; `hits` are those read, best first."""
        wanted = names(ranking.question, ranking.language, lexicon)
        if not wanted or ranking.query is None:
            return cls()
        asked = AskedWords.of(ranking.query)
        mentioned = []
        for hit in hits:
            held, keys = _held(asked, hit), _keys(hit)
            mentioned.append({name for name in wanted if name in held or sounds_like_one(name, keys)})
        absent = tuple(name for name in wanted if not any(name in some for some in mentioned))
        return cls(absent, 1 - len(mentioned[0]) / len(wanted))


def _held(asked: AskedWords, hit: Hit) -> set[str]:
    """Return the words of the question that a passage holds, or the title or the beginning of its article."""
    beside = matches(asked, _beside(hit), 0, hit.article.language or "und")
    return {match.asked for match in (*hit.matches, *beside)}


def _keys(hit: Hit) -> AbstractSet[str]:
    language = hit.article.language or "und"
    return name_keys(hit.text, language) | name_keys(_beside(hit), language)


def _beside(hit: Hit) -> str:
    return f"{hit.article.title or ''}\n{hit.article.text[:LEDE]}"


def sounds_like_one(name: str, keys: AbstractSet[str]) -> bool:
    """Return whether a name sounds like a mentioned one, or differs from it by its ending only (Syria, Syrian)."""
    own = name_key(fold(name))
    if own is None or own in keys:
        return own is not None
    return any(
        len(own) >= NAME_STEM
        and own[:NAME_STEM] == key[:NAME_STEM]
        and abs(len(own) - len(key)) <= NAME_ENDING
        for key in keys
    )


def _related(ranking: Ranking) -> Verdict:
    return "related" if confidence(ranking.signs) >= RELATED else "none"


def _of_keywords(ranking: Ranking) -> Verdict:
    """Return the verdict on keywords, never "answered": by the words that the first hit holds, else by confidence."""
    asked: Query | None = ranking.query
    held = {match.asked for match in ranking.hits[0].matches}
    if asked and len(held & set(asked.asked)) >= HELD * len(asked.asked):
        return "related"
    return _related(ranking)
