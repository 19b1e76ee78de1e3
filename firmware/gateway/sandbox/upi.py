"""The sandbox's UPI network: references that wait for a telephone, and the telephones themselves.

A reference is paid once. After a cancel the network refuses the payment, and what it refused it
counts: that money never left the citizen's bank.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from firmware.contract.upi import UpiStatus
from firmware.gateway.sandbox.office import Refusal

SCHEMA = """
CREATE TABLE IF NOT EXISTS upi_payments (
    id INTEGER PRIMARY KEY, reference TEXT UNIQUE NOT NULL, status TEXT NOT NULL,
    amount INTEGER NOT NULL, receipt TEXT NOT NULL, bank_reference TEXT NOT NULL DEFAULT '',
    refused INTEGER NOT NULL DEFAULT 0
);
"""
PAYEE, PAYEE_NAME = "sandbox@upi", "Sandbox Office"  # nobody's address
FIRST_RRN = 632_600_000_000  # twelve digits, as the network's retrieval reference numbers have

Answer = dict[str, object]


class UpiOffice:
    """All payments by their reference."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.executescript(SCHEMA)

    def start(self, reference: str, amount: int, receipt: str) -> Answer:
        """Once a reference; raises Refusal 422 for the same one with another amount."""
        known = self._row(reference)
        if known is None:
            self._insert(reference, UpiStatus.WAITING, amount, receipt)
        elif known["amount"] != amount and known["status"] != UpiStatus.CANCELLED:
            raise Refusal(422, f"{reference} is about {known['amount']} paise, got {amount}")
        return self.find(reference)

    def cancel(self, reference: str) -> Answer:
        """Final, unless it was paid before; of what never came, too."""
        if self._row(reference) is None:
            self._insert(reference, UpiStatus.CANCELLED, 0, "")
        update = "UPDATE upi_payments SET status = ? WHERE reference = ? AND status = ?"
        self._db.execute(update, (UpiStatus.CANCELLED, reference, UpiStatus.WAITING))
        return self.find(reference)

    def find(self, reference: str) -> Answer:
        """The whole payment; status `unknown` for a reference that never came."""
        row = self._row(reference)
        if row is None:
            return {"reference": reference, "status": UpiStatus.UNKNOWN.value, "amount": 0}
        return _answer(row)

    def pay(self, reference: str) -> Answer:
        """A telephone pays now. Raises Refusal 409 for what is paid or cancelled, 404 for what
        nobody registered: then the money stays at the citizen's bank."""
        row = self._row(reference)
        if row is None:
            raise Refusal(404, f"no payment {reference}")
        if row["status"] != UpiStatus.WAITING:
            update = "UPDATE upi_payments SET refused = refused + 1 WHERE reference = ?"
            self._db.execute(update, (reference,))
            raise Refusal(409, f"{reference} is {row['status']}")
        update = "UPDATE upi_payments SET status = ?, bank_reference = ? WHERE reference = ?"
        self._db.execute(update, (UpiStatus.PAID, str(FIRST_RRN + row["id"]), reference))
        return self.find(reference)

    def payments(self) -> list[Answer]:
        """All that was ever registered or cancelled, in order; with what the network refused."""
        query = "SELECT * FROM upi_payments ORDER BY id"
        return [_answer(row) | {"refused": row["refused"]} for row in self._db.execute(query)]

    def _insert(self, reference: str, status: UpiStatus, amount: int, receipt: str) -> None:
        self._db.execute(
            "INSERT INTO upi_payments (reference, status, amount, receipt) VALUES (?, ?, ?, ?)",
            (reference, status, amount, receipt),
        )

    def _row(self, reference: str) -> sqlite3.Row | None:
        query = "SELECT * FROM upi_payments WHERE reference = ?"
        row: sqlite3.Row | None = self._db.execute(query, (reference,)).fetchone()
        return row


def _answer(row: sqlite3.Row) -> Answer:
    shown = ("reference", "status", "amount", "bank_reference")
    return {name: row[name] for name in shown} | {"payee": PAYEE, "payee_name": PAYEE_NAME}
