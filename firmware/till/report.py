"""The day's figures: what happened between two closings, from the rows and nothing else.

X shows them and changes nothing; Z is a DayClosed row that carries them. Because rows are never
changed, the figures of any day can be computed again from its rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import msgspec

from firmware.contract.money import ZERO, Money
from firmware.journal import rows
from firmware.journal.chain import Entry
from firmware.journal.change_rows import ChangePaid
from firmware.journal.desk_rows import (
    CollectionClosed,
    DayFigures,
    Redemption,
    RequestCount,
    ServiceSum,
)
from firmware.journal.orders import Order
from firmware.journal.tender_rows import CardConfirmed, CardRefunded, UpiConfirmed
from firmware.till.attendance import Attendance

Recall = Callable[[str], Order]


@dataclass
class Figures:
    """Adds rows up. `recall` gives an order that these rows only mention."""

    recall: Recall
    services: dict[str, ServiceSum] = field(default_factory=dict)
    sums: dict[str, Money] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    paid: dict[str, rows.OrderCreated] = field(default_factory=dict)  # now, not yet answered
    receipts: list[str] = field(default_factory=list)
    baskets: set[str] = field(default_factory=set)  # of which a bill was refused
    redemptions: dict[str, Redemption] = field(default_factory=dict)
    requests: dict[str, int] = field(default_factory=dict)  # by service
    refused_requests: list[str] = field(default_factory=list)

    def add(self, row: rows.ReadRow) -> None:
        match row:
            case rows.OrderPaid():
                self._pay(row)
            case rows.OrderPosted(order=order):
                self._post(order)
            case rows.PostRefused(order=order):
                self._refuse(order)
            case rows.LineRefused(order=order):  # in one commit with the last one of the whole
                self.baskets.add(order)
                self._count("refused")
            case rows.NoteCredited(value=value):
                self._sum("notes", value)
            case rows.CoinCredited(value=value):
                self._sum("coins", value)
            case ChangePaid(paid=paid):
                self._sum("change", paid)
            case rows.NoteGivenBack():
                self._count("returned_notes")
            case rows.CheatSuspected():
                self._count("suspected")
            case rows.ClaimIssued(amount=amount):
                self._count("claims")
                self._sum("claims", amount)
            case rows.ClaimRedeemed(amount=amount, how=how):
                self._count("redeemed")
                self._sum("redeemed", amount)
                self._redeem(how, amount)
            case CollectionClosed():
                self._sum("collected", row.collected)
            case UpiConfirmed(amount=amount):
                self._count("upi")
                self._sum("upi", amount)
            case CardConfirmed(amount=amount):
                self._count("card")
                self._sum("card", amount)
            case CardRefunded(amount=amount):
                self._sum("card_refunds", amount)
            case _:
                pass

    def _pay(self, row: rows.OrderPaid) -> None:
        order = self.recall(row.order)
        self._request(order.created, rows.REQUEST)
        for line, part in zip(order.lines, order.parts, strict=True):
            if part:
                self._pay_line(line, part)
        self.paid[row.order] = order.created
        self.receipts.append(row.order)

    def _post(self, number: str) -> None:
        self._request(self._answer(number), rows.VERIFICATION)

    def _refuse(self, number: str) -> None:
        """A request that was accepted, and a verification of which a paper says that the answer is
        still to come: somebody must look. Who put a wrong finger on was told at once."""
        if not (kind := self._answer(number).kind):
            if number not in self.baskets:
                self._count("refused")
        elif kind == rows.REQUEST or self.recall(number).may_be_out("receipt"):
            self.refused_requests.append(number)

    def _answer(self, number: str) -> rows.OrderCreated:
        return self.paid.pop(number, None) or self.recall(number).created

    def _request(self, created: rows.OrderCreated, kind: str) -> None:
        """A request counts when it is accepted, a verification when the office has it."""
        if created.kind == kind:
            self.requests[created.service] = self.requests.get(created.service, 0) + 1

    def _pay_line(self, line: rows.Line, part: Money) -> None:
        """A part payment pays the fee first; what is over the due is an advance."""
        known = self.services.get(line.service, ServiceSum(line.service, 0, ZERO, ZERO, ZERO))
        fee = min(line.bill.fee, part)
        amount = min(line.bill.amount, part - fee)
        self.services[line.service] = ServiceSum(
            line.service,
            known.count + 1,
            known.amount + amount,
            known.fees + fee,
            known.advances + (part - fee - amount),
        )

    def _redeem(self, how: str, amount: Money) -> None:
        known = self.redemptions.get(how, Redemption(how, 0, ZERO))
        self.redemptions[how] = Redemption(how, known.count + 1, known.amount + amount)

    def _sum(self, name: str, money: Money) -> None:
        self.sums[name] = self.sums.get(name, ZERO) + money

    def _count(self, name: str) -> None:
        self.counts[name] = self.counts.get(name, 0) + 1

    def figures(self) -> DayFigures:
        sums, counts = self.sums, self.counts
        receipts = sorted(self.receipts, key=rows.number_of)
        return DayFigures(
            services=[self.services[name] for name in sorted(self.services)],
            notes=sums.get("notes", ZERO),
            coins=sums.get("coins", ZERO),
            claims_issued=counts.get("claims", 0),
            claims_amount=sums.get("claims", ZERO),
            redeemed=counts.get("redeemed", 0),
            redeemed_amount=sums.get("redeemed", ZERO),
            refused=counts.get("refused", 0),
            returned_notes=counts.get("returned_notes", 0),
            collected=sums.get("collected", ZERO),
            unposted=len(self.paid),
            first_receipt=receipts[0] if receipts else "",
            last_receipt=receipts[-1] if receipts else "",
            suspected=counts.get("suspected", 0),
            change=sums.get("change", ZERO),
            upi=sums.get("upi", ZERO),
            upi_count=counts.get("upi", 0),
            card=sums.get("card", ZERO),
            card_count=counts.get("card", 0),
            card_refunds=sums.get("card_refunds", ZERO),
            redemptions=[self.redemptions[how] for how in sorted(self.redemptions)],
            requests=[RequestCount(name, self.requests[name]) for name in sorted(self.requests)],
            refused_requests=self.refused_requests,
        )


def figures_of(entries: Iterable[Entry], recall: Recall) -> DayFigures:
    """The figures of these rows."""
    found, attendance = Figures(recall), Attendance()
    for entry in entries:
        found.add(entry.row)
        attendance.add(entry)
    return msgspec.structs.replace(found.figures(), shifts=attendance.shifts)
