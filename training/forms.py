"""Learn what each form of an Arabic word means: `python -m training.forms --data FOLDER [--out FOLDER]`.

The lexicon translates stems, and many forms share one: day and daily, view and theory. Here the forms themselves are
aligned with the English words as they are written (align.py), without the particles that index/models/particles.py cuts
off. What a rare form shares with others of its stem is taken from the lexicon. Lists of names are left out: names that
sound alike are no meanings. What the written dictionary (`training/written/`) says of a frequent form comes first.
Writes index/bundled/lexicon/forms, as index/models/lexicon.py describes it.
"""

from __future__ import annotations

import argparse
import gzip
import sys
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(Path(__file__).resolve().parent)]

from align import Settings, align  # noqa: E402
from lexicon import FAR, FAR_WEIGHT, rows, sources, write  # noqa: E402

from index.analysis import stem_of, stemmer_of, words  # noqa: E402
from index.models import particles  # noqa: E402
from index.models.gloss import EMPTY, LEAST, MEANINGS  # noqa: E402
from index.models.lexicon import HUB, Lexicon  # noqa: E402
from index.models.wordforms import written  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

    from align import Pairs
    from lexicon import Translations
    from numpy.typing import NDArray

    from index.analysis.tokenizing import Word

BUNDLED = ROOT / "index" / "bundled" / "lexicon"
DICTIONARY = ROOT / "training" / "written" / "dictionary.ar-en.tsv.gz"
SHARES = (0.5, 0.3, 0.2)
"""Of the written meanings of a form, in their order."""
SETTINGS = Settings(rounds=5, diagonal=4.0)
NAMES = (
    "arwikicats", "terms-arwikicats", "terms-countries", "terms-dr5hn", "terms-google-translit", "terms-isocodes",
    "terms-osm", "terms-palestine", "terms-ror", "terms-whosonfirst", "terms-wikidata-translit",
)  # fmt: skip
MAX_LENGTH = 60
MOST_OF_FAR = 10_000
"""Pairs of a file that is far from news."""
LEAST_COUNT = 1.5
"""Expected count of a form from which on it is kept."""
DISCOUNT, LEAST_LINKS = 0.3, 0.5
"""Taken from the expected count of each pair, and the least that a pair has, as in the lexicon."""
OF_STEM = 3.0
"""Count that the meanings of the stem weigh; .3 to 10 make no difference above .002 on half of XQuAD."""
LEAST_SHARE = 0.03
CAPITAL = 0.9
"""Share of a word's places behind another word where it has a capital, from which on it is written with one."""


class Corpus(NamedTuple):
    """The sentence pairs as numbers of words, what each counts, and the words of each side by their numbers."""

    forms: list[NDArray[np.int32]]
    english: list[NDArray[np.int32]]
    weights: NDArray[np.float32]
    form_names: list[str]
    english_names: list[str]


def forms_of(text: str, lexicon: Lexicon) -> list[str]:
    """Return the words of an Arabic text, folded, without particles."""
    return [_rest(word, text, lexicon) for word in words(text)]


def _rest(word: Word, text: str, lexicon: Lexicon) -> str:
    if stemmer_of(word.folded, particles.LANGUAGE) != particles.LANGUAGE:
        return word.folded
    return _cut(word.folded, lexicon, article=particles.may_be_article(text[word.start : word.end]))


@cache
def _cut(folded: str, lexicon: Lexicon, *, article: bool) -> str:
    return particles.cut(folded, lexicon, article=article).rest


def pairs_of(data: Path) -> Iterator[tuple[str, str, float]]:
    """Read the different Arabic and English texts that are parallel, and what each pair counts."""
    seen: set[tuple[str, str]] = set()
    for path in sources(data):
        if path.name.startswith(NAMES):
            continue
        weight = FAR_WEIGHT if path.name.startswith(FAR) else 1.0
        for pair in rows(path, particles.LANGUAGE, MOST_OF_FAR):
            if pair not in seen:
                seen.add(pair)
                yield *pair, weight


def corpus(data: Path, lexicon: Lexicon) -> tuple[Corpus, dict[str, str]]:
    """Read the corpus; the second result is how each English word is written."""
    forms: dict[str, int] = {}
    english: dict[str, int] = {}
    capitals: defaultdict[str, Counter[str]] = defaultdict(Counter)
    here, there, weights = [], [], []
    for arabic, text, weight in pairs_of(data):
        own = forms_of(arabic, lexicon)
        other = list(words(text))
        if not (0 < len(own) <= MAX_LENGTH and 0 < len(other) <= MAX_LENGTH):
            continue
        here.append(np.array([forms.setdefault(form, len(forms)) for form in own], dtype=np.int32))
        numbers = [english.setdefault(word.folded, len(english)) for word in other]
        there.append(np.array(numbers, dtype=np.int32))
        weights.append(weight)
        for word in other[1:]:
            capitals[word.folded][text[word.start : word.end]] += 1
    made = Corpus(here, there, np.array(weights, dtype=np.float32), list(forms), list(english))
    return made, {word: _as_written(word, found) for word, found in capitals.items()}


def _as_written(word: str, found: Counter[str]) -> str:
    """Return the word with a capital where nearly all of its places have one."""
    upper = {form: count for form, count in found.items() if form[:1].isupper()}
    if sum(upper.values()) < CAPITAL * found.total():
        return word
    return max(upper, key=lambda form: (upper[form], form))


def meanings(
    read: Corpus, pairs: Pairs, as_written: dict[str, str], lexicon: Lexicon
) -> dict[str, list[tuple[str, float]]]:
    """Return the English words of each form, as they are written, the most probable first."""
    totals = np.bincount(pairs.sources, pairs.counts, len(read.form_names))
    kept = (totals[pairs.sources] >= LEAST_COUNT) & (pairs.counts >= LEAST_LINKS)
    links: defaultdict[int, list[tuple[float, str]]] = defaultdict(list)
    for source, target, count in zip(*(column[kept].tolist() for column in pairs), strict=True):
        links[source].append((count, read.english_names[target]))
    found = {}
    for number, linked in links.items():
        form = read.form_names[number]
        if len(form) < 2 or stemmer_of(form, particles.LANGUAGE) != particles.LANGUAGE:
            continue  # a letter is mostly one of an abbreviation
        told = _meanings_of(form, float(totals[number]), sorted(linked, reverse=True), as_written, lexicon)
        if told:
            found[form] = told
    return found


def _meanings_of(
    form: str,
    total: float,
    linked: list[tuple[float, str]],
    as_written: dict[str, str],
    lexicon: Lexicon,
) -> list[tuple[str, float]]:
    """Return the meanings of a form: of English words of one stem the most frequent one stands for all."""
    scores: defaultdict[str, float] = defaultdict(float)
    spelled: dict[str, str] = {}
    for count, word in linked:
        if _is_meaning(word):
            stem = stem_of(word, HUB)
            scores[stem] += (count - DISCOUNT) / (total + OF_STEM)
            spelled.setdefault(stem, as_written.get(word, word))
    stem = particles.known_stem(form, lexicon)
    for other, p in lexicon.translate(stem, particles.LANGUAGE, HUB):
        if p >= LEAST and _is_meaning(other):
            scores[other] += OF_STEM / (total + OF_STEM) * p
            spelled.setdefault(other, written(other, HUB))
    best = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))[:MEANINGS]
    return [(spelled[other], score) for other, score in best if score >= LEAST_SHARE]


def with_dictionary(found: Translations) -> Translations:
    """Return the meanings of each form: the first of the written dictionary, that of the corpora, the others."""
    merged = dict(found)
    for line in gzip.decompress(DICTIONARY.read_bytes()).decode().splitlines():
        form, _, listed = line.partition("\t")
        (first, *others), learned = listed.split(", "), [word for word, _ in found.get(form, ())]
        told = [first, *learned[:1], *others, *learned[1:]]
        by_stem = {stem_of(word.casefold(), HUB): word for word in reversed(told)}
        kept = [word for word in told if by_stem[stem_of(word.casefold(), HUB)] == word]
        merged[form] = list(zip(dict.fromkeys(kept), SHARES, strict=False))[:MEANINGS]
    return merged


def _is_meaning(word: str) -> bool:
    return len(word) > 1 and word.isalpha() and word not in EMPTY[HUB]


def main() -> None:
    """Read the options, align, write the file."""
    parser = argparse.ArgumentParser(prog="python -m training.forms", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds parallel/")
    parser.add_argument("--out", type=Path, default=BUNDLED / "forms")
    given = parser.parse_args()
    lexicon = Lexicon.open(BUNDLED)
    lexicon.forms = (
        None  # particles are cut by the stems alone, so that the result does not depend on the last one
    )
    read, as_written = corpus(given.data / "parallel", lexicon)
    print(f"{len(read.weights):,} pairs, {len(read.form_names):,} forms", flush=True)
    found: Translations = meanings(
        read, align(read.forms, read.english, read.weights, SETTINGS), as_written, lexicon
    )
    found = with_dictionary(found)
    write(given.out, [(particles.LANGUAGE, found, {})])
    print(f"{len(found):,} forms, {(given.out / 'lexicon.bin').stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
