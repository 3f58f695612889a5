"""Answers questions. In: a question and a view. Out: ranked hits, read and judged, with evidence and confidence."""
