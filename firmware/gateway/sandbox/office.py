"""The office behind the counter: consumers, bills and payments, kept in SQLite."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from firmware.contract.gateway import PaidBy

SCHEMA = """
CREATE TABLE IF NOT EXISTS bills (
    account TEXT PRIMARY KEY, number TEXT NOT NULL, name TEXT NOT NULL, period TEXT NOT NULL,
    due_date TEXT NOT NULL, amount INTEGER NOT NULL, fee INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS payments (
    id INTEGER PRIMARY KEY, key TEXT UNIQUE NOT NULL, account TEXT NOT NULL,
    amount INTEGER NOT NULL, receipt TEXT NOT NULL, tender TEXT NOT NULL DEFAULT 'cash'
);
"""
ADD_TENDER = "ALTER TABLE payments ADD COLUMN tender TEXT NOT NULL DEFAULT 'cash'"
# K number, bill number, name, period, due date, amount and fee in paise
BillRow = tuple[str, str, str, str, str, int, int]
BILLS: tuple[BillRow, ...] = (
    ("210344001725", "JV1026-88121", "श्री कृष्ण चन्द्र शर्मा", "2026-10", "2026-11-28", 47000, 0),
    ("210344001733", "JV1026-88122", "श्रीमती विद्या देवी मीणा", "2026-10", "2026-11-28", 123450, 0),
    ("210344001741", "JV1026-88123", "श्री रामस्वरूप त्रिपाठी", "2026-10", "2026-11-26", 8600, 0),
    ("210344001758", "JV1026-88124", "सुश्री प्रज्ञा राठौड़", "2026-10", "2026-12-02", 31500, 500),
)
# What the office has on file; of the others it has none. Not in the database: the sandbox runs on
# the kiosk itself, where no mobile may lie on the disk.
MOBILES = {
    "210344001725": "9000000417",
    "210344001733": "9000000418",
    "210344001741": "9000000419",
}
TEST_RANGE = "21034499"  # for tests that need many visits: every account owes ₹470


def mobile_of(account: str) -> str | None:
    """The mobile that the office has on file: of the test range every account has its own."""
    is_test = account.startswith(TEST_RANGE)
    return f"98765{account[-5:]}" if is_test else MOBILES.get(account)


@dataclass(frozen=True)
class Refusal(Exception):
    """The office says no: HTTP status and why."""

    status: int
    why: str


class Office:
    """Bills by account; a payment is booked once a key."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.executescript(SCHEMA)
        columns = {row["name"] for row in self._db.execute("PRAGMA table_info(payments)")}
        if "tender" not in columns:  # the books of a release before
            self._db.execute(ADD_TENDER)
        self._db.executemany("INSERT OR IGNORE INTO bills VALUES (?, ?, ?, ?, ?, ?, ?)", BILLS)

    def add(self, bill: BillRow) -> None:
        """A bill of another counter; once an account."""
        self._db.execute("INSERT OR IGNORE INTO bills VALUES (?, ?, ?, ?, ?, ?, ?)", bill)

    def _test_bill(self, account: str) -> None:
        """Any number of the test range has a bill of its own, made when first asked for."""
        if account.startswith(TEST_RANGE) and len(account) == 12:
            self.add((account, f"TEST-{account[-4:]}", *BILLS[0][2:]))

    def bill(self, account: str) -> dict[str, object]:
        """The open bill, or what part payments left of it; raises Refusal 404 for no such account,
        409 when nothing is due."""
        self._test_bill(account)
        found = self._db.execute("SELECT * FROM bills WHERE account = ?", (account,)).fetchone()
        if found is None:
            raise Refusal(404, f"no account {account}")
        paid = self._paid(account)
        if paid >= found["amount"] + found["fee"]:
            raise Refusal(409, f"{found['number']} is paid")
        fee = min(paid, found["fee"])  # a part payment pays the fee first
        rest = {"amount": found["amount"] - (paid - fee), "fee": found["fee"] - fee}
        return dict(found) | rest | {"mobile": mobile_of(account)}

    def pay(
        self, key: str, account: str, amount: int, receipt: str, tender: str = PaidBy.CASH
    ) -> str:
        """Book a payment once; returns the reference, the same for the same key."""
        known = self._db.execute("SELECT id FROM payments WHERE key = ?", (key,)).fetchone()
        if known is None:
            self.bill(account)
            known = self._db.execute(
                "INSERT INTO payments (key, account, amount, receipt, tender)"
                " VALUES (?, ?, ?, ?, ?) RETURNING id",
                (key, account, amount, receipt, tender),
            ).fetchone()
        return f"BBPS{known['id']:010d}"

    def payments(self) -> list[dict[str, object]]:
        """All that was ever booked."""
        return [dict(row) for row in self._db.execute("SELECT * FROM payments ORDER BY id")]

    def sum_of(self, prefix: str, first: int, last: int) -> dict[str, int]:
        """How many payments, and of how many paise, for receipts `<prefix> <first>` to `<last>`."""
        query = (
            "SELECT count(*), coalesce(sum(amount), 0) FROM payments WHERE receipt LIKE ? || ' %'"
            " AND CAST(substr(receipt, length(?) + 2) AS INTEGER) BETWEEN ? AND ?"
        )
        count, amount = self._db.execute(query, (prefix, prefix, first, last)).fetchone()
        return {"count": int(count), "amount": int(amount)}

    def _paid(self, account: str) -> int:
        query = "SELECT coalesce(sum(amount), 0) FROM payments WHERE account = ?"
        return int(self._db.execute(query, (account,)).fetchone()[0])
