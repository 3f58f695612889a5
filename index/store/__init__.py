"""The truth. In: prepared articles. Out: what one transaction reads of the SQLite database of a home."""
