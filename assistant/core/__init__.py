"""Answers questions for every surface. In: a question as a person typed it. Out: an answer as data."""
