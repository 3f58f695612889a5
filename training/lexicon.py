"""Learn the shipped lexicon from parallel text: `python training/lexicon.py --data FOLDER [--out FOLDER]`.

Reads `*.tsv.gz` (`language<TAB>en<TAB>text<TAB>text`), aligns the stems of each language with the English ones
(align.py) and writes index/bundled/lexicon. Two processes; about 3 GB of memory each.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import sys
from collections import Counter
from functools import partial
from multiprocessing import Pool
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(Path(__file__).resolve().parent)]

from align import Pairs, Settings, align  # noqa: E402

from index.analysis import is_stopword, stemmer_of, word_terms, words  # noqa: E402
from index.models.lexicon import FORMAT, HUB, MAX_TRANSLATIONS  # noqa: E402

if TYPE_CHECKING:
    from numpy.typing import NDArray

LANGUAGES = ("ar", "fa", "ur", "he", "tr", "fr", "de", "es", "ru", "zh", "hi", "id")
SETTINGS = Settings(rounds=5, diagonal=4.0)
# Material far from news counts less; swept 0.1 to 1: no difference above noise (docs/lab/sweeps.md, "Lexicon").
FAR = ("msdocs", "ms-", "reactjs", "mozilla", "privacyguides", "opensource", "cncf", "quran")
FAR_WEIGHT = 0.3
MOST_OF_FAR = 15_000
MAX_LENGTH = 80
LICENSED = "unl-un-devtest"

Translations = dict[str, list[tuple[str, float]]]


class Pruning(NamedTuple):
    """Which translations are kept: swept in docs/lab/sweeps.md, "Lexicon".

    Attributes:
        words, english: the most frequent terms of each side that are kept.
        discount: taken from each expected count, so that what was seen once weighs less.
        least_count: expected count of a pair below which it is dropped.
        least: probability below which it is dropped.
        cumulative: share of the probability after which the rest is dropped.
        most: translations of a term.
    """

    words: int
    english: int
    discount: float = 0.3
    least_count: float = 0.5
    least: float = 0.01
    cumulative: float = 0.97
    most: int = MAX_TRANSLATIONS


# Arabic whole; the others as far as 15 MB for all of them go, most to those that share no letters with English.
PRUNING = {
    "ar": Pruning(words=200_000, english=200_000),
    "ru": Pruning(words=100_000, english=100_000, most=10),
    "zh": Pruning(words=80_000, english=65_000, most=10),
    "hi": Pruning(words=50_000, english=65_000, most=10),
    "fa": Pruning(words=50_000, english=65_000, most=10),
}
PRUNING_OF_OTHERS = Pruning(words=40_000, english=65_000, most=10)


def sources(data: Path) -> list[Path]:
    """The files that may be used for what is shipped."""
    return [
        path
        for path in sorted(data.glob("*.tsv.gz"))
        if path.name.startswith(LICENSED) or not (path.name.startswith("nc-") or "unl-" in path.name)
    ]


def rows(path: Path, language: str, most_of_far: int = MOST_OF_FAR) -> list[tuple[str, str]]:
    """Text pairs of a language and English; far material is sampled, always the same rows."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        cells = (line.rstrip("\n").split("\t") for line in lines if line.startswith(f"{language}\t{HUB}\t"))
        pairs = [(row[2], row[3]) for row in cells if len(row) == 4]
    if path.name.startswith(FAR) and len(pairs) > most_of_far:
        return random.Random(0).sample(pairs, most_of_far)
    return pairs


class Side:
    """The sentences of one language as numbers of stems."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.numbers: dict[str, int] = {}
        self.sentences: list[NDArray[np.int32]] = []

    def number(self, text: str) -> NDArray[np.int32]:
        """Numbers of the text's stems, in order."""
        stems = (word_terms(w.folded, stemmer_of(w.folded, self.language)).stem for w in words(text))
        return np.array([self.numbers.setdefault(s, len(self.numbers)) for s in stems], dtype=np.int32)


def corpus(data: Path, language: str) -> tuple[Side, Side, NDArray[np.float32]]:
    """All sentence pairs of a language with English, and what each counts."""
    here, there, weights = Side(language), Side(HUB), []
    for path in sources(data):
        weight = FAR_WEIGHT if path.name.startswith(FAR) else 1.0
        for text, english in rows(path, language):
            numbers, other = here.number(text), there.number(english)
            if 0 < len(numbers) <= MAX_LENGTH and 0 < len(other) <= MAX_LENGTH:
                here.sentences.append(numbers)
                there.sentences.append(other)
                weights.append(weight)
    return here, there, np.array(weights, dtype=np.float32)


def tables(pairs: Pairs, here: Side, there: Side, pruning: Pruning) -> tuple[Translations, Translations]:
    """Translations into English and out of it."""
    totals = np.bincount(pairs.sources, pairs.counts, len(here.numbers))
    others = np.bincount(pairs.targets, pairs.counts, len(there.numbers))
    frequent = _most(totals, pruning.words)[pairs.sources] & _most(others, pruning.english)[pairs.targets]
    kept = np.nonzero(frequent & (pairs.counts >= pruning.least_count))[0]
    sources, targets, counts = (column[kept] for column in pairs)
    names, english = list(here.numbers), list(there.numbers)
    forward = _table(sources, targets, (counts - pruning.discount) / totals[sources], pruning)
    backward = _table(targets, sources, (counts - pruning.discount) / others[targets], pruning)
    return (
        _speaking(forward, names, english, here.language),
        _speaking(backward, english, names, there.language),
    )


def _most(totals: NDArray[np.float64], many: int) -> NDArray[np.bool_]:
    kept = np.zeros(len(totals), dtype=bool)
    kept[np.argsort(-totals, kind="stable")[:many]] = True
    return kept


def _table(
    sources: NDArray[np.int32], targets: NDArray[np.int32], p: NDArray[np.float64], pruning: Pruning
) -> dict[int, list[tuple[int, float]]]:
    """Translations of each source, the most probable first."""
    kept = np.nonzero(p >= pruning.least)[0]
    kept = kept[np.lexsort((-p[kept], sources[kept]))]
    table: dict[int, list[tuple[int, float]]] = {}
    for s, t, q in zip(sources[kept].tolist(), targets[kept].tolist(), p[kept].tolist(), strict=True):
        found = table.setdefault(s, [])
        if len(found) < pruning.most and sum(x for _, x in found) < pruning.cumulative:
            found.append((t, q))
    return table


def _speaking(
    table: dict[int, list[tuple[int, float]]], names: list[str], others: list[str], language: str
) -> Translations:
    """Without function words (questions leave them out) and words whose only translation is the same word."""
    spelled = {names[s]: [(others[t], p) for t, p in found] for s, found in table.items()}
    return {
        word: found
        for word, found in spelled.items()
        if not is_stopword(word, language) and [t for t, _ in found] != [word]
    }


def learn(data: Path, language: str) -> tuple[str, Translations, Translations]:
    """The two tables of a language, from its files."""
    here, there, weights = corpus(data, language)
    pairs = align(here.sentences, there.sentences, weights, SETTINGS)
    forward, backward = tables(pairs, here, there, PRUNING.get(language, PRUNING_OF_OTHERS))
    print(f"{language}: {len(weights)} pairs, {len(forward)} + {len(backward)} terms", flush=True)
    return language, forward, backward


def write(out: Path, learned: list[tuple[str, Translations, Translations]]) -> None:
    """Write lexicon.json and lexicon.bin as index/models/lexicon.py describes them."""
    terms: dict[str, set[str]] = {HUB: set()}
    for language, forward, backward in learned:
        terms[language] = {*forward, *(t for found in backward.values() for t, _ in found)}
        terms[HUB] |= {*backward, *(t for found in forward.values() for t, _ in found)}
    alphabets = {language: _alphabet(found) for language, found in terms.items()}
    arrays: dict[str, NDArray[np.generic]] = {}
    numbers: dict[str, dict[str, int]] = {}
    for language, found in terms.items():
        encoded = sorted((code, t) for t in found if 0 < len(code := _encoded(t, alphabets[language])) < 256)
        arrays[f"words.{language}"] = np.frombuffer(b"".join(code for code, _ in encoded), dtype=np.uint8)
        arrays[f"lengths.{language}"] = np.array([len(code) for code, _ in encoded], dtype=np.uint8)
        numbers[language] = {term: number for number, (_, term) in enumerate(encoded)}
    for language, forward, backward in learned:
        arrays |= _packed(f"{language}.{HUB}", forward, numbers[language], numbers[HUB])
        arrays |= _packed(f"{HUB}.{language}", backward, numbers[HUB], numbers[language])
    _save(out, arrays, alphabets)


def _alphabet(terms: set[str]) -> str:
    """The characters of a language, the most frequent first; empty when a byte cannot number nearly all of them."""
    counts = Counter(character for term in terms for character in term)
    kept = counts.most_common(256)
    covers = sum(count for _, count in kept) >= 0.99 * counts.total()
    return "".join(character for character, _ in kept) if covers else ""


def _encoded(term: str, alphabet: str) -> bytes:
    if not alphabet:
        return term.encode("utf-16-be")
    codes = [alphabet.find(character) for character in term]
    return b"" if -1 in codes else bytes(codes)


def _packed(
    pair: str, table: Translations, sources: dict[str, int], targets: dict[str, int]
) -> dict[str, NDArray[np.generic]]:
    found = [[(targets[t], p) for t, p in table.get(term, []) if t in targets] for term in sources]
    numbers = np.array([t for entries in found for t, _ in entries], dtype=np.uint32)
    return {
        f"present.{pair}": np.packbits(np.array([bool(entries) for entries in found])),
        f"sizes.{pair}": np.array([len(entries) for entries in found if entries], dtype=np.uint8),
        f"targets.{pair}": (numbers & 0xFFFF).astype(np.uint16),
        f"above.{pair}": (numbers >> 16).astype(np.uint8),
        f"roots.{pair}": np.array(
            [max(1, round(255 * min(p, 1.0) ** 0.5)) for entries in found for _, p in entries], dtype=np.uint8
        ),
    }


def _save(out: Path, arrays: dict[str, NDArray[np.generic]], alphabets: dict[str, str]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    places: dict[str, tuple[str, int, int]] = {}
    fresh = out / "lexicon.bin.new"  # a running server may have the old file mapped
    with fresh.open("wb") as file:
        for name, array in arrays.items():
            file.write(b"\0" * (-file.tell() % 4))
            places[name] = (array.dtype.str, file.tell(), len(array))
            file.write(array.tobytes())
    fresh.replace(out / "lexicon.bin")
    header = {"format": FORMAT, "alphabets": alphabets, "arrays": places}
    (out / "lexicon.json").write_text(json.dumps(header, indent=1), encoding="utf-8")


def main() -> None:
    """Read the options, learn every language, write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of *.tsv.gz files")
    parser.add_argument("--out", type=Path, default=ROOT / "index" / "bundled" / "lexicon")
    parser.add_argument("--languages", nargs="+", default=LANGUAGES)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    with Pool(options.processes, maxtasksperchild=1) as pool:
        learned = pool.map(partial(learn, options.data), options.languages, chunksize=1)
    write(options.out, learned)
    print(f"{options.out}: {(options.out / 'lexicon.bin').stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
