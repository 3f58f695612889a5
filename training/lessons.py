"""What the student is taught, and in which proportion."""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from training import corpus
from training.draw import Bags, Drawer, Examples, join, thin, with_empty
from training.ragged import Ints, Ragged, encode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray
    from tokenizers import Tokenizer

    from training.bitext import Bitext

OTHERS = ("de", "es", "fa", "fr", "he", "hi", "id", "ru", "tr", "ur", "zh")
SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
LEAST_SENTENCE = 30  # characters; shorter ones are headings and scraps
MAX_SENTENCES = 6  # of a paragraph
EVERYDAY = frozenset({"tatoeba-testsets", "laser-tatoeba", "arwikicats-categories"})
EVERYDAY_TAUGHT = 20_000
PARAGRAPHS_TAUGHT = 30_000
WIKI, TITLE = ("en", "paragraph"), ("en", "title")


def directions() -> tuple[list[tuple[str, str]], NDArray[np.float64]]:
    """Give the language of questions and of passages, and how often each pair is drawn."""
    shares = {("en", "ar"): 18.0, ("ar", "en"): 16.0, ("ar", "ar"): 10.0, WIKI: 20.0, TITLE: 5.0}
    for other in OTHERS:
        share = {("en",): 8.0, ("ar",): 10.0}
        shares[other, "en"] = shares["en", other] = share["en",] / len(OTHERS)
        shares[other, "ar"] = share["ar",] / len(OTHERS)
        shares["ar", other] = 3.0 / len(OTHERS)
        shares[other, other] = 2.0 / len(OTHERS)
    chances = np.asarray(list(shares.values()))
    return list(shares), chances / chances.sum()


class Reading(NamedTuple):
    """English encyclopedia text as rows.

    Attributes:
        sentences: of all paragraphs, one after the other, an empty text last.
        first: for each paragraph its first sentence; one more than there are paragraphs.
        titles: article titles.
        leads: the paragraphs they head.
    """

    sentences: Ragged
    first: Ints
    titles: Ragged
    leads: Ragged


def read(data: Path, tokenizer: Tokenizer, row_of: NDArray[np.int32]) -> Reading:
    """Read the English encyclopedia text."""
    cut = [SENTENCE.split(text)[:MAX_SENTENCES] for text in corpus.paragraphs(data)]
    several = [sentences for sentences in cut if len(sentences) > 1]
    first = np.cumsum([0, *map(len, several)])
    titles = corpus.titles(data)
    return Reading(
        with_empty(encode(tokenizer, row_of, [text for own in several for text in own])),
        first,
        encode(tokenizer, row_of, [title for title, _ in titles]),
        encode(tokenizer, row_of, [lead for _, lead in titles]),
    )


def sentence_and_paragraph(reading: Reading, number: int, rng: np.random.Generator) -> Examples:
    """Draw sentences as questions; the passage is the paragraph, in half the cases without them."""
    paragraph = rng.integers(0, len(reading.first) - 1, number)
    begin, end = reading.first[paragraph], reading.first[paragraph + 1]
    asked = begin + rng.integers(0, end - begin)
    group = begin[:, None] + np.arange(MAX_SENTENCES)
    left_out = (group == asked[:, None]) & (rng.random(number) < 0.5)[:, None]
    group[(group >= end[:, None]) | left_out] = len(reading.sentences.starts) - 2
    questions = thin(Bags(*reading.sentences.take(asked)), rng, 0.3)
    return Examples(questions, thin(join(reading.sentences, group), rng, 0.8), paragraph)


def title_and_lead(reading: Reading, number: int, rng: np.random.Generator) -> Examples:
    """Draw titles as questions; the passage is the paragraph below."""
    chosen = rng.integers(0, len(reading.titles.starts) - 1, number)
    passages = thin(Bags(*reading.leads.take(chosen)), rng, 0.7)
    return Examples(Bags(*reading.titles.take(chosen)), passages, chosen)


def draw(
    bitext: Bitext, reading: Reading, number: int, rng: np.random.Generator
) -> Iterator[tuple[Examples, Bags | None]]:
    """Draw batches without end; half of those across languages come with wrong passages too.

    Those are in the question's own language: to prefer a passage for its language must not pay.
    """
    kinds, chances = directions()
    drawers: dict[tuple[str, str], Drawer] = {}

    def of(left: str, right: str) -> Examples:
        if (left, right) not in drawers:
            drawers[left, right] = Drawer(bitext, left, right)
        return drawers[left, right].draw(number, rng)

    while True:
        kind = kinds[rng.choice(len(kinds), p=chances)]
        if kind == WIKI:
            yield sentence_and_paragraph(reading, number, rng), None
        elif kind == TITLE:
            yield title_and_lead(reading, number, rng), None
        elif kind[0] == kind[1] or rng.random() < 0.5:
            yield of(*kind), None
        else:
            yield of(*kind), of(kind[1], kind[0]).passages


def to_teach(data: Path) -> tuple[list[str], list[str]]:
    """Choose the English texts the teacher is asked about.

    Returns:
        Sentences that have translations, and sentences of the encyclopedia.
    """
    news: set[str] = set()
    everyday: set[str] = set()
    for pair in corpus.pairs(data, corpus.SENTENCES):
        if pair.weight > corpus.SOFTWARE and pair.right_language == "en":
            (everyday if pair.source in EVERYDAY else news).add(pair.right)
    chance = random.Random(1)
    rest = sorted(everyday - news)
    chance.shuffle(rest)
    paragraphs = chance.sample(corpus.paragraphs(data), PARAGRAPHS_TAUGHT)
    reading = []
    for text in paragraphs:
        whole = [part for part in SENTENCE.split(text) if len(part) > LEAST_SENTENCE]
        reading.append(chance.choice(whole or [text]))
    return sorted(news) + rest[:EVERYDAY_TAUGHT], reading
