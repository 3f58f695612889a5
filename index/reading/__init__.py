"""Files of every format people have, to articles: told apart by content, parsed where they can do no harm.

Text and Markdown are read here and now; everything else is parsed in a child process with limits
(`worker`, `child`). The public verbs are `read` and `read_bytes` of `files`, `articles_of` of `sources`.
"""
