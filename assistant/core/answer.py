"""Define the answer: the words and passages that answer a question, passages about it, or the verdict "none"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.core.followup import Followed
    from assistant.core.glossing import Gloss
    from assistant.writing.translator import Translation
    from assistant.writing.writer import Written
    from index import Hit, Kind, Ranking, ShortAnswer, Verdict


# Passages that score less than this share of the best are not cited. On the development sets, .5 keeps the right
# passage among the first three (.6 loses up to a point) and drops a sixth of the others.
CITED_SHARE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The result of `ask`.

    Attributes:
        question: as it was asked, cleaned.
        understood: the question as it was searched, with the words carried over from the questions before it and
            with unknown words corrected.
        carried: the words carried over from the questions before it; empty if the question stands alone.
        corrected: each unknown word as it was asked, and the word that it was read as.
        language: ISO 639-1 code of the question.
        verdict: `answered` (a passage answers), `related` (the citations are about it, but none answers) or `none`.
        confidence: calibrated probability that the citations answer, 0 to 1.
        short_answer: the words of a cited article that answer; None if there are none to quote.
        citations: the passages that answer or are about the question, best first; empty if the verdict is `none`.
        nearest: the nearest passages if the verdict is `none`; they do not answer.
        absent: names and numbers of the question that no passage mentions.
        n_read: how many passages were read; 0 if there was no time or the question asks nothing.
        kind: `open` (asks for something), `yes/no` (asks whether something is so) or `keywords` (does not ask).
        narrowed: whether filters limited the search to some of the articles.
        took_ms: milliseconds from question to answer.
        gloss: what each word of the passages may mean in another language; None if not requested.
        written: what a language model wrote from the citations; None if not requested.
        translations: by `Hit.passage_id`, a language model's translation of each passage in another language, or why
            there is none; None if not requested. Only the passages are the articles' words.
    """

    question: str
    understood: str
    carried: tuple[str, ...] = ()
    corrected: tuple[tuple[str, str], ...] = ()
    language: str
    verdict: Verdict
    confidence: float
    short_answer: ShortAnswer | None = None
    citations: tuple[Hit, ...]
    nearest: tuple[Hit, ...]
    took_ms: float
    narrowed: bool = False
    absent: tuple[str, ...] = ()
    n_read: int = 0
    kind: Kind = "open"
    gloss: Gloss | None = None
    written: Written | None = None
    translations: Mapping[str, Translation] | None = None

    @property
    def answered(self) -> bool:
        """Whether a passage answers the question."""
        return self.verdict == "answered"

    @property
    def shown(self) -> tuple[Hit, ...]:
        """The passages that are shown, whatever the verdict."""
        return self.citations or self.nearest

    @classmethod
    def of(
        cls, question: str, followed: Followed, ranking: Ranking, took_ms: float, *, narrowed: bool = False
    ) -> Answer:
        """Return the answer that a ranking gives."""
        found = ranking.verdict != "none"
        return cls(
            question=question,
            understood=ranking.question if ranking.corrected else followed.text,
            carried=followed.carried,
            corrected=ranking.corrected,
            language=ranking.language,
            verdict=ranking.verdict,
            confidence=ranking.confidence,
            short_answer=ranking.short_answer,
            citations=_cited(ranking) if found else (),
            nearest=() if found else ranking.hits,
            absent=ranking.absent,
            n_read=ranking.n_read,
            kind=ranking.kind,
            took_ms=took_ms,
            narrowed=narrowed,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as JSON values; offsets count characters of the stored article text."""
        from assistant.core.serialization import answer_dict  # a process that shows no JSON does not need it

        return dict(answer_dict(self))


def _cited(ranking: Ranking) -> tuple[Hit, ...]:
    """Return the hits up to the last worth citing, at least up to the one with the short answer."""
    hits = ranking.hits
    best = max((hit.score for hit in hits), default=0.0)  # reading may have reordered the hits
    last = max((hit.rank for hit in hits if hit.score >= CITED_SHARE * best), default=0)
    return hits[: max(last, ranking.short_answer.citation if ranking.short_answer else 1)]
