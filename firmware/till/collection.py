"""What should be in the boxes, and why it may not be: pure sums over the rows since a boundary.

A boundary is the CollectionClosed row of the last collection that emptied the box. Everything
credited after it, up to the next one, is that one's: so no rupee stands between two collections,
and the sum over all of them and what is inside is always the sum of all credits (M8).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from firmware.contract.device import DeviceState, Kind
from firmware.contract.money import ZERO, Money
from firmware.journal import rows
from firmware.journal.chain import Entry, only
from firmware.journal.change_rows import ChangeInDoubt, ChangePaid
from firmware.journal.desk_rows import (
    Booked,
    Cash,
    CollectionClosed,
    CountersDiffer,
    Doubt,
    Pieces,
    Reading,
)
from firmware.journal.orders import Order

# What an acceptor counts, the best first: its own hardware's count, then its driver's ledger.
HARDWARE = {Kind.NOTES: "device_stacked"}
LEDGER = {Kind.NOTES: "credited", Kind.COINS: "accepted"}
UNTOLD = "unacknowledged"  # credits that the driver has not told yet
MOST_DOUBTS = 40  # named in a row and on a slip; the rest are counted

Recall = Callable[[str], Order]


@dataclass
class Inside:
    """The cash of some rows, by its pieces; also how many of each device, for its own count."""

    notes: Counter[int] = field(default_factory=Counter)
    coins: Counter[int] = field(default_factory=Counter)
    brought_forward: Money = ZERO
    change: Money = ZERO

    def add(self, row: rows.ReadRow) -> None:
        match row:
            case rows.NoteCredited(value=value):
                self.notes[value.paise] += 1
            case rows.CoinCredited(value=value):
                self.coins[value.paise] += 1
            case rows.JournalBegun(brought_forward=value, archive=archive):
                known = self.cash.amount if archive else ZERO  # the rows of the years before
                self.brought_forward = self.brought_forward + value - known
            case ChangePaid(paid=paid):
                self.change = self.change + paid
            case _:
                pass

    @property
    def cash(self) -> Cash:
        notes, coins = _pieces(self.notes), _pieces(self.coins)
        return Cash(notes, coins, self.brought_forward, self.change)


def cash_of(entries: Iterable[Entry]) -> Cash:
    """All that went in by these rows."""
    inside = Inside()
    for entry in entries:
        inside.add(entry.row)
    return inside.cash


def _pieces(counts: Counter[int]) -> list[Pieces]:
    return [Pieces(Money(paise), count) for paise, count in sorted(counts.items(), reverse=True)]


# --- the acceptors' own counts -----------------------------------------------------------------


def reading_of(state: DeviceState, entries: Iterable[Entry]) -> Reading | None:
    """What this acceptor counts now; None when it counts nothing that can be held against rows:
    no serial number, no counter, or credits that it has not told yet."""
    serial = state.identity.serial
    names = (HARDWARE.get(state.kind, ""), LEDGER.get(state.kind, ""))
    counter = next((name for name in names if name in state.counters), None)
    if not serial or counter is None or state.counters.get(UNTOLD, 0):
        return None
    epochs = epochs_of(serial, entries)
    epoch = epochs[-1] if epochs else 0
    return Reading(state.name, serial, counter, state.counters[counter], epoch)


def epochs_of(serial: str, entries: Iterable[Entry]) -> list[int]:
    """The epochs of this device's credits, each once, the newest last."""
    found: dict[int, None] = {}
    for entry in entries:
        match entry.row:
            case rows.NoteCredited(id=name) | rows.CoinCredited(id=name) if name.serial == serial:
                found.pop(name.epoch, None)
                found[name.epoch] = None
            case _:
                pass
    return list(found)


def counted_since(before: Reading | None, now: Reading, entries: Iterable[Entry]) -> int | None:
    """How many pieces the acceptor counted since `before`; None when nobody can say.

    Another device, a counter that went back, or a driver's ledger that was lost in between (the
    credits since are of another epoch than those before) can be compared with nothing: no alarm.
    The hardware's own counter outlives the driver's ledger.
    """
    if before is None or (before.serial, before.counter) != (now.serial, now.counter):
        return None
    if now.count < before.count:
        return None
    is_ledger = now.counter in LEDGER.values()
    if is_ledger and not _is_one_life(before, epochs_of(now.serial, entries)):
        return None
    return now.count - before.count


def _is_one_life(before: Reading, epochs: list[int]) -> bool:
    """Whether the ledger that counted `before` is the one that counts now."""
    if not epochs:
        return True
    if before.epoch == 0:
        return before.count == 0 and len(epochs) == 1
    return epochs == [before.epoch]


def pieces_of(serial: str, entries: Iterable[Entry]) -> int:
    """Credits of this device in these rows."""
    return sum(
        isinstance(entry.row, rows.NoteCredited | rows.CoinCredited)
        and entry.row.id.serial == serial
        for entry in entries
    )


def serials_of(kind: Kind, entries: Iterable[Entry]) -> set[str]:
    """The acceptors of this kind whose credits are in these rows."""
    row = rows.NoteCredited if kind is Kind.NOTES else rows.CoinCredited
    return {entry.row.id.serial for entry in entries if isinstance(entry.row, row)}


def differs(
    device: str, at: int, before: Reading, now: Reading, since: Sequence[Entry]
) -> CountersDiffer | None:
    """The row that says that an acceptor and the rows after `at`, where it was read last, do not
    agree; None when they do, or nobody can say."""
    found = counted_since(before, now, since)
    expected = pieces_of(now.serial, since)
    if found is None or found == expected:
        return None
    return CountersDiffer(device, now.serial, expected, found, at, orders_of(since))


# --- what may be why ---------------------------------------------------------------------------


def orders_of(entries: Iterable[Entry]) -> list[Doubt]:
    """The orders in which cash could come in, the newest first."""
    found = {row.order: None for _, row in only(entries, rows.CashOpened)}
    return _bounded([Doubt("cash", order) for order in reversed(found)])


def doubts_of(entries: Sequence[Entry], recall: Recall, unposted: Sequence[str]) -> list[Doubt]:
    """The transactions in doubt, the most telling first."""
    found = [doubt for entry in entries for doubt in _doubts_of_row(entry.row, recall)]
    used = ((number, recall(number).used) for number in unposted)
    found += [Doubt("unposted", number, money) for number, money in used if money]
    redeemed = {row.claim for _, row in only(entries, rows.ClaimRedeemed)}
    found += [
        Doubt("claim_open", row.claim, row.amount)
        for _, row in only(entries, rows.ClaimIssued)
        if row.claim not in redeemed
    ]
    return _bounded(list(dict.fromkeys(found)))


def _doubts_of_row(row: rows.ReadRow, recall: Recall) -> list[Doubt]:
    match row:
        case rows.NoteInDoubt(order=None, id=name, value=value):
            return [Doubt("note_in_doubt", str(name), value)]
        case rows.NoteInDoubt(order=str(number), value=value) if recall(number).in_doubt:
            return [Doubt("note_in_doubt", number, value)]
        case rows.CoinsInDoubt(order=number, id=name, count=count):
            return [Doubt("coins_in_doubt", number or str(name), count=count)]
        case ChangeInDoubt(order=number, amount=amount) if recall(number).change_in_doubt:
            return [Doubt("change_in_doubt", number, amount)]
        case rows.NoteCredited(order=None) | rows.CoinCredited(order=None):
            return [Doubt("orphan", str(row.id), row.value)]
        case _:
            return []


def _bounded(found: list[Doubt]) -> list[Doubt]:
    more = len(found) - MOST_DOUBTS
    return found if more <= 0 else [*found[:MOST_DOUBTS], Doubt("more", "...", count=more)]


# --- the back end ------------------------------------------------------------------------------


def receipts_of(entries: Iterable[Entry]) -> list[str]:
    """The orders that were made in these rows, oldest first."""
    return [row.order for _, row in only(entries, rows.OrderCreated)]


def posted_of(numbers: Sequence[str], recall: Recall) -> Booked | None:
    """What we posted for these orders, and what is paid and waits; None when there are none."""
    if not numbers:
        return None
    posted = unposted = ZERO
    for order in map(recall, numbers):
        for at, part in enumerate(order.parts, 1):
            if at in order.references:
                posted = posted + part
            elif at in order.unanswered:
                unposted = unposted + part
    found = [rows.number_of(number) for number in numbers]
    return Booked(min(found), max(found), posted, unposted)


# --- the verdict -------------------------------------------------------------------------------


def differences(closed: CollectionClosed) -> list[str]:
    """Which sides do not agree with the rows, as words of CollectionDiffers.

    What was brought forward has no pieces, so then only the whole of it can be counted by hand.
    Where the tubes gained more than came in, no hand can find fewer coins than none: they differ.
    """
    cash, found = closed.expected, []
    if closed.device_notes not in (None, sum(each.count for each in cash.notes)):
        found.append("device_notes")
    if closed.device_coins not in (None, sum(each.count for each in cash.coins)):
        found.append("device_coins")
    if cash.brought_forward:
        if closed.counted is not None and closed.counted != cash.amount:
            found.append("counted")
    else:
        found += ["counted_notes"] * (closed.counted_notes not in (None, cash.in_notes))
        box = closed.in_coin_box
        found += ["tubes"] * (box < ZERO)
        found += ["counted_coins"] * (box >= ZERO and closed.counted_coins not in (None, box))
    if closed.office is not None and closed.office.differs:
        found.append("booked")
    return found
