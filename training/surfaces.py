"""Counts how each English stem of the lexicon is written: `python -m training.surfaces --data FOLDER [--lines N]`.

The lexicon translates into Snowball stems ("citi", "militari"), which people cannot read. Reads the English side of
`parallel/*.tsv.gz` and writes index/bundled/lexicon/surfaces.en.txt.gz (`stem<TAB>surface`, sorted, only where the two
differ). Of the forms of a stem the most frequent one stands for it, with a capital where most of them have one. Texts
that several files repeat count once. The rarest stems are left out if the file would be larger than a megabyte.
"""

from __future__ import annotations

import argparse
import gzip
import sys
from collections import Counter, defaultdict
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from index.analysis import stem_of, stemmer_of, words
from index.models.lexicon import HUB, Lexicon
from training.pieces import lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

BUNDLED = Path(__file__).parents[1] / "index" / "bundled" / "lexicon"
LARGEST = 1_000_000
"""Bytes of the written file at most."""
OF_A_FILE = 60_000
"""Lines of each file that are counted: the longest files are manuals, and would decide how news words are written."""
CAPITAL = 0.8
"""Share of a form's occurrences with a capital from which on it is written with one."""
SIGNS = ".,:;!?\"'()[]{}<>«»“”„‘’*_-–—…/|`"


def english(data: Path, most: int) -> Iterator[str]:
    """Read the English texts of the parallel corpora, each once."""
    seen: set[int] = set()
    for path in sorted((data / "parallel").glob("*.tsv.gz")):
        for line in islice(lines(path), most):
            row = line.split("\t")
            for language, text in zip(row[:2], row[2:4], strict=False):
                if language == HUB and (key := hash(text)) not in seen:
                    seen.add(key)
                    yield text


def counted(texts: Iterable[str]) -> Counter[str]:
    """Count the words of texts as they are written, without the signs around them."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(text.replace("’", "'").split())
    found: Counter[str] = Counter()
    for token, count in counts.items():
        for part in token.strip(SIGNS).removesuffix("'s").split("-"):
            if part.isalpha():
                found[part] += count
    return found


def written(counts: Counter[str], stems: frozenset[str]) -> dict[str, tuple[str, int]]:
    """Return for each of the stems how it is written most often, and how often it occurs."""
    forms: defaultdict[str, Counter[str]] = defaultdict(Counter)
    capital: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for surface, count in counts.items():
        found = words(surface)
        if len(found) != 1:
            continue
        stem = stem_of(found[0].folded, stemmer_of(found[0].folded, HUB))
        if stem in stems and stem.isascii():
            forms[stem][surface.lower()] += count
            if surface[0].isupper():
                capital[surface.lower()][surface] += count
    best = {stem: _most(of) for stem, of in forms.items()}
    return {
        stem: (
            _most(capital[form]) if capital[form].total() >= CAPITAL * forms[stem][form] else form,
            forms[stem].total(),
        )
        for stem, form in best.items()
    }


def _most(counts: Counter[str]) -> str:
    """Return the most frequent of some words; of equally frequent ones the shortest, then the first by its letters."""
    return min(counts, key=lambda word: (-counts[word], len(word), word))


def packed(rows: Iterable[tuple[str, str]]) -> bytes:
    """Return the file, the same for the same rows."""
    text = "".join(f"{stem}\t{surface}\n" for stem, surface in sorted(rows))
    return gzip.compress(text.encode(), compresslevel=9, mtime=0)


def fitting(found: dict[str, tuple[str, int]]) -> bytes:
    """Return the file of the stems that occur often enough for it to be small enough."""
    rows = [(count, stem, surface) for stem, (surface, count) in found.items() if surface != stem]
    for least in range(1, max((count for count, *_ in rows), default=0) + 1):
        content = packed((stem, surface) for count, stem, surface in rows if count >= least)
        if len(content) <= LARGEST:
            return content
    return packed([])


def stems_of(lexicon: Lexicon) -> frozenset[str]:
    """Return the English stems of the lexicon."""
    return frozenset(lexicon.term(number, HUB) for number in range(lexicon.size(HUB)))


def main(arguments: Sequence[str] | None = None) -> int:
    """Count and write."""
    parser = argparse.ArgumentParser(prog="python -m training.surfaces", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds parallel/")
    parser.add_argument("--lines", type=int, default=OF_A_FILE, metavar="N", help="lines read of each file")
    parser.add_argument("--out", type=Path, default=BUNDLED, help="the folder of the lexicon")
    given = parser.parse_args(arguments)
    found = written(counted(english(given.data, given.lines)), stems_of(Lexicon.open(BUNDLED)))
    content = fitting(found)
    (given.out / "surfaces.en.txt.gz").write_bytes(content)
    n_stems = len(gzip.decompress(content).splitlines())
    print(f"{n_stems:,} stems, {len(content):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
