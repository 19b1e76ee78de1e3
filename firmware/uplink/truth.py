"""The present truth in one document, and when it is worth the bytes to say it again.

Pure: `now` is monotonic seconds. Figures that move with every visit wait longer than a fault does,
for a line that is paid by the megabyte.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from firmware.contract.fault_ticket import FaultTickets
from firmware.contract.health import CoreState, KioskHealth
from firmware.contract.uplink import UpFinding, UpState, UpSupply
from firmware.runtime import VERSION
from firmware.uplink.fitting import text
from firmware.uplink.stamp import Stamp

APART, FIGURES_APART = 30.0, 300.0  # seconds between two; where only FIGURES changed
WAITS_FOR_ALL = 10.0  # seconds
AGAIN_BEFORE_END = 0.8  # of ttl: one that is lost is said again in time
FIGURES = ("in_cash_box", "taken_today", "journal_rows", "journal_head", "supplies", "unposted")
UNKNOWN = "unknown"  # condition while nobody has said it


@dataclass
class Heard:
    """The last word of each part of the kiosk; None before it has spoken."""

    core: CoreState | None = None
    health: KioskHealth | None = None
    tickets: FaultTickets | None = None
    place: Mapping[str, str] = field(default_factory=dict)
    commissioned: bool = True
    desired: int = 0
    ages: Mapping[str, int] = field(default_factory=dict)  # days until something ends

    def state(self, stamp: Stamp) -> UpState:
        """All of it."""
        told = UpState(
            boot=stamp.boot,
            t=stamp.t,
            t_ok=stamp.t_ok,
            up=stamp.up,
            release=VERSION,
            condition=UNKNOWN,
            place=dict(self.place),
            commissioned=self.commissioned,
            desired=self.desired,
            ages=dict(self.ages),
            tickets=len(self.tickets.open) if self.tickets else 0,
        )
        return _with_core(_with_health(told, self.health, self.tickets), self.core)


def _with_health(
    told: UpState, health: KioskHealth | None, tickets: FaultTickets | None
) -> UpState:
    if health is None:
        return told
    numbers = {(t.part, t.code): t.number for t in tickets.open} if tickets else {}
    return msgspec.structs.replace(
        told,
        condition=health.condition.value,
        devices={name: status.value for name, status in health.devices.items()},
        findings=[
            UpFinding(
                part=text(each.part),
                code=text(each.code),
                since=each.since,
                ticket=numbers.get((each.part, each.code), ""),
                detail=text(each.detail),
            )
            for each in health.findings
        ],
        supplies=[
            UpSupply(
                device=text(each.device),
                name=text(each.name),
                level=each.level,
                unit=text(each.unit),
                days_left=each.days_left,
            )
            for each in health.supplies
        ],
    )


def _with_core(told: UpState, core: CoreState | None) -> UpState:
    if core is None:
        return told
    return msgspec.structs.replace(
        told,
        in_cash_box=core.in_cash_box.paise,
        taken_today=core.taken_today.paise,
        unposted=core.unposted,
        claims=core.claims,
        operator=core.operator,
        journal_chain=core.journal_chain,
        journal_rows=core.journal_rows,
        journal_head=core.journal_head,
    )


class Teller:
    """When the state is said: at once after a connection, then as it changes."""

    def __init__(self) -> None:
        self._said: UpState | None = None
        self._said_at = self._waits_until = 0.0

    def connected(self, now: float) -> None:
        """The broker may have lost what it retained. After a start it waits a little for those who
        have not spoken yet: half a truth would stand for half a minute."""
        self._said, self._waits_until = None, now + WAITS_FOR_ALL

    def at_once(self) -> None:
        """Somebody asks for it."""
        self._said, self._waits_until = None, 0.0

    def due(self, state: UpState, now: float) -> bool:
        """Whether it is to be said now; it counts as said then."""
        if not self._is_due(state, now):
            return False
        self._said, self._said_at = state, now
        return True

    def _is_due(self, state: UpState, now: float) -> bool:
        if self._said is None:
            is_whole = state.condition != UNKNOWN and bool(state.journal_chain)
            return is_whole or now >= self._waits_until
        waited = now - self._said_at
        if waited < APART:
            return False
        if waited >= self._said.ttl * AGAIN_BEFORE_END or _body(self._said) != _body(state):
            return True
        return waited >= FIGURES_APART and _body(self._said, ()) != _body(state, ())


def _body(state: UpState, without: tuple[str, ...] = FIGURES) -> bytes:
    """What is compared: without the time, and without what moves with every visit."""
    same = msgspec.structs.replace(state, t="", t_ok=True, boot=0, up=0.0)
    told = msgspec.to_builtins(same)
    return msgspec.json.encode({name: told[name] for name in told if name not in without})
