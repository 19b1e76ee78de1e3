"""What core knows of the devices and the back end: who works, and why money must wait."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import inf

from firmware.contract.device import USABLE, DeviceState, Kind, Status, Switch
from firmware.contract.gateway import GatewayState, Tender
from firmware.contract.money import Money
from firmware.contract.network import Network
from firmware.contract.screen import Commissioning
from firmware.core.occasion import Occasion
from firmware.services.catalogue import Service
from firmware.services.rates.shelf import NOT_LOOKED, Rates

ACCEPTORS = (Kind.NOTES, Kind.COINS)
PAPER_END = "receipt.paper.end"
# A count alone may be wrong by a roll that was changed early: the sensor must agree.
PAPER_NEAR_END = "receipt.paper.near_end"
OUT_OF_SHEETS = ("page.paper.end", "page.paper.other", "page.tray.out")
EXPIRED = "finger.rd.expired"
RIBBON = ("pvc.ribbon.end", "pvc.ribbon.broken", "pvc.ribbon.wrong", "page.toner.end")
LONGEST_TICKET = 450  # mm: a receipt of eight bills; of one bill 170, with a slip of 210 after it
# A bill of the largest size in small notes. A box with less room is emptied between two visits.
NOTES_OF_A_VISIT = 20
NOT_HEARD = GatewayState(is_online=False, detail="not heard yet")


@dataclass(frozen=True)
class Supply:
    """What a printer of documents must have: the faults that say it has none, the consumable and
    unit in which it is counted, and how many of these one sheet or card takes."""

    trouble: str  # a message key
    faults: tuple[str, ...]
    name: str
    unit: str
    each: int = 1


SUPPLIES = {
    Kind.PAGE: (Supply("trouble.page_paper", OUT_OF_SHEETS, "paper", "sheets"),),
    Kind.PVC: (
        Supply("trouble.pvc_cards", ("pvc.feeder.empty", *OUT_OF_SHEETS), "cards", "cards"),
        Supply("trouble.pvc_ribbon", RIBBON, "ribbon", "sides", each=2),
    ),
}
STANDS = {Kind.PAGE: "trouble.page_printer", Kind.PVC: "trouble.pvc_printer"}


@dataclass
class Floor:
    """The last retained word of every device and of the gateway."""

    devices: dict[str, DeviceState] = field(default_factory=dict)
    gateway: GatewayState = NOT_HEARD
    journal_is_confirmed: bool = True  # else rows are missing, and an operator has to look (M8)
    records_trouble: str = ""  # why the journal may soon not be written, for a technician
    day_is_full: bool = False  # the limit of cash a day is reached
    newcomer: Commissioning | None = None  # nobody has set this machine up
    network: Network | None = None  # the way to the office, as the gateway measured it last
    closed_because: str = ""  # an operator has put the kiosk out of service: why, a word
    has_office_key: bool = True  # else nobody can tell whose a document is, and none is sold
    why_no_lookup: str | None = None  # message key of why nothing is looked up just now
    why_no_reprint: str | None = None  # message key of why no receipt is printed again just now
    why_no_poster: str | None = None  # the same of the poster of services and fees
    occasion: Occasion = field(default_factory=Occasion)  # content, meetings
    rates: Rates = NOT_LOOKED  # what the office has signed that things cost
    other_fees: dict[str, str] = field(default_factory=dict)  # service -> what was asked instead

    def fee_trouble(self, service: Service) -> str | None:
        """The message key of why nobody may say what the service costs; None if it is known.

        Of a bill it is known when it comes; a paper is all fees.
        """
        if service.id in self.other_fees:
            return "trouble.other_fee"
        table = self.rates.table
        if service.paper is None or (table is not None and service.id in table.service):
            return None
        return "trouble.no_rates"

    def of_kind(self, kind: Kind) -> Iterator[DeviceState]:
        return (state for state in self.devices.values() if state.kind is kind)

    def usable(self, kind: Kind) -> DeviceState | None:
        """The first device of that kind that works, or None."""
        return next((state for state in self.of_kind(kind) if state.status in USABLE), None)

    def acceptors(self) -> list[DeviceState]:
        """The note and coin acceptors that work, are not full, and have a box to put money into."""
        if self.box_is_out:
            return []
        return [state for state in self._acceptors() if room_of(state) > 0]

    def _acceptors(self) -> Iterator[DeviceState]:
        return (state for kind in ACCEPTORS if (state := self.usable(kind)) is not None)

    def values(self, kind: Kind) -> list[Money]:
        """What the acceptors of that kind could take, were they leased."""
        state = self.usable(kind)
        return [] if state is None or room_of(state) <= 0 else state.denominations

    @property
    def payable(self) -> dict[int, int]:
        """What a coin changer can pay back just now: paise of a coin -> how many."""
        state = self.usable(Kind.COINS)
        return {} if state is None else state.payable

    @property
    def can_print(self) -> bool:
        return self.usable(Kind.RECEIPT) is not None

    @property
    def printer_may_return(self) -> bool:
        """The printer is only away: its driver restarts, or its cable is being pushed in."""
        away = (Status.GONE, Status.STARTING)
        return all(state.status in away for state in self.of_kind(Kind.RECEIPT))

    def is_passing(self, obstacle: str) -> bool:
        """Whether that obstacle is one that ends by itself within seconds, as a rule."""
        return obstacle == "trouble.printer" and self.printer_may_return

    @property
    def door_is_open(self) -> bool:
        return self._panel_says(Switch.DOOR_IS_OPEN)

    @property
    def nobody_is_near(self) -> bool:
        """As a sensor says. False where no panel has one."""
        return self._panel_says(Switch.NOBODY_IS_NEAR)

    @property
    def somebody_is_near(self) -> bool:
        """As a sensor says. False, too, where no panel has one."""
        facts = [state.inputs.get(Switch.NOBODY_IS_NEAR) for state in self.of_kind(Kind.PANEL)]
        return False in facts

    @property
    def mains_is_off(self) -> bool:
        """On battery. False where no panel has that switch."""
        return self._panel_says(Switch.MAINS_IS_OFF)

    @property
    def power_is_ending(self) -> bool:
        return self.mains_is_off and self._panel_says(Switch.BATTERY_IS_LOW)

    @property
    def is_tampered(self) -> bool:
        return self._panel_says(Switch.TAMPER)

    def _panel_says(self, fact: Switch) -> bool:
        return any(state.inputs.get(fact, False) for state in self.of_kind(Kind.PANEL))

    @property
    def box_is_out(self) -> bool:
        return self._panel_says(Switch.CASH_BOX_IS_OUT)

    def printer_trouble(self) -> str | None:
        """The message key of why no proof can be printed, or None."""
        faults = [fault.code for state in self.of_kind(Kind.RECEIPT) for fault in state.faults]
        if self.can_print:
            is_short = (
                PAPER_NEAR_END in faults
                and self._left(Kind.RECEIPT, "paper", "mm") < LONGEST_TICKET
            )
            return "trouble.paper_out" if is_short else None
        return "trouble.paper_out" if PAPER_END in faults else "trouble.printer"

    def acceptor_trouble(self) -> str | None:
        """The message key of why no money can be taken in, or None; the note acceptor leads."""
        if self.box_is_out:
            return "trouble.cash_box_out"
        if self.acceptors():
            return None
        faults = [
            fault.code for kind in ACCEPTORS for s in self.of_kind(kind) for fault in s.faults
        ]
        for prefix, key in ACCEPTOR_TROUBLES.items():
            if any(code.startswith(prefix) for code in faults):
                return key
        is_full = any(room_of(state) <= 0 for state in self._acceptors())
        return "trouble.stacker_full" if is_full else "trouble.no_acceptor"

    def obstacle(self) -> str | None:
        """Why money may not be taken this moment (M5), apart from the back end; None if it may."""
        if (found := self.free_obstacle()) is not None:
            return found
        return self.printer_trouble() or self.acceptor_trouble()

    def obstacle_before(self) -> str | None:
        """The same before the acceptor opens, when more must be sure: that the back end answers,
        and that a whole visit can be finished.

        On battery a visit that has begun goes on, since it needs minutes; none begins, since
        nobody knows how many the battery has left before it says that it is low.
        """
        if self.journal_is_confirmed and not self.gateway.is_online:
            return "trouble.back_end_down"
        return self.obstacle() or self._too_little_for_a_visit()

    def cashless_obstacle(self) -> str | None:
        """Why nothing may be paid without cash this moment (M5); None if it may.

        The proof is on the screen where there is no paper.
        """
        if self.closed_because:
            return "trouble.closed"
        if not self.journal_is_confirmed:
            return "trouble.journal"
        if not self.gateway.is_online:
            return "trouble.back_end_down"
        if self.records_trouble:
            return "trouble.records"
        if self.door_is_open:
            return "trouble.door_open"
        return "trouble.mains_off" if self.mains_is_off else None

    def document_trouble(self, gives: str, sheets: int = 1) -> str | None:
        """The message key of why a paper of that many sheets, or cards, cannot be handed out.

        `gives` is the kind of its printer; empty where a service hands out none. None if it can.
        """
        if not gives:
            return None
        kind = Kind(gives)
        faults = {fault.code for state in self.of_kind(kind) for fault in state.faults}
        if self.usable(kind) is None:
            ended = (each.trouble for each in SUPPLIES[kind] if faults & set(each.faults))
            return next(ended, STANDS[kind])
        short = (
            each.trouble
            for each in SUPPLIES[kind]
            if self._left(kind, each.name, each.unit) < each.each * sheets
        )
        return next(short, None)

    def _left(self, kind: Kind, name: str, unit: str) -> float:
        """A count that nobody knows is no reason to refuse. By its name, too: a printer counts the
        cards until it must be cleaned as it counts those in its feeder."""
        levels = [
            consumable.level
            for state in self.of_kind(kind)
            for consumable in state.consumables
            if (consumable.name, consumable.unit) == (name, unit) and consumable.level is not None
        ]
        return min(levels, default=inf)

    def finger_trouble(self) -> str | None:
        """The message key of why no finger can be read, or None. UIDAI refuses the prints of a
        reader whose certificate has ended."""
        reader = self.usable(Kind.FINGER)
        is_over = reader is None or any(fault.code == EXPIRED for fault in reader.faults)
        return "trouble.finger_reader" if is_over else None

    def free_obstacle(self) -> str | None:
        """Why nothing may be accepted this moment, money apart; None if it may. On battery it may:
        the proof is on the screen where there is no paper."""
        if self.closed_because:
            return "trouble.closed"
        if not self.journal_is_confirmed:
            return "trouble.journal"
        if self.records_trouble:
            return "trouble.records"
        if self.door_is_open:
            return "trouble.door_open"
        return "trouble.battery_low" if self.power_is_ending else None

    def tenders(self) -> list[Tender]:
        """How an order can be paid without cash just now."""
        if self.cashless_obstacle() is not None:
            return []
        has_reader = self.usable(Kind.CARD) is not None
        return [each for each in self.gateway.tenders if has_reader or each is not Tender.CARD]

    def _too_little_for_a_visit(self) -> str | None:
        if self.mains_is_off:
            return "trouble.mains_off"
        if self.day_is_full:
            return "trouble.day_limit"
        has_room = any(room_of(state) >= NOTES_OF_A_VISIT for state in self._acceptors())
        return None if has_room else "trouble.stacker_full"


def room_of(acceptor: DeviceState) -> float:
    """How many notes or coins its box still takes; endless where the device does not say."""
    rooms = [
        each.level
        for each in acceptor.consumables
        if each.unit in ("notes", "coins") and each.level is not None
    ]
    return min(rooms, default=inf)


ACCEPTOR_TROUBLES = {
    "notes.jam": "trouble.notes_jam",
    "notes.path.blocked": "trouble.notes_jam",
    "notes.stacker": "trouble.stacker_full",
    "notes.cashbox": "trouble.cash_box_out",
    "notes.link": "trouble.notes_gone",
    "coins.jam": "trouble.coins_jam",
}  # in the order in which a citizen should hear of them
