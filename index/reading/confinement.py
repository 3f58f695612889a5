"""Deny the parsing process the system calls that no parser needs; the only module that imports pyseccomp.

Denied are sockets, changes to files, access to other processes, and calls that kernel exploits use. There is no list
of allowed calls, as those differ between C libraries and their versions. A denied call fails with EPERM.
"""

from __future__ import annotations

import errno
import os
import socket
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SECCOMP, ONLY_LIMITS = "seccomp", "limits"

_NETWORK = "socket socketpair io_uring_setup"
_FILES = (
    "creat truncate unlink unlinkat rename renameat renameat2 mkdir mkdirat rmdir link linkat symlink symlinkat mknod"
    " mknodat chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat utime utimes utimensat futimesat setxattr"
    " lsetxattr fsetxattr removexattr lremovexattr fremovexattr openat2 open_by_handle_at"
)
_PROCESSES = (
    "ptrace process_vm_readv process_vm_writev process_madvise pidfd_open pidfd_getfd pidfd_send_signal"
    " rt_sigqueueinfo rt_tgsigqueueinfo kcmp setpriority"
)
_KERNEL = (
    "bpf perf_event_open userfaultfd keyctl add_key request_key unshare setns mount umount2 pivot_root chroot"
    " move_mount open_tree fsopen fsconfig fsmount fspick mount_setattr init_module finit_module delete_module"
    " kexec_load kexec_file_load reboot swapon swapoff acct quotactl modify_ldt personality iopl ioperm"
)
_DENIED = f"{_NETWORK} {_FILES} {_PROCESSES} {_KERNEL}".split()
# flags of `open` (mask, value) that create, truncate or write a file
_CHANGING = ((os.O_ACCMODE, os.O_WRONLY), (os.O_ACCMODE, os.O_RDWR), (os.O_CREAT,) * 2, (os.O_TRUNC,) * 2)
_INT = 0xFFFFFFFF
_EVERYONE = -1 & _INT  # as a process id: every process that this user may signal


def confine() -> None:
    """Have the kernel deny this process and its children what no parser needs; where it cannot, change nothing."""
    if sys.platform != "linux":
        return
    with suppress(
        ImportError, RuntimeError, OSError, AttributeError, ValueError
    ):  # no libseccomp, or an old kernel
        import pyseccomp as seccomp

        rules = seccomp.SyscallFilter(seccomp.ALLOW)
        for call, *conditions in _rules(seccomp):
            number = seccomp.resolve_syscall(seccomp.Arch.NATIVE, call)
            if number != -1:  # a call that this libseccomp knows
                rules.add_rule(seccomp.ERRNO(errno.EPERM), number, *conditions)
        rules.load()


def in_force() -> str:
    """Return what confines this process, found by trying: SECCOMP, or ONLY_LIMITS of memory and time."""
    return SECCOMP if _is_denied(socket.socket) and _is_denied(lambda: os.unlink("")) else ONLY_LIMITS  # noqa: PTH108


def _is_denied(call: Callable[[], object]) -> bool:
    try:
        call()
    except PermissionError:
        return True
    except OSError:
        return False
    return False


def _rules(seccomp: Any) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401  # pyseccomp has no types
    """Yield the denied calls: each its name, and the arguments with which it is denied."""
    yield from ((call,) for call in _DENIED)
    for call, at in (("open", 1), ("openat", 2)):
        yield from ((call, seccomp.Arg(at, seccomp.MASKED_EQ, mask, value)) for mask, value in _CHANGING)
    parent = os.getppid()
    for whom in (parent, _EVERYONE):
        yield "kill", seccomp.Arg(0, seccomp.MASKED_EQ, _INT, whom)
    yield "tgkill", seccomp.Arg(0, seccomp.MASKED_EQ, _INT, parent)
    yield "tkill", seccomp.Arg(0, seccomp.MASKED_EQ, _INT, parent)
    yield "prlimit64", seccomp.Arg(0, seccomp.NE, 0)  # the limits of another process
