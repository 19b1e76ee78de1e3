"""No rupee between two collections: the sum over them and what is inside is the sum of credits."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.contract.device import EventId
from firmware.contract.money import ZERO, Money, rupees
from firmware.core.book import Book
from firmware.core.collecting import Collecting
from firmware.core.floor import Floor
from firmware.core.vault import Vault
from firmware.journal.chain import Entry, only
from firmware.journal.desk_rows import Cash, CollectionClosed, How, Pieces, Reading
from firmware.journal.journal import Journal
from firmware.journal.rows import CoinCredited, JournalBegun, NoteCredited, ReadRow
from firmware.runtime.clock import INDIA, FixedClock
from firmware.till.collection import cash_of, counted_since, differences
from firmware.till.effects import Outbox
from tests.firmware.core.world import CONFIG

AT = datetime(2026, 11, 22, 10, 0, tzinfo=INDIA)
ACTS = st.lists(
    st.one_of(
        st.sampled_from([10, 20, 50, 100, 200, 500]).map(lambda value: ("note", value)),
        st.sampled_from([1, 2, 5, 10, 20]).map(lambda value: ("coin", value)),
        st.sampled_from(["open", "restart", *How]).map(lambda what: (str(what), 0)),
        st.integers(0, 900).map(lambda value: ("brought forward", value)),
    ),
    max_size=24,
)


class Till:
    """A journal and the collections in it; nothing else of a kiosk."""

    def __init__(self, path: Path) -> None:
        self.path, self.count = path, 0
        self.open()

    def open(self) -> None:
        self.journal = Journal(self.path)
        book = Book(self.journal, FixedClock(AT))
        self.vault = Vault(book, Floor(), Outbox())
        self.collecting = Collecting(book, Floor(), Outbox(), self.vault, CONFIG.kiosk)
        self.book = book

    def restart(self) -> None:
        self.journal.close()
        self.open()
        self.collecting.close_interrupted()

    def act(self, what: str, value: int) -> None:
        self.count += 1
        name, is_open = EventId("SN", 1, self.count), self.vault.open_collection is not None
        match what:
            case "note":
                self.book.write(NoteCredited(None, name, rupees(value), False))
            case "coin":
                self.book.write(CoinCredited(None, name, rupees(value)))
            case "brought forward":
                self.book.write(JournalBegun("", 0, "", Money(value), 1))
            case "restart":
                self.restart()
            case "open" if not is_open:
                self.collecting.open("R. Meena")
            case "collected" | "interrupted" | "cancelled" if is_open:
                self.collecting.close(How(what), None)
            case _:
                pass


@settings(max_examples=25, deadline=None)
@given(acts=ACTS)
def test_no_rupee_is_between_two_collections(acts: list[tuple[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        till = Till(Path(folder) / "journal.db")
        for what, value in acts:
            till.act(what, value)
        closed = [row for _, row in only(till.journal.entries(), CollectionClosed)]
        collected = sum(row.collected.paise for row in closed)
        inside = cash_of(till.journal.since(till.vault.boundary)).amount
        assert collected + inside.paise == till.journal.credited_paise
        assert inside.paise == till.journal.inside_paise
        assert [row.number for row in closed] == list(range(1, len(closed) + 1))
        till.journal.close()


# --- which counts can be compared --------------------------------------------------------------


def entry(row: ReadRow, seq: int = 1) -> Entry:
    return Entry(seq, "", row, b"")


def coin(epoch: int) -> Entry:
    return entry(CoinCredited(None, EventId("SN", epoch, 1), rupees(5)))


def ledger(count: int, epoch: int = 7, serial: str = "SN") -> Reading:
    return Reading("coins", serial, "accepted", count, epoch)


def hardware(count: int, epoch: int = 7) -> Reading:
    return Reading("notes", "SN", "device_stacked", count, epoch)


@pytest.mark.parametrize(
    ("before", "now", "since", "counted"),
    [
        (ledger(3), ledger(5), [coin(7), coin(7)], 2),
        (ledger(3), ledger(3), [], 0),
        (None, ledger(5), [coin(7)], None),  # never read
        (ledger(3), ledger(5, serial="SN2"), [], None),  # another device
        (ledger(5), ledger(3), [coin(8)], None),  # its ledger was lost
        (ledger(3), ledger(5, 8), [coin(8)] * 5, None),  # and grew beyond what it was
        (ledger(3), ledger(5, 8), [coin(7), coin(8)], None),
        (ledger(0, epoch=0), ledger(2), [coin(7)] * 2, 2),  # new from the factory
        (ledger(3, epoch=0), ledger(5), [coin(7)] * 2, None),  # of whose life nobody knows
        (hardware(9000), hardware(9002, 8), [coin(7), coin(8)], 2),  # outlives the driver's ledger
        (hardware(9000), ledger(4), [], None),  # another counter
    ],
)
def test_a_device_that_cannot_be_compared_is_no_alarm(
    before: Reading | None, now: Reading, since: list[Entry], counted: int | None
) -> None:
    assert counted_since(before, now, since) == counted


# --- the verdict ---------------------------------------------------------------------------------


def closed(**facts: object) -> CollectionClosed:
    cash = Cash([Pieces(rupees(500), 2)], [Pieces(rupees(5), 3)])
    whole = {"number": 1, "by": "x", "how": How.COLLECTED, "since": 0, "expected": cash,
             "total": rupees(1015)}  # fmt: skip
    return CollectionClosed(**(whole | facts))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("facts", "sides"),
    [
        ({}, []),
        ({"device_notes": 2, "device_coins": 3}, []),
        ({"device_notes": 3, "device_coins": 2}, ["device_notes", "device_coins"]),
        ({"counted_notes": rupees(1000), "counted_coins": rupees(15)}, []),
        ({"counted_notes": ZERO, "counted_coins": rupees(16)}, ["counted_notes", "counted_coins"]),
    ],
)
def test_only_a_side_that_spoke_can_differ(facts: dict[str, object], sides: list[str]) -> None:
    assert differences(closed(**facts)) == sides


def test_money_of_unknown_pieces_is_counted_as_a_whole() -> None:
    cash = Cash([Pieces(rupees(500), 2)], [], brought_forward=rupees(700))
    right = closed(expected=cash, counted_notes=rupees(1500), counted_coins=rupees(200))
    wrong = closed(expected=cash, counted_notes=rupees(1500), counted_coins=ZERO)
    assert (differences(right), differences(wrong)) == ([], ["counted"])
    half = closed(expected=cash, counted_notes=rupees(1))
    assert differences(half) == []
