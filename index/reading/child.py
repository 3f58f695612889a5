"""Parse files in a child process that has resource limits and holds no other data.

`worker` starts it with an empty environment. It reads files from standard input and writes articles to standard
output. It opens and writes nothing else; where possible, the kernel denies it that (`confinement`).
"""

from __future__ import annotations

import gc
import resource
import sys
from pathlib import Path
from typing import Any

from index.errors import ArticleError
from index.processes.frames import Broken
from index.processes.parent import Parent
from index.reading import confinement
from index.reading.limits import MAX_FILE_BYTES
from index.reading.parts import packed
from index.records import Article

_HEAD_BYTES = 1_000_000
_OPEN_FILES = 64
_MAX_JOBS = 2_000
_MAX_RESIDENT_KB = 320_000


def main(memory_bytes: int, cpu_s: int, output_bytes: int) -> None:
    """Parse files until the input ends, or until a fresh process is due.

    An empty job asks what confines this process.
    """
    parent = Parent()
    confinement.confine()
    _confine(memory_bytes)
    for number in range(1, _MAX_JOBS + 1):
        try:
            job, data = parent.receive(MAX_FILE_BYTES + _HEAD_BYTES)
        except Broken:
            return
        _allow_cpu(cpu_s)
        reply: dict[str, Any] = {"held": confinement.in_force()}
        if job:
            reply = _parsed(job, data, memory_bytes, output_bytes)
        del data
        reply["last"] = number == _MAX_JOBS or _resident_kb() > _MAX_RESIDENT_KB or "memory" in reply
        parent.send(reply)
        if reply["last"]:
            return


def _parsed(job: dict[str, Any], data: bytes, memory_bytes: int, output_bytes: int) -> dict[str, Any]:
    name = str(job["name"])
    try:
        from index.reading.parsers import parse

        parts = parse(data, name, job["columns"])
        if sum(len(part.text) for part in parts if isinstance(part, Article)) * 4 > output_bytes:
            return _error(
                "ArticleTooLarge", f"{name}: more than {output_bytes >> 20} MB of text; split the file"
            )
        return {"parts": packed(parts)}
    except ArticleError as error:
        return _error(type(error).__name__, str(error))
    except MemoryError:
        gc.collect()
        return _error("UnreadableArticle", _memory(name, memory_bytes)) | {"memory": True}
    except RecursionError:
        return _error("UnreadableArticle", f"{name}: nested too deep to be read; save its text")
    except Exception as error:  # noqa: BLE001  # parsers of untrusted files raise anything
        why = f"{type(error).__name__}: {error}"[:160]
        return _error("UnreadableArticle", f"{name}: cannot be parsed ({why}); save it in another format")


def _memory(name: str, memory_bytes: int) -> str:
    return f"{name}: it needs more than {memory_bytes >> 20} MB of memory to be read; split the file"


def _error(kind: str, message: str) -> dict[str, Any]:
    return {"error": [kind, " ".join(message.split())]}


def _confine(memory_bytes: int) -> None:
    for what, most in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
    ):
        resource.setrlimit(what, (most, most))
    sys.dont_write_bytecode = True


def _allow_cpu(cpu_s: int) -> None:
    """Allow `cpu_s` more seconds of processor time; after that, the kernel ends this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + 1 + cpu_s
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def _resident_kb() -> int:
    """Return the memory in use now: the peak that the kernel keeps may be that of the parent process."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return pages * resource.getpagesize() // 1024
