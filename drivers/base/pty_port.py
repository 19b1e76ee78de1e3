"""A serial port that is made here: a pty with a name in the file system.

Emulated devices are plugged into one each, and a party line gives one to each of its drivers.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import tty
from collections.abc import Callable
from pathlib import Path

READ_SIZE = 4096


class PtyPort:
    """`path` is there while it is open, and whoever has it open then loses it at `close`.

    With `is_shared` the group of this process may open it, too: a pty is its owner's alone else.
    """

    def __init__(
        self, path: Path, on_bytes: Callable[[bytes], None], *, is_shared: bool = False
    ) -> None:
        self.path, self._on_bytes, self._is_shared = path, on_bytes, is_shared
        self._master: int | None = None
        self._slave: int | None = None  # kept open: a port without a user is no broken one
        self._unsent = bytearray()

    @property
    def is_open(self) -> bool:
        return self._master is not None

    def open(self) -> None:
        """Make the port appear, in the running loop."""
        if self._master is not None:
            return
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        if self._is_shared:
            os.fchown(self._slave, -1, os.getgid())
            os.fchmod(self._slave, 0o660)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.path.with_name(self.path.name + ".new")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(os.ttyname(self._slave))
        fresh.replace(self.path)
        asyncio.get_running_loop().add_reader(self._master, self._readable)

    def close(self) -> None:
        """Make it go away under whoever uses it."""
        if self._master is None or self._slave is None:
            return
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._master)
        loop.remove_writer(self._master)
        self.path.unlink(missing_ok=True)
        os.close(self._slave)
        os.close(self._master)
        self._master = self._slave = None
        self._unsent.clear()

    def write(self, data: bytes) -> None:
        """Send now what fits, the rest as the other side takes it; nothing into a closed port."""
        if self._master is not None:
            self._unsent += data
            self._writable(self._master)

    def _readable(self) -> None:
        assert self._master is not None
        with contextlib.suppress(BlockingIOError):
            self._on_bytes(os.read(self._master, READ_SIZE))

    def _writable(self, master: int) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._unsent:
                del self._unsent[: os.write(master, self._unsent)]
        except BlockingIOError:
            loop.add_writer(master, self._writable, master)
        else:
            loop.remove_writer(master)
