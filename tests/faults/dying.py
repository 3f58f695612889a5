"""Does one thing to a home and is killed at a chosen call of a chosen function; run as a program.

Arguments: home, `module:function` or `module:Class.function`, which of its calls (1 is the first), what to do
(`restore`, `rebuild`, `backup`, `save`, `add`), and a file for those that need one.
"""

from __future__ import annotations

import os
import signal
import sys
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any

from index import Article, Collection, rebuild_home, restore


def die_at(where: str, call: int) -> None:
    """Let this process be killed when a function is called for the `call`-th time, before it does anything."""
    module, _, path = where.partition(":")
    *kinds, name = path.split(".")
    owner: Any = import_module(module)
    for kind in kinds:
        owner = getattr(owner, kind)
    function = getattr(owner, name)
    calls = 0

    @wraps(function)
    def dying(*given: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == call:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*given, **named)

    setattr(owner, name, dying)


def do(home: Path, what: str, file: str = "") -> None:
    if what == "restore":
        restore(home, Path(file))
    elif what == "rebuild":
        rebuild_home(home)
    else:
        collection = Collection(home)
        if what == "backup":
            collection.backup(Path(file))
        elif what == "add":
            collection.add([Article(id="dying", text="A ferry was launched in the harbour.", language="en")])
        elif what == "save":
            with collection.session() as state, state.viewing() as (view, _):
                state.snapshots.save(view)


if __name__ == "__main__":
    die_at(sys.argv[2], int(sys.argv[3]))
    do(Path(sys.argv[1]), *sys.argv[4:])
