"""Runs child processes that answer messages. In: the code that a child runs, messages. Out: its replies."""
