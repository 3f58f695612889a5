"""Reads files of every format people have. In: bytes. Out: articles.

Formats are told apart by content and parsed where they can do no harm.

Text and Markdown are read here and now; everything else is parsed in a child process with limits
(`worker`, `child`). The public verbs are `read` and `read_bytes` of `files`, `articles_of` of `sources`.
"""
