"""The adapter: a ccTalk coin acceptor as the device contract wants it.

The order of things is the whole point: the counter moves, the ledger is saved with the new counter
and the credits that follow from it, and only then is anything told. Whenever the driver dies, its
next life tells the same coins under the same ids (M3).
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated, Any, ClassVar

import msgspec

from drivers.base.device import WireDevice
from drivers.base.ledger import Ledger, new_epoch
from drivers.cctalk import coins, events
from drivers.cctalk.codec import Checksum, EventBuffer
from drivers.cctalk.condition import Condition
from drivers.cctalk.host import AcceptorIdentity
from drivers.cctalk.protocol import COIN_ACCEPTOR, HostProtocol
from drivers.cctalk.reading import Remembered
from drivers.cctalk.wire import BAUD_RATE
from firmware.contract.device import (
    Acknowledge,
    CheatAttempt,
    CoinAccepted,
    CoinRejected,
    CreditsLost,
    DeviceCommand,
    DeviceEvent,
    DeviceState,
    EventId,
    Identity,
    Kind,
    Lease,
    Outcome,
    Reply,
)
from firmware.contract.money import Money
from firmware.runtime.config import DeviceSection, convert

log = logging.getLogger("cctalk")


Told = CoinAccepted | CreditsLost
Paise = Annotated[int, msgspec.Meta(gt=0, le=100_000)]  # no coin is worth more than ₹1,000
CoinName = Annotated[str, msgspec.Meta(pattern="^.{6}$")]


INDIAN_COINS = {"IN100A": 100, "IN200A": 200, "IN500A": 500, "IN1K0A": 1000, "IN2K0A": 2000}


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[device.<name>.options]`."""

    coins: Annotated[dict[CoinName, Paise], msgspec.Meta(min_length=1)]  # {"IN100A": 100}
    address: Annotated[int, msgspec.Meta(ge=2, le=255)] = COIN_ACCEPTOR
    checksum: Checksum = Checksum.SIMPLE


class Record(msgspec.Struct, frozen=True):
    """What must survive: the device's counter, ours, and the credits that nobody acknowledged."""

    epoch: int
    serial: str
    buffer: str  # the last answer to READ_CREDITS, in hex: the raw counter and what it counted
    running: int = 0  # every event of the device counts, so a wrap never repeats an id
    accepted: int = 0  # coins
    accepted_paise: int = 0
    lost: int = 0
    session: str = ""  # of the lease under which coins were let in last
    pending: list[Told] = []


class CoinAcceptor(WireDevice[events.Event, events.Accept]):
    """One coin acceptor. Ledger: `cctalk.json` in its folder."""

    kind = Kind.COINS
    usual_options: ClassVar[dict[str, Any]] = {"coins": INDIAN_COINS}

    def __init__(self, name: str, section: DeviceSection, folder: Path) -> None:
        super().__init__(name, section, folder)
        self._options = convert(section.options, Options, where=f"[device.{name}.options]")
        self._ledger = Ledger(folder / "cctalk.json", Record)
        self._record = self._ledger.load()
        self.protocol: HostProtocol = HostProtocol(
            self._options.address, self._options.checksum, remembered(self._record)
        )
        self._condition = Condition()
        self._identity: AcceptorIdentity | None = None
        self._values: dict[int, Money] = {}  # position -> value; nothing else is ever enabled
        self._leased: frozenset[Money] = frozenset()
        self._session = ""  # of the lease
        self._asked: frozenset[int] = frozenset()
        self._confirmed: frozenset[int] = frozenset()

    def serial_settings(self) -> dict[str, Any]:
        return {"baudrate": BAUD_RATE}

    def on_start(self) -> None:
        for event in self._record.pending if self._record else ():
            self.host.tell(event)

    # --- what the till says --------------------------------------------------------------------

    def on_command(self, command: DeviceCommand) -> Reply:
        if not isinstance(command, Acknowledge):
            return Reply(Outcome.REFUSED, f"a coin acceptor cannot {type(command).__name__}")
        if self._record is not None:
            left = [event for event in self._record.pending if str(event.id) != command.key]
            if len(left) != len(self._record.pending):
                self._save(msgspec.structs.replace(self._record, pending=left))
        return Reply(Outcome.DONE)

    def on_lease(self, lease: Lease | None) -> None:
        self._leased = frozenset(lease.denominations if lease else ())
        self._session = lease.session if lease else ""
        self._accept()
        self.pump()

    def _accept(self) -> None:
        """Ask for exactly what the lease, the coin table and the device's condition allow."""
        allowed = self._leased if self._condition.may_accept else frozenset[Money]()
        positions = frozenset(p for p, value in self._values.items() if value in allowed)
        if positions and not self._is_for_session():
            positions = frozenset()
        if positions != self._asked:
            self._asked = positions
            self.protocol.send(events.Accept(positions), self.now())

    def _is_for_session(self) -> bool:
        """Whether the coins to come are the leased session's; on disk before the first can fall.

        The ledger moves on to another session only when no coin of the one before is left in the
        device: it may have fallen while this driver was away, and nobody else knows whose it was.
        """
        record = self._record
        assert record is not None, "values come with Started, and the ledger before them"
        if record.session != self._session and self.protocol.is_read_up:
            self._save(msgspec.structs.replace(record, session=self._session))
            return True
        return record.session == self._session

    # --- what the device says ------------------------------------------------------------------

    def on_event(self, event: events.Event) -> None:
        self._condition.note(event)
        match event:
            case events.Started():
                self._on_started(event)
            case events.News():
                self._on_news(event)
            case events.InhibitsSet(positions):
                self._confirmed = positions
            case events.LinkLost() | events.WireLost() | events.WrongDevice():
                log.warning("%s: %s", self.name, event)
                self._confirmed = frozenset()
            case events.LinkRestored() | events.EchoChanged() | events.SelfChecked():
                log.info("%s: %s", self.name, event)
            case events.ReadUp():
                pass  # below, another session may begin
        self._accept()

    def _on_started(self, event: events.Started) -> None:
        """Before anything is told of this device, the ledger knows it."""
        self._identity = event.identity
        self._asked = self._confirmed = frozenset()
        self._values = {
            position: Money(self._options.coins[name])
            for position, name in event.coins.items()
            if name in self._options.coins
        }
        if not event.is_known:
            self._save(
                Record(
                    epoch=new_epoch(),
                    serial=event.identity.serial,
                    buffer=event.buffer.to_data().hex(),
                    pending=self._record.pending if self._record else [],
                )
            )
        log.info("%s: %s, coins %s", self.name, event.identity, event.coins)

    def _on_news(self, news: events.News) -> None:
        assert self._record is not None, "news come after Started"
        if news.is_reset:
            log.warning("%s: the device was reset", self.name)
            self._confirmed = frozenset()
        telling = self._translate(news, self._record)
        credits = [event for event in telling if isinstance(event, CoinAccepted)]
        lasting = [event for event in telling if isinstance(event, CoinAccepted | CreditsLost)]
        losses = [event.count for event in telling if isinstance(event, CreditsLost)]
        record = self._record
        self._save(
            msgspec.structs.replace(
                record,
                buffer=news.buffer.to_data().hex(),
                running=record.running + news.lost + len(news.happened),
                accepted=record.accepted + len(credits),
                accepted_paise=record.accepted_paise + sum(coin.value.paise for coin in credits),
                lost=record.lost + sum(losses),
                pending=[*record.pending, *lasting],
            )
        )
        for event in telling:
            self.host.tell(event)

    def _translate(self, news: events.News, record: Record) -> list[DeviceEvent]:
        """The events of the contract, each under its running number."""
        running, telling = record.running + news.lost, list[DeviceEvent]()
        if news.lost:
            name = EventId(record.serial, record.epoch, running)
            telling.append(CreditsLost(name, news.lost, record.session))
        for happening in news.happened:
            running += 1
            name = EventId(record.serial, record.epoch, running)
            match happening:
                case events.CoinAccepted(position) if position in self._values:
                    telling.append(CoinAccepted(name, self._values[position], record.session))
                case events.CoinAccepted(position):
                    log.error("%s: a coin at position %d, not in the table", self.name, position)
                    telling.append(CreditsLost(name, 1, record.session))
                case events.CoinRejected(error):
                    telling.append(CoinRejected(coins.reason(error)))
                    if error in coins.FRAUD_CODES:
                        telling.append(CheatAttempt(coins.reason(error)))
        return telling

    def _save(self, record: Record) -> None:
        self._ledger.save(record)
        self._record = record

    # --- the whole present truth ---------------------------------------------------------------

    def state(self) -> DeviceState:
        return DeviceState(
            name=self.name,
            kind=self.section.kind,
            family=self.section.family,
            status=self._condition.status(),
            faults=self._condition.faults(),
            identity=self._contract_identity(),
            counters=self._counters(),
            denominations=sorted(set(self._values.values())),
            accepting=sorted({self._values[position] for position in self._accepting()}),
        )

    def _accepting(self) -> frozenset[int]:
        """What the device confirmed, less what we have asked it to stop taking."""
        return self._confirmed & self._asked & self._values.keys()

    def _contract_identity(self) -> Identity:
        if self._identity is None:
            return Identity()
        found = self._identity
        return Identity(found.maker, found.product, found.serial, found.software)

    def _counters(self) -> dict[str, int]:
        if self._record is None:
            return {}
        return {
            "accepted": self._record.accepted,
            "accepted_paise": self._record.accepted_paise,
            "lost": self._record.lost,
            "events": self._record.running,
            "device": bytes.fromhex(self._record.buffer)[0],
            "unacknowledged": len(self._record.pending),
        }


def remembered(record: Record | None) -> Remembered | None:
    """What the protocol needs of the ledger."""
    if record is None:
        return None
    return Remembered(record.serial, EventBuffer.from_data(bytes.fromhex(record.buffer)))
