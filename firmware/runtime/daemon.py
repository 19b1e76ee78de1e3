"""How every daemon starts and ends: arguments, log, configuration, readiness, signals.

Expected ends (a signal, a wrong configuration) are said in one line. Anything else is a bug: it is
not caught, the process dies, and recovery is the code that boots it.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

from firmware.runtime.config import Config, ConfigError, load

log = logging.getLogger("daemon")

Settings = TypeVar("Settings")  # what a daemon's configuration is

LOG_FORMAT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"


def start(name: str, main: Callable[[Config, argparse.Namespace], Awaitable[None]],
          *arguments: str) -> int:  # fmt: skip
    """Run `main` until it ends or a signal asks it to; `arguments` are positional names."""
    return start_with(load, Path("/etc/kiosk/kiosk.toml"), name, main, *arguments)


def start_with(
    read: Callable[[Path], Settings],
    path: Path,
    name: str,
    main: Callable[[Settings, argparse.Namespace], Awaitable[None]],
    *arguments: str,
) -> int:
    """The same for a daemon whose configuration is another one, of another place."""
    parser = argparse.ArgumentParser(prog=name)
    parser.add_argument("--config", type=Path, default=path)
    parser.add_argument("--debug", action="store_true", help="log every byte of the wire")
    for argument in arguments:
        parser.add_argument(argument)
    options = parser.parse_args()
    logging.basicConfig(level=logging.DEBUG if options.debug else logging.INFO, format=LOG_FORMAT)
    try:
        config = read(options.config)
        asyncio.run(_until_told(main(config, options)))
    except ConfigError as error:
        print(f"{name}: {error}", file=sys.stderr)  # noqa: T201
        return 78  # EX_CONFIG: systemd does not restart what a person must mend
    return 0


async def _until_told(work: Awaitable[None]) -> None:
    """An error in a callback of the loop (bytes of a device, an alarm) ends the program as any
    other: asyncio would log it and go on, with half of what the callback had to do. Of a protocol
    (bytes of a printer on the network) too; but its OSErrors are the wire's, which it is told."""
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    errors: list[BaseException] = []

    def note(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        loop.default_exception_handler(context)
        if _is_bug(context):
            errors.append(context["exception"])
            task.cancel()

    loop.set_exception_handler(note)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task
    notify("STOPPING=1")
    if errors:
        raise errors[0]


def _is_bug(context: dict[str, Any]) -> bool:
    """Whether the loop tells of an error in code that it has called; keys of
    `loop.call_exception_handler`."""
    if "exception" not in context:
        return False
    is_of_wire = "protocol" not in context or isinstance(context["exception"], OSError)
    return "handle" in context or not is_of_wire


def apart(tasks: set[asyncio.Task[None]], work: Coroutine[Any, Any, None]) -> None:
    """Begin `work` and wait for nothing; `tasks` holds it while it lasts. A bug in it ends the
    program: the loop alone would tell of it, some time later, and whoever asked would wait."""

    def is_done(task: asyncio.Task[None]) -> None:
        tasks.discard(task)
        if not task.cancelled():
            task.result()

    task = asyncio.get_running_loop().create_task(work)
    tasks.add(task)
    task.add_done_callback(is_done)


def notify(state: str) -> None:
    """Tell systemd: `READY=1`, `WATCHDOG=1`, `STATUS=...`. Nothing happens without systemd."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notifier:
        notifier.connect("\0" + address[1:] if address.startswith("@") else address)
        notifier.sendall(state.encode())
