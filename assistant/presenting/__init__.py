"""Shows answers. In: an answer. Out: text, HTML and citations that are safe to show."""
