"""The note acceptor on the bus: SSP events as the device contract, and its commands as SSP's."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from drivers.base.device import WireDevice
from drivers.base.ledger import Ledger
from drivers.base.protocol import CommandRefused
from drivers.itl_ssp import events as ssp
from drivers.itl_ssp.note import Note
from drivers.itl_ssp.notebook import Notebook, NoteRecord, Page, Stage
from drivers.itl_ssp.protocol import HostProtocol
from drivers.itl_ssp.states import Link
from firmware.contract.device import (
    Acknowledge,
    CashBoxMoved,
    CheatAttempt,
    DeviceCommand,
    DeviceEvent,
    DeviceState,
    EventId,
    Fault,
    Identity,
    Lease,
    NoteEscrowed,
    NoteRejected,
    Outcome,
    Reply,
    Return,
    Stack,
    Status,
)
from firmware.contract.money import Money
from firmware.runtime.config import ConfigError, DeviceSection

log = logging.getLogger("itl_ssp")

DONE = Reply(Outcome.DONE)
LINK_LOST, LINK_SILENT, REFUSED = "notes.link.lost", "notes.link.silent", "notes.device.refuses"
STOPPING = frozenset(
    condition.value for condition in ssp.Condition if condition is not ssp.Condition.FRAUD
) | {REFUSED}  # faults with which no note can be taken


class NoteAcceptor(WireDevice[ssp.Event, ssp.Command]):
    """One ITL validator. It has no options: what it can take, it says itself."""

    def __init__(self, name: str, section: DeviceSection, folder: Path) -> None:
        super().__init__(name, section, folder)
        if section.options:
            known = ", ".join(sorted(section.options))
            raise ConfigError(f"device.{name}.options: itl_ssp has none, got {known}")
        self._notes = Notebook(Ledger(folder / "notes.json", Page))
        owed = self._notes.owed
        self.protocol: HostProtocol = HostProtocol(
            owed=None if owed is None else owed.channel,
            was_ordered=owed is not None and owed.stage is Stage.ORDERED,
            credits=self._notes.credits,
            serial=self._notes.serial,
        )
        self._identity = Identity(maker="ITL")
        self._known: list[Money] = []
        self._accepting: list[Money] = []
        self._counters: dict[str, int] = {}
        self._conditions: frozenset[ssp.Condition] = frozenset()
        self._link_fault: str | None = LINK_LOST
        self._refusal = ""
        self._is_started = False
        self._is_leased = False

    def serial_settings(self) -> dict[str, Any]:
        return {"baudrate": 9600, "bytesize": 8, "parity": "N", "stopbits": 2}

    def on_start(self) -> None:
        """Outcomes that the till has not acknowledged are told again, device or no device."""
        for outcome in self._notes.untold():
            self.host.tell(outcome)
        self._acknowledge_if_due()

    # --- the till's side --------------------------------------------------------------------------

    def on_command(self, command: DeviceCommand) -> Reply:
        match command:
            case Acknowledge(key):
                self._notes.journalled(key)
                self._acknowledge_if_due()
                return DONE
            case Stack(name):
                return self._stack(name)
            case Return(name):
                return self._return(name)
            case _:
                kind = type(command).__name__
                return Reply(Outcome.REFUSED, f"a note acceptor knows no {kind}")

    def on_lease(self, lease: Lease | None) -> None:
        wanted = lease.denominations if lease is not None else []
        self._is_leased = bool(wanted)
        self.ask(ssp.Accept(frozenset(value.paise for value in wanted)))
        owed = self._notes.owed
        if not self._is_leased and owed is not None and owed.stage is Stage.ESCROW:
            self._return(owed.id)

    def _stack(self, name: EventId) -> Reply:
        owed = self._notes.owed
        if owed is None or owed.id != name:
            return _not_in_escrow(name, owed)
        if owed.stage is Stage.ORDERED:
            return DONE  # asked twice, stacked once
        if not self._is_leased:
            return Reply(Outcome.REFUSED, f"{name}: expected a lease, there is none")
        try:
            self._check_and_order(ssp.Stack())
        except CommandRefused as error:
            return Reply(Outcome.REFUSED, str(error))
        return DONE

    def _check_and_order(self, command: ssp.Stack) -> None:
        """The order is in the ledger before it is on the wire; raises CommandRefused."""
        self.protocol.check_order(command)
        self._notes.ordered()
        self.ask(command)

    def _return(self, name: EventId) -> Reply:
        owed = self._notes.owed
        if owed is None or owed.id != name:
            return _not_in_escrow(name, owed)
        if owed.stage is Stage.ORDERED:
            return Reply(Outcome.REFUSED, f"{name}: already ordered to be stacked")
        try:
            self.ask(ssp.Return())
        except CommandRefused as error:
            return Reply(Outcome.REFUSED, str(error))
        return DONE

    def _acknowledge_if_due(self) -> None:
        if self._notes.may_acknowledge:
            self.ask(ssp.Acknowledge())

    # --- the unit's side --------------------------------------------------------------------------

    def on_event(self, event: ssp.Event) -> None:
        if not self._on_note(event):
            self._on_unit(event)

    def _on_note(self, event: ssp.Event) -> bool:
        match event:
            case ssp.NoteMoving():
                pass  # the state says BUSY
            case ssp.NoteStacking():
                self._notes.ordered()  # whoever ordered it: it has left escrow inwards
            case ssp.NoteInEscrow(channel, paise):
                self._on_escrow(self._notes.escrowed(channel, paise))
            case ssp.NoteCredited(channel, paise, at_power_up):
                self._tell(self._notes.credited(channel, paise, at_power_up))
            case ssp.NoteReturned():
                self._tell(self._notes.returned())
            case ssp.NoteUnaccounted():
                self._tell(self._notes.unaccounted())
            case ssp.NoteRejected(reason):
                self._tell(NoteRejected(reason))
            case ssp.CreditCleared(channel, at_power_up):
                self._notes.cleared(channel, at_power_up)
            case _:
                return False
        return True

    def _on_escrow(self, note: NoteRecord) -> None:
        self.host.tell(NoteEscrowed(note.id, note.value))
        if not self._is_leased:
            self._return(note.id)

    def _tell(self, event: DeviceEvent | None) -> None:
        if event is not None:
            self.host.tell(event)

    def _on_unit(self, event: ssp.Event) -> None:
        match event:
            case ssp.Identified(serial, firmware, values):
                self._identity = Identity("ITL", "SSP note validator", serial, firmware)
                self._known = _money(values)
                self._notes.identified(serial)
            case ssp.Counted(stacked, rejected):
                self._counters = {"device_stacked": stacked, "device_rejected": rejected}
            case ssp.Accepting(paise):
                self._accepting = _money(paise)
            case ssp.ConditionsChanged(present):
                self._conditions = present
            case ssp.CashBoxMoved(is_present):
                self.host.tell(CashBoxMoved(is_present))
            case ssp.CheatAttempt(channel):
                self.host.tell(CheatAttempt(f"channel {channel}"))
            case _:
                self._on_link(event)

    def _on_link(self, event: ssp.Event) -> None:
        match event:
            case ssp.LinkLost():
                self._stop(LINK_LOST)
            case ssp.LinkSilent():
                self._stop(LINK_SILENT)
            case ssp.LinkRestored():
                self._link_fault = None
            case ssp.DeviceReset():
                self._is_started, self._accepting = False, []
            case ssp.Refused(what):
                if what != self._refusal:
                    log.warning("%s: %s", self.name, what)
                self._refusal = what
            case ssp.Started():
                self._is_started, self._refusal = True, ""
            case _:
                pass

    def _stop(self, fault: str) -> None:
        log.warning("%s: %s", self.name, fault)
        self._link_fault = fault
        self._is_started = False
        self._accepting = []

    # --- the state --------------------------------------------------------------------------------

    def state(self) -> DeviceState:
        return DeviceState(
            name=self.name,
            kind=self.section.kind,
            family=self.section.family,
            status=self._status(),
            faults=self._faults(),
            identity=self._identity,
            counters=self._counters | self._notes.counts,
            denominations=self._known,
            accepting=self._accepting,
            held=self._notes.held,
        )

    def _faults(self) -> list[Fault]:
        faults = [Fault(code) for code in sorted(what.value for what in self._conditions)]
        if self._refusal:
            faults.append(Fault(REFUSED, self._refusal))
        if self._link_fault is not None:
            faults.append(Fault(self._link_fault))
        return faults

    def _status(self) -> Status:
        codes = {fault.code for fault in self._faults()}
        if self.protocol.link is not Link.UP:
            return Status.GONE
        if codes & STOPPING:
            return Status.OUT_OF_SERVICE
        if not self._is_started:
            return Status.STARTING
        if self.protocol.tracker.note is not Note.NOWHERE or self._notes.owed is not None:
            return Status.BUSY
        return Status.DEGRADED if codes else Status.READY


def _money(paise: Sequence[int] | frozenset[int]) -> list[Money]:
    return [Money(value) for value in sorted(paise) if value > 0]


def _not_in_escrow(name: EventId, owed: NoteRecord | None) -> Reply:
    found = "no note" if owed is None else str(owed.id)
    return Reply(Outcome.REFUSED, f"expected {name} in escrow, found {found}")
