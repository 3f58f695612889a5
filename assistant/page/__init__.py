"""Serves the browser's page. In: what a person does there. Out: the chat, articles to read, and their files."""
