"""Serves language models. In: calls of tools. Out: answers over the Model Context Protocol."""
