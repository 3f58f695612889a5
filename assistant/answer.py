"""An answer: the passages that answer a question, or an honest "none does"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from index import ANSWERED

if TYPE_CHECKING:
    from assistant.followup import Followed
    from index import Hit, Ranking


# A passage that scores less than this share of the first is not cited beside it. On the development sets the right
# passage among the first three survives .5 (at .6 up to a point is lost), and a sixth of the others goes.
CITED_SHARE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What `ask` gives.

    Attributes:
        question: as it was asked, cleaned.
        understood: as it was searched: the question, with what it lacks from the questions before it, and with
            the words that unknown ones were read as.
        carried: the words that were taken over from them; none when the question stands alone.
        corrected: each word that nothing knows, as it was asked, and the word that it was read as.
        language: ISO 639-1 code of the question.
        answered: whether the citations answer it; False: no passage of the collection does.
        confidence: calibrated probability that they do, 0 to 1.
        citations: the passages that answer, best first; empty when not answered.
        nearest: the nearest passages when not answered; not an answer.
        narrowed: whether only some of the articles were asked.
        took_ms: milliseconds from question to answer.
    """

    question: str
    understood: str
    carried: tuple[str, ...] = ()
    corrected: tuple[tuple[str, str], ...] = ()
    language: str
    answered: bool
    confidence: float
    citations: tuple[Hit, ...]
    nearest: tuple[Hit, ...]
    took_ms: float
    narrowed: bool = False

    @classmethod
    def of(
        cls, question: str, followed: Followed, ranking: Ranking, took_ms: float, *, narrowed: bool = False
    ) -> Answer:
        """Decide from a ranking whether it answers the question it was made for."""
        answered = bool(ranking.hits) and ranking.confidence >= ANSWERED
        return cls(
            question=question,
            understood=ranking.question if ranking.corrected else followed.text,
            carried=followed.carried,
            corrected=ranking.corrected,
            language=ranking.language,
            answered=answered,
            confidence=ranking.confidence,
            citations=_cited(ranking.hits) if answered else (),
            nearest=() if answered else ranking.hits,
            took_ms=took_ms,
            narrowed=narrowed,
        )

    def to_dict(self) -> dict[str, Any]:
        """Give the answer as JSON values; offsets count characters of the stored article text."""
        return {
            "question": self.question,
            "understood": self.understood,
            "carried": list(self.carried),
            "corrected": [list(pair) for pair in self.corrected],
            "language": self.language,
            "answered": self.answered,
            "confidence": round(self.confidence, 4),
            "citations": [hit_dict(hit) for hit in self.citations],
            "nearest": [hit_dict(hit) for hit in self.nearest],
            "took_ms": round(self.took_ms, 2),
        }


def _cited(hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
    return tuple(hit for hit in hits if hit.score >= CITED_SHARE * hits[0].score)


def hit_dict(hit: Hit) -> dict[str, Any]:
    """Give a hit as JSON values, the same on every surface."""
    return {
        "rank": hit.rank,
        "score": round(hit.score, 6),
        "passage_id": hit.passage_id,
        "start": hit.start,
        "end": hit.end,
        "text": hit.text,
        "evidence": [[span.start, span.end] for span in hit.evidence],
        "article": {
            name: getattr(hit.article, name)
            for name in ("id", "title", "source", "url", "published", "language")
        },
        "matches": [list(match) for match in hit.matches],
        "also_in": list(hit.also_in),
    }
