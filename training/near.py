"""Passages that are near a question but do not answer it: the most similar ones without the answer's words."""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from random import Random

    from numpy.typing import NDArray

    from training.rows import Answer

CHOICE = 4
"""One of so many of the most similar passages is taken."""
LOOKED_AT = 24
"""So many of the most similar passages are looked at for ones without the answer."""
SAME = 0.9
"""From this similarity on two passages are versions of one another."""
ASKED = 1.5
"""What the question counts beside the passage it was asked about, so that the near miss fits the question."""
LONG = 4
"""Letters of a word that says something by itself."""
UNSPACED = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]{2,}")
WORD = re.compile(r"[^\W_]+")


def words(text: str) -> list[str]:
    """Give the words of a text in lower case; pairs of characters where a script has no spaces."""
    found = []
    for word in WORD.findall(text.casefold()):
        if UNSPACED.fullmatch(word):
            found += [word[n : n + 2] for n in range(len(word) - 1)]
        else:
            found.append(word)
    return found


def tells(context: str, answers: Iterable[Answer]) -> bool:
    """Whether a passage holds an answer, or all the longer words of one."""
    folded = context.casefold()
    known = set(words(context))
    for answer in answers:
        long = [word for word in words(answer.text) if len(word) >= LONG or word.isdigit()]
        if answer.text.casefold() in folded or (long and known.issuperset(long)):
            return True
    return False


class Neighbours:
    """Passages of one language, found by the words they share."""

    def __init__(self, contexts: Sequence[str]) -> None:
        """Count the words of the passages, which are all different."""
        self.contexts = contexts
        self._places = {context: place for place, context in enumerate(contexts)}
        counted = [Counter(words(context)) for context in contexts]
        spread = Counter(word for counts in counted for word in counts)
        self._numbers = {word: number for number, word in enumerate(spread)}
        self._weights = np.log(len(contexts) / np.array([*spread.values(), 1])[:-1]).astype(np.float32)
        self._matrix = sparse.vstack([self._vector(counts) for counts in counted], "csr")

    def rare(self, word: str, share: float) -> bool:
        """Whether at most this share of the passages hold a word, in lower case."""
        number = self._numbers.get(word)
        return number is None or bool(self._weights[number] >= -np.log(share))

    def near_miss(self, question: str, context: str, answers: Sequence[Answer], random: Random) -> str | None:
        """Give a passage like the one that answers the question, but without the answer; None if there is none."""
        found = list(islice(self._near(question, context, answers), CHOICE))
        return random.choice(found) if found else None

    def nearest(self, question: str, context: str, answers: Sequence[Answer]) -> str | None:
        """Give the most similar passage without the answer; None if there is none."""
        return next(self._near(question, context, answers), None)

    def _near(self, question: str, context: str, answers: Sequence[Answer]) -> Iterator[str]:
        alike = self._scores(self._vector(Counter(words(context))))
        scores = alike + ASKED * self._scores(self._vector(Counter(words(question))))
        for place in np.argsort(-scores)[:LOOKED_AT]:
            other = self.contexts[place]
            if alike[place] < SAME and scores[place] > 0 and not tells(other, answers):
                yield other

    def _scores(self, vector: sparse.csr_array) -> NDArray[np.float32]:
        scores: NDArray[np.float32] = (self._matrix @ vector.T).toarray()[:, 0]
        return scores

    def _vector(self, counts: Counter[str]) -> sparse.csr_array:
        """Give the words' weights as a unit row."""
        known = [(self._numbers[word], count) for word, count in counts.items() if word in self._numbers]
        places = np.array([number for number, _ in known], dtype=np.int32)
        values = np.log1p(np.array([count for _, count in known], dtype=np.float32)) * self._weights[places]
        values /= max(float(np.linalg.norm(values)), 1e-6)
        shape = (1, len(self._numbers))
        return sparse.csr_array((values, (np.zeros_like(places), places)), shape=shape)
