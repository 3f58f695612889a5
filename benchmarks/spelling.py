"""What reading unknown words as known ones gains, and whether it leaves right questions alone.

Run: `python -m benchmarks.spelling [--data DIR] [--every 2] [--pairs en-ar] [--show]`. First the misspelt questions of
tests/quality/misspelt.json over the small articles there. With --data, the development questions of XQuAD: one content
word of each gets one random change (a letter less, more, another, or two neighbours exchanged), the same in every run;
asked with and without correction. The questions as they are: how many are touched, and what that costs.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING
from unittest.mock import patch

from assistant.evaluation import Pool, read_squad
from index import Article, Collection, content_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.evaluation import Question

PAIRS = ("ar-ar", "en-en", "en-ar", "ar-en", "de-de", "es-es", "ru-ru", "tr-tr", "el-el")
LETTERS = {
    "en": "abcdefghijklmnopqrstuvwxyz",
    "ar": "ابتثجحخدذرزسشصضطظعغفقكلمنهويةءئ",
    "de": "abcdefghijklmnopqrstuvwxyzäöü",
    "es": "abcdefghijklmnñopqrstuvwxyz",
    "ru": "абвгдежзийклмнопрстуфхцчшщъыьэюя",
    "tr": "abcçdefgğhıijklmnoöprsştuüvyz",
    "el": "αβγδεζηθικλμνξοπρστυφχψω",
}
MISSPELT = Path(__file__).parents[1] / "tests" / "quality" / "misspelt.json"
SHORTEST = 4  # of a word that is changed


def misspelt(question: Question, language: str) -> Question:
    """Give a question with one change in one of its content words, the same for the same question."""
    chance = random.Random(question.id)
    fit = [word for word in content_words(question.text) if word.isalpha() and len(word) >= SHORTEST]
    if not fit:
        return question
    word = chance.choice(fit)
    place, letter = chance.randrange(len(word)), chance.choice(LETTERS[language])
    other = min(place, len(word) - 2)
    changed = chance.choice(
        [
            word[:place] + word[place + 1 :],
            word[:place] + letter + word[place:],
            word[:place] + letter + word[place + 1 :],
            word[:other] + word[other + 1] + word[other] + word[other + 2 :],
        ]
    )
    return replace(question, text=question.text.replace(word, changed, 1))


def measure(pool: Pool, questions: Sequence[Question], *, corrects: bool) -> tuple[float, float]:
    """Give recall@1 and the median time in milliseconds."""
    without = patch("index.ranking.search.corrected", return_value=None)
    with nullcontext() if corrects else without:
        outcomes = [pool.ask(question) for question in questions]
    return sum(one.rank == 1 for one in outcomes) / len(outcomes), median(one.took_ms for one in outcomes)


def invented(collection: Collection, *, corrects: bool) -> float:
    """Give the share of the misspelt questions over invented articles, which it holds, that find theirs first."""
    questions = json.loads(MISSPELT.read_text("utf-8"))["questions"]
    with nullcontext() if corrects else patch("index.ranking.search.corrected", return_value=None):
        found = [collection.search(question, 1).hits for question, _ in questions]
    right = [
        bool(hits) and hits[0].article.id == name for hits, (_, name) in zip(found, questions, strict=True)
    ]
    return sum(right) / len(right)


def articles() -> list[Article]:
    """Give the invented articles."""
    told = json.loads(MISSPELT.read_text("utf-8"))["articles"]
    return [Article(id=name, **facts) for name, facts in told.items()]


def touched(pool: Pool, questions: Sequence[Question]) -> list[tuple[str, str]]:
    """Give the words that are read as others, of all questions."""
    return [pair for one in questions for pair in pool.collection.search(one.text, 1).corrected]


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.spelling", description=__doc__)
    parser.add_argument("--data", type=Path, help="the folder with eval/")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="ask every N-th question only")
    parser.add_argument("--pairs", nargs="+", default=PAIRS, help="languages of questions and of articles")
    parser.add_argument("--show", action="store_true", help="list what was read as what")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as home, Collection(Path(home)) as collection:
        collection.add(articles())
        collection.settle()
        shares = [invented(collection, corrects=corrects) for corrects in (False, True)]
        print(
            f"invented articles, right first without / with: {shares[0]:.3f} / {shares[1]:.3f}\n", flush=True
        )
        if given.show:
            asked = json.loads(MISSPELT.read_text("utf-8"))["questions"]
            for text, name in asked:
                found = collection.search(text, 1)
                print(found[0].article.id == name if found else "none", text, dict(found.corrected))
    if not given.data:
        return
    print(
        "| question-articles | as they are, without / with | touched | misspelt, without / with | changed"
        " | ms without / with |\n|---|---|---|---|---|---|"
    )
    for pair in given.pairs:
        language, _, spoken = pair.partition("-")
        asked = read_squad(given.data / "eval" / f"xquad-dev.{language}.json").questions[:: given.every]
        wrong = [misspelt(question, language) for question in asked]
        with Pool([read_squad(given.data / "eval" / f"xquad-dev.{spoken}.json")]) as pool:
            right = [measure(pool, asked, corrects=corrects)[0] for corrects in (False, True)]
            (before, slow), (after, slower) = (
                measure(pool, wrong, corrects=corrects) for corrects in (False, True)
            )
            kept, changed = touched(pool, asked), touched(pool, wrong)
        print(
            f"| {pair} | {right[0]:.3f} / {right[1]:.3f} | {len(kept) / len(asked):.1%}"
            f" | {before:.3f} / {after:.3f} | {len(changed) / len(asked):.1%} | {slow:.1f} / {slower:.1f} |",
            flush=True,
        )
        if given.show:
            print("as they are:", kept, "\nmisspelt:", changed[:150])


if __name__ == "__main__":
    main()
