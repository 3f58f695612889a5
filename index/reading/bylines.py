"""Find an article's publisher on a line of its own: `Source: X`, `CITY - X`, `CITY (X) - `, an agency's name.

Only the lines above the first paragraph and below the last are examined, and only certain names are accepted:
a wrong source is worse than none. If two lines name different sources, there is none.
"""

from __future__ import annotations

import re

from index.chunking import frontmatter
from index.chunking.line_shapes import Look, Shape, look, title_case
from index.chunking.text_lines import lines
from index.reading import metadata
from index.reading.dates import of_line
from index.reading.wordings import (
    AGENCIES,
    CITIES,
    NO_AGENCY,
    NOBODY,
    OUTLET_ENDINGS,
    OUTLET_WORDS,
    SOURCE,
    TAKEN_FROM,
    key,
)

_WINDOW = 3_000  # characters at either end
_MAX_LINES = 8
_RUNNING_WORDS = 12  # a shorter sentence above the first paragraph may be a title
_MAX_CHARS = 60
_MAX_WORDS = 6
_NAME_WORDS = 4  # of a name recognised only by its place in the line

_LABELLED = re.compile(r"(?P<label>[^:：\n]{2,30})[:：](?P<name>[^\n]{2,200})$")
_BRACKETED = re.compile(
    r"(?P<place>[^()\[\]\n.!?؟。]{2,60}?)?\s*[(\[](?P<name>[^()\[\]\n]{2,40})[)\]]\s*(?:[-–—]+|--)(?:\s|$)"
)
_TAKEN_FROM = re.compile(
    rf"[(\[]?\s*(?:{'|'.join(TAKEN_FROM)})\s*[:：]?\s+(?P<name>[^()\[\]\n]{{2,60}})[)\]]?$", re.IGNORECASE
)
_LINK = re.compile(r"\[([^\[\]\n]{1,80})\]\([^()\n]*\)")
_JOINED = re.compile(r"\s*[+/&|،,]\s*|\s+[-–—]+\s*|(?<=\w)[-–—]+\s+")
_TIGHT = re.compile(r"[-–—]")
_AROUND = " \t\u00a0\u200e\u200f*_#\"'«»“”„()[]<>.،,;؛:：-–—•|/"
_ADDRESS = re.compile(r"://|www\.|@")
_SITE = re.compile(r"[\w-]+\.(?:com|net|org|info|news|tv|co)(?:\.\w\w)?$", re.IGNORECASE)
_NUMBERED = re.compile(r"[^\W\d_]{2,}\d{1,3}$")  # a station whose name ends in a number
_CAPITALS = re.compile(r"[A-Z]{3,5}|[\u0621-\u064a](?:[ .][\u0621-\u064a]){1,3}\.?")
_FIGURES = re.compile(r"\d{1,2}[:.h]\d\d|(?<!\d)\d{1,4}(?!\d)\s|^\d+$")


def source_of(text: str) -> str | None:
    """Return the publisher named by a line above the first paragraph or below the last one, else None."""
    _, begin = frontmatter.parse(text)
    above, first = _above(text, begin)
    below = _below(text, begin)
    labelled = {name for item in (*above, *below) if (name := _labelled(item.text))}
    if labelled:
        return labelled.pop() if len(labelled) == 1 else None
    named = [_of_dateline(item.text, text) for item in above]
    named.append(_bracketed(first.text) if first else None)
    named += [_bracketed(item.text) or _alone(item.text) for item in above]
    named += [_alone(item.text) or _taken_from(item.text) for item in below]
    found = {key(name): name for name in reversed(named) if name}
    return next(iter(found.values())) if len(found) == 1 else None


def _above(text: str, begin: int) -> tuple[list[Look], Look | None]:
    """Return the lines above the first paragraph, and that paragraph."""
    found: list[Look] = []
    for line in lines(text, begin, min(len(text), begin + _WINDOW))[: _MAX_LINES + 1]:
        item = look(text, line)
        if _is_paragraph(item):
            return found, item
        found.append(item)
    return ([], None) if len(found) > _MAX_LINES else (found, None)


def _below(text: str, begin: int) -> list[Look]:
    """Return the lines below the last paragraph, the last line first; none if no text is above them."""
    start = max(begin, len(text) - _WINDOW)
    found: list[Look] = []
    for line in lines(text, start)[: -_MAX_LINES - 1 : -1]:
        item = look(text, line)
        if _is_paragraph(item):
            return found
        if line.start > start:  # otherwise it may be cut off
            found.append(item)
    return found if start > begin else []


def _is_paragraph(item: Look) -> bool:
    return item.shape is Shape.SENTENCE and item.words >= _RUNNING_WORDS and not _labelled(item.text)


def _labelled(line: str) -> str | None:
    match = _LABELLED.match(_LINK.sub(r"\1", line).strip(_AROUND))
    if match is None or key(match["label"]) not in SOURCE:
        return None
    return _name(match["name"])


def _name(value: str) -> str | None:
    """Return the source after a label, without the words that are not part of its name."""
    whole = _plain(value)
    if _ADDRESS.search(whole) or len(whole) > _MAX_CHARS or len(whole.split()) > _MAX_WORDS:
        return None
    pieces = [plain for piece in _JOINED.split(whole) if (plain := _plain(piece))]
    named = [piece for piece in pieces if not _is_nobody(piece)]
    if not named or not any(map(str.isalpha, whole)):
        return None
    if len(whole.split()) > 1 and whole.islower():
        return None  # ordinary words, not a name
    if len(named) == len(pieces):
        return whole
    return named[0] if len(named) == 1 else None


def _of_dateline(line: str, text: str) -> str | None:
    """Return the publisher in a line such as `CITY - X` or `X - 19 October 2023`.

    The author or a section may also stand beside a city. So a name that is not known as a publisher's counts only
    where the text quotes it too, as newspapers do when they mention themselves.
    """
    if len(line) > _MAX_CHARS or len(line.split()) > _MAX_WORDS:
        return None
    pieces = [_plain(piece) for piece in _JOINED.split(line)]
    is_tight = len(pieces) == 1
    if is_tight:
        pieces = [_plain(piece) for piece in _TIGHT.split(line)]
    if len(pieces) < 2 or not all(pieces):
        return None
    named = [piece for piece in pieces if not _is_nobody(piece)]
    others = [piece for piece in named if key(piece) not in CITIES]
    known = [piece for piece in others if _is_known(piece)]
    if len(known) == 1:
        return known[0]
    if known or is_tight or len(pieces) > 2 or len(named) < 2 or len(others) != 1:
        return None
    return others[0] if _is_name(others[0]) and _quotes(text, others[0]) else None


def _quotes(text: str, name: str) -> bool:
    return re.search(rf"[\"«“„'‘]{re.escape(name)}[\"»”“'’]", text) is not None


def _bracketed(line: str) -> str | None:
    """Return the agency in the dateline at the start of a paragraph: `CITY (X) - `."""
    match = _BRACKETED.match(line.lstrip("*_ "))
    if match is None:
        return None
    name, place = _plain(match["name"]), match["place"] or ""
    if _is_nobody(name) or key(name) in CITIES:
        return None
    if key(name) in AGENCIES:
        return name if len(place.split()) <= _MAX_WORDS else None
    is_place = place.isupper() or key(re.split("[,،]", place)[0]) in CITIES
    is_short = _CAPITALS.fullmatch(name) is not None and name not in NO_AGENCY
    return name if is_place and (is_short or _is_known(name)) else None


def _alone(line: str) -> str | None:
    name = _plain(line)
    return name if key(name) in AGENCIES else None


def _taken_from(line: str) -> str | None:
    match = _TAKEN_FROM.match(line.strip(" *_.\u200e\u200f"))
    name = _plain(match["name"]) if match else ""
    return name if name and not _is_nobody(name) and _is_known(name) else None


def _plain(value: str) -> str:
    return metadata.cleaned(_LINK.sub(r"\1", value).strip(_AROUND)) or ""


def _is_nobody(piece: str) -> bool:
    """Return whether a piece of a byline is a date, a time, or a word such as "agencies" or "special"."""
    return key(piece) in NOBODY or of_line(piece) is not None or _FIGURES.search(piece) is not None


def _is_known(piece: str) -> bool:
    """Return whether a piece is a known agency, or contains a word that only publishers use."""
    if key(piece) in AGENCIES or _SITE.fullmatch(piece):
        return True
    if not _is_name(piece):
        return False
    tokens = piece.split()
    if any(_NUMBERED.search(token) for token in tokens) or piece.endswith(OUTLET_ENDINGS):
        return True
    return any(key(token) in OUTLET_WORDS for token in tokens) and len(tokens) > 1


def _is_name(piece: str) -> bool:
    """Return whether a piece is a few words, capitalised where the script has capitals."""
    if len(piece.split()) > _NAME_WORDS or len(piece) < 2:
        return False
    return (
        title_case(piece) or not any(char.isupper() or char.islower() for char in piece) or _is_mixed(piece)
    )


def _is_mixed(piece: str) -> bool:
    return piece[0].isupper() or any(map(str.isdigit, piece))
