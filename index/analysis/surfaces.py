"""Cache the words in the runs of a text that `WORD` matches, since most runs occurred before."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from index.analysis.stemming import stem_of, stemmer_of
from index.analysis.tokenizing import LONGEST_KEPT, cut

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_MAX_KNOWN = 100_000  # surfaces of all languages: some 60 MB
_known: dict[str, dict[str, Surface]] = {}
_places: dict[
    tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]
] = {}  # few differ: (0, 5) for five letters


class Surface(NamedTuple):
    """The words in one run of a text.

    Attributes:
        places: where each starts and ends in the run; mostly one.
        folded: the words.
        stems: of each, by the rules of the text's language.
    """

    places: tuple[tuple[int, int], ...]
    folded: tuple[str, ...]
    stems: tuple[str, ...]


def known_surfaces(surfaces: Collection[str], language: str) -> Mapping[str, Surface]:
    """Return a table that holds at least these runs of a text in a language (ISO 639-1)."""
    global _known  # noqa: PLW0603  # a new table, not an emptied one: another thread may be reading the old
    known = _known.setdefault(language, {})
    new = {surface for surface in surfaces if surface not in known}
    if not new:
        return known
    if len(new) + sum(map(len, _known.values())) > _MAX_KNOWN:
        known, new = {}, set(surfaces)
        _known = {language: known}
    made = {surface: _surface(surface, language) for surface in new}
    if all(len(surface) <= LONGEST_KEPT for surface in new):
        known.update(made)
        return known
    known.update({surface: one for surface, one in made.items() if len(surface) <= LONGEST_KEPT})
    return {surface: made[surface] if surface in made else known[surface] for surface in surfaces}


def _surface(surface: str, language: str) -> Surface:
    found = cut(surface)
    places = tuple([(first, last) for first, last, _ in found])
    folded = tuple([surface if word == surface else word for _, _, word in found])
    return Surface(
        places=_places.setdefault(places, places)
        if len(surface) <= LONGEST_KEPT and len(found) == 1
        else places,
        folded=folded,
        stems=tuple([stem_of(word, stemmer_of(word, language)) for word in folded]),
    )
