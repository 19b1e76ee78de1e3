"""What health keeps of what it judged: tickets, the downtime ledger, the machine's numbers, and the
end of the power. Each has a file of its own, and none of them may stop health: what cannot be
written is said in the log, and tried again with the next look.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from firmware.contract.device import DeviceState
from firmware.contract.downtime import Cause, ServiceStates
from firmware.contract.fault_ticket import FaultTickets, Level
from firmware.contract.faults import known
from firmware.contract.health import CoreState, KioskHealth
from firmware.contract.machine import Machine
from firmware.health import power
from firmware.health.causes import Around, causes
from firmware.health.ledger import ALIVE_EVERY, LedgerRow, Seen, day_to_sign, looked, taken_up
from firmware.health.ledger_file import LedgerDamaged, LedgerFile
from firmware.health.machine import MachineFiles
from firmware.health.ticket_file import TicketFile, Untold
from firmware.health.tickets import Rule, advance
from firmware.journal.faults import JournalDamaged, fault_of
from firmware.runtime.clock import Clock
from firmware.runtime.config import Config
from firmware.runtime.durable import CorruptFile, read_durably, write_durably

log = logging.getLogger("health")

MACHINE_EVERY = 30.0  # seconds: files of the kernel, and nothing in them hurries
PRACTICE = "practice"  # the stage of a visit
LEVELS = {"citizen": Level.OPERATOR}  # what a citizen can mend and does not, the operator does


@dataclass(frozen=True)
class Heard:
    """What stands on the bus. None and absent names were not heard."""

    health: KioskHealth
    devices: Mapping[str, DeviceState]
    core: CoreState | None
    core_is_alive: bool
    services: ServiceStates | None
    network_is_up: bool = True
    is_settled: bool = True  # all have had the time to speak


class Records:
    """Below `<state>/health`. `root` is where the kernel's files are."""

    def __init__(self, config: Config, clock: Clock, root: Path = Path("/")) -> None:
        folder = config.state_folder / "health"
        self._clock = clock
        self._power_path = folder / "power.json"
        self._files = MachineFiles(root, config.state_folder)
        self._looked_at: float | None = None
        self._tickets = TicketFile(folder / "tickets.json", config.kiosk.receipt_prefix)
        self._power, self._halts = power.PowerWatch(), False
        self.machine = Machine()
        self.before = self._read_power_end()
        self._ledger_file = _open(folder, config.kiosk.id, clock.now())
        self._ledger = self._ledger_file.ledger
        self._take_up()

    @property
    def tickets(self) -> FaultTickets:
        return self._tickets.shown()

    @property
    def untold(self) -> list[Untold]:
        """What the fleet must hear, oldest first."""
        return self._tickets.untold

    def told(self, source: str) -> None:
        self._tickets.told(source)

    def look_at_machine(self) -> Machine:
        """Every MACHINE_EVERY seconds anew."""
        now = self._clock.monotonic()
        if self._looked_at is None or now - self._looked_at >= MACHINE_EVERY:
            self._looked_at, self.machine = now, self._files.look()
        return self.machine

    def look(self, heard: Heard) -> bool:
        """Keep what changed; whether the machine is to be halted now, said once.

        The end of the power waits for nobody; of the rest silence is no outage while some have not
        spoken yet."""
        now = self._clock.now()
        try:
            if heard.is_settled:
                self._keep_tickets(heard, now)
                self._keep_ledger(heard, now)
        except (OSError, sqlite3.Error) as error:
            log.error("cannot keep records: %s", error)
        return self._power_is_over(heard, now)

    def _keep_tickets(self, heard: Heard, now: datetime) -> None:
        book, happened = advance(self._tickets.book, heard.health.findings, rule_of, now)
        if book is self._tickets.book:
            return
        self._tickets.change(book, happened)
        for each in happened:
            log.warning("ticket %s %s: %s", each.ticket.number, each.change, each.ticket)

    def _keep_ledger(self, heard: Heard, now: datetime) -> None:
        if heard.services is None:
            return  # nobody has ever said what this kiosk does
        codes = tuple(sorted({each.code for each in heard.health.findings}))
        operator = heard.core.operator if heard.core is not None and heard.core_is_alive else ""
        around = Around(
            codes=frozenset(codes),
            is_attended=bool(operator),
            is_planned=_is_planned(heard.core),
            core_is_alive=heard.core_is_alive,
            network_is_up=heard.network_is_up,
        )
        seen = Seen(causes(heard.services.why_not, around), codes, operator)
        was_alive = self._ledger.alive
        # Also here: a clock that was set an hour after the start says only now how long it was off.
        taken, gap = taken_up(self._ledger, now, self._off)
        ledger, rows = looked(taken, seen, now)
        self._append(now, [*gap, *rows])
        self._ledger = ledger
        if day := day_to_sign(ledger, now):
            signed = self._ledger_file.sign(day, now)
            self._ledger = replace(ledger, signed_day=day)
            proof = {"day": day, "head": signed.head, "signature": signed.signature}
            self._say("downtime.signed", day, proof, now)
        if was_alive is None or now - was_alive >= ALIVE_EVERY or rows:
            self._ledger_file.say_alive(now)

    def _say(self, kind: str, about: str, facts: dict[str, Any], now: datetime) -> None:
        at = now.isoformat(timespec="seconds")
        self._tickets.say(Untold(f"{kind} {about}", kind, facts, at))

    def _take_up(self) -> None:
        """The machine was off, or health was: since when, and why, as far as is known."""
        now = self._clock.now()
        self._ledger, rows = taken_up(self._ledger, now, self._off)
        self._append(now, rows)
        if (end := self.before) is not None:
            self._say("power.ended", end.at, {"at": end.at, **end.steps}, now)
            write_durably(self._power_path, b"")

    @property
    def _off(self) -> Cause:
        return Cause.SWITCHED_OFF if self.before is None else Cause.MAINS

    def _append(self, now: datetime, rows: list[LedgerRow]) -> None:
        if rows:
            self._ledger_file.append(now, *rows)

    def _power_is_over(self, heard: Heard, now: datetime) -> bool:
        at = now.isoformat(timespec="milliseconds")
        seen = power.Seen(heard.devices, heard.core if heard.core_is_alive else None)
        end = self._power.look(seen, self._clock.monotonic(), at)
        if end is None:
            self._halts = False
            return False
        if self._halts:
            return False
        try:
            write_durably(self._power_path, msgspec.json.encode(end))
        except OSError as error:  # a battery that is run empty costs more than the cause
            log.error("cannot keep why the power ends: %s", error)
        self._halts = True
        log.warning("the power ends: %s", end)
        return True

    def _read_power_end(self) -> power.PowerEnd | None:
        """How it ended the last time; None where it did not end so."""
        try:
            raw = read_durably(self._power_path)
        except CorruptFile:
            raw = None
        return msgspec.json.decode(raw, type=power.PowerEnd) if raw else None


def _is_planned(core: CoreState | None) -> bool:
    """Out of service by somebody's word, a meeting, or somebody who practises."""
    if core is None:
        return False
    return bool(core.closed_because or core.meeting) or core.screen == PRACTICE


def rule_of(code: str) -> Rule:
    """From the one table of faults; a code that it does not have is the block's after an hour."""
    fault = known(code)
    if fault is None:
        return Rule(Level.BLOCK, timedelta(hours=1))
    level = LEVELS.get(fault.mender) or Level(fault.mender)
    return Rule(level, _seconds(fault.ticket_after), _seconds(fault.escalates_after))


def _seconds(count: int | None) -> timedelta | None:
    return None if count is None else timedelta(seconds=count)


def _open(folder: Path, kiosk: str, now: datetime) -> LedgerFile:
    """A ledger that does not hold is set aside with its log, never deleted, and a new one begun. A
    disk that is full or away raises sqlite3.Error: it may come back."""
    try:
        return LedgerFile(folder, kiosk, now)
    except (LedgerDamaged, sqlite3.DatabaseError) as error:
        if isinstance(error, sqlite3.Error) and not _is_damage(folder, error):
            raise
        aside = folder / f"downtime-damaged-{now:%Y%m%dT%H%M%S}.db"
        log.error("%s; set aside as %s", error, aside)
        for rest in ("", "-wal", "-shm"):  # the log may hold what the file does not
            if (part := folder / f"downtime.db{rest}").exists():
                part.rename(aside.with_name(aside.name + rest))
        return LedgerFile(folder, kiosk, now)


def _is_damage(folder: Path, error: sqlite3.Error) -> bool:
    return isinstance(fault_of(folder / "downtime.db", error), JournalDamaged)
