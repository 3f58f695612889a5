"""Reads files of common formats. In: bytes. Out: articles.

The content of a file decides its format. Text and Markdown are decoded in the calling process; every other format is
parsed in a child process with limits (`worker`, `child`). The entry points are `read` and `read_bytes` of `files`, and
`articles_of` of `sources`.
"""
