"""What the adapter of notes.py must see of any note acceptor's protocol: link, note and order."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from enum import Enum, auto

from drivers.base.notes_events import Command, Event, LinkLost, Return, Stack
from drivers.base.protocol import CommandRefused, Protocol


class Link(Enum):
    UP = auto()
    SILENT = auto()
    LOST = auto()


class Note(Enum):
    """Where the note is, as far as the host knows."""

    NOWHERE = auto()
    MOVING_IN = auto()
    IN_ESCROW = auto()
    BEING_STACKED = auto()
    MOVING_OUT = auto()
    LEFT = auto()  # escrow is empty and nothing was said: after a restart, a reset, a gap


class Order(Enum):
    """What is to be done with the note in escrow."""

    HOLD = auto()
    STACK = auto()
    RETURN = auto()


@dataclass(frozen=True)
class OpenCredit:
    """A credit that was told, and that the unit may say again."""

    channel: int
    at_power_up: bool = False


@dataclass(frozen=True)
class Unfinished:
    """What a driver before this one left open, from the ledger.

    `owed` is the channel of a note whose outcome it did not learn, `serial` the unit it drove, and
    `mark` how far it had read that unit's log, if it keeps one.
    """

    owed: int | None = None
    was_ordered: bool = False
    credits: tuple[OpenCredit, ...] = ()
    serial: str = ""
    mark: str = ""


NOTHING = Unfinished()


class NoteProtocol(Protocol[Event, Command]):
    """The host's side of one wire to one note acceptor."""

    link = Link.LOST

    def _lose_link(self) -> None:
        """Told once, however often the port is tried."""
        if self.link is not Link.LOST:
            self.link = Link.LOST
            self._events.append(LinkLost())

    @property
    @abstractmethod
    def note(self) -> Note: ...

    @property
    @abstractmethod
    def order(self) -> Order: ...

    def check_order(self, command: Stack | Return) -> None:
        """Raises CommandRefused where `send(command)` would."""
        if self.link is Link.LOST or self.note is not Note.IN_ESCROW:
            place, link = self.note.name, self.link.name
            raise CommandRefused(f"{command}: expected a note in escrow, it is {place}, {link=}")
        if self.order is Order.RETURN and isinstance(command, Stack):
            raise CommandRefused("Stack: the note in escrow is already ordered back")
