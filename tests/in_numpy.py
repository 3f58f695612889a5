"""A plugin for pytest (`-p tests.in_numpy`): the tests run as if nothing had been compiled."""

import sys

sys.modules["index.native.compiled"] = None  # type: ignore[assignment]  # to import it is an ImportError then
