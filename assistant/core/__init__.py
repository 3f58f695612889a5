"""What every surface does. In: a question as a person typed it. Out: an answer as data."""
