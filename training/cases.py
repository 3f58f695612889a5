"""Asks the development questions where they are answered and where they are not, and keeps what was seen of each.

    python -m training.cases --data DIR --out cases.jsonl [--every N] [--distractors N]

Kinds of questions that are not answered, from easy to hard: the whole SQuAD article is away; only the paragraph that
answers is away, and the others of its article are left (near); the paragraph is there, and the question names
another (exchanged). The questions of `training.written` that are kept back are asked over the passages of their file,
where people ask what an article nearly tells (nearly). Kinds that are answered: whole, and keywords (the question's
content words alone).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from assistant.evaluation import Place, Pool, Question, QuestionSet, overlap, read_distractors, read_squad
from index import READ, Article, Span, content_words, detect
from index.collection import shipped_lexicon
from index.ranking.asking import names
from training import written

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


MONO = ("unl-ar-saudinewsnet.txt.gz", "en-wikipedia-chinapedia.txt.gz")
CORPORA = {
    "xquad-dev.ar": ("ar", "en", "de", "es", "ru", "tr", "hi", "zh", "el", "ro", "vi", "th"),
    "xquad-dev.en": ("en", "ar"),
    "arcd-dev.ar": ("arcd",),
}
MAIN = {"ar", "en", "arcd"}
"""Of other languages every fourth question is asked."""


class Case(NamedTuple):
    """One question asked once.

    Attributes:
        group: direction, and what the collection holds.
        kind: `whole`, `keywords`, `away`, `near`, `exchanged` or `nearly`.
        article: of the SQuAD file.
        answerable: whether the collection answers it.
        signs: what was seen; None: nothing was found.
        verdict, asked: the verdict, and what kind of question it was taken for.
        absent: how many names no passage mentions.
        searched, read: whether the right paragraph is first by the search, and after reading.
        evidence: whether the marked sentence holds the answer, of a right paragraph that is first; else None.
        exact, f1: of the short answer, where the right paragraph's answer is known; else None.
    """

    group: str
    kind: str
    article: int
    answerable: bool
    signs: tuple[float | None, ...] | None
    verdict: str
    asked: str
    absent: int
    searched: bool
    read: bool
    evidence: bool | None = None
    exact: float | None = None
    f1: float | None = None


def cases(data: Path, every: int, distractors: int) -> Iterator[Case]:
    """Ask all questions in collections with and without what answers them."""
    yield from _written(every)
    for name, languages in CORPORA.items():
        corpus = read_squad(data / "eval" / f"{name}.json")
        sets = {f"{one}->{name[-2:]}": _questions(data, name, one, every) for one in languages}
        yield from _small(corpus, sets)
        for size in (0, distractors):
            files = [read_distractors(data / "mono" / file, size // len(MONO)) for file in MONO]
            with Pool([corpus], distractors=chain.from_iterable(files)) as pool:
                for direction, questions in sets.items():
                    group = f"{direction} {size:,}" if size else direction
                    yield from _halves(pool, group, questions)
                    if not size:
                        yield from _whole(pool, group, questions)
                        yield from _near(pool, group, questions)
            print(f"{name} among {size:,} asked", file=sys.stderr)


def _questions(data: Path, corpus: str, language: str, every: int) -> tuple[Question, ...]:
    name = corpus if language == "arcd" else f"{corpus.rpartition('.')[0]}.{language}"
    return read_squad(data / "eval" / f"{name}.json").questions[:: every if language in MAIN else 4 * every]


def _written(every: int) -> Iterator[Case]:
    """Collections of the passages of one file each that are kept back; they are asked six times as often."""
    for name, passages in written.kept_back().items():
        paragraphs = {Place(number, 0): asked.text for number, asked in enumerate(passages)}
        rows = [(Place(number, 0), row) for number, asked in enumerate(passages) for row in asked.rows]
        questions = [
            Question(
                str(number),
                row.question,
                place,
                tuple(Span(a.start, a.start + len(a.text)) for a in row.answers),
            )
            for number, (place, row) in enumerate(rows)
        ]
        with Pool([QuestionSet(name, paragraphs, tuple(questions))]) as pool:
            for question, (_, row) in [*zip(questions, rows, strict=True)][:: max(1, every // 6)]:
                group = (
                    "->".join(one if one in MAIN else "other" for one in (row.asked, row.told)) + " written"
                )
                held = bool(row.answers)
                yield _asked(
                    pool, group, "whole" if held else "nearly", question, question.text, answerable=held
                )


def _small(corpus: QuestionSet, sets: dict[str, tuple[Question, ...]]) -> Iterator[Case]:
    """Collections of two articles each, asked their own questions and those of two others."""
    pairs = [corpus.articles[start : start + 2] for start in range(0, len(corpus.articles) - 1, 2)]
    for number, pair in enumerate(pairs):
        foreign = pairs[(number + len(pairs) // 2) % len(pairs)]
        with Pool([corpus.only(pair)]) as pool:
            for direction, questions in sets.items():
                for question in questions:
                    if question.place.article in {*pair, *foreign}:
                        held = question.place.article in pair
                        kind = "whole" if held else "away"
                        yield _asked(
                            pool, f"{direction} two articles", kind, question, question.text, answerable=held
                        )


def _halves(pool: Pool, group: str, questions: Sequence[Question]) -> Iterator[Case]:
    articles = sorted({question.place.article for question in questions})
    for away in (articles[::2], articles[1::2]):
        pool.take(away)
        for question in questions:
            held = question.place.article not in away
            if held or not question.place.article % 2:  # as many of both kinds are enough
                yield _asked(
                    pool, group, "whole" if held else "away", question, question.text, answerable=held
                )
        pool.put(away)


def _whole(pool: Pool, group: str, questions: Sequence[Question]) -> Iterator[Case]:
    """Keywords of the questions, and questions about another name of the same language."""
    named = [
        (question, names(question.text, detect(question.text), shipped_lexicon())) for question in questions
    ]
    others = [name for _, found in named for name in found]
    for number, (question, found) in enumerate(named):
        words = " ".join(content_words(question.text))
        yield _asked(pool, group, "keywords", question, words, answerable=True)
        if not found:
            continue
        gold = " ".join(pool.collection.article(article).text for article in pool.gold(question)).casefold()
        for step in range(7, len(others)):
            other = others[(number * 31 + step) % len(others)]
            if other.casefold() not in gold and other[0].isdigit() == found[0][0].isdigit():
                text = question.text.replace(found[0], other)
                yield _asked(pool, group, "exchanged", question, text, answerable=False)
                break


def _near(pool: Pool, group: str, questions: Sequence[Question]) -> Iterator[Case]:
    """Each question once without the paragraph that answers it."""
    places = Counter(question.place for question in questions)
    for place in places:
        own = [question for question in questions if question.place == place]
        held = {info.id for info in pool.collection.articles()}
        gone = [pool.collection.article(article) for article in pool.gold(own[0]) if article in held]
        for article in gone:
            pool.collection.remove(article.id or "")
        for question in own:
            yield _asked(pool, group, "near", question, question.text, answerable=False)
        pool.collection.add([Article(id=article.id, text=article.text) for article in gone])
        pool.collection.settle()


def _asked(pool: Pool, group: str, kind: str, question: Question, text: str, *, answerable: bool) -> Case:
    found = pool.collection.search(text, READ)
    ranking = pool.collection.read(found, READ)
    gold = pool.gold(question)
    first = ranking.hits[0] if ranking.hits else None
    answers = gold.get(first.article.id or "", ()) if first else ()
    evidence = exact = f1 = None
    if first and answers and kind == "whole":
        evidence = any(
            span.start < answer.end and answer.start < span.end
            for span in first.evidence
            for answer in answers
        )
    if kind == "whole" and (marked := pool.marked(gold)):
        said = ranking.short_answer.text if ranking.short_answer else ""
        exact, f1 = overlap.exact(said, marked), overlap.f1(said, marked)
    return Case(
        group=group,
        kind=kind,
        article=question.place.article,
        answerable=answerable,
        signs=tuple(ranking.signs) if ranking.signs else None,
        verdict=ranking.verdict,
        asked=ranking.kind,
        absent=len(ranking.absent),
        searched=bool(found.hits) and found.hits[0].article.id in gold,
        read=bool(first) and first.article.id in gold,
        evidence=evidence,
        exact=exact,
        f1=f1,
    )


def save(found: Iterable[Case], path: Path) -> int:
    """Write cases, one JSON array a line; give how many there were."""
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for case in found:
            file.write(json.dumps(case._asdict()) + "\n")
            count += 1
    return count


def main(arguments: list[str] | None = None) -> int:
    """Ask, and write what was seen."""
    parser = argparse.ArgumentParser(prog="python -m training.cases", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder with eval/ and mono/")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--every", type=int, default=6, help="ask every n-th question")
    parser.add_argument("--distractors", type=int, default=3_000)
    given = parser.parse_args(arguments)
    print(f"{save(cases(given.data, given.every, given.distractors), given.out):,} cases")
    return 0


if __name__ == "__main__":
    sys.exit(main())
