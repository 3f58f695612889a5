"""Every number that ranking was tuned by: what it is, how it was chosen, and what gives when it moves.

Names in quotes are sections of docs/lab/sweeps.md, which has the sweeps. They were made on the development halves of
XQuAD and ARCD: `python -m benchmarks.quality --data DIR` measures these again.
"""

from __future__ import annotations

from typing import NamedTuple

# --- the question: `query` -------------------------------------------------------------------------------------------

MAX_WORDS = 32
"""Distinct words of a question that are searched for: a limit of time, not tuned."""
FLATTENING = 0.5
"""Exponent of a translation's probability. .35 to 1 were swept ("Lexicon")."""
RAISING = 0.2
"""By what power of the likeliest one's probability a word's translations are divided: 0 leaves them as they are, and
the question's own words, which are sure, crowd them out; FLATTENING takes the likeliest for as sure as the word."""
UNTRANSLATED = 2.0
"""What the name key of a word counts that the lexicon cannot translate; 1 to 3 were swept ("Lexicon")."""
PARAPHRASED = 0.5
"""What another word of the question's language counts that means the same, times its flattened probability
("Paraphrases")."""
PARAPHRASES = 6
"""Such words for one word at most; 4 to 12 were swept ("Paraphrases")."""
PREFIXED = 0.5
"""What an Arabic word counts with a particle written onto it: half of the word itself, as it may be another word."""

# --- three lexical channels: `channels`, `fusion` --------------------------------------------------------------------


class Beside(NamedTuple):
    """What name keys and 4-grams count beside words, for one pair of languages."""

    names: float
    grams: float


SAME_LANGUAGE = Beside(names=0.0, grams=0.3)
"""Swept on one language and nine at once ("Several languages in one collection"): more 4-grams gain half a point in
one language alone and lose several beside other languages."""
SAME_SCRIPT = Beside(names=0.2, grams=0.2)
"""The same, for two languages of one script."""
OTHER_SCRIPT = Beside(names=0.3, grams=0.0)
"""The same, for two scripts: 4-grams find nothing there."""
OWN_LANGUAGE = 1.3
"""Exponent of the lexical score in the question's own language: there a passage shares some words by chance, which a
translation of them does not; one that holds all of them loses nothing ("Vectors")."""
COMMON_SHARE = 0.05
"""Name keys and 4-grams that a larger share of all rows hold are counted for the first candidates only: their
postings are most of all there is to read, and they tell the least."""
CANDIDATES = 500
"""Candidates for which those are counted; with 250, the first ten of more questions differ."""

# --- words and vectors: `fusion`, `search` ---------------------------------------------------------------------------


class Weights(NamedTuple):
    """How much each channel counts; words, names and grams multiply what the languages give them.

    Attributes:
        words: stems and their translations.
        names: name keys.
        grams: word-bounded character 4-grams.
        dense: share of the dense half in the fused score, 0 to 1; one for all models and languages.
    """

    words: float = 1.0
    names: float = 1.0
    grams: float = 1.0
    dense: float = 0.4


DEFAULT = Weights()
"""Swept ("Vectors"). Dense: at 0 only words count, at 1 only vectors."""
WHOLE = 5.5
"""Deviations above the usual cosine that count as much as all words: the right passages have 3.5 in another language
and 4 to 7 in the question's own. With `Weights.dense` the one weight of the fusion ("Vectors")."""
MOST = 2.0
"""What they count at most: in a collection of a few passages one may be any number of deviations above the rest."""
EXPECTED = 1.4
"""What a passage without a vector is expected to have of that, for as much of the question's words as it holds:
recall rises from words alone to all vectors while passages are embedded in any order ("Vectors")."""
STAND_IN, FEW = 4, 30
"""How many passages the stand-ins of a language count as for the mean, and how many all languages do for the
deviation: they matter in collections of a few passages only."""
SMALLEST_DEVIATION = 1e-4
"""Deviation of cosines at least: of fewer, all passages are the same. Not tuned."""
POOL = 100
"""Candidates that each half brings to the fusion, at least; above it recall@10 does not move."""

# --- from candidates to hits: `hits`, `evidence`, `coverage`, `matches` ----------------------------------------------

RESCORED = 5
"""First candidates that are scored again with their best sentence ("Sentences"); deeper than five gains nothing."""
SENTENCE = 0.25
"""What that sentence counts: a long passage drowns it in the rest of its text ("Sentences")."""
NEAR_DUPLICATE = 0.9
"""Passages of different articles whose words overlap (Jaccard) this much are shown once."""
BUCKETS = 512
"""Into which words fall before pairs of passages are compared word by word: speed, not tuned."""
EVIDENCE_WORDS, EVIDENCE_GRAMS, EVIDENCE_NAMES = 1.0, 0.5, 0.5
"""What the share of each channel counts of a sentence ("Evidence")."""
NAMES_APART = 0.3
"""What name keys count of a sentence in another language than the question's, when it speaks for its passage."""
UNSEEN = 0.5
"""In how many passages a term stands that was never seen: idf has no value for none. Not tuned."""
SHOWN = 0.25
"""A translation less likely than this counts in the score but is not shown: it would puzzle more than it tells."""
KEY_LETTERS = 3
"""A name key of fewer consonants stands for too many words to be shown as the same name."""

# --- misspelt words: `spelling` (`python -m benchmarks.spelling --data DIR`, "Spelling") -----------------------------

ONE_CHANGE = 4
"""Letters from which on a word may be one change away: of fewer, most are one change from another word."""
TWO_CHANGES = 6
"""Letters from which on it may be two."""
SAME_KEY = 10.0
"""How many times likelier a word is that has the same consonants: vowels and doubled letters are mistaken most."""
SAME_FIRST = 10.0
"""The same of one with the same first letter, which is seldom mistaken."""
FROM_LEXICON = 0.1
"""The same of one that stands in no passage: the lexicon has stems, so that "leade" passes for a word like "lead"."""
NAME_KEY = 3
"""Consonants from which on a name key tells that a word written as a name is one that the collection knows."""
SURE_KEY = 4
"""Consonants from which on it tells so of any word in a script that no passage is in."""
MOST_TERMS, MANY_TERMS = 200_000, 100_000
"""Terms from which on the lexicon has nearly all words of a language (English), or many (Arabic). Of any other a word
that it lacks is often right, or another form of one that stands in the collection."""
SHORTEST_STEM = 3
"""Letters that must be left of an Arabic word, or of a Turkish verb, when what is written onto it is taken off."""
SHORTEST_PART = 5
"""Letters of a word that a prefix makes a longer one of: fewer may be there by chance."""
LONGEST = 24
"""Letters of a word that is looked at: what one change makes of it grows with its length."""
MOST_WORDS = 5
"""Unknown words of a question that are looked at: one of many more is in no language that is known."""
MOST_NEAR = 50
"""Words at two changes that are looked at."""

# --- reading and judging: `asking`, `verdict`, `confidence` ----------------------------------------------------------

LIKELY = 0.6
"""How probable a translation must be to tell whether a word is a name; those of dialect words are less sure."""
READ = 3
"""Passages that are read ("With the reader"); each costs the time of one passage on one core."""
REORDERING = 0.15
"""What a passage's score gains where it surely answers; 0 to .25 were tried on the seeds ("With the reader")."""
RERANKED = 20
"""Hits that a reranker reads, if there is one. Its time grows with them; few right passages stand below."""
RERANKING = 2.0
"""What a hit's score gains where a reranker is sure. Reasoned, as no trained one was at hand: about twice what the best
hits have from the search, so that the reranker decides, and the search where it sees no difference."""
RELATED = 0.15
"""At this confidence of the search alone, and above, passages are about what is asked. Lower, more passages stand
beside questions about something else; higher, more right ones are withheld."""
HELD = 0.5
"""Share of the asked words that a passage must hold to be about keywords."""
LEDE = 600
"""Characters at an article's beginning in which it names what it is about: a name there is not absent."""
NAME_STEM, NAME_ENDING = 3, 2
"""Sounds that two forms of a name share at their beginning at least, and by which one is longer at most."""
ANSWERED = 0.5
"""At this confidence and above, a question counts as answered: where an error of either kind costs the same."""
READ_MOST = 8.0
"""Scores of the reader beyond this say no more: how far it goes depends on the length of the passage."""
DEPTH = 10
"""The first hit is compared with the candidate at this rank: noise, even where news repeats itself. At 2 or 3,
AUROC among 3,000 passages is .001 to .002 less ("Confidence")."""
INTERCEPT, BEST, LEAD, FOREIGN = -6.80, 5.34, 10.91, 2.54
"""Fitted by `python -m training.confidence --data DIR --every 6 --distractors 3000` ("Confidence")."""
READ_INTERCEPT, READ_SEARCH, READ_SCORE, READ_APART, READ_UNNAMED = -0.94, 0.20, 0.30, 1.38, -2.56
"""Fitted by `python -m training.confidence` on questions in Arabic, in English and in ten other languages; each of the
three counts the same. Some are near misses, written to be hard ("With the reader")."""

# --- checking sentences: `support` (`python -m benchmarks.writing --data DIR`, docs/answers.md) -----------------------

LEAST_HELD = 0.18
"""Share of a sentence's content words that must have a counterpart in the passages it cites; of sentences about
something else 95 in 100 have less, between two languages too."""
LEAST_CLOSE = 2.5
"""How far a sentence must be nearer to the passages than to unrelated sentences, in deviations of the latter."""
COUNTERPART = 0.1
"""Probability from which on a translation in the passages is the counterpart of a name."""
NAME_ALIKE = 0.7
"""Share of signs that two name keys in different scripts share if they may be one name; .5 to .8 were tried."""
NAME_ONLY = 0.25
"""A word whose likeliest translation is less probable than this may be a name. Not tuned."""
NAME_MEANT = 0.002
"""By how much nearer a sentence comes to the passages without a name that they lack; -.006 to .004 were tried."""
SAME_WORDING = 0.8
"""Share of content words that a sentence and one of the passages have in common if the one copies the other: then a
negation that it lacks was left out."""
TRUSTED_PAIR = 0.3
"""How far the model must be trusted with two languages (`index.models.calibration`) for its cosines to count."""
