"""Build a collection from the paragraphs of question sets, one article each, and judge what is found in it."""

from __future__ import annotations

import gzip
import tempfile
import time
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self

from assistant.evaluation import overlap
from index import Article, Collection, UnreadableArticle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from assistant.evaluation.squad import Place, Question, QuestionSet
    from index import Hit, Ranking, Span, Verdict

    Search = Callable[[str, int], Ranking]
    Progress = Callable[[str, int, int], None]

CUTOFF = 10
"""Number of paragraphs of a ranking that count."""
_MORE = 40  # passages searched for when several of the first ten are of one paragraph


class Outcome(NamedTuple):
    """The result of one question.

    Attributes:
        rank: of its paragraph among the first CUTOFF paragraphs found, from 1; None if it is not there.
        first_language: of the first hit, or None without hits.
        evidence: whether the evidence of the first hit, after reading, holds the answer; None unless that is of its
            paragraph and the place of the answer is known.
        confidence: that the collection answers, after reading.
        took_ms: time of the search for ten hits.
        is_first: whether the first hit is of its paragraph, after reading.
        verdict: after reading.
        exact, f1: of the short answer (0 without one), where the place of the answer is known; else None.
    """

    rank: int | None
    first_language: str | None
    evidence: bool | None
    confidence: float
    took_ms: float
    is_first: bool = False
    verdict: Verdict = "none"
    exact: float | None = None
    f1: float | None = None


class Pool:
    """The paragraphs of question sets in a collection of their own, in a temporary home.

    Attributes:
        collection: what is searched.
        corpora: the question sets whose paragraphs it holds.
    """

    def __init__(
        self,
        corpora: Sequence[QuestionSet],
        *,
        distractors: Iterable[str] = (),
        model: str | None = None,
        progress: Progress | None = None,
    ) -> None:
        """Build the collection.

        Args:
            corpora: one for each language; parallel ones give a mixed pool.
            distractors: paragraphs that answer nothing, added to make finding harder.
            model: None for the shipped model, else a sentence-transformers model.
            progress: called with what is counted, the number done and the total (0: unknown).
        """
        self.corpora = tuple(corpora)
        self._asked = {
            (number, question.id): question
            for number, corpus in enumerate(self.corpora)
            for question in corpus.questions
        }
        with ExitStack() as stack:
            home = stack.enter_context(tempfile.TemporaryDirectory(prefix="sanad-eval-"))
            self.collection = stack.enter_context(Collection(Path(home), model))
            self._progress = progress
            self.put(range(1 + max((a for c in self.corpora for a in c.articles), default=-1)))
            self._add(Article(text=text, id=f"d{n}") for n, text in enumerate(distractors))
            self._stack = stack.pop_all()

    def put(self, articles: Iterable[int]) -> None:
        """Add the paragraphs of these SQuAD articles, from all corpora."""
        wanted = set(articles)
        self._add(
            Article(text=text, id=_article_id(number, place))
            for number, corpus in enumerate(self.corpora)
            for place, text in corpus.paragraphs.items()
            if place.article in wanted
        )

    def take(self, articles: Iterable[int]) -> None:
        """Remove the paragraphs of these SQuAD articles, from all corpora."""
        wanted = set(articles)
        held = {info.id for info in self.collection.articles()}
        for number, corpus in enumerate(self.corpora):
            for place in corpus.paragraphs:
                name = _article_id(number, place)
                if place.article in wanted and name in held:
                    self.collection.remove(name)

    def _add(self, articles: Iterable[Article]) -> None:
        progress = self._progress
        self.collection.add(articles, (lambda done, _: progress("paragraphs", done, 0)) if progress else None)
        self.collection.settle()

    def ask(self, question: Question, search: Search | None = None) -> Outcome:
        """Search for a question and judge what is found.

        Args:
            question: of any set that has the same questions, or the same paragraphs at the same
                places, in some language.
            search: replaces the collection's own search; nothing is read then.
        """
        reads = search is None
        search = search or self.collection.search
        started = time.perf_counter()
        ranking = search(question.text, CUTOFF)
        took_ms = 1000 * (time.perf_counter() - started)
        gold = self.gold(question)
        rank = _rank(gold, ranking.hits)
        if rank is None and len(_paragraphs(ranking.hits)) < CUTOFF == len(ranking.hits):
            rank = _rank(gold, search(question.text, _MORE).hits)
        if reads:
            ranking = self.collection.read(ranking, CUTOFF)
        first = ranking.hits[0] if ranking.hits else None
        marked = self.marked(gold)
        said = ranking.short_answer.text if ranking.short_answer else ""
        return Outcome(
            rank=rank,
            first_language=first.article.language if first else None,
            evidence=_holds(first, gold.get(first.article.id or "", ())) if first else None,
            confidence=ranking.confidence,
            took_ms=took_ms,
            is_first=_rank(gold, ranking.hits[:1]) == 1,
            verdict=ranking.verdict,
            exact=overlap.exact(said, marked) if marked else None,
            f1=overlap.f1(said, marked) if marked else None,
        )

    def marked(self, gold: dict[str, tuple[Span, ...]]) -> list[str]:
        """Return the texts of the marked answers; `gold` as `Pool.gold` returns it."""
        texts = {
            _article_id(number, place): text
            for number, corpus in enumerate(self.corpora)
            for place, text in corpus.paragraphs.items()
            if _article_id(number, place) in gold
        }
        return [texts[name][span.start : span.end] for name, spans in gold.items() for span in spans]

    def gold(self, question: Question) -> dict[str, tuple[Span, ...]]:
        """Return the ids of the articles that hold the answer, each with the answer's spans in it.

        They are the paragraphs with a question of the same id; if no corpus has that id, those at the
        same place, where the answer's spans are unknown.
        """
        numbers = range(len(self.corpora))
        same = {n: self._asked[n, question.id] for n in numbers if (n, question.id) in self._asked}
        if same:
            return {_article_id(n, one.place): one.answers for n, one in same.items()}
        return {
            _article_id(number, question.place): ()
            for number, corpus in enumerate(self.corpora)
            if question.place in corpus.paragraphs
        }

    def close(self) -> None:
        """Delete the collection."""
        self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _rank(gold: dict[str, tuple[Span, ...]], hits: Iterable[Hit]) -> int | None:
    """Return the rank of the first right paragraph; any of its passages counts."""
    for rank, names in enumerate(islice(_paragraphs(hits), CUTOFF), start=1):
        if not gold.keys().isdisjoint(names):
            return rank
    return None


def _holds(hit: Hit, answers: tuple[Span, ...]) -> bool | None:
    """Return whether the marked evidence shares a character with an answer; None if there is no answer."""
    if not answers:
        return None
    return any(
        span.start < answer.end and answer.start < span.end for span in hit.evidence for answer in answers
    )


def _paragraphs(hits: Iterable[Hit]) -> list[tuple[str, ...]]:
    """Return the id of each distinct article and of its near-duplicates, in the order of their first passages."""
    found: dict[str, tuple[str, ...]] = {}
    for hit in hits:
        found.setdefault(hit.article.id or "", (hit.article.id or "", *hit.also_in))
    return list(found.values())


def _article_id(corpus: int, place: Place) -> str:
    return f"c{corpus}-{place.article}-{place.paragraph}"


def read_distractors(path: Path, at_most: int | None = None) -> Iterator[str]:
    """Yield the paragraphs of a text file, one for each line; `.gz` is unpacked.

    Raises:
        UnreadableArticle: it cannot be read.
    """
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rt", encoding="utf-8", errors="replace") as file:
            lines = (line.strip().replace("\0", " ") for line in file)
            yield from islice((line for line in lines if line), at_most)
    except OSError as error:
        raise UnreadableArticle(f"{path} cannot be read: {error}") from error
