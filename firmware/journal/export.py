"""A row as one line for a spreadsheet or a program; account numbers are not in it whole.

Amounts are there twice, in paise as a number and in rupees as people write them, because a
spreadsheet that guesses gets one of them right.
"""

from __future__ import annotations

import csv
import io

import msgspec

from firmware.contract.money import PAISE_IN_A_RUPEE, Money
from firmware.journal import desk_rows, rows, tender_rows
from firmware.journal.chain import Entry
from firmware.journal.change_rows import ChangeInDoubt, ChangeIntended, ChangePaid
from firmware.journal.plain import words
from firmware.journal.rows import ReadRow, UnknownRow

COLUMNS = ("seq", "at", "kind", "order", "amount_paise", "amount_rupees", "total_in_paise",
           "total_in_rupees", "words", "hash")  # fmt: skip
CSV_HEAD = ",".join(COLUMNS)
FORMULA = ("=", "+", "-", "@", "\t")  # with which a spreadsheet begins to calculate


def csv_line(entry: Entry) -> str:
    """RFC 4180, without the line's end."""
    buffer = io.StringIO()
    cells = ("" if cell is None else cell for cell in _cells(entry))
    csv.writer(buffer, lineterminator="").writerow([_harmless(cell) for cell in cells])
    return buffer.getvalue()


def json_line(entry: Entry) -> str:
    """An object with the names of COLUMNS."""
    return msgspec.json.encode(document(entry)).decode()


def document(entry: Entry) -> dict[str, int | str | None]:
    """The cells by the names of COLUMNS."""
    return dict(zip(COLUMNS, _cells(entry), strict=True))


def amount_of(row: ReadRow) -> Money | None:
    """The money that this row is about; None where it is about none."""
    match row:
        case rows.OrderCreated(payable=money) | rows.OrderPaid(inserted=money) if not money:
            return None  # what is asked of the office without money
        case (
            rows.StackIntended(value=money)
            | rows.ReturnIntended(value=money)
            | rows.NoteCredited(value=money)
            | rows.NoteGivenBack(value=money)
            | rows.NoteInDoubt(value=money)
            | rows.CoinCredited(value=money)
            | rows.OrderCreated(payable=money)
            | rows.CashOpened(limit=money)
            | rows.OrderPaid(inserted=money)
            | ChangeIntended(amount=money)
            | ChangePaid(paid=money)
            | ChangeInDoubt(amount=money)
            | rows.ClaimIssued(amount=money)
            | rows.JournalBegun(brought_forward=money)
            | tender_rows.UpiAsked(amount=money)
            | tender_rows.UpiConfirmed(amount=money)
            | tender_rows.CardAsked(amount=money)
            | tender_rows.CardConfirmed(amount=money)
            | tender_rows.CardRefundAsked(amount=money)
            | tender_rows.CardRefunded(amount=money)
        ):
            return money
        case desk_rows.CollectionClosed():
            return row.collected
        case desk_rows.CollectionOpened(expected=cash):
            return cash.amount
        case _:
            return None


def rupees_of(money: Money) -> str:
    """`1470.00`: no sign of the currency and no grouping, so that it can be read back."""
    whole, paise = divmod(abs(money.paise), PAISE_IN_A_RUPEE)
    return f"{'-' if money.paise < 0 else ''}{whole}.{paise:02d}"


def _cells(entry: Entry) -> tuple[int | str | None, ...]:
    row, amount = entry.row, amount_of(entry.row)
    return (
        entry.seq,
        entry.at,
        row.kind if isinstance(row, UnknownRow) else type(row).__name__,
        entry.order,
        None if amount is None else amount.paise,
        None if amount is None else rupees_of(amount),
        entry.credited,
        rupees_of(Money(entry.credited)),
        words(row),
        entry.hash.hex(),
    )


def _harmless(cell: int | str) -> int | str:
    """A text from outside must not become a formula on the accountant's desk."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
