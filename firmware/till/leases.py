"""Leases: the acceptors may take money for a few seconds, and again, and never longer (M4)."""

from __future__ import annotations

from firmware.contract.device import Lease
from firmware.contract.money import Money
from firmware.till.effects import Grant, Outbox

LEASE_SECONDS = 3.0  # a till that dies is noticed by the acceptor within this
RENEW_AFTER = 1.0  # seconds; two renewals may be lost


class Leases:
    """Which acceptor holds which lease."""

    def __init__(self, outbox: Outbox) -> None:
        self.outbox = outbox
        self._given: dict[str, tuple[list[Money], float]] = {}

    @property
    def are_given(self) -> bool:
        return bool(self._given)

    def renew(self, session: str, wanted: dict[str, list[Money]], now: float) -> None:
        """Give what is wanted, where it changed or grows old; end the rest."""
        for device in [name for name in self._given if not wanted.get(name)]:
            del self._given[device]
            self.outbox.add(Grant(device, Lease(session, 0.0, [])))
        for device, values in wanted.items():
            given, since = self._given.get(device, ([], 0.0))
            if values and (values != given or now - since >= RENEW_AFTER):
                self._given[device] = (values, now)
                self.outbox.add(Grant(device, Lease(session, LEASE_SECONDS, values)))

    def end_all(self, session: str, now: float) -> None:
        self.renew(session, {}, now)
