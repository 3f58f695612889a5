"""How well written sentences are checked: which unsupported ones are left out, and how many supported ones with them.

Run: `python -m benchmarks.writing --data DIR [--each 30] [--half report] [--passages ar en]`. The sentences are of
XQuAD's English paragraphs (DIR/eval/xquad-dev.en.json), 300 for each language of the passages, the same in every run.
They are checked against the parallel paragraph in that language. Supported are the sentences as they are; where the
passages are English too, what a rule makes of them, so that not all are copies: no brackets, a phrase at the beginning
moved to the end, a clause at the end dropped. Unsupported are sentences in which one thing was exchanged: a number, a
date (month or year), a name by one of another paragraph, the passage by another one; reported apart, a negation put in
or taken out, and two names with each other (the agent).

The halves are the paragraphs with even (`tune`) and with odd numbers. The constants of `index/ranking/parameters.py`
were chosen with a look at both for Arabic and English. One rule was by Spanish; nothing was by any other language.
"""

from __future__ import annotations

import argparse
import random
import re
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from assistant.evaluation import read_squad
from index import Article, Hit, Supporter, sentences
from index.collection import shipped_lexicon
from index.models import open_encoder
from index.models.calibration import Calibration

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

SEED = 7
EXCHANGED = ("number", "date", "name", "passage")
APART = ("negation", "agent")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September", "October"),
    *("November", "December"),
)
_AUXILIARY = re.compile(r"\b(is|are|was|were|has|have|had|can|could|will|would|may|might|must|should)\b")
_NAME = re.compile(r"\b[A-Z][\w'’-]+(?: (?:of |the |de |van |von )?[A-Z][\w'’-]+)*")
_YEAR = re.compile(r"(?<![\d.,])(?:1\d{3}|20\d\d)(?![\d.,]\d|\d)")
_NUMBER = re.compile(r"(?<![\w.,])\d+(?:[.,]\d+)*(?!\w)")
_OPENING = re.compile(r"((?:In|On|At|During|After|By|From|Since|Under|For|As) [^,]{3,50}), (.+)([.!?])$")
_ENDING = re.compile(r"(.{40,}?), (?:which|who|where|although|while|with|and) [^,]*([.!?])$")


class Case(NamedTuple):
    """A sentence, the place of the paragraph that it is checked against, and what was done to it."""

    kind: str
    sentence: str
    place: int


class Given(NamedTuple):
    """A sentence of a paragraph, and what may take the place of its parts."""

    sentence: str
    paragraph: str
    names: Sequence[str]
    chance: random.Random


def main() -> None:
    """Print one line for each kind of sentence, in both directions."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--each", type=int, default=30, help="sentences of each exchanged kind (default: 30)")
    parser.add_argument("--half", choices=("report", "tune"), default="report")
    parser.add_argument(
        "--passages", nargs="+", default=["ar", "en"], help="their languages (default: ar en)"
    )
    given = parser.parse_args()
    english = paragraphs(given.data, "en")
    for language in given.passages:
        chosen = drawn(english, given.half, given.each, reworded=language == "en")
        report(language, found(chosen, paragraphs(given.data, language), language))


def paragraphs(data: Path, language: str) -> list[str]:
    """Return XQuAD's paragraphs in the order of their places, which are the same in every language."""
    read = read_squad(data / "eval" / f"xquad-dev.{language}.json").paragraphs
    return [read[place] for place in sorted(read)]


def drawn(texts: Sequence[str], half: str, each: int, *, reworded: bool) -> list[Case]:
    """Return `each` sentences of every kind, and twice as many as are supported."""
    chance = random.Random(SEED)
    names = sorted({name for text in texts for _, _, name in _names(text)})
    cases = defaultdict(list)
    for place, text in enumerate(texts):
        if place % 2 != (half == "report"):
            continue
        for start, end in sentences(text):
            sentence = text[start:end]
            if not 6 <= len(sentence.split()) <= 45 or sentence[-1] not in ".!?":
                continue
            given = Given(sentence, text, names, chance)
            cases["supported"].append(Case("supported", _reworded(sentence) if reworded else sentence, place))
            others = [other for other in range(len(texts)) if abs(other - place) > 5]
            cases["passage"].append(Case("passage", sentence, chance.choice(others)))
            for kind, exchange in _EXCHANGES.items():
                if (made := exchange(given)) and made != sentence:
                    cases[kind].append(Case(kind, made, place))
    return [
        case
        for kind, own in cases.items()
        for case in chance.sample(own, min(len(own), 4 * each if kind == "supported" else each))
    ]


def found(cases: Sequence[Case], texts: Sequence[str], language: str) -> dict[str, Counter[str | None]]:
    """Return by kind what was found lacking."""
    encoder = open_encoder(None)
    calibration, lexicon = Calibration(encoder), shipped_lexicon()
    lacks: dict[str, Counter[str | None]] = defaultdict(Counter)

    @cache
    def supporter(place: int) -> Supporter:
        text = texts[place]
        article = Article(text=text, language=language)
        hit = Hit(rank=1, score=1.0, passage_id="", start=0, end=len(text), text=text, article=article)
        return Supporter([hit], encoder, calibration, lexicon)

    for case in cases:
        lacks[case.kind][supporter(case.place).lack(case.sentence, "en", [0])] += 1
    return lacks


def report(language: str, lacks: dict[str, Counter[str | None]]) -> None:
    """Print the figures of one direction."""
    print(f"{language}>en")
    for kind in ("supported", *EXCHANGED, *APART):
        n, kept = lacks[kind].total(), lacks[kind][None]
        print(f"  {kind:10} {n:4} sentences, {(n - kept) / n:6.1%} left out")
    n = sum(lacks[kind].total() for kind in EXCHANGED)
    kept = sum(lacks[kind][None] for kind in EXCHANGED)
    print(f"  recall of the exchanged ones, without negation and agent: {(n - kept) / n:.3f} of {n}")


def _names(sentence: str) -> Iterator[tuple[int, int, str]]:
    """Yield the names of a sentence: capitalised, and not at the beginning of a sentence."""
    for match in _NAME.finditer(sentence):
        before = sentence[: match.start()].rstrip()
        if before and before[-1] not in '.!?"“(' and match.group() not in _MONTHS:
            yield match.start(), match.end(), match.group()


def _number(given: Given) -> str | None:
    places = [one for one in _NUMBER.finditer(given.sentence) if not _YEAR.fullmatch(one.group())]
    if not places:
        return None
    match = given.chance.choice(places)
    for _ in range(20):
        digits = list(match.group())
        place = given.chance.choice([n for n, digit in enumerate(digits) if digit.isdigit()])
        digits[place] = given.chance.choice("123456789")
        new = "".join(digits)
        if not re.search(rf"(?<!\d){re.escape(new)}(?!\d)", given.paragraph):
            return given.sentence[: match.start()] + new + given.sentence[match.end() :]
    return None


def _date(given: Given) -> str | None:
    months = list(re.finditer(rf"\b({'|'.join(_MONTHS)})\b", given.sentence))
    places = [*months, *_YEAR.finditer(given.sentence)]
    if not places:
        return None
    match = given.chance.choice(places)
    for _ in range(30):
        year = match.group().isdigit() and int(match.group()) + given.chance.choice(
            [-1, 1]
        ) * given.chance.randint(1, 30)
        new = str(year or given.chance.choice(_MONTHS))
        if new not in given.paragraph:
            return given.sentence[: match.start()] + new + given.sentence[match.end() :]
    return None


def _name(given: Given) -> str | None:
    places = list(_names(given.sentence))
    if not places:
        return None
    start, end, name = given.chance.choice(places)
    for _ in range(30):
        new = given.chance.choice(given.names)
        if len(new.split()) == len(name.split()) and not any(word in given.paragraph for word in new.split()):
            return given.sentence[:start] + new + given.sentence[end:]
    return None


def _negation(given: Given) -> str | None:
    if match := re.search(r"\b(not|never) ", given.sentence):
        return given.sentence[: match.start()] + given.sentence[match.end() :]
    if match := _AUXILIARY.search(given.sentence):
        return f"{given.sentence[: match.end()]} not{given.sentence[match.end() :]}"
    return None


def _agent(given: Given) -> str | None:
    places = list(_names(given.sentence))
    pairs = [
        (one, two)
        for number, one in enumerate(places)
        for two in places[number + 1 :]
        if one[2] not in two[2] and two[2] not in one[2]
    ]
    if not pairs:
        return None
    (start, end, first), (begin, last, second) = given.chance.choice(pairs)
    return given.sentence[:start] + second + given.sentence[end:begin] + first + given.sentence[last:]


def _reworded(sentence: str) -> str:
    plain = re.sub(r" \([^()]*\)", "", sentence)
    if match := _OPENING.match(plain):
        return f"{match[2][0].upper()}{match[2][1:]} {match[1][0].lower()}{match[1][1:]}{match[3]}"
    match = _ENDING.match(plain)
    return match[1] + match[2] if match else plain


_EXCHANGES: dict[str, Callable[[Given], str | None]] = {
    "number": _number, "date": _date, "name": _name, "negation": _negation, "agent": _agent,
}  # fmt: skip

if __name__ == "__main__":
    main()
