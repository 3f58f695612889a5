"""The SQLite database of a home, the one truth. In: prepared articles. Out: what one transaction reads."""
