"""A disk that fails: any one system call of a child process that writes can be made to fail, for real.

The child installs a seccomp filter that stops it at calls which write (and at nothing else); its parent, the
tracer, counts those that touch a watched folder and lets the chosen one return an error instead of being
done. So SQLite's own writes fail as well as ours, and no line of the program knows of it. Linux on x86-64.
"""

from __future__ import annotations

import ctypes
import errno
import mmap
import os
import platform
import signal
import struct
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

# number of the call (Linux, x86-64) -> its name, and where its file stands: a descriptor or a path
_BY_DESCRIPTOR = {1: "write", 18: "pwrite64", 20: "writev", 74: "fsync", 75: "fdatasync", 77: "ftruncate"}
_BY_PATH = {82: "rename", 83: "mkdir", 264: "renameat", 257: "openat", 258: "mkdirat", 316: "renameat2"}
_PATH_ARGUMENT = {82: 0, 83: 0, 264: 1, 257: 1, 258: 1, 316: 1}
CALLS = {**_BY_DESCRIPTOR, **_BY_PATH}

_TRACEME, _CONT, _GETREGS, _SETREGS, _SETOPTIONS = 0, 7, 12, 13, 0x4200
_TRACE_CLONE, _TRACE_SECCOMP, _EXITKILL = 0x8, 0x80, 0x100000
_EVENT_SECCOMP, _WALL = 7, 0x40000000
_PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 22, 38
_ALLOW, _TRACE = 0x7FFF0000, 0x7FF00000
_REGISTERS = 27
_RSI, _RDI, _RAX, _ORIG_RAX, _RDX = 13, 14, 10, 15, 12
_LIBC = ctypes.CDLL(None, use_errno=True)


class Switch:
    """Chooses the call that fails; shared by the child, which sets it, and the tracer, which obeys."""

    def __init__(self) -> None:
        self._cells = memoryview(mmap.mmap(-1, 64)).cast("q")

    def arm(self, at: int, error: int) -> None:
        """Let the `at`-th call from now on fail with an error number; 1 is the next."""
        self._cells[1], self._cells[2], self._cells[3], self._cells[0] = error, 0, 0, at

    def disarm(self) -> str | None:
        """Let all calls be done again; give the name of the one that failed, if it was reached."""
        self._cells[0] = 0
        return CALLS[self._cells[3]] if self._cells[3] else None

    @property
    def met(self) -> int:
        """How many calls were counted since the switch was armed."""
        return int(self._cells[2])

    def meet(self, call: int) -> int:
        """Count a call that is about to be done; give the error that it shall return, or 0."""
        if not self._cells[0]:
            return 0
        self._cells[2] += 1
        if self._cells[2] != self._cells[0]:
            return 0
        self._cells[3] = call
        return int(self._cells[1])


def run(job: Callable[[Switch], None], folder: Path | str) -> int:
    """Run a job in a child whose writes below a folder can fail; give its exit status.

    Raises:
        OSError: this machine does not let us trace (not Linux on x86-64, or not allowed).
    """
    if sys.platform != "linux" or platform.machine() != "x86_64":
        raise OSError(errno.ENOSYS, "system calls are traced on Linux for x86-64 only")
    switch = Switch()
    child = os.fork()
    if not child:
        status = 1
        try:
            _be_traced()
            job(switch)
            status = 0
        except BaseException:  # noqa: BLE001  # nothing may unwind into the tracer's half of the program
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            os._exit(status)
    return _trace(child, switch, str(folder))


def _be_traced() -> None:
    _ptrace(_TRACEME, 0)
    os.kill(os.getpid(), signal.SIGSTOP)  # the tracer sets its options here
    numbers = sorted(CALLS)
    # BPF: load the number of the call; stop for the tracer if it is one of ours
    program = [struct.pack("HBBI", 0x20, 0, 0, 0)]
    program += [struct.pack("HBBI", 0x15, len(numbers) - i, 0, n) for i, n in enumerate(numbers)]
    program += [struct.pack("HBBI", 0x06, 0, 0, action) for action in (_ALLOW, _TRACE)]
    code = ctypes.create_string_buffer(b"".join(program))
    header = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", len(program), ctypes.addressof(code)))
    if _LIBC.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or _LIBC.prctl(_PR_SET_SECCOMP, 2, header, 0, 0):
        raise OSError(ctypes.get_errno(), "no seccomp filter may be set here")


def _ptrace(request: int, pid: int, data: object = None) -> None:
    ctypes.set_errno(0)
    pointer = ctypes.c_void_p(data) if isinstance(data, int) else data
    if _LIBC.ptrace(request, pid, None, pointer) == -1 and ctypes.get_errno():
        raise OSError(ctypes.get_errno(), "ptrace")


def _trace(child: int, switch: Switch, folder: str) -> int:
    _, status = os.waitpid(child, 0)
    if not os.WIFSTOPPED(status):
        raise OSError(errno.EPERM, "processes may not be traced here")
    _ptrace(_SETOPTIONS, child, _TRACE_CLONE | _TRACE_SECCOMP | _EXITKILL)
    _ptrace(_CONT, child)
    while True:
        pid, status = os.waitpid(-1, _WALL)
        if not os.WIFSTOPPED(status):
            if pid == child:
                return os.waitstatus_to_exitcode(status)
            continue
        number = os.WSTOPSIG(status)
        if status >> 16 == _EVENT_SECCOMP:
            _meet(pid, switch, folder)
        # signals are handed on, except the stops that tracing itself brings
        _ptrace(_CONT, pid, 0 if number in {signal.SIGTRAP, signal.SIGSTOP} else int(number))


def _meet(pid: int, switch: Switch, folder: str) -> None:
    registers = (ctypes.c_ulonglong * _REGISTERS)()
    _ptrace(_GETREGS, pid, registers)
    call = registers[_ORIG_RAX]
    if not _is_write_below(pid, call, registers, folder):
        return
    error = switch.meet(call)
    if error:
        registers[_ORIG_RAX] = 2**64 - 1  # no such call: it is not done
        registers[_RAX] = 2**64 - error
        _ptrace(_SETREGS, pid, registers)


def _is_write_below(pid: int, call: int, registers: ctypes.Array[ctypes.c_ulonglong], folder: str) -> bool:
    arguments = (registers[_RDI], registers[_RSI], registers[_RDX])
    try:
        if call in _BY_DESCRIPTOR:
            return str(Path(f"/proc/{pid}/fd/{arguments[0]}").readlink()).startswith(folder)
        if CALLS[call] == "openat" and not arguments[2] & os.O_CREAT:
            return False
        with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
            memory.seek(arguments[_PATH_ARGUMENT[call]])
            path = memory.read(4096 - arguments[_PATH_ARGUMENT[call]] % 4096)
    except OSError:
        return False
    return path.split(b"\0")[0].decode("utf-8", "replace").startswith(folder)
