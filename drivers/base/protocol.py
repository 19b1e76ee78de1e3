"""What every device protocol offers its driver: bytes in, events out, and nothing that waits.

A protocol never opens a port, reads a clock or sleeps. The driver owns all three, so a
thirty-second jam is tested in a microsecond and the same class can play the device in an emulator.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from typing import Generic, TypeVar

Event = TypeVar("Event")
Command = TypeVar("Command")

NEVER = float("inf")


class CommandRefused(ValueError):
    """A command that the present state forbids: a fault of the caller, not of the device."""


class Protocol(ABC, Generic[Event, Command]):
    """One side of one wire. All times are seconds of one monotonic clock, given by the caller.

    `is_over`: this side is done with the connection (HTTP). Its owner closes it, calls
    `disconnected`, and a host opens another. A serial wire is never over.
    """

    is_over = False

    def __init__(self) -> None:
        self._events: deque[Event] = deque()
        self._outgoing = bytearray()

    @abstractmethod
    def connected(self, now: float) -> None:
        """A wire is there (again): forget half-read frames and begin the start-up sequence."""

    @abstractmethod
    def disconnected(self, now: float) -> None:
        """The wire is gone: nothing may be concluded until `connected`."""

    @abstractmethod
    def receive_bytes(self, data: bytes, now: float) -> None:
        """Take what the wire delivered: any number of bytes, split anywhere."""

    @abstractmethod
    def send(self, command: Command, now: float) -> None:
        """Ask for something; raises CommandRefused where the state forbids it."""

    @abstractmethod
    def tick(self, now: float) -> None:
        """Do what is due by the clock: polls, repeats, time-outs."""

    @abstractmethod
    def next_deadline(self) -> float:
        """The time by which the driver must call tick(); NEVER when nothing is due."""

    def next_event(self) -> Event | None:
        """The oldest event not yet taken, or None when there is nothing to tell."""
        return self._events.popleft() if self._events else None

    def bytes_to_send(self) -> bytes:
        """What must go on the wire now; taken once."""
        data = bytes(self._outgoing)
        self._outgoing.clear()
        return data
