"""Derived data. In: rows of the database. Out: immutable views that score terms and compare vectors."""
