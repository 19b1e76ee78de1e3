"""A small world around the mind of the kiosk: paper money, a printer, an office, and crashes.

No bus and no wires: devices live at the contract, with their own memory and their own truth. Core
and its effects can be lost at any moment; the journal is the real one on a real disk.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path

from msgspec.structs import replace

from firmware.contract.card import Arm, Disarm
from firmware.contract.device import (
    LASTING,
    Acknowledge,
    CoinAccepted,
    Consumable,
    DeviceEvent,
    DeviceState,
    EventId,
    Fault,
    HeldNote,
    Kind,
    Lease,
    NoteEscrowed,
    NoteRejected,
    NoteReturned,
    NoteStacked,
    Print,
    Refill,
    Return,
    Source,
    Stack,
    Status,
    event_key,
)
from firmware.contract.gateway import GatewayState
from firmware.contract.money import Money, rupees
from firmware.contract.payout import PayOut
from firmware.contract.screen import Action, Attract, Press, Screen, Services
from firmware.core.book import Book
from firmware.core.core import Core
from firmware.core.visit import Stage
from firmware.journal import rows
from firmware.journal.journal import Journal
from firmware.runtime.clock import INDIA, FixedClock
from firmware.runtime.config import Config, DeviceSection, KioskSection, LimitsSection
from firmware.runtime.gateway_section import GatewaySection
from firmware.services.catalogue import load_catalogue
from firmware.till.effects import Ask, Effect, Grant, Tell
from firmware.till.signing import Keys
from tests.firmware.core.accounts import check_spoken_for_once
from tests.firmware.core.cashless_truth import check_networks, check_order
from tests.firmware.core.changer import Changer
from tests.firmware.core.office import ACCOUNT, Office
from tests.firmware.core.printer import FULL_ROLL, Printer
from tests.firmware.core.rates import all_as_billed
from tests.firmware.core.reader import Reader

NOTES = [rupees(value) for value in (10, 20, 50, 100, 200, 500)]
COINS = [rupees(value) for value in (1, 2, 5, 10, 20)]
ELECTRICITY = rupees(470)
STEP = 0.25  # seconds between ticks, as in the daemon

CONFIG = Config(
    kiosk=KioskSection("tdr-0417", {"hi": "टोडारायसिंह", "en": "Todaraisingh"}, "TDR 0417"),
    gateway=GatewaySection("http://127.0.0.1:1"),
    device={"notes": DeviceSection("itl_ssp", Kind.NOTES)},
)
NO_LIMITS = LimitsSection()


class Acceptors:
    """A note acceptor with escrow and a coin acceptor, as their drivers show them."""

    def __init__(self) -> None:
        self.in_box: Counter[Money] = Counter()
        self.given_back: Counter[Money] = Counter()
        self.coins: Counter[Money] = Counter()
        self.changer = Changer()
        self.leases: dict[str, Lease] = {}
        self.escrow: HeldNote | None = None
        self.untold: dict[str, tuple[str, DeviceEvent]] = {}
        self.jam = False
        self.is_moving = False  # a note is between mouth and escrow
        self._count = 0

    def new_id(self, serial: str = "SN1") -> EventId:
        self._count += 1
        return EventId(serial, 7, self._count)

    def insert_note(self, value: Money) -> DeviceEvent:
        lease = self.leases.get("notes")
        if lease is None or value not in lease.denominations or self.escrow or self.jam:
            self.given_back[value] += 1
            return NoteRejected("inhibited")
        self.escrow = HeldNote(self.new_id(), value)
        return NoteEscrowed(self.escrow.id, value)

    def drop_coin(self, value: Money) -> None:
        lease = self.leases.get("coins")
        if lease is not None and value in lease.denominations:
            self.coins[value] += 1
            self._tell("coins", CoinAccepted(self.new_id("SN2"), value, lease.session))
        else:
            self.given_back[value] += 1

    def stack(self, name: EventId) -> None:
        if self.escrow is not None and self.escrow.id == name:
            held, self.escrow = self.escrow, None
            self.in_box[held.value] += 1
            self._tell("notes", NoteStacked(held.id, held.value))

    def give_back(self) -> None:
        if self.escrow is not None:
            held, self.escrow = self.escrow, None
            self.given_back[held.value] += 1
            self._tell("notes", NoteReturned(held.id, held.value))

    def end_leases(self) -> None:
        """The till is gone: inhibited, and the escrow handed back (M4)."""
        self.leases.clear()
        self.give_back()

    def _tell(self, device: str, event: DeviceEvent) -> None:
        key = event_key(event)
        assert key is not None
        assert isinstance(event, LASTING)
        self.untold[key] = (device, event)

    @property
    def total_in(self) -> int:
        """Paise that are physically inside."""
        box = sum(value.paise * count for value, count in self.in_box.items())
        coins = sum(value.paise * count for value, count in self.coins.items())
        return box + coins - self.changer.paid_out


class World:
    """Everything around one journal file."""

    base: Config = CONFIG  # of which only the limits change

    def __init__(
        self,
        folder: Path,
        amount: Money = ELECTRICITY,
        keys: Keys | None = None,
        limits: LimitsSection = NO_LIMITS,
        takes_parts: bool = False,
    ) -> None:
        self.keys, self.config = keys, replace(self.base, limits=limits)
        self.path = folder / "journal.db"
        self.clock = FixedClock(datetime(2026, 11, 22, 10, 0, tzinfo=INDIA), monotonic=1000.0)
        self.office, self.acceptors, self.printer = Office(amount), Acceptors(), Printer()
        self.reader = Reader()
        self.door_is_open = False
        self.switches: dict[str, bool] = {}  # more of the panel: {"mains_is_off": True}
        self.stacker_room: int | None = None  # notes; None: the acceptor does not say
        self.catalogue = load_catalogue()
        if not takes_parts:  # whoever stops gets a slip, and is asked nothing
            services = self.catalogue.services
            whole = replace(services["electricity"], part_payment=False)
            services["electricity"] = whole
        self.rates = all_as_billed(self.catalogue)
        self.visit: bytes | None = None
        self.serial = 0
        self.effects: list[Effect] = []
        self._boot()

    def _boot(self) -> None:
        self.journal = Journal(self.path)
        self.core = Core(Book(self.journal, self.clock), self.config, self.catalogue, self.keys)
        self.core.on_rates(self.rates)
        self.core.start(self.serial, self.visit, self.now)
        self._tell_states()

    @property
    def now(self) -> float:
        return self.clock.monotonic()

    # --- the citizen -----------------------------------------------------------------------

    @property
    def screen(self) -> Screen:
        return self.core.screen(self.now)

    @property
    def tiles(self) -> dict[str, str | None]:
        """Each tile on the screen, and why it does not work now."""
        shown = self.screen.data
        assert isinstance(shown, Attract | Services), shown
        return {tile.service: tile.why_not for tile in shown.tiles}

    def press(self, action: Action, value: str = "") -> None:
        self.core.on_press(Press(self.screen.serial, action, value), self.now)
        self.settle()

    def go_to_bill(self) -> None:
        self.press(Action.CHOOSE_LANGUAGE, "hi")
        self.press(Action.CHOOSE_SERVICE, "electricity")
        self.press(Action.ENTER, ACCOUNT)

    def go_to_cash(self) -> None:
        self.go_to_bill()
        self.press(Action.PAY)
        self.run(1)

    def says_it_is_his(self) -> None:
        """After a power cut: the citizen, and nobody else, knows the end of his number."""
        if self.core.flow.visit.stage is Stage.RESUMED:
            self.press(Action.ENTER, ACCOUNT[-4:])

    def add(self, account: str, due: Money) -> None:
        """One more bill, from the bill or the basket."""
        self.office.others[account] = due
        self.press(Action.ADD_BILL)
        self.press(Action.ENTER, account)

    def insert(self, value: int) -> None:
        event = self.acceptors.insert_note(rupees(value))
        self.core.on_device_event("notes", event, self.now)
        self.run(1)

    def drop(self, value: int) -> None:
        self.acceptors.drop_coin(rupees(value))
        self.run(1)

    # --- time and mishaps ------------------------------------------------------------------

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds / STEP)):
            self.clock.advance(STEP)
            self._tell_states()
            self._tell_again()
            self.core.tick(self.now)
            self.settle()

    def crash(self) -> None:
        """Core dies between two instructions; its undelivered effects die with it."""
        self.crash_with(self.core.flow.snapshot())

    def crash_with(self, kept: bytes) -> None:
        """As crash, when this is what was last kept in RAM."""
        self.serial, self.visit = self.core.serial, kept
        self.journal.close()
        self.acceptors.end_leases()
        self._boot()

    def power_cut(self) -> None:
        """As crash, and RAM is gone, too."""
        self.journal.close()
        self.acceptors.end_leases()
        self.serial, self.visit = 0, None
        self._boot()

    def settle(self) -> None:
        """Carry effects out until there are none."""
        while effects := self.core.take_effects():
            for effect in effects:
                self.carry_out(effect)

    def carry_out(self, effect: Effect) -> None:
        match effect:
            case Grant(device=device, lease=lease):
                self.acceptors.leases[device] = lease
                if not lease.denominations:
                    del self.acceptors.leases[device]
                    if device == "notes":
                        self.acceptors.give_back()
            case Tell(command=Stack(id=name)):
                self.acceptors.stack(name)
            case Tell(command=PayOut(id=name, amount=amount)):
                if (event := self.acceptors.changer.pay_out(name, amount)) is not None:
                    self.acceptors._tell("coins", event)
            case Tell(command=Return()):
                self.acceptors.give_back()
            case Tell(command=Acknowledge(key=key)):
                self.acceptors.untold.pop(key, None)
                self.printer.untold.pop(key, None)
            case Tell(command=Refill()):
                self.printer.refill()
            case Tell(command=Print() as command):
                self.printer.print(command)
            case Tell(command=Arm() | Disarm() as command):
                self.reader.obey(command)
            case Ask() if self.office.is_silent:
                pass
            case Ask():
                self.core.on_answer(effect.request, self.office.answer(effect), self.now)
            case _:
                pass

    def _tell_again(self) -> None:
        for device, event in list(self.acceptors.untold.values()):
            self.core.on_device_event(device, event, self.now)
            self.settle()
        for event in list(self.printer.untold.values()):
            self.core.on_device_event("receipt", event, self.now)
            self.settle()

    def _tell_states(self) -> None:
        for state in self._states():
            self.core.on_device_state(state, self.now)
        tenders = self.office.tenders
        self.core.on_gateway_state(GatewayState(self.office.is_up, tenders=tenders), self.now)

    def _states(self) -> list[DeviceState]:
        notes_faults = [Fault("notes.jam.unsafe")] if self.acceptors.jam else []
        paper_faults = [] if self.printer.has_paper else [Fault("receipt.paper.end")]
        if self.printer.paper_mm < 2000:
            paper_faults.append(Fault("receipt.paper.near_end"))
        printer = Status.READY if self.printer.has_paper else Status.OUT_OF_SERVICE
        return [
            DeviceState(
                name="notes",
                kind=Kind.NOTES,
                family="itl_ssp",
                status=self._status_of_notes(),
                faults=notes_faults,
                denominations=NOTES,
                consumables=[Consumable("stacker", self.stacker_room, "notes", Source.COUNTED)],
                held=self.acceptors.escrow,
            ),
            DeviceState(
                name="coins",
                kind=Kind.COINS,
                family="cctalk",
                status=Status.OUT_OF_SERVICE if self.acceptors.jam else Status.READY,
                denominations=COINS,
                payable=self.acceptors.changer.payable,
                consumables=[
                    Consumable(f"tube_{paise}", count, "coins", Source.MEASURED)
                    for paise, count in self.acceptors.changer.tubes.items()
                ],
            ),
            DeviceState(
                name="receipt",
                kind=Kind.RECEIPT,
                family="escpos",
                status=printer if self.printer.is_there else Status.GONE,
                faults=paper_faults,
                consumables=[
                    Consumable("paper", self.printer.paper_mm, "mm", Source.COUNTED, FULL_ROLL),
                    Consumable("ribbon", 50, "%", Source.MEASURED),
                ],
            ),
            *self.reader.states,
            DeviceState(
                name="panel",
                kind=Kind.PANEL,
                family="panel",
                status=Status.READY,
                inputs={"door_is_open": self.door_is_open, **self.switches},
            ),
        ]

    def _status_of_notes(self) -> Status:
        if self.acceptors.jam:
            return Status.OUT_OF_SERVICE
        return Status.BUSY if self.acceptors.is_moving else Status.READY

    # --- the truth -------------------------------------------------------------------------

    @property
    def taken_out(self) -> int:
        """Paise that an operator took out of the boxes."""
        return 0

    def check_money(self) -> None:
        """Paper and metal inside, rows, bills and claims come to the same paise (M3, M7)."""
        assert self.journal.credited_paise == self.acceptors.total_in + self.taken_out
        assert self.journal.verify() == self.journal.length
        written = [entry.row for entry in self.journal.entries()]
        spoken_for = tendered = 0
        for created in (row for row in written if isinstance(row, rows.OrderCreated)):
            order = Book(self.journal, self.clock).order(created.order)
            if order.end is not None:
                assert order.owed == Money(0), f"{order.number}: {order.owed} to nobody"
            check_order(order)
            check_spoken_for_once(self.journal, order)
            spoken_for += order.cash.paise - order.changed.paise
            tendered += order.tender.paise
            for at, line in enumerate(order.lines, 1):
                if at in order.references and not order.is_free:
                    assert self.office.payments[line.key] == order.parts[at - 1]
                    assert self.office.tenders_of[line.key] == order.paid_by
                elif at in order.refusals:
                    assert line.key not in self.office.payments
        check_networks(written, self.office, is_settled=not self.journal.open_orders())
        claims = (row for row in written if isinstance(row, rows.ClaimIssued))
        orphans = sum(claim.amount.paise for claim in claims if claim.order is None)
        assert spoken_for + orphans == self.journal.credited_paise
        spent = [row for row in written if isinstance(row, rows.ClaimRedeemed)]
        assert tendered == sum(row.amount.paise for row in spent if row.how == "bill")
