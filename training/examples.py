"""Makes the reader's examples from rows: answered and unanswerable ones, across languages, and as people type."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from index.analysis import is_stopword, words
from training.exchange import Exchange
from training.inputs import joined, question_tokens
from training.near import Neighbours, tells
from training.rows import SENTENCES, Answer, Deck, Row, shares

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from random import Random

    from tokenizers import Encoding, Tokenizer

    from training.exchange import Part
    from training.mixing import Mixer

KINDS = {
    "answered": 0.60,
    "both exchanged": 0.02,
    "sentences": 0.01,
    "people's": 0.20,
    "near miss": 0.09,
    "exchanged": 0.06,
    "far": 0.02,
}
"""Shares of the kinds of examples. "People's" are the unanswerable questions that people wrote; in "both exchanged" the
passage is changed like the question and still answers it, so that a strange word alone is no sign."""
LENGTHS = {96: 0.25, 128: 0.35, 160: 0.25, 208: 0.15}
"""Tokens of an example at most: passages of the program have 100 to 200, and short ones are learned from faster."""
LONGEST = 40
"""Tokens of an answer at most."""
CUT = 1.5
"""A passage so many times longer than its room is also a near miss: a part of it without the answer."""
SPACE = "\u2581"
MIXED = 0.2
"""Share of the examples that are mixed with another language, where the lexicon knows theirs."""
TARGETS = {
    "ar": 0.55,
    "fr": 0.06,
    "de": 0.07,
    "es": 0.06,
    "ru": 0.05,
    "tr": 0.05,
    "he": 0.04,
    "fa": 0.06,
    "zh": 0.04,
    "hi": 0.02,
}
"""Languages that English is mixed with."""
TO_ENGLISH = 0.7
"""How often other languages are mixed with English; else with Arabic."""
WHAT = {"question": 0.5, "context": 0.3, "both": 0.2}
"""What is mixed."""
DEGREES = (0.5, 0.9)
"""Share of the words that are exchanged, between these."""
LOWERED, UNMARKED, BARE, SHORT = 0.2, 0.15, 0.15, 0.03
"""How often a question is in lower case, without its question mark, in bare Arabic letters, only its content words."""
BARE_LETTERS = str.maketrans("أإآٱىة", "اااايه")
MARK = re.compile(r"\s*[?？؟]+\s*$")


class Example(NamedTuple):
    """Tokens, and where the answer starts and ends among them: both 0 where there is none.

    Attributes:
        whole: the passage answers somewhere; where is not known.
    """

    ids: list[int]
    start: int
    end: int
    whole: bool
    kind: str


@dataclass
class Language:
    """What is known about the passages and questions of one language."""

    neighbours: Neighbours
    exchange: Exchange


class Examples:
    """An endless stream of examples."""

    def __init__(
        self,
        rows: Mapping[tuple[str, str], Sequence[Row]],
        tokenizer: Tokenizer,
        mixer: Mixer,
        random: Random,
    ) -> None:
        """Prepare rows.

        Args:
            rows: by file and languages, see `training.rows.read`.
            tokenizer: the encoder's.
            mixer: exchanges words for translations.
            random: decides everything.
        """
        self._tokenizer = tokenizer
        self._mixer = mixer
        self._random = random
        self._shares = shares(rows)
        decks = {key: Deck([row for row in rows[key] if row.answers], random) for key in self._shares}
        self._answered = {key: deck for key, deck in decks.items() if deck.rows}
        self._people = Deck([row for row in chain(*rows.values()) if not row.answers], random)
        self._sentences = Deck(
            [row for key in rows if key[0] in SENTENCES for row in rows[key] if row.answers], random
        )
        self._languages = {language: _prepare(found, language) for language, found in _by_language(rows)}

    def __iter__(self) -> Iterator[Example]:
        while True:
            (kind,) = self._random.choices(list(KINDS), list(KINDS.values()))
            made = self._make(kind)
            if made:
                yield made

    def _make(self, kind: str) -> Example | None:
        """Make an example of a kind; None where the row that was dealt does not allow it."""
        random = self._random
        (length,) = random.choices(list(LENGTHS), list(LENGTHS.values()))
        row = self._deal(kind)
        changed = self._change(kind, row)
        if changed is None:
            if kind != "near miss":
                return None
            return self._beside(self._dress(row), length)
        if kind == "near miss" and random.random() < 0.5:
            beside = self._beside(self._dress(row), length)
            if beside:
                return beside
        return self._encode(self._dress(changed), length, kind)

    def _deal(self, kind: str) -> Row:
        if kind == "people's":
            return self._people.deal()
        if kind == "sentences":
            return self._sentences.deal()
        keys = list(self._answered)
        (key,) = self._random.choices(keys, [self._shares[key] for key in keys])
        return self._answered[key].deal()

    def _change(self, kind: str, row: Row) -> Row | None:
        """Make a row into one of a kind."""
        random, known = self._random, self._languages[row.told]
        if kind in {"answered", "sentences", "people's"}:
            return row
        if kind == "far":
            other = random.choice(known.neighbours.contexts)
            return None if tells(other, row.answers) else replace(row, context=other, answers=())
        if kind == "near miss":
            near = known.neighbours.near_miss(row.question, row.context, row.answers, random)
            return None if near is None else replace(row, context=near, answers=())
        if row.asked != row.told:
            return None
        exchanged = known.exchange.exchange(row, random)
        if exchanged is None:
            return None
        part, other = exchanged
        question = row.question[: part.start] + other + row.question[part.end :]
        changed = replace(row, question=question)
        return replace(changed, answers=()) if kind == "exchanged" else _in_passage(changed, part, other)

    def _dress(self, row: Row) -> Row:
        """Mix languages, and write the question as people type."""
        return self._typed(self._mixed(row))

    def _mixed(self, row: Row) -> Row:
        random = self._random
        if random.random() > MIXED or not {row.asked, row.told} <= self._mixer.languages or row.whole:
            return row
        (what,) = random.choices(list(WHAT), list(WHAT.values()))
        degree = random.uniform(*DEGREES)
        if what in {"question", "both"}:
            question = self._mixer.mix(row.question, row.asked, self._target(row.asked), degree, random)
            row = replace(row, question=question)
        if what in {"context", "both"}:
            target = self._target(row.told)
            row = _rewritten(row, lambda text: self._mixer.mix(text, row.told, target, degree, random))
        return row

    def _target(self, source: str) -> str:
        if source == "en":
            return self._random.choices(list(TARGETS), list(TARGETS.values()))[0]
        return "en" if source == "ar" or self._random.random() < TO_ENGLISH else "ar"

    def _typed(self, row: Row) -> Row:
        random, question = self._random, row.question
        if random.random() < SHORT:
            content = [word for word in words(question) if not is_stopword(word.folded, row.asked)]
            spaced = row.asked not in {"zh", "ja", "th"}
            if len(content) >= 2 and spaced:
                question = " ".join(question[word.start : word.end] for word in content)
        if random.random() < LOWERED and row.asked == "en":
            question = MARK.sub("", question.lower())
        if random.random() < UNMARKED:
            question = MARK.sub("", question)
        if row.asked == "ar" and random.random() < BARE:
            question = _bare(question)
        if row.told == "ar" and random.random() < BARE:
            row = _rewritten(row, lambda text: text.translate(BARE_LETTERS))
        return replace(row, question=question)

    def _encode(self, row: Row, length: int, kind: str) -> Example | None:
        asked, told = self._tokens(row)
        room = length - len(asked) - 3
        if not row.answers or row.whole:
            first = self._first(told, 0, max(0, len(told.ids) - room))
            return _example(asked, told.ids[first : first + room], None, kind, whole=bool(row.answers))
        span = _span(told, self._random.choice(row.answers))
        if span is None or span[1] - span[0] >= min(LONGEST, room):
            return None
        start, end = span
        first = self._first(told, max(0, end - room + 1), min(start, max(0, len(told.ids) - room)))
        return _example(asked, told.ids[first : first + room], (start - first, end - first), kind)

    def _beside(self, row: Row, length: int) -> Example | None:
        """Give a part of the row's passage that does not hold the answer."""
        asked, told = self._tokens(row)
        room = length - len(asked) - 3
        if len(told.ids) < CUT * room:
            return None
        first = self._first(told, 0, len(told.ids) - room)
        text = row.context[told.offsets[first][0] : told.offsets[first + room - 1][1]]
        if tells(text, row.answers):
            return None
        return _example(asked, told.ids[first : first + room], None, "near miss")

    def _tokens(self, row: Row) -> tuple[list[int], Encoding]:
        told = self._tokenizer.encode(row.context, add_special_tokens=False)
        return question_tokens(self._tokenizer, row.question), told

    def _first(self, told: Encoding, least: int, most: int) -> int:
        """Choose a token that a part of the passage starts with: the start of a word, if there is one."""
        if least >= most:
            return least
        first = self._random.randint(least, most)
        for place in range(first, min(first + 8, most + 1)):
            if told.tokens[place].startswith(SPACE):
                return place
        return first


def _by_language(rows: Mapping[tuple[str, str], Sequence[Row]]) -> Iterator[tuple[str, list[Row]]]:
    """Give the rows by the language of their passages; of a file with many rows those that are used."""
    found: dict[str, list[Row]] = {}
    taken = shares(rows)
    for key, some in rows.items():
        if key in taken or any(not row.answers for row in some) or key[0] in SENTENCES:
            found.setdefault(some[0].told, []).extend(some)
    yield from found.items()


def _prepare(rows: Sequence[Row], language: str) -> Language:
    neighbours = Neighbours(list(dict.fromkeys(row.context for row in rows)))
    own = [row for row in rows if row.asked == row.told]
    return Language(neighbours, Exchange(own, language, neighbours))


def _in_passage(row: Row, part: Part, other: str) -> Row | None:
    """Make the exchange in the passage too; None where the answer would be touched."""
    pattern = re.compile(rf"(?<!\w){re.escape(part.text)}(?!\w)")
    if any(pattern.search(answer.text) for answer in row.answers) or not pattern.search(row.context):
        return None
    return _rewritten(row, lambda text: pattern.sub(other, text))


def _rewritten(row: Row, rewrite: Callable[[str], str]) -> Row:
    """Rewrite the passage around one of the answers, and the answer."""
    if not row.answers:
        return replace(row, context=rewrite(row.context))
    answer = row.answers[0]
    end = answer.start + len(answer.text)
    before, own = rewrite(row.context[: answer.start]), rewrite(answer.text)
    context = before + own + rewrite(row.context[end:])
    return replace(row, context=context, answers=(Answer(len(before), own),))


def _bare(text: str) -> str:
    """Take the vowel signs and the variants of letters away."""
    marks = "".join(letter for letter in text if unicodedata.category(letter) != "Mn")
    return marks.translate(BARE_LETTERS)


def _span(told: Encoding, answer: Answer) -> tuple[int, int] | None:
    """Give the first and the last token of an answer."""
    end = answer.start + len(answer.text)
    within = [
        place for place, (left, right) in enumerate(told.offsets) if right > answer.start and left < end
    ]
    return (within[0], within[-1]) if within else None


def _example(
    asked: list[int], told: list[int], span: tuple[int, int] | None, kind: str, *, whole: bool = False
) -> Example:
    base = len(asked) + 2
    start, end = (base + span[0], base + span[1]) if span else (0, 0)
    return Example(joined(asked, told), start, end, whole, kind)
