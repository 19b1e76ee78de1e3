"""A fingerprint reader and the gateway's shelf, at the contract: a print is in RAM, and used once.

The driver tells of a print once. The gateway holds what it was handed under a reference for a
minute, for one key.
"""

from __future__ import annotations

from firmware.contract.device import DeviceState, Fault, Kind, Status
from firmware.contract.finger import (
    CancelCapture,
    CaptureFinger,
    FingerCaptured,
    FingerEvent,
    FingerFailed,
)

KEPT_FOR = 60.0  # seconds, as firmware/gateway/shelf.py


class FingerReader:
    """One citizen's fingers on the glass. `now` is seconds."""

    def __init__(self) -> None:
        self.is_there = False  # most kiosks of these tests have none
        self.faults: list[Fault] = []
        self.session = ""  # for which it is lit
        self.lit: list[str] = []  # every session that was ever asked for
        self._prints: dict[str, tuple[str, float, str]] = {}  # reference -> whose, until, key
        self._count = 0

    def obey(self, command: CaptureFinger | CancelCapture) -> None:
        if isinstance(command, CancelCapture):
            self.session = "" if command.session == self.session else self.session
        elif not self.session:  # one is under way: another session is refused
            self.session = command.session
            self.lit.append(command.session)

    def put(self, whose: str, now: float, quality: int | None = 80) -> FingerCaptured:
        """A finger lies still until its print is taken; the gateway has it first."""
        assert self.session, "the reader is dark"
        session, self.session = self.session, ""
        self._count += 1
        reference = f"{self._count:032x}"
        self._prints[reference] = (whose, now + KEPT_FOR, "")
        return FingerCaptured(session, reference, quality, "BENCH")

    def fail(self, fault: str) -> FingerEvent:
        assert self.session, "the reader is dark"
        session, self.session = self.session, ""
        return FingerFailed(session, fault)

    def take(self, reference: str, key: str, now: float) -> str | None:
        """Whose print the gateway sends along; None when it holds none, or another request's."""
        whose, until, of = self._prints.get(reference, ("", 0.0, ""))
        if now >= until or of not in ("", key):
            return None
        self._prints[reference] = (whose, until, key)
        return whose

    def forget_all(self) -> None:
        """The gateway was restarted."""
        self._prints.clear()

    @property
    def states(self) -> list[DeviceState]:
        if not self.is_there:
            return []
        status = Status.BUSY if self.session else Status.READY
        faults = self.faults
        return [
            DeviceState(
                name="finger", kind=Kind.FINGER, family="rd_service", status=status, faults=faults
            )
        ]
