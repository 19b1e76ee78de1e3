"""Any note acceptor on the bus: what its wire tells as the device contract, and the till's orders.

The safety order is here, once for all makers: an id and its stage are in the ledger before an event
is told or an order is on the wire (M2), nothing is taken without a lease, what is in escrow goes
back when it ends (M4), and a unit may forget a credit only when the till has it on disk (M3).
"""

from __future__ import annotations

import logging
from abc import abstractmethod
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from drivers.base import notes_events as notes
from drivers.base.device import WireDevice
from drivers.base.ledger import Ledger
from drivers.base.notes_events import LINK_LOST, LINK_SILENT, REFUSED
from drivers.base.notes_ledger import Notebook, NoteRecord, Page, Stage
from drivers.base.notes_protocol import Link, Note, NoteProtocol, Unfinished
from drivers.base.protocol import CommandRefused
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
    Kind,
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

log = logging.getLogger("notes")

DONE = Reply(Outcome.DONE)
STOPPING = {condition.value for condition in notes.Condition if condition not in notes.PASSING} | {
    REFUSED
}  # faults with which no note can be taken


class NoteAcceptor(WireDevice[notes.Event, notes.Command]):
    """One acceptor. A family says who made it, how its port is set and what its protocol is."""

    maker: ClassVar[str]
    model: ClassVar[str]  # until the unit says it better
    kind = Kind.NOTES

    protocol: NoteProtocol

    def __init__(self, name: str, section: DeviceSection, folder: Path) -> None:
        super().__init__(name, section, folder)
        self.read_options(section)
        self._notes = Notebook(Ledger(folder / "notes.json", Page))
        self.protocol = self.make_protocol(self._notes.unfinished)
        self._identity = Identity(maker=self.maker)
        self._known: list[Money] = []
        self._accepting: list[Money] = []
        self._counters: dict[str, int] = {}
        self._conditions = notes.ConditionsChanged(frozenset())
        self._link_fault: str | None = LINK_LOST
        self._refusal = ""
        self._is_started = False
        self._is_leased = False

    @abstractmethod
    def make_protocol(self, unfinished: Unfinished) -> NoteProtocol:
        """The family's own; called once, after `read_options`."""

    def read_options(self, section: DeviceSection) -> None:
        """Raises ConfigError for an option that nobody reads. Most have none: a unit says what it
        can take itself."""
        if section.options:
            known = ", ".join(sorted(section.options))
            where = f"device.{self.name}.options"
            raise ConfigError(f"{where}: {section.family} has none, got {known}")

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
        self.ask(notes.Accept(frozenset(value.paise for value in wanted)))
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
            self._check_and_order(notes.Stack())
        except CommandRefused as error:
            return Reply(Outcome.REFUSED, str(error))
        return DONE

    def _check_and_order(self, command: notes.Stack) -> None:
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
            self.ask(notes.Return())
        except CommandRefused as error:
            return Reply(Outcome.REFUSED, str(error))
        return DONE

    def _acknowledge_if_due(self) -> None:
        if self._notes.may_acknowledge:
            self.ask(notes.Acknowledge())

    # --- the unit's side --------------------------------------------------------------------------

    def on_event(self, event: notes.Event) -> None:
        if not self._on_note(event):
            self._on_unit(event)

    def _on_note(self, event: notes.Event) -> bool:
        match event:
            case notes.NoteMoving():
                pass  # the state says BUSY
            case notes.NoteStacking():
                self._notes.ordered()  # whoever ordered it: it has left escrow inwards
            case notes.NoteInEscrow(channel, paise):
                self._on_escrow(self._notes.escrowed(channel, paise))
            case notes.NoteCredited(channel, paise, at_power_up):
                self._tell(self._notes.credited(channel, paise, at_power_up))
            case notes.NoteReturned():
                self._tell(self._notes.returned())
            case notes.NoteUnaccounted():
                self._tell(self._notes.unaccounted())
            case notes.NoteRejected(reason):
                self._tell(NoteRejected(reason))
            case notes.CreditCleared(channel, at_power_up):
                self._notes.cleared(channel, at_power_up)
            case notes.ReadUpTo(mark):
                self._notes.read_up_to(mark)
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

    def _on_unit(self, event: notes.Event) -> None:
        match event:
            case notes.Identified(serial, firmware, values, model):
                self._identity = Identity(self.maker, model or self.model, serial, firmware)
                self._known = _money(values)
                self._notes.identified(serial)
            case notes.Counted(stacked, rejected):
                self._counters = {"device_stacked": stacked, "device_rejected": rejected}
            case notes.Accepting(paise):
                self._accepting = _money(paise)
            case notes.ConditionsChanged():
                self._conditions = event
            case notes.CashBoxMoved(is_present):
                self.host.tell(CashBoxMoved(is_present))
            case notes.CheatAttempt(channel):
                self.host.tell(CheatAttempt(f"channel {channel}" if channel else ""))
            case _:
                self._on_link(event)

    def _on_link(self, event: notes.Event) -> None:
        match event:
            case notes.LinkLost():
                self._stop(LINK_LOST)
            case notes.LinkSilent():
                self._stop(LINK_SILENT)
            case notes.LinkRestored():
                self._link_fault = None
            case notes.DeviceReset():
                self._is_started, self._accepting = False, []
            case notes.Refused(what):
                if what != self._refusal:
                    log.warning("%s: %s", self.name, what)
                self._refusal = what
            case notes.Started():
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
        said, failure = self._conditions.detail, notes.Condition.FAILURE.value
        codes = sorted(what.value for what in self._conditions.present)
        faults = [Fault(code, said if code == failure else "") for code in codes]
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
        if self.protocol.note is not Note.NOWHERE or self._notes.owed is not None:
            return Status.BUSY
        return Status.DEGRADED if codes else Status.READY


def _money(paise: Iterable[int]) -> list[Money]:
    return [Money(value) for value in sorted(paise) if value > 0]


def _not_in_escrow(name: EventId, owed: NoteRecord | None) -> Reply:
    found = "no note" if owed is None else str(owed.id)
    return Reply(Outcome.REFUSED, f"expected {name} in escrow, found {found}")
