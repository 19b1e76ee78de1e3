"""The account after a story: paper and metal, rows, the office's books and slips, side by side."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from firmware.contract.device import Kind
from firmware.contract.money import ZERO, Money, total
from firmware.core.daemon import journal_path
from firmware.core.paying import FATE
from firmware.core.poster_desk import POSTER
from firmware.core.tendering import HOW
from firmware.demo.citizen import Place
from firmware.journal import rows
from firmware.journal.desk_rows import CollectionClosed
from firmware.journal.journal import Entry, read_entries
from firmware.journal.orders import Order, fold
from firmware.journal.past import files_of

BOOKED = "SELECT key, amount FROM payments"
PAID_BY = "SELECT key, tender FROM payments"
UPI_PAID = "SELECT reference, amount FROM upi_payments WHERE status = 'paid'"
REGISTERED = "SELECT key, count(*) FROM requests GROUP BY key"
CHARGED = "SELECT key, amount - refunded FROM card_payments WHERE status = 'confirmed'"


@dataclass(frozen=True)
class Account:
    """One kiosk's money, from every side that counts it."""

    inside: Money  # in the boxes, and taken out of them by hand, less the change that went out
    unreported: Money  # what a power cut made a device forget before anybody could read of it
    journalled: Money  # credits in the journal, less the change that was paid
    posted: Money  # what the office booked
    orders: list[Order]
    orphans: Money  # claims that belong to no order
    office: dict[str, int]  # idempotency key -> paise booked
    tickets: int  # that came out of the printer, whole or not
    collected: Money = ZERO  # taken out with the cash box, as the journal has it
    desk_papers: int = 0  # jobs of no order (operators, lookups) that are on paper, as it says
    desk_jobs: int = 0  # and those that were tried
    redeemed: Money = ZERO  # of all claims, paid out of the operator's own float
    spent: Money = ZERO  # of all claims, used to pay bills
    upi: dict[str, int] = field(default_factory=dict)  # reference -> paise that were paid
    cards: dict[str, int] = field(default_factory=dict)  # key -> paise charged, less refunds
    registered: dict[str, int] = field(default_factory=dict)  # key of what costs nothing -> times
    claimed_after_the_end: dict[str, int] = field(default_factory=dict)  # order -> claims
    tenders: dict[str, str] = field(default_factory=dict)  # key -> how it was paid, by the office

    def faults(self) -> list[str]:
        """Every way in which the sides disagree; empty when not a paisa is lost or created."""
        found = []
        if self.inside != self.journalled + self.unreported:
            found.append(f"inside {self.inside}, journalled {self.journalled}")
        if self.collected > self.journalled:
            found.append(f"collected {self.collected}, of {self.journalled} that ever came in")
        in_orders = sum(order.cash.paise - order.changed.paise for order in self.orders)
        if in_orders + self.orphans.paise != self.journalled.paise:
            found.append(f"orders do not add up to {self.journalled}")
        for order in self.orders:
            found += self._faults_of(order)
        books = set(self.office) | set(self.registered)
        strangers = books - {line.key for o in self.orders for line in o.lines}
        found += [f"the office booked {key}, of no order" for key in strangers]
        tendered = total([order.tender for order in self.orders])
        if tendered != self.spent:
            found.append(f"{self.spent} of claims went to bills, and {tendered} arrived")
        return [*found, *self._faults_of_networks(), *self._faults_of_paper()]

    @property
    def without_cash(self) -> Money:
        """What came by UPI and card and did not go back, as the journal has it."""
        return Money(sum(self._upi_here().values()) + sum(self._cards_here().values()))

    def _upi_here(self) -> dict[str, int]:
        found = [order.cashless.paid_by_upi for order in self.orders]
        return {row.reference: row.amount.paise for row in found if row is not None}

    def _cards_here(self) -> dict[str, int]:
        found = [(order.cashless.paid_by_card, order.cashless.returned) for order in self.orders]
        return {r.key: r.amount.paise - back.paise for r, back in found if r is not None}

    def _faults_of_networks(self) -> list[str]:
        """The books of the UPI network and of the acquirer, payment by payment."""
        pairs = (("UPI", self._upi_here(), self.upi), ("cards", self._cards_here(), self.cards))
        return [
            f"{name}: {here} in the journal, {there} in their books"
            for name, here, there in pairs
            if here != there
        ]

    def _faults_of_paper(self) -> list[str]:
        """A job that the journal calls printed is on paper; none is there twice.

        A second attempt is a job of its own, and carries the mark of a duplicate.
        """
        jobs = [
            fate
            for order in self.orders
            for job, fate in order.jobs.items()
            if order.printers[job] == Kind.RECEIPT
        ]
        said, tried = jobs.count("printed") + self.desk_papers, len(jobs) + self.desk_jobs
        if said <= self.tickets <= tried:
            return []
        return [f"{self.tickets} tickets on paper, {said} of {tried} jobs called printed"]

    def _faults_of(self, order: Order) -> list[str]:
        found = []
        if order.end is None:
            found.append(f"{order.number} was never closed")
        elif order.owed:
            found.append(f"{order.number}: {order.owed} belongs to nobody")
        for at, (line, part) in enumerate(zip(order.lines, order.parts, strict=True), 1):
            booked = Money(self.office.get(line.key, 0))
            right = ZERO if at in order.refusals else part
            if at not in order.unanswered and booked != right:
                found.append(f"{order.number}: line {at}: paid {right}, booked {booked}")
            if booked and (how := self.tenders.get(line.key)) != order.paid_by:
                found.append(f"{order.number}: line {at}: by {order.paid_by}, booked as {how}")
        paid_back = total(list(order.redeemed.values()))
        if paid_back > order.refundable:
            found.append(f"{order.number}: {order.refundable} was owed, {paid_back} paid back")
        is_accepted = order.is_free and order.refusal is None and order.end is not None
        if (order.used or is_accepted) and not order.has_proof("receipt"):
            found.append(f"{order.number}: paid, or accepted, without a proof")
        found += self._faults_of_request(order)
        if order.claims and order.end is not None and not order.has_proof("claim"):
            found += self._unproven_claims(order)
        return found

    def _faults_of_request(self, order: Order) -> list[str]:
        """What costs nothing is with the office once where it said so, and not where it refused."""
        times = self.registered.get(order.created.key, 0)
        is_right = times == (order.refusal is None) if not order.unanswered else times <= 1
        if not order.is_free or (is_right and not order.claims):
            return []
        return [f"{order.number}: registered {times} times, {order.reference or order.refusal}"]

    def _unproven_claims(self, order: Order) -> list[str]:
        """A claim needs its slip, or its number on the screen, unless the citizen had gone."""
        if self.claimed_after_the_end.get(order.number) or FATE in order.shown:
            return []
        return [f"{order.number}: {len(order.claims)} claims, and no slip for the last"]


def account(place: Place) -> Account:
    """Count everything. The kiosk may be running."""
    bench = place.bench()
    notes, coins = bench.look("notes"), bench.look("coins")
    printed = int(bench.look("receipt")["printed"])
    bench.close()
    entries = [e for file in files_of(journal_path(place.config)) for e in read_entries(file)]
    written = [entry.row for entry in entries]
    office = _booked(place, "office.db", BOOKED)
    paid_back = [row for row in written if isinstance(row, rows.ClaimRedeemed)]
    return Account(
        inside=_inside(notes) + _inside(coins),
        unreported=_value(notes.get("unreported", {})) + _value(coins.get("unreported", {})),
        journalled=Money(entries[-1].credited if entries else 0),
        posted=Money(sum(office.values())),
        orders=_orders(entries),
        orphans=Money(
            sum(
                row.amount.paise
                for row in written
                if isinstance(row, rows.ClaimIssued) and row.order is None
            )
        ),
        office=office,
        tenders=_read(place, "office.db", PAID_BY),
        upi=_booked(place, "upi.db", UPI_PAID),
        cards=_booked(place, "cards.db", CHARGED),
        registered=_booked(place, "register.db", REGISTERED),
        tickets=printed,
        collected=total([row.collected for row in written if isinstance(row, CollectionClosed)]),
        desk_papers=sum(isinstance(row, rows.Printed) and _is_on_roll(row) for row in written),
        desk_jobs=sum(isinstance(row, rows.PrintIntended) and _is_on_roll(row) for row in written),
        redeemed=total([row.amount for row in paid_back if row.how != HOW]),
        spent=total([row.amount for row in paid_back if row.how == HOW]),
        claimed_after_the_end=_late_claims(written),
    )


def _is_on_roll(row: rows.Printed | rows.PrintIntended) -> bool:
    """A paper of no order: of the operator's on the roll, or else a poster, which is A4."""
    return row.order is None and not row.job.startswith(f"{POSTER}/")


def _late_claims(written: list[rows.ReadRow]) -> dict[str, int]:
    """Claims of orders whose citizen had gone: nobody was there to take a slip."""
    closed: set[str] = set()
    found: dict[str, int] = {}
    for row in written:
        if isinstance(row, rows.OrderClosed):
            closed.add(row.order)
        elif isinstance(row, rows.ClaimIssued) and row.order in closed:
            found[row.order] = found.get(row.order, 0) + 1
    return found


def _orders(entries: list[Entry]) -> list[Order]:
    histories: dict[str, list[Entry]] = {}
    for entry in entries:
        number = getattr(entry.row, "order", None)
        if number is not None:
            histories.setdefault(number, []).append(entry)
    return [fold(history) for history in histories.values()]


def _booked(place: Place, book: str, query: str) -> dict[str, int]:
    """By key or reference, from the sandbox's own file; nothing before its first start."""
    return {key: int(amount) for key, amount in _read(place, book, query).items()}


def _read(place: Place, book: str, query: str) -> dict[str, str]:
    path = place.config.state_folder / "sandbox" / book
    if not path.exists():
        return {}
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        return {str(key): str(value) for key, value in database.execute(query).fetchall()}


def _inside(acceptor: dict[str, Any]) -> Money:
    came_in = _value(acceptor["in_box"]) + _value(acceptor["collected"])
    return came_in - _value(acceptor.get("paid_out", {}))


def _value(counts: dict[str, Any]) -> Money:
    return Money(sum(int(paise) * int(count) for paise, count in counts.items()))
