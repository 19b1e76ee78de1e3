"""The office behind the counter: one book of bills by service and account, papers and payments.

What is owed and granted stands in the tables beside this module; payments are kept in SQLite.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from firmware.contract.gateway import PaidBy
from firmware.gateway.sandbox.bills import Owed, mobile_of, owed
from firmware.gateway.sandbox.papers import PAPERS, Granted
from firmware.gateway.sandbox.signature import signature

SCHEMA = """
CREATE TABLE IF NOT EXISTS payments (
    id INTEGER PRIMARY KEY, key TEXT UNIQUE NOT NULL, service TEXT NOT NULL,
    account TEXT NOT NULL, amount INTEGER NOT NULL, receipt TEXT NOT NULL, tender TEXT NOT NULL
);
"""


@dataclass(frozen=True)
class Refusal(Exception):
    """The office says no: HTTP status and why."""

    status: int
    why: str


class Office:
    """Bills by service and account; a payment is booked once a key."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.executescript(SCHEMA)

    def bill(self, service: str, account: str) -> dict[str, object]:
        """The open bill, or what part payments left of it; raises Refusal 404 for no such account,
        409 when nothing is due."""
        bill = _bill_of(service, account)
        paid = self._paid(service, account, bill)
        if paid >= bill.amount + bill.fee:
            raise Refusal(409, f"{bill.number} is paid")
        fee = min(paid, bill.fee)  # a part payment pays the fee first
        said = {
            "number": bill.number,
            "account": account,
            "name": bill.name,
            "period": bill.period,
            "due_date": bill.due_date,
            "amount": bill.amount - (paid - fee),
            "fee": bill.fee - fee,
        }
        known = {name: value for name, value in said.items() if value != ""}
        return known | {"mobile": mobile_of(service, account)}

    def pay(
        self,
        key: str,
        service: str,
        account: str,
        amount: int,
        receipt: str,
        tender: str = PaidBy.CASH,
    ) -> str:
        """Book a payment once; returns the reference, the same for the same key."""
        known = self._db.execute("SELECT id FROM payments WHERE key = ?", (key,)).fetchone()
        if known is None:
            self.bill(service, account)
            known = self._db.execute(
                "INSERT INTO payments (key, service, account, amount, receipt, tender)"
                " VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
                (key, service, account, amount, receipt, tender),
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

    def document(self, service: str, account: str) -> tuple[bytes, int, str]:
        """The PDF, its pages and the signature in hex; raises Refusal 404, and 422 for what was
        withdrawn."""
        granted = _granted(service, account)
        if granted is None:
            raise Refusal(404, f"{service} knows no such account")
        if granted.is_withdrawn:
            raise Refusal(422, f"{service}: withdrawn")
        content = PAPERS[service].content(granted)
        signed = signature(service, account, granted.pages, content)
        return content + b"\n" * granted.is_forged, granted.pages, signed

    def _paid(self, service: str, account: str, bill: Owed) -> int:
        if not bill.is_once:
            return 0
        query = "SELECT coalesce(sum(amount), 0) FROM payments WHERE service = ? AND account = ?"
        return bill.paid + int(self._db.execute(query, (service, account)).fetchone()[0])


def _bill_of(service: str, account: str) -> Owed:
    """Of a paper, what it costs; raises Refusal 404."""
    found = owed(service, account)
    if (granted := _granted(service, account)) is not None:
        paper = PAPERS[service]
        number = f"RC-{account[-6:].replace('-', '')}"
        found = Owed(number, granted.name, paper.amount, paper.fee, is_once=paper.is_once)
    if found is None:
        raise Refusal(404, f"{service} knows no such account")
    return found


def _granted(service: str, account: str) -> Granted | None:
    return PAPERS[service].find(account) if service in PAPERS else None
