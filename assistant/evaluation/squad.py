"""Read question sets in SQuAD's format: paragraphs, the questions on them, and the spans of the answers.

Source: Rajpurkar et al., EMNLP 2016, https://doi.org/10.18653/v1/D16-1264
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from index import Span, UnreadableArticle

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path


class Place(NamedTuple):
    """A paragraph of a file: number of the article and number of the paragraph in it, from 0.

    Parallel files (the same articles in other languages) hold the same paragraph at the same place.
    """

    article: int
    paragraph: int


@dataclass(frozen=True, slots=True)
class Question:
    """A question, the place of the paragraph that answers it, and the spans of the answer there."""

    id: str
    text: str
    place: Place
    answers: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """One SQuAD file.

    Attributes:
        name: the file's, without `.json`.
        paragraphs: texts by place.
        questions: in the file's order.
    """

    name: str
    paragraphs: dict[Place, str]
    questions: tuple[Question, ...]

    @property
    def articles(self) -> list[int]:
        """Numbers of the articles, ascending."""
        return sorted({place.article for place in self.paragraphs})

    def only(self, articles: Collection[int]) -> QuestionSet:
        """Return the same file with these articles only, at their old places."""
        return replace(
            self,
            paragraphs={at: text for at, text in self.paragraphs.items() if at.article in articles},
            questions=tuple(one for one in self.questions if one.place.article in articles),
        )


def read_squad(path: Path) -> QuestionSet:
    """Read a SQuAD file (version 1 or 2; questions without an answer are left out).

    Raises:
        UnreadableArticle: it cannot be read or is not in SQuAD's format.
    """
    try:
        articles = json.loads(path.read_text(encoding="utf-8"))["data"]
        found = list(_paragraphs(articles))
    except OSError as error:
        raise UnreadableArticle(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise UnreadableArticle(
            f"{path} is not a SQuAD file ({type(error).__name__}: {error}); expected"
            " data[].paragraphs[] with context and qas[]"
        ) from error
    return QuestionSet(
        name=path.name.removesuffix(".json"),
        paragraphs={place: text for place, text, _ in found},
        questions=tuple(question for _, _, questions in found for question in questions),
    )


def _paragraphs(articles: Any) -> Iterator[tuple[Place, str, list[Question]]]:  # noqa: ANN401
    for number, article in enumerate(articles):
        for ordinal, paragraph in enumerate(article["paragraphs"]):
            place, text = Place(number, ordinal), str(paragraph["context"])
            yield place, text, [_question(one, place, text) for one in paragraph["qas"] if one["answers"]]


def _question(entry: dict[str, Any], place: Place, text: str) -> Question:
    answers = (_span(text, one["text"], one["answer_start"]) for one in entry["answers"])
    return Question(str(entry["id"]), entry["question"], place, tuple(span for span in answers if span))


def _span(text: str, answer: str, start: int) -> Span | None:
    """Return the span of an answer; if the file's offset is wrong, the answer's nearest occurrence."""
    if text[start : start + len(answer)] == answer:
        return Span(start, start + len(answer))
    before, after = text.rfind(answer, 0, start + len(answer)), text.find(answer, start)
    found = [at for at in (before, after) if at >= 0]
    if not found or not answer:
        return None
    nearest = min(found, key=lambda at: abs(at - start))
    return Span(nearest, nearest + len(answer))
