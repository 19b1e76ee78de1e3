"""How the coin acceptor is: link, jam, cheat and self-check, as faults and one status."""

from __future__ import annotations

from enum import Enum, auto

from drivers.cctalk.coins import FRAUD_CODES, HARMLESS_FRAUD_CODES, JAM_CODES, reason
from drivers.cctalk.events import (
    CoinRejected,
    EchoChanged,
    Event,
    LinkLost,
    LinkRestored,
    News,
    SelfChecked,
    Started,
    WireLost,
    WrongDevice,
)
from firmware.contract.device import Fault, Status


class Link(Enum):
    STARTING = auto()
    UP = auto()
    SILENT = auto()
    LOST = auto()
    WRONG = auto()  # answered by something that is no coin acceptor


class Condition:
    """Follows the protocol's events. A jam and a cheat stand until a self-check finds nothing."""

    def __init__(self) -> None:
        self._link = Link.STARTING
        self._echo_is_missing = False
        self._category = ""
        self._jam: int | None = None  # the error codes that told of them
        self._fraud: int | None = None
        self._self_check = (0, 0)

    def note(self, event: Event) -> None:
        match event:
            case Started():
                self._link = Link.UP
            case News(happened=happened):
                for happening in happened:
                    if isinstance(happening, CoinRejected):
                        self._note_error(happening.error)
            case SelfChecked(fault, detail):
                self._self_check = (fault, detail)
                if not fault:
                    self._jam = self._fraud = None
            case EchoChanged(is_missing):
                self._echo_is_missing = is_missing
            case WrongDevice(category):
                self._link, self._category = Link.WRONG, category
            case LinkLost():
                self._link = Link.SILENT
            case LinkRestored():
                self._link = Link.STARTING
            case WireLost():
                self._link, self._echo_is_missing = Link.LOST, False

    def _note_error(self, error: int) -> None:
        if error in JAM_CODES:
            self._jam = error
        if error in FRAUD_CODES:
            self._fraud = error

    @property
    def may_accept(self) -> bool:
        """No coin goes into a jam, nor at once into the hands of a cheat (money rule 6)."""
        is_cheated = self._fraud is not None and self._fraud not in HARMLESS_FRAUD_CODES
        return self._jam is None and not is_cheated and not self._self_check[0]

    def status(self) -> Status:
        if self._link in (Link.SILENT, Link.LOST):
            return Status.GONE
        if self._link is Link.WRONG or self._jam is not None or self._self_check[0]:
            return Status.OUT_OF_SERVICE
        if self._link is Link.STARTING:
            return Status.STARTING
        needs_a_look = self._fraud is not None or self._echo_is_missing
        return Status.DEGRADED if needs_a_look else Status.READY

    def faults(self) -> list[Fault]:
        found = []
        if self._link is Link.LOST:
            found.append(Fault("coins.link.lost"))
        if self._link is Link.SILENT:
            found.append(Fault("coins.link.silent"))
        if self._echo_is_missing:
            found.append(Fault("coins.link.echo", "our own bytes do not come back"))
        if self._link is Link.WRONG:
            found.append(Fault("coins.device.wrong", self._category))
        if self._jam is not None:
            found.append(Fault("coins.jam", reason(self._jam)))
        if self._fraud is not None:
            found.append(Fault("coins.fraud", reason(self._fraud)))
        if self._self_check[0]:
            fault, detail = self._self_check
            found.append(Fault(f"coins.selfcheck.{fault}", f"detail {detail}" if detail else ""))
        return found
