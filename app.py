"""Start the chat page and the HTTP API: `python app.py`; settings come from `SANAD_*`."""

import sys

from assistant.cli import main

if __name__ == "__main__":
    sys.exit(main(["serve", *sys.argv[1:]]))
