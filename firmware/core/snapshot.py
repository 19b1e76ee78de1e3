"""The visit for RAM: what a restarted core takes up when no order is open."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from firmware.contract.facts import Facts
from firmware.contract.fees import Fees
from firmware.contract.gateway import Bill
from firmware.contract.money import ZERO, Money
from firmware.contract.options import Options
from firmware.contract.reading import Language, TextSize
from firmware.contract.screen import ListedBill
from firmware.core.visit import (
    LOOKUPS,
    POSTERS,
    REPRINTS,
    TEACHING,
    WITH_FACTS,
    WITHOUT_MONEY,
    Stage,
    Visit,
)
from firmware.journal.orders import Order
from firmware.journal.rows import VERIFICATION
from firmware.services.catalogue import Service


class Snapshot(msgspec.Struct, frozen=True):
    """A visit without money, kept in RAM so that a restarted core shows the same screen.

    With an order it only says whose screen it was: the order itself is in the journal.
    """

    stage: Stage
    language: Language
    service: str
    typed: str
    bill: Bill | None
    basket: list[ListedBill] = []
    order: str = ""
    taken: Money = ZERO
    gives: str = ""
    owners: dict[str, str] = {}
    receipt: str = ""
    proof: str = ""
    category: str = ""
    facts: Facts | None = None
    fees: Fees | None = None
    capture: str = ""
    tries: int = 0
    answers: list[str] = []
    options: Options | None = None
    page: int = 0
    within: str = ""
    text_size: TextSize = TextSize.NORMAL
    has_more_time: bool = False
    texts: dict[str, str] = {}
    sought: str | None = None

    @classmethod
    def of(cls, visit: Visit) -> Snapshot:
        order = None if visit.is_resumed else visit.order  # else its citizen may stand there
        number = "" if order is None else order.number
        return cls(order=number, **{name: getattr(visit, name) for name in cls._same()})

    @classmethod
    def _same(cls) -> list[str]:
        """What a visit has under the same name."""
        return [name for name in cls.__struct_fields__ if name != "order"]

    @classmethod
    def decode(cls, raw: bytes) -> Snapshot:
        """Raises msgspec.DecodeError for what is no snapshot."""
        return msgspec.json.decode(raw, type=cls)

    def is_possible(self, services: Mapping[str, Service]) -> bool:
        """Whether this release can show it: its service asks so much, and a bill screen has a
        bill."""
        if any(listed.service not in services for listed in self.basket):
            return False
        if self.stage in REPRINTS | POSTERS | TEACHING | {
            Stage.ATTRACT,
            Stage.SERVICES,
            Stage.MEETING,
        }:
            return True
        if self.stage is Stage.BASKET and not self.basket:
            return False
        if self.stage not in WITHOUT_MONEY:
            return True  # only the order's number is used
        if self.service not in services or (self.stage is Stage.BILL and self.bill is None):
            return False
        is_of_facts = self.stage in LOOKUPS or services[self.service].kind == VERIFICATION
        if self.stage in WITH_FACTS and is_of_facts and self.facts is None:
            return False
        open_asks = len(services[self.service].asks) - len(self.answers)
        is_asking = self.stage in (Stage.NUMBER, Stage.LISTING)
        return open_asks > 0 if is_asking else open_asks == 0

    def is_of(self, order: Order) -> bool:
        """Whether the citizen of this order still stands there: only core was away.

        Without a number it is the screen before, on which the order was just made.
        """
        if not self.order:
            return self.stage in (Stage.BILL, Stage.BASKET, Stage.CONFIRM, Stage.FINGER)
        return self.order == order.number and self.stage is not Stage.RESUMED

    def encode(self) -> bytes:
        return msgspec.json.encode(self)

    def to_visit(self, now: float) -> Visit:
        """The visit, if its stage needs no order; a fresh one otherwise. A slip of facts that was
        on its way may be out or not: the facts are shown, and it may be asked for again."""
        if self.stage not in WITHOUT_MONEY:
            return Visit(entered_at=now, patience_from=now)
        visit = Visit(**{name: getattr(self, name) for name in self._same()})
        visit.stage = Stage.FACTS if self.stage is Stage.FACTS_SLIP else self.stage
        if visit.stage is Stage.PRACTICE:  # it ended with its leash, and core held that
            visit.stage = Stage.ATTRACT
        visit.entered_at = visit.patience_from = now
        return visit
