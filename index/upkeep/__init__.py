"""Maintains collections. In: a home. Out: open sessions, vectors in the background, backups, checks, rebuilds."""
