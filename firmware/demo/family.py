"""A family of processes that ends with the one that began it, whatever ends that: also a SIGKILL.

A guardian waits at a pipe whose other end only this process holds, and when that end is gone it
kills the whole process group: children, and children of children. The kernel's own parent-death
signal (prctl(2)) would not do: it is bound to the thread that forked, and no grandchild has it.
A group of its own also keeps Ctrl-C of the terminal from the children, so they stop in good order.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType

from firmware.demo import guardian


class Family:
    """Use as a context. Start members with `subprocess.Popen(..., process_group=family.group)`."""

    def __enter__(self) -> Family:
        command = [sys.executable, "-I", str(Path(guardian.__file__))]
        self._guardian = subprocess.Popen(command, stdin=subprocess.PIPE, process_group=0)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Kill whoever is left. The guardian is one of them."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.group, signal.SIGKILL)
        self._guardian.wait()
        assert self._guardian.stdin is not None
        self._guardian.stdin.close()

    @property
    def group(self) -> int:
        """The process group of every member."""
        return self._guardian.pid
