"""The adapter: a coin changer as the device contract wants it, pay-outs included.

The ledger is saved before anything is told, before coins may fall for a session, and before a
pay-out is on the wire. README.md says what can be lost all the same, and who is told.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import msgspec

from drivers.base.device import WireDevice
from drivers.base.ledger import Ledger, new_epoch
from drivers.base.protocol import CommandRefused
from drivers.mdb import account, events
from drivers.mdb.account import Record, Turn
from drivers.mdb.adapter import BAUD_RATE
from drivers.mdb.changer import ChangerProtocol
from drivers.mdb.condition import Condition
from drivers.mdb.protocol import serial_of
from firmware.contract.change import coins_for, largest_first
from firmware.contract.device import (
    Acknowledge,
    Consumable,
    DeviceCommand,
    DeviceState,
    Fault,
    Identity,
    Kind,
    Lease,
    Outcome,
    Reply,
    Source,
    event_key,
)
from firmware.contract.money import Money
from firmware.contract.payout import PayOut
from firmware.runtime.config import ConfigError, DeviceSection

log = logging.getLogger("mdb")

DONE = Reply(Outcome.DONE)


class CoinChanger(WireDevice[events.Event, events.Command]):
    """One coin changer behind an adapter of its own. Ledger: `changer.json` in its folder."""

    kind = Kind.COINS

    def __init__(self, name: str, section: DeviceSection, folder: Path) -> None:
        super().__init__(name, section, folder)
        if section.options:
            known = ", ".join(sorted(section.options))
            raise ConfigError(f"device.{name}.options: mdb_coins has none, got {known}")
        self._ledger = Ledger(folder / "changer.json", Record)
        self._record = self._ledger.load()
        is_owing = self._record is not None and self._record.owing is not None
        self.protocol: ChangerProtocol = ChangerProtocol(is_owing)
        self._condition = Condition()
        self._identified: events.Identified | None = None
        self._defective: frozenset[int] = frozenset()  # types whose tubes cannot be counted
        self._is_doubtful = True  # something may have been said that nobody heard
        self._leased: frozenset[Money] = frozenset()
        self._session = ""  # of the lease
        self._asked: frozenset[int] = frozenset()
        self._confirmed: frozenset[int] = frozenset()

    def serial_settings(self) -> dict[str, Any]:
        return {"baudrate": BAUD_RATE}

    def on_start(self) -> None:
        if self._record is not None:
            if self._record.session:
                self._note_gap()
            for event in self._record.pending:
                self.host.tell(event)

    # --- the till's side ------------------------------------------------------------------------

    def on_command(self, command: DeviceCommand) -> Reply:
        match command:
            case Acknowledge(key):
                self._acknowledge(key)
                return DONE
            case PayOut():
                return self._pay_out(command)
            case _:
                kind = type(command).__name__
                return Reply(Outcome.REFUSED, f"a coin changer knows no {kind}")

    def _acknowledge(self, key: str) -> None:
        if self._record is not None:
            left = [event for event in self._record.pending if event_key(event) != key]
            if len(left) != len(self._record.pending):
                self._save(msgspec.structs.replace(self._record, pending=left))

    def _pay_out(self, command: PayOut) -> Reply:
        """Once for each id: a repeat finds it owed, or ended; its outcome is told until acked."""
        record = self._record
        if record is not None and command.id in record.ended:
            return DONE
        if record is not None and record.owing is not None:
            is_it = record.owing.id == command.id
            return DONE if is_it else Reply(Outcome.REFUSED, f"{record.owing.id} is being paid")
        try:
            self.protocol.check_pay_out()
        except CommandRefused as error:
            return Reply(Outcome.REFUSED, f"{command.id}: {error}")
        self._order(command)
        return DONE

    def _order(self, command: PayOut) -> None:
        assert self._record is not None, "a changer that is polled is in the ledger"
        payable = self._payable()
        coins = coins_for(command.amount.paise, payable)
        if not coins:
            self._take(account.refuse(self._record, command.id, command.amount))
            return
        values = self._values
        types = {values.index(paise): count for paise, count in coins.items()}
        self._save(account.owe(self._record, command.id, command.amount, types))
        is_largest_first = largest_first(command.amount.paise, payable) == (coins, 0)
        self.ask(events.PayOut(types, command.amount.paise, is_largest_first))

    def on_lease(self, lease: Lease | None) -> None:
        self._leased = frozenset(lease.denominations if lease else ())
        self._session = lease.session if lease else ""
        self._accept()
        self.pump()

    def _accept(self) -> None:
        """Ask for exactly what the lease and the changer's condition allow."""
        allowed = self._leased if self._condition.may_accept else frozenset[Money]()
        types = frozenset(n for n, paise in enumerate(self._values) if Money(paise) in allowed)
        if types and not self._is_for_session():
            types = frozenset()
        if types != self._asked:
            self._asked = types
            self.protocol.send(events.Accept(types), self.now())

    def _is_for_session(self) -> bool:
        """Whether coins to come are the leased session's; on disk before the first can fall."""
        record = self._record
        assert record is not None, "a changer that was started is in the ledger"
        if not record.session:
            self._save(msgspec.structs.replace(record, session=self._session))
            return True
        return record.session == self._session

    # --- the changer's side ---------------------------------------------------------------------

    def on_event(self, event: events.Event) -> None:
        self._condition.note(event, self.now())
        match event:
            case events.Identified():
                self._on_identified(event)
            case events.Polled():
                self._on_polled(event)
            case events.PayOutEnded(coins):
                self._on_pay_out_ended(coins)
            case events.Accepting(types):
                self._confirmed = types
            case events.ReadUp():
                self._on_read_up()
            case events.AnswerLost():
                self._is_doubtful = True
                self._note_gap()
            case events.DeviceReset() | events.LinkLost() | events.Refused():
                log.warning("%s: %s", self.name, event)
                self._is_doubtful = True
                self._asked = self._confirmed = frozenset()
                self.protocol.wanted = frozenset()
            case _:
                log.info("%s: %s", self.name, event)
        self._accept()

    def _on_identified(self, event: events.Identified) -> None:
        """Before anything is told of this changer, the ledger knows it."""
        self._identified = event
        serial, record = serial_of(event.identity), self._record
        if record is None or record.serial != serial:
            if record is not None and record.owing is not None:
                owing = record.owing  # nobody can ask the other one any more
                self._take(account.refuse(record, owing.id, Money(owing.asked), is_certain=False))
            self._begin_record(serial)

    def _begin_record(self, serial: str) -> None:
        before = self._record
        self._save(
            Record(
                epoch=new_epoch(),
                serial=serial,
                pending=before.pending if before else [],
                ended=before.ended if before else [],
            )
        )

    def _on_polled(self, event: events.Polled) -> None:
        assert self._record is not None, "polls come after Identified"
        turn = account.take(self._record, event, self._values, self._is_doubtful)
        if turn.record.found > self._record.found:
            log.warning("%s: coins that only the tubes told of: %s", self.name, turn.telling)
        if event.tubes is not None:
            self._is_doubtful = False
            self._defective = event.tubes.defective
        self._take(turn)

    def _on_pay_out_ended(self, coins: dict[int, int] | None) -> None:
        if self._record is None or self._record.owing is None:
            return  # of another changer, and told as uncertain
        is_counted = not self._defective & self._record.owing.coins.keys()
        turn = account.settle(self._record, coins, self._values, coins is not None or is_counted)
        log.info("%s: %s", self.name, turn.telling)
        self._take(turn)

    def _on_read_up(self) -> None:
        if self._record is not None and self._record.session and not self._asked:
            self._save(msgspec.structs.replace(self._record, session=""))

    def _note_gap(self) -> None:
        """A coin that went to the cash box in this moment is told by nobody: somebody may count."""
        if self._record is not None and self._record.session:
            self._save(msgspec.structs.replace(self._record, gaps=self._record.gaps + 1))

    def _take(self, turn: Turn) -> None:
        if turn.record != self._record:
            self._save(turn.record)
        for event in turn.telling:
            self.host.tell(event)

    def _save(self, record: Record) -> None:
        self._ledger.save(record)
        self._record = record

    # --- the whole present truth ----------------------------------------------------------------

    @property
    def _values(self) -> tuple[int, ...]:
        return self._identified.values if self._identified is not None else ()

    def state(self) -> DeviceState:
        return DeviceState(
            name=self.name,
            kind=self.section.kind,
            family=self.section.family,
            status=self._condition.status(self.protocol.is_paying),
            faults=self._faults(),
            consumables=[
                Consumable(f"tube_{paise}", count, "coins", Source.MEASURED)
                for paise, count in sorted(self._tubes().items())
            ],
            identity=self._contract_identity(),
            counters=self._counters(),
            denominations=[Money(paise) for paise in sorted(set(self._values) - {0})],
            accepting=sorted(Money(self._values[n]) for n in self._confirmed & self._asked),
            payable=self._payable() if self._may_pay else {},
        )

    @property
    def _may_pay(self) -> bool:
        return self._condition.may_pay and not self.protocol.is_paying

    def _tubes(self) -> dict[int, int]:
        """Coins by paise in the tubes that can be counted."""
        if self._identified is None or self._record is None:
            return {}
        countable = self._identified.tubes - self._defective
        levels = self._record.levels
        return {self._values[n]: levels.get(n, 0) for n in sorted(countable) if self._values[n]}

    def _payable(self) -> dict[int, int]:
        return {paise: count for paise, count in self._tubes().items() if count}

    def _faults(self) -> list[Fault]:
        defective = [Fault(f"coins.tube.{self._values[n]}") for n in sorted(self._defective)]
        return self._condition.faults() + defective

    def _contract_identity(self) -> Identity:
        if self._identified is None:
            return Identity()
        found = self._identified.identity
        return Identity(found.maker, found.model, found.serial, found.software)

    def _counters(self) -> dict[str, int]:
        record = self._record
        if record is None:
            return {}
        return {
            "accepted": record.accepted,
            "accepted_paise": record.accepted_paise,
            "paid_paise": record.paid_paise,
            "by_hand": record.by_hand,
            "found": record.found,
            "gaps": record.gaps,
            "unacknowledged": len(record.pending),
        }
