"""A virtual environment for each set of packages, made once under the cache folder."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from benchmarks.rivals.rivals import Rival


def python_of(rival: Rival, cache: Path, pip_args: Sequence[str] = ()) -> Path | str:
    """Give the interpreter that has a rival's packages; install them when they are not there yet.

    Args:
        rival: one without packages runs in our own environment.
        cache: where environments are kept.
        pip_args: more arguments for pip, as an index with small builds of torch.

    Raises:
        RuntimeError: pip could not install them; its last lines are the message.
    """
    if not rival.packages:
        return sys.executable
    key = hashlib.sha256("\n".join((sys.version, *rival.packages)).encode()).hexdigest()[:8]
    folder = cache / "environments" / f"{rival.packages[0].partition('=')[0]}-{key}"
    python = folder / "bin" / "python"
    ready = folder / "ready"
    if not ready.exists():
        print(f"{rival.title}: making its environment ({', '.join(rival.packages)})", file=sys.stderr)
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        pip = [python, "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
        done = subprocess.run([*pip, *pip_args, *rival.packages], capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{rival.title}: pip failed: " + " / ".join(done.stderr.splitlines()[-2:]))
        frozen = subprocess.run([python, "-m", "pip", "freeze"], capture_output=True, text=True, check=True)
        ready.write_text(frozen.stdout, "utf-8")
    return python
