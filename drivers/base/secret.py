"""Memory for what must never leave this process in clear: locked, and wiped by its owner.

M10: a card's tracks never reach disk. A page that is locked is never swapped; a process that is
not dumpable leaves no core and cannot be read by its own user. What CPython cannot promise, and
what is done about it, stands in drivers/magstripe/README.md.
"""

from __future__ import annotations

import ctypes
import logging
import mmap
import os
import resource

log = logging.getLogger("secret")

# prctl(2) and mlock2(2), <sys/prctl.h> and <bits/mman-linux.h>; the same on every Linux we run on
PR_SET_DUMPABLE = 4
MCL_CURRENT, MCL_FUTURE, MCL_ONFAULT = 1, 2, 4

_libc = ctypes.CDLL(None, use_errno=True)


class NotLocked(OSError):
    """The kernel refuses to lock memory: the unit lacks LimitMEMLOCK."""


class LockedBuffer:
    """A fixed number of bytes in locked memory; nothing of it is ever copied out by itself.

    Never grows, because growing would leave the old bytes behind. Raises NotLocked.
    """

    def __init__(self, size: int) -> None:
        # Pages of its own: a lock belongs to a page, and ends when the page is given back.
        self._bytes = mmap.mmap(-1, size, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        self._bytes.madvise(mmap.MADV_DONTDUMP)
        self._bytes.madvise(mmap.MADV_DONTFORK)
        self._view = memoryview(self._bytes)
        self._address = ctypes.addressof((ctypes.c_char * size).from_buffer(self._bytes))
        self._size = size
        self.length = 0
        if _libc.mlock(ctypes.c_void_p(self._address), ctypes.c_size_t(size)):
            raise NotLocked(ctypes.get_errno(), f"mlock of {size} bytes; see LimitMEMLOCK")

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, place: int) -> int:
        if not 0 <= place < self.length:
            raise IndexError(f"expected 0 to {self.length - 1}, got {place}")
        return self._bytes[place]

    def __repr__(self) -> str:
        return f"LockedBuffer({self.length} of {self._size} bytes)"

    @property
    def room(self) -> int:
        return self._size - self.length

    @property
    def view(self) -> memoryview:
        """What is in use; no copy. Not to be kept longer than the buffer's next change."""
        return self._view[: self.length]

    @property
    def free(self) -> memoryview:
        """What is not in use, to be read into; then say `took`."""
        return self._view[self.length :]

    def took(self, count: int) -> None:
        """`count` bytes were written into `free`."""
        if count > self.room:
            raise ValueError(f"expected at most {self.room} bytes, got {count}")
        self.length += count

    def append(self, data: memoryview | bytes) -> None:
        """Raises ValueError for more than there is room for."""
        count = len(data)
        if count > self.room:
            raise ValueError(f"expected at most {self.room} bytes, got {count}")
        self._view[self.length : self.length + count] = data
        self.length += count

    def push(self, byte: int) -> None:
        """Add one byte; raises ValueError when full."""
        if not self.room:
            raise ValueError(f"expected room, all {self._size} bytes are used")
        self._bytes[self.length] = byte
        self.length += 1

    def consume(self, count: int) -> None:
        """Forget the first `count` bytes: the rest moves up, and what it leaves is wiped."""
        left = self.length - count
        self._move(count, left)
        self.truncate(left)

    def truncate(self, length: int) -> None:
        """Wipe what is behind the first `length` bytes."""
        ctypes.memset(self._address + length, 0, max(0, self.length - length))
        self.length = min(self.length, length)

    def wipe(self) -> None:
        """All of it, used or not."""
        ctypes.memset(self._address, 0, self._size)
        self.length = 0

    def _move(self, start: int, count: int) -> None:
        ctypes.memmove(self._address, self._address + start, count)


def guard_process() -> None:
    """No core dump, no reading by others of the same user, no swap. Once, before any card is read.

    The unit says the same again (systemd/README.md). The whole process is locked only where the
    limit is none: a process that is locked and comes to its limit gets no more memory at all. The
    buffers that hold tracks are locked by themselves.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if _libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_DUMPABLE)")
    if resource.getrlimit(resource.RLIMIT_MEMLOCK)[0] != resource.RLIM_INFINITY:
        log.warning("only the buffers of cards are locked: LimitMEMLOCK is not infinity")
    elif _libc.mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT):
        log.warning("not all memory is locked: %s", os.strerror(ctypes.get_errno()))
