"""Cut articles. In: a text. Out: its prose, sentences and passages, as exact spans."""
