"""What core wants done in the world, as values: decided first, on disk first, carried out after."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from firmware.contract.device import DeviceCommand, Lease
from firmware.contract.gateway import GatewayRequest
from firmware.contract.health import DeviceTested
from firmware.contract.meeting import Planned
from firmware.contract.ticket import Ticket
from firmware.contract.till import TillEvent
from firmware.documents.sheet import Poster


@dataclass(frozen=True)
class Tell:
    """Send a command to a device."""

    device: str
    command: DeviceCommand


@dataclass(frozen=True)
class Grant:
    """Give an acceptor its lease, or end it (no denominations)."""

    device: str
    lease: Lease


@dataclass(frozen=True)
class Ask:
    """Ask the back end; the answer comes back to core together with this request."""

    request: GatewayRequest


@dataclass(frozen=True)
class Say:
    """Tell whoever listens for the till's alarms."""

    event: TillEvent


@dataclass(frozen=True)
class LayOut:
    """Set a paper on A4 and put it into the spool of `device`; core then has what prints it."""

    job: str
    device: str
    ticket: Ticket | Poster


@dataclass(frozen=True)
class Wipe:
    """Overwrite and remove what lies in the spool of `device`: no job of ours needs it any more."""

    device: str


@dataclass(frozen=True)
class KeepRates:
    """Lay a rate table of the back end down, if the office has signed it and it is newer."""

    table: str
    signature: str


@dataclass(frozen=True)
class StartAnew:
    """A program, or `machine`: for systemd."""

    what: str


@dataclass(frozen=True)
class KeepTest:
    """What came of a test at the desk, for health to keep."""

    tested: DeviceTested


@dataclass(frozen=True)
class Practise:
    """Let the second machine, of play money, run; or end it."""

    is_on: bool


@dataclass(frozen=True)
class OpenMeeting:
    """Give the screen over to a browser at this meeting."""

    meeting: Planned


@dataclass(frozen=True)
class CloseMeeting:
    """No meeting any more: the screen comes back."""


Effect = (
    Tell | Grant | Ask | Say | LayOut | Wipe | KeepRates | OpenMeeting | CloseMeeting | Practise
    | StartAnew | KeepTest
)  # fmt: skip


@dataclass
class Outbox:
    """Effects in the order in which they were decided."""

    _effects: deque[Effect] = field(default_factory=deque)

    def add(self, effect: Effect) -> None:
        self._effects.append(effect)

    def take(self) -> list[Effect]:
        """Everything decided since the last time; taken once."""
        taken = list(self._effects)
        self._effects.clear()
        return taken
