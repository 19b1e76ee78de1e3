"""All processes of one program, also those that leave it: no one is left when it is over.

Chromium is many processes, some of which make a session of their own. A process that is a "child
subreaper" (prctl(2), PR_SET_CHILD_SUBREAPER) becomes the parent of all orphans below it, so every
one of them can be waited for, and is known by waiting for all.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h
PROC = Path("/proc")


class Family:
    """One at a time in a process: it waits for every child that this process has."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], handed: Sequence[int] = ()
    ) -> None:
        """`handed` are descriptors that the program keeps. Raises OSError."""
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
            raise OSError(ctypes.get_errno(), "prctl: no child subreaper")
        self._first = subprocess.Popen(
            command, env=dict(environment), start_new_session=True, stdin=subprocess.DEVNULL,
            pass_fds=handed,
        )  # fmt: skip

    def is_alive(self) -> bool:
        """Whether any process of it is left; those that ended are buried."""
        while True:
            try:
                pid, _ = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                self._first.returncode = self._first.returncode or 0  # so that Popen asks no more
                return False
            if not pid:
                return True

    def tell(self, number: signal.Signals) -> None:
        """A signal to every one that is there now."""
        for pid in descendants(os.getpid()):
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue  # ended since


def descendants(of: int) -> list[int]:
    """The process ids below `of`, by /proc (proc(5), field 4 of stat)."""
    parents: dict[int, int] = {}
    for path in PROC.glob("[0-9]*/stat"):
        try:
            after_name = path.read_text(errors="replace").rpartition(")")[2]
        except OSError:
            continue  # ended while we looked
        parents[int(path.parent.name)] = int(after_name.split()[1])
    found, fresh = [], [of]
    while fresh:
        fresh = [pid for pid, parent in parents.items() if parent in fresh]
        found += fresh
    return found
