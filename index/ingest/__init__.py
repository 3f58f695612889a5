"""Adds articles to a collection. In: articles. Out: what the database stores of them, written batch by batch."""
