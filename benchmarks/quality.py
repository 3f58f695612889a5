"""Quality of search, evidence and confidence: `python -m benchmarks.quality --data DIR`.

DIR holds `eval/` (question sets in SQuAD's format) and `mono/` (paragraphs a line). Writes docs/quality.md.
"""

from __future__ import annotations

import argparse
import sys
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from assistant.evaluation import (
    Found,
    Pool,
    Question,
    QuestionSet,
    Separated,
    ask_all,
    found,
    read_distractors,
    read_squad,
    separate,
    separated,
)
from benchmarks.peers import PEERS, ask_peer
from index import SanadError
from index.collection import shipped_lexicon
from index.models.calibration import Calibration
from index.ranking.parameters import DEFAULT, Weights
from index.ranking.search import Searcher

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assistant.evaluation.pool import Search
    from index import Ranking

PAGE = Path(__file__).parents[1] / "docs" / "quality.md"
MONO = ("unl-ar-saudinewsnet.txt.gz", "en-wikipedia-chinapedia.txt.gz")
DIRECTIONS = {
    "ar -> ar": ("xquad-dev.ar", "xquad-dev.ar"),
    "en -> en": ("xquad-dev.en", "xquad-dev.en"),
    "ARCD ar -> ar": ("arcd-dev.ar", "arcd-dev.ar"),
    "en -> ar": ("xquad-dev.ar", "xquad-dev.en"),
    "ar -> en": ("xquad-dev.en", "xquad-dev.ar"),
}
TO_ARABIC = ("de", "es", "ru", "tr", "hi", "zh", "el", "ro", "th", "vi")
LANGUAGES = ("ar", "en", *TO_ARABIC)
CHANNELS = {
    "words and translations": Weights(words=1, names=0, grams=0, dense=0),
    "4-grams": Weights(words=0, names=0, grams=1, dense=0),
    "name keys": Weights(words=0, names=1, grams=0, dense=0),
    "lexical, all three": DEFAULT._replace(dense=0),
    "vectors": Weights(words=1, names=0, grams=0, dense=1),
    "all together": DEFAULT,
}
SURE_UP_TO = 10_000
RETRIEVAL_HEADER = "recall@1 | recall@5 | recall@10 | MRR@10 | nDCG@10 | evidence | p50 ms"


# Corpus, questions, distractors, and the recall@1 and recall@10 that were set out to be reached
REACH = {
    "en -> ar": ("xquad-dev.ar", "xquad-dev.en", 0, 0.90, 0.993),
    "ar -> ar": ("xquad-dev.ar", "xquad-dev.ar", 0, 0.955, 0.997),
    "en -> en": ("xquad-dev.en", "xquad-dev.en", 0, 0.98, 0.999),
    "ar -> en": ("xquad-dev.en", "xquad-dev.ar", 0, 0.895, 0.988),
    "de -> ar": ("xquad-dev.ar", "xquad-dev.de", 0, 0.83, 0.975),
    "es -> ar": ("xquad-dev.ar", "xquad-dev.es", 0, 0.865, 0.983),
    "ru -> ar": ("xquad-dev.ar", "xquad-dev.ru", 0, 0.82, 0.97),
    "tr -> ar": ("xquad-dev.ar", "xquad-dev.tr", 0, 0.82, 0.97),
    "hi -> ar": ("xquad-dev.ar", "xquad-dev.hi", 0, 0.80, 0.96),
    "zh -> ar": ("xquad-dev.ar", "xquad-dev.zh", 0, 0.78, 0.97),
    "el -> ar": ("xquad-dev.ar", "xquad-dev.el", 0, 0.68, 0.95),
    "ro -> ar": ("xquad-dev.ar", "xquad-dev.ro", 0, 0.68, 0.95),
    "vi -> ar": ("xquad-dev.ar", "xquad-dev.vi", 0, 0.68, 0.95),
    "th -> ar": ("xquad-dev.ar", "xquad-dev.th", 0, 0.68, 0.95),
    "ARCD ar -> ar": ("arcd-dev.ar", "arcd-dev.ar", 0, 0.77, 0.972),
    "en -> ar, crowd": ("xquad-dev.ar", "xquad-dev.en", 10_000, 0.66, 0.92),
    "ar -> ar, crowd": ("xquad-dev.ar", "xquad-dev.ar", 10_000, 0.93, 0.985),
    "ar -> en, crowd": ("xquad-dev.en", "xquad-dev.ar", 10_000, 0.80, 0.94),
}


class Data(NamedTuple):
    """The question sets and distractors, how many of the questions are asked (every n-th), and the model."""

    folder: Path
    every: int
    model: str | None = None

    def pool(self, corpora: Sequence[QuestionSet], distractors: int = 0) -> Pool:
        """Give a collection of question sets' paragraphs, and others that answer nothing."""
        return Pool(corpora, distractors=self.distractors(distractors), model=self.model)

    def squad(self, name: str) -> QuestionSet:
        """Give a question set by its name."""
        return read_squad(self.folder / "eval" / f"{name}.json")

    def asked(self, name: str) -> tuple[Question, ...]:
        """Give the questions of a set that are asked."""
        return self.squad(name).questions[:: self.every]

    def distractors(self, count: int) -> Iterator[str]:
        """Give paragraphs that answer nothing, in equal parts from each file."""
        files = [self.folder / "mono" / name for name in MONO]
        return chain.from_iterable(read_distractors(path, count // len(MONO)) for path in files)


def weighted(pool: Pool, weights: Weights) -> Search:
    """Give a search with other weights of the channels."""
    collection = pool.collection
    with collection.session() as session:
        encoder = session.encoder
    searcher = Searcher(encoder, Calibration(encoder), shipped_lexicon(), weights)

    def search(question: str, k: int) -> Ranking:
        with collection.view() as (view, reader):
            return searcher.search(view, reader, question, k)

    return search


def retrieval_row(name: str, good: Found) -> str:
    """One row of a retrieval table."""
    figures = (good.recall_1, good.recall_5, good.recall_10, good.mrr_10, good.ndcg_10)
    evidence = "" if good.evidence is None else f"{good.evidence:.3f}"
    time = f"{good.p50_ms:.1f}" if good.p50_ms else ""
    return f"| {name} | {' | '.join(f'{value:.3f}' for value in figures)} | {evidence} | {time} |"


def channels(data: Data) -> Iterator[str]:
    """Each channel alone, all together, and the peers, in each direction."""
    pools: dict[str, Pool] = {}
    for direction, (corpus, asked) in DIRECTIONS.items():
        if corpus not in pools:
            pools[corpus] = data.pool([data.squad(corpus)])
        pool = pools[corpus]
        yield from _head(f"{direction}: {len(pool.corpora[0].paragraphs)} paragraphs", RETRIEVAL_HEADER)
        for name, tokens in PEERS.items():
            yield retrieval_row(name, found(ask_peer(tokens, pool.corpora[0], data.asked(asked))))
        for name, weights in CHANNELS.items():
            outcomes = ask_all(pool, data.asked(asked), weighted(pool, weights))
            yield retrieval_row(f"**{name}**" if weights is DEFAULT else name, found(outcomes))
    yield from _head("Other languages -> ar", RETRIEVAL_HEADER)
    for language in TO_ARABIC:
        asked_all = data.asked(f"xquad-dev.{language}")
        yield retrieval_row(f"{language} -> ar", found(ask_all(pools["xquad-dev.ar"], asked_all)))
    for pool in pools.values():
        pool.close()


def mixed(data: Data) -> Iterator[str]:
    """Everything in one collection; and answers that exist in Arabic only, in a crowd of others."""
    corpora = [data.squad(f"xquad-dev.{language}") for language in LANGUAGES]
    first = "question | recall@1 | recall@10 | nDCG@10 | first hit in"
    yield from _head("One pool: XQuAD in 12 languages and ARCD", first, names=False)
    with data.pool([*corpora, data.squad("arcd-dev.ar")]) as pool:
        for language in ("ar", "en", "de", "hi", "zh"):
            yield _mixed_row(language, found(ask_all(pool, data.asked(f"xquad-dev.{language}"))))
    even = corpora[0].articles[::2]
    odd = corpora[0].articles[1::2]
    yield from _head("Half of the articles in Arabic only, the others in 12 languages", first, names=False)
    with data.pool([corpora[0].only(even), *(corpus.only(odd) for corpus in corpora)]) as pool:
        yield from _asked_of(pool, data, even, "{} -> ar, in the crowd")
    with data.pool([corpora[0].only(even)]) as pool:
        yield from _asked_of(pool, data, even, "{} -> ar, alone")


def _asked_of(pool: Pool, data: Data, articles: Sequence[int], name: str) -> Iterator[str]:
    for language in ("ar", "en", "de"):
        questions = [q for q in data.asked(f"xquad-dev.{language}") if q.place.article in articles]
        yield _mixed_row(name.format(language), found(ask_all(pool, questions)))


def _mixed_row(name: str, good: Found) -> str:
    languages = ", ".join(f"{code} {share:.0%}" for code, share in list(good.first_languages.items())[:4])
    return f"| {name} | {good.recall_1:.3f} | {good.recall_10:.3f} | {good.ndcg_10:.3f} | {languages} |"


def crowded(data: Data, sizes: Sequence[int]) -> Iterator[str]:
    """Retrieval and confidence as the collection grows."""
    retrieval: list[str] = []
    confidence: list[str] = []
    for direction, (corpus, asked) in DIRECTIONS.items():
        confidence.append(
            _sure_row(f"{direction}, 2 articles", small(data, data.squad(corpus), data.asked(asked)))
        )
    for size in (0, *sizes):
        for name, good, sure in _at_size(data, size):
            retrieval.append(retrieval_row(name, good))
            confidence += [_sure_row(name, sure)] if sure else []
    for peer, tokens in PEERS.items() if sizes else ():
        distractors = data.distractors(sizes[-1])
        good = found(ask_peer(tokens, data.squad("xquad-dev.ar"), data.asked("xquad-dev.ar"), distractors))
        retrieval.append(retrieval_row(f"{peer}: ar -> ar, {sizes[-1]:,} distractors", good))
    yield from _head("With distractors, all channels", RETRIEVAL_HEADER)
    yield from retrieval
    yield from _head("Confidence", "AUROC | answerable, refused | not answerable, answered | questions")
    yield from confidence


def _at_size(data: Data, size: int) -> Iterator[tuple[str, Found, Separated | None]]:
    """Ask in each direction with so many distractors; confidence up to SURE_UP_TO of them."""
    for corpus in dict.fromkeys(corpus for corpus, _ in DIRECTIONS.values()):
        with data.pool([data.squad(corpus)], size) as pool:
            for direction, (own, asked) in DIRECTIONS.items():
                if own == corpus:
                    questions = data.asked(asked)
                    good = found(ask_all(pool, questions))
                    sure = separate(pool, questions) if size <= SURE_UP_TO else None
                    yield f"{direction}, {size:,} distractors", good, sure


def small(data: Data, corpus: QuestionSet, questions: Sequence[Question]) -> Separated:
    """Compare confidence in collections of two SQuAD articles, for their questions and other ones."""
    pairs = [corpus.articles[start : start + 2] for start in range(0, len(corpus.articles) - 1, 2)]
    answerable: list[float] = []
    unanswerable: list[float] = []
    for number, pair in enumerate(pairs):
        foreign = pairs[(number + len(pairs) // 2) % len(pairs)]
        with data.pool([corpus.only(pair)]) as pool:
            for articles, kind in ((pair, answerable), (foreign, unanswerable)):
                asked = [one for one in questions if one.place.article in articles]
                kind += [outcome.confidence for outcome in ask_all(pool, asked)]
    sure = separated(answerable, unanswerable)
    if sure is None:
        raise SanadError(f"{corpus.name} has fewer than two pairs of articles")
    return sure


def reach(data: Data) -> Iterator[str]:
    """Retrieval beside what it is to reach, and how flat the one weight of the fusion is."""
    shares = (DEFAULT.dense, 0.0, *(_moved(DEFAULT.dense, factor) for factor in (0.75, 1.25)))
    columns = "recall@1 | to reach | recall@10 | to reach | words alone | a quarter less | a quarter more"
    yield from _head("What is to be reached", columns)
    groups: dict[tuple[str, int], list[str]] = {}
    for name, (corpus, _, size, *_) in REACH.items():
        groups.setdefault((corpus, size), []).append(name)
    for (corpus, size), names in groups.items():
        with data.pool([data.squad(corpus)], size) as pool:
            for name in names:
                _, asked, _, *wanted = REACH[name]
                now, *others = [
                    found(ask_all(pool, data.asked(asked), weighted(pool, DEFAULT._replace(dense=share))))
                    for share in shares
                ]
                figures = (now.recall_1, wanted[0], now.recall_10, wanted[1])
                beside = (f"{one.recall_1:.3f}/{one.recall_10:.3f}" for one in others)
                yield f"| {name} | {' | '.join(f'{figure:.3f}' for figure in figures)} | {' | '.join(beside)} |"


def _moved(share: float, factor: float) -> float:
    """Give the share of the dense half with which its weight beside the words is so many times what it is."""
    return factor * share / (1 - share + factor * share)


def _sure_row(name: str, sure: Separated) -> str:
    return (
        f"| {name} | {sure.auroc:.3f} | {sure.missed:.1%} | {sure.invented:.1%}"
        f" | {sure.answerable} + {sure.unanswerable} |"
    )


def _head(title: str, columns: str, *, names: bool = True) -> Iterator[str]:
    """Give a heading and the head of a table; `names`: the first column has none."""
    columns = f"| {columns}" if names else columns
    yield from ("", f"## {title}", "", f"| {columns} |", f"|{'---|' * (columns.count('|') + 1)}")


INTRODUCTION = """# Quality

Made by `{command}`; do not edit.

Paragraph retrieval: each paragraph of a corpus is an article of a collection, each question has one right
paragraph. {every}. Evidence: of the questions with the right paragraph first, the share whose marked sentence
holds the answer. Confidence: half of the SQuAD articles are taken out of the collection and every question is
asked, then the other half; "2 articles" are collections of two SQuAD articles, asked their own questions and
those of two others. Time is of one question, on one core of the machine that made this page.
Development halves of XQuAD and ARCD: the weights were chosen on them, so expect a little less elsewhere."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure everything and write the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder with eval/ and mono/")
    parser.add_argument(
        "--quick", action="store_true", help="every 6th question, no distractors; printed only"
    )
    parser.add_argument("--every", type=int, default=1, metavar="N", help="ask every N-th question only")
    parser.add_argument(
        "--model", help="a sentence-transformers model instead of the shipped one; printed only"
    )
    parser.add_argument("--reach", action="store_true", help="what is to be reached only; printed only")
    parser.add_argument(
        "--distractors",
        type=int,
        nargs="*",
        default=[1_000, 10_000, 20_000],
        metavar="N",
        help="sizes of the crowd",
    )
    given = parser.parse_args(arguments)
    data = Data(given.data, 6 if given.quick else given.every, given.model)
    parts = [channels(data), mixed(data), crowded(data, [] if given.quick else given.distractors)]
    if given.reach or not given.quick:
        parts = [reach(data)] if given.reach else [*parts, reach(data)]
    options = [word for word in arguments or sys.argv[1:] if word != str(given.data)]
    command = " ".join(["python -m benchmarks.quality", *options]).replace("--data", "--data DIR")
    every = "Every question is asked" if data.every == 1 else f"One question of {data.every} is asked"
    lines = [INTRODUCTION.format(command=command, every=every)]
    for line in chain.from_iterable(parts):
        print(line, flush=True)
        lines.append(line)
    if not (given.quick or given.model or given.reach):
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text("\n".join([*lines, ""]), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
