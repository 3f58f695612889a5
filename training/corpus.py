"""The texts the model learns from: which sources, how much each counts, and how they are read.

Only sources whose licence lets the model be shipped are named here. A file that is not in the
table is not read, whatever lies in the folder.
"""

from __future__ import annotations

import csv
import gzip
import json
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SENTENCES: dict[str, float] = {
    # News, politics, encyclopedic: what people ask about.
    "unl-un-devtest": 3.0,
    "syrian-archive": 4.0,
    "syrian-archive-db": 2.0,
    "yemen-observatory": 4.0,
    "fignews-gaza": 3.0,
    "ntrex": 5.0,
    "tico19": 3.0,
    "flores200-devtest": 5.0,
    "ud-pud": 5.0,
    "sdg-translations": 2.0,
    "arwikicats-categories": 0.5,
    # Everyday sentences.
    "tatoeba-testsets": 1.0,
    "laser-tatoeba": 1.0,
    # Software documentation: plenty, clean, and not what people ask about.
    "privacyguides": 1.0,
    "opensource-guide": 1.0,
    "ms-security-101": 0.7,
    "mozilla-www": 0.4,
    "cncf-glossary": 0.4,
    "reactjs-docs": 0.15,
    "ms-azd-beginners": 0.4,
    "ms-edgeai-beginners": 0.4,
    "msdocs-aligned-ar": 0.4,
    "msdocs-headings-ar": 0.3,
    "msdocs-sxs-ar": 0.4,
    "msdocs-sxs-de": 0.4,
    "msdocs-sxs-es": 0.4,
    "msdocs-sxs-fr": 0.4,
    "msdocs-sxs-hi": 0.4,
    "msdocs-sxs-id": 0.4,
    "msdocs-sxs-ru": 0.4,
    "msdocs-sxs-tr": 0.4,
    "msdocs-sxs-zh": 0.4,
}
"""Sentence pairs: how often a pair is drawn, relative to a pair of weight 1."""

TERMS: dict[str, float] = {
    "terms-omw": 0.5,
    "terms-arwikicats": 0.3,
    "terms-cldr": 0.5,
    "terms-countries": 2.0,
    "terms-countries-cities-ar": 1.0,
    "terms-isocodes": 0.2,
    "terms-medical-glossary": 0.3,
    "terms-oodevs-military": 0.3,
    "terms-osm-id-tagging": 0.5,
    "terms-palestine-names": 0.5,
    "terms-ror": 0.3,
    "terms-syrian-archive": 2.0,
    "terms-tico19": 1.0,
    "terms-yemen-observatory": 1.0,
    "terms-google-translit": 0.2,
    "terms-dr5hn-places": 0.1,
    "terms-whosonfirst": 0.1,
    "terms-whosonfirst2": 0.1,
    "terms-wikidata-translit": 0.1,
}
"""Names and terms with their translations: the same unit."""

SOFTWARE = 0.4
"""Sentence sources of this weight or less are documentation."""

NAMES = 0.2
"""Term lists of this weight or less are long lists of names."""

WIKIPEDIA = "mono/en-wikipedia-chinapedia.txt.gz"
TITLES = "qa/en-title-lead-wikipedia.jsonl.gz"


class Pair(NamedTuple):
    """A text and its translation; `weight` says how often it is to be drawn."""

    left_language: str
    right_language: str
    left: str
    right: str
    weight: float
    source: str


def pairs(data: Path, sources: dict[str, float]) -> Iterator[Pair]:
    """Read the translation pairs of the named sources; a source that is not there is left out.

    Of documentation only every third pair is read: the files are sorted, and hold many versions of
    the same sentence.

    Args:
        data: the folder that holds `parallel/`.
        sources: file stem and weight, as in `SENTENCES`.

    Yields:
        Pairs in the order of the table and then of the file.
    """
    for source, weight in sources.items():
        path = data / "parallel" / f"{source}.tsv.gz"
        if not path.exists():
            continue
        with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
            every = 3 if source.startswith("ms") and weight <= SOFTWARE else 1
            rows = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
            for row in islice(rows, 0, None, every):
                if len(row) == 4 and row[2].strip() and row[3].strip():
                    yield Pair(row[0], row[1], row[2].strip(), row[3].strip(), weight, source)


def paragraphs(data: Path) -> list[str]:
    """English encyclopedia paragraphs of 80 characters or more, in file order."""
    with gzip.open(data / WIKIPEDIA, "rt", encoding="utf-8") as lines:
        return [line.strip() for line in lines if len(line) > 80]


def titles(data: Path) -> list[tuple[str, str]]:
    """English encyclopedia titles, each with the paragraph it heads."""
    with gzip.open(data / TITLES, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [(row["question"], row["passage"]) for row in rows]
