"""A daemon of the kiosk whose time runs faster: `python -m tests.weeks.fast 10 firmware.core ...`.

Every waiting of it, and every clock that only grows, is so many times as fast as the machine's; its
own work takes the time it takes, so what is measured looks worse than it is, and never better.
"""

from __future__ import annotations

import asyncio
import importlib
import selectors
import sys
import time
from typing import Any

_monotonic = time.monotonic


class _Hurried(selectors.DefaultSelector):
    speed = 1.0

    def select(self, timeout: float | None = None) -> Any:
        is_wait = timeout is not None and timeout > 0
        return super().select(timeout / self.speed if is_wait and timeout else timeout)


class _Policy(asyncio.DefaultEventLoopPolicy):
    def new_event_loop(self) -> asyncio.AbstractEventLoop:
        return asyncio.SelectorEventLoop(_Hurried())


def main() -> int:
    """`speed`, then the package of the daemon, then its own arguments."""
    speed, package = float(sys.argv[1]), sys.argv[2]
    began = _monotonic()
    time.monotonic = lambda: began + (_monotonic() - began) * speed
    _Hurried.speed = speed
    asyncio.set_event_loop_policy(_Policy())
    daemon = importlib.import_module(f"{package}.__main__")
    sys.argv = [package, *sys.argv[3:]]
    return int(daemon.main())


if __name__ == "__main__":
    sys.exit(main())
