"""Writes answers with a language model. In: a question and its passages. Out: sentences that were checked."""
