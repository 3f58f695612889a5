"""Whether the gloss of a word gives its meaning, and how long a passage takes.

Run: `python -m benchmarks.gloss --data DIR [--words 200] [--show]`. Words are drawn from the Arabic paragraphs of XQuAD
(DIR/eval/xquad-dev.ar.json), the same in every run: no function words and no numbers. The judge is the parallel English
paragraph: a gloss counts as right if one of its first two meanings stands there by its stem, or its romanised name by
its name key (of two consonants or more). So a right meaning for which the translator took another word counts as wrong,
and a wrong one that stands elsewhere in the paragraph counts as right. How often the latter happens is measured too:
the same glosses judged by the English paragraph of another article. The same shares are given of all content words.
Every other paragraph is held out: what the gloss is tuned by is the rest.
Times are of the processor, so that other programs matter less.
"""

from __future__ import annotations

import argparse
import random
import time
from functools import cache
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from assistant.evaluation import read_squad
from index.analysis import is_stopword, name_key, stem_of, words
from index.collection import shipped_lexicon
from index.models.function_words import function_words
from index.models.gloss import Glossed, gloss, gloss_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from index.models.lexicon import Lexicon

JUDGED = 2  # first meanings
SEED = 7


class Drawn(NamedTuple):
    """A glossed word, its parallel English paragraph, one of another article, and whether it may be tuned by."""

    glossed: Glossed
    english: str
    other: str
    is_held_out: bool


@cache
def stems(text: str) -> frozenset[str]:
    """Return the stems of a text's English words."""
    return frozenset(stem_of(word.folded, "en") for word in words(text))


@cache
def keys(text: str) -> frozenset[str]:
    """Return the name keys of a text's words."""
    return frozenset(key for word in words(text) if (key := name_key(word.folded)))


def is_right(glossed: Glossed, english: str) -> bool:
    """Return whether a paragraph holds one of the first meanings, or the name."""
    if any(not stems(meaning).isdisjoint(stems(english)) for meaning in glossed.meanings[:JUDGED]):
        return True
    return glossed.name is not None and not keys(glossed.name).isdisjoint(keys(english))


def is_content(glossed: Glossed, language: str) -> bool:
    """Return whether a word is no particle, function word or number."""
    folded = [word.folded for word in words(glossed.word)]
    return bool(folded) and not (
        glossed.stem in function_words(language)
        or is_stopword(folded[0], language)
        or any(letter.isdigit() or letter.isascii() for letter in folded[0])
    )


def content(data: Path, language: str, lexicon: Lexicon) -> list[Drawn]:
    """Return the glossed content words of the paragraphs."""
    here, there = (read_squad(data / "eval" / f"xquad-dev.{code}.json") for code in (language, "en"))
    places = sorted(here.paragraphs)
    found = []
    for number, place in enumerate(places):
        other = next(p for p in places[number:] + places if p.article != place.article)
        found += [
            Drawn(one, there.paragraphs[place], there.paragraphs[other], is_held_out=number % 2 == 1)
            for one in gloss(here.paragraphs[place], language, "en", lexicon)
            if is_content(one, language)
        ]
    return found


def shares(drawn: Iterable[Drawn]) -> str:
    """Return how many are right by their own paragraph, and by another."""
    judged = [(is_right(one.glossed, one.english), is_right(one.glossed, one.other)) for one in drawn]
    own, other = (sum(column) / len(judged) for column in zip(*judged, strict=True))
    return f"{own:.3f} (by another article's paragraph {other:.3f}) of {len(judged):,} words"


def timed(texts: Iterable[str], language: str, lexicon: Lexicon) -> list[float]:
    """Return the milliseconds of processor time that each text's gloss takes."""
    taken = []
    for text in texts:
        began = time.thread_time()
        gloss(text, language, "en", lexicon)
        taken.append(1000 * (time.thread_time() - began))
    return taken


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gloss", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder with eval/")
    parser.add_argument("--language", default="ar", help="of the paragraphs")
    parser.add_argument("--words", type=int, default=200, metavar="N", help="how many are drawn")
    parser.add_argument("--show", action="store_true", help="list the drawn words")
    given = parser.parse_args()
    lexicon = shipped_lexicon()
    if lexicon is None:
        parser.error("this installation lacks the lexicon")
    gloss("كتاب", "ar", "en", lexicon)  # loads what is loaded once
    texts = read_squad(given.data / "eval" / f"xquad-dev.{given.language}.json").paragraphs.values()
    first, again = (timed(texts, given.language, lexicon) for _ in range(2))
    found = content(given.data, given.language, lexicon)
    drawn = random.Random(SEED).sample(found, min(given.words, len(found)))
    print(f"right among the first {JUDGED}: {shares(drawn)}; {shares(found)}")
    for name, is_held_out in (("tuned by", False), ("held out", True)):
        print(f"{name}: {shares(one for one in found if one.is_held_out == is_held_out)}")
    n_words = sum(len(words(text)) for text in texts) / len(first)
    print(
        f"{len(first)} paragraphs of {n_words:.0f} words: median {median(first):.2f} ms, most {max(first):.1f} ms;"
        f" with all words known already {median(again):.2f} ms, most {max(again):.1f} ms"
    )
    if given.show:
        for one in drawn:
            mark = "+" if is_right(one.glossed, one.english) else "-"
            print(mark, gloss_line([one.glossed]), one.glossed)


if __name__ == "__main__":
    main()
