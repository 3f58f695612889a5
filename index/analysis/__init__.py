"""Analyse words of any script. In: a text. Out: its words and their terms: stems, 4-grams, name keys."""

from index.analysis.counting import WordKey, packed_keys, parts_of, unpacked_keys, word_keys
from index.analysis.names import name_key
from index.analysis.stemming import stem_of, stemmer_of, stemmers_of
from index.analysis.stopwords import is_stopword
from index.analysis.surfaces import Surface, known_surfaces
from index.analysis.terms import WordTerms, word_terms
from index.analysis.tokenizing import LONGEST_KEPT, Word, folded_counts, words

ANALYSER_VERSION = 1
"""Version of the terms; increase it when any text's terms change, so that older collections are rebuilt."""

__all__ = [
    "ANALYSER_VERSION",
    "LONGEST_KEPT",
    "Surface",
    "Word",
    "WordKey",
    "WordTerms",
    "folded_counts",
    "is_stopword",
    "known_surfaces",
    "name_key",
    "packed_keys",
    "parts_of",
    "stem_of",
    "stemmer_of",
    "stemmers_of",
    "unpacked_keys",
    "word_keys",
    "word_terms",
    "words",
]
