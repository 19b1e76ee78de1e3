"""Fail points: every journal and ledger write, message, byte chunk and back-end call of a process.

The product knows nothing of them. They are wrapped around it from outside, the same ones in one
process on virtual time (memory.py) and in a real process that kills itself (crash/sitecustomize).
"""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from drivers.base.device import WireDevice
from firmware.gateway.backend import BackEnd
from firmware.journal.journal import Journal
from firmware.runtime.bus import Bus, Envelope
from firmware.runtime.slots import Slots

KINDS = (
    "journal.before",  # the rows are not on disk
    "journal.after",  # they are, and nobody acted on them
    "ledger.before",
    "ledger.after",
    "sent.before",  # the message dies with its sender
    "sent.after",
    "received.before",  # it arrived, and was not looked at
    "received.after",
    "wire.before",
    "wire.half",  # half a chunk of bytes went to the device
    "wire.after",
    "read.before",
    "read.after",
    "http.before",
    "http.after",
)


@dataclass(frozen=True)
class Point:
    """The `number`th time, from 1, that `process` comes by a point of this kind."""

    process: str
    kind: str
    number: int

    def __str__(self) -> str:
        return f"{self.process} {self.kind}:{self.number}"


class Striker(Protocol):
    """Counts passages, and strikes at one of them."""

    def pass_by(self, kind: str) -> None:
        """A process comes by a point; this may not return."""

    def splits(self) -> bool:
        """Whether the next chunk is to be written in two halves."""


@contextlib.contextmanager
def installed(striker: Striker, client: type[Any], transport: type[Any]) -> Iterator[None]:
    """All points around the product, and around this client of the bus and this serial port."""
    with contextlib.ExitStack() as undo:
        for owner, name, make in (
            (Journal, "append", _around("journal", striker)),
            (Slots, "write", _around("ledger", striker)),
            (WireDevice, "_on_bytes", _around("read", striker)),
            (Bus, "on", _around_handlers(striker)),
            (client, "publish", _around_async("sent", striker)),
            (BackEnd, "ask", _around_async("http", striker)),
            (transport, "write", _around_chunks(striker)),
        ):
            inner = getattr(owner, name)
            setattr(owner, name, make(inner))
            undo.callback(setattr, owner, name, inner)
        yield


Wrap = Callable[[Callable[..., Any]], Callable[..., Any]]


def _around(what: str, striker: Striker) -> Wrap:
    def wrap(inner: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            striker.pass_by(f"{what}.before")
            result = inner(*arguments)
            striker.pass_by(f"{what}.after")
            return result

        return call

    return wrap


def _around_async(what: str, striker: Striker) -> Wrap:
    def wrap(inner: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def call(*arguments: Any, **named: Any) -> Any:
            striker.pass_by(f"{what}.before")
            result = await inner(*arguments, **named)
            striker.pass_by(f"{what}.after")
            return result

        return call

    return wrap


def _around_handlers(striker: Striker) -> Wrap:
    def wrap(inner: Callable[..., Any]) -> Callable[..., Any]:
        def on(bus: Bus, topic: str, handler: Callable[[Envelope], None]) -> None:
            inner(bus, topic, _around("received", striker)(handler))

        return on

    return wrap


def _around_chunks(striker: Striker) -> Wrap:
    def wrap(inner: Callable[..., Any]) -> Callable[..., Any]:
        def write(transport: Any, data: bytes) -> None:
            striker.pass_by("wire.before")
            half = len(data) // 2 if striker.splits() else 0
            if half:
                inner(transport, data[:half])
            striker.pass_by("wire.half")
            inner(transport, data[half:])
            striker.pass_by("wire.after")

        return write

    return wrap
