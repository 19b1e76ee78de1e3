"""The sandbox acquirer: approves and declines public test cards, and forgets nothing but numbers.

An approval that nobody confirms is voided, because whoever asked for it died before it was on their
disk. A void of what never came keeps it from coming. Both need the key, which is older than the
payment.
"""

from __future__ import annotations

import re
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path

from firmware.contract.card import CardStatus
from firmware.gateway.cards import CardDocument
from firmware.gateway.sandbox.office import Refusal
from firmware.gateway.sandbox.unsealing import NotOpened, Tracks, Vault

SCHEMA = """
CREATE TABLE IF NOT EXISTS card_payments (
    id INTEGER PRIMARY KEY, key TEXT UNIQUE NOT NULL, status TEXT NOT NULL,
    amount INTEGER NOT NULL, refunded INTEGER NOT NULL DEFAULT 0, receipt TEXT NOT NULL,
    approval TEXT NOT NULL, reason TEXT NOT NULL, masked_pan TEXT NOT NULL, decided_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS card_refunds (
    key TEXT PRIMARY KEY, of TEXT NOT NULL, amount INTEGER NOT NULL
);
"""
CONFIRM_WITHIN = 120.0  # seconds; core writes its row within one, or is dead
# Public test numbers. Who is not here is declined.
APPROVED = frozenset({"4111111111111111", "5555555555554444", "6080000000000000"})
DECLINED = {"4000000000000002": "do_not_honour", "4000000000009995": "insufficient_funds"}

TRACK2 = re.compile(rb";(\d{13,19})=(\d{4})(\d{3})?.*\?", re.DOTALL)
TRACK1 = re.compile(rb"%B(\d{13,19})\^[^^]{0,26}\^(\d{4})(\d{3})?.*\?", re.DOTALL)
CHIP = (b"2", b"6")  # service code, first digit
PIN = (b"0", b"3", b"5")  # third digit


@dataclass(frozen=True)
class Decision:
    status: CardStatus
    reason: str = ""
    masked_pan: str = ""


Answer = dict[str, object]


class CardOffice:
    """All payments by their key. Times are seconds since 1970, given by the caller."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.executescript(SCHEMA)
        self._vault = Vault(self._db)

    def authorise(
        self, key: str, amount: int, receipt: str, card: CardDocument, now: float
    ) -> Answer:
        """Decide once a key; raises Refusal 422 for the same key with another amount."""
        self._void_the_forgotten(now)
        if (known := self._row(key)) is not None:
            if known["amount"] != amount and known["status"] != CardStatus.VOIDED:
                raise Refusal(422, f"{key} is about {known['amount']} paise, got {amount}")
            return _answer(known)
        with self._transaction():
            decision = self._decide(card, now)
            self._insert(key, amount, receipt, decision, now)
        return self.find(key, now)

    def confirm(self, key: str, now: float) -> Answer:
        """Approved becomes confirmed; what was voided or declined meanwhile stays so."""
        self._void_the_forgotten(now)
        self._set(key, CardStatus.CONFIRMED, (CardStatus.APPROVED,))
        return self.find(key, now)

    def void(self, key: str, now: float) -> Answer:
        """Raises Refusal 422 where a part was refunded: void and refund would pay twice."""
        self._void_the_forgotten(now)
        known = self._row(key)
        if known is None:
            self._insert(key, 0, "", Decision(CardStatus.VOIDED, "never_authorised"), now)
        elif known["refunded"]:
            raise Refusal(422, f"{known['refunded']} paise of {key} were refunded")
        self._set(key, CardStatus.VOIDED, (CardStatus.APPROVED, CardStatus.CONFIRMED))
        return self.find(key, now)

    def refund(self, key: str, of: str, amount: int, now: float) -> Answer:
        """Once a key; raises Refusal 422 for more than is left, or of what is not confirmed."""
        self._void_the_forgotten(now)
        query = "SELECT of, amount FROM card_refunds WHERE key = ?"
        known = self._db.execute(query, (key,)).fetchone()
        if known is not None:
            if (known["of"], known["amount"]) != (of, amount):
                raise Refusal(422, f"{key} is about {known['amount']} paise of {known['of']}")
            return self.find(of, now)
        self._check_refund(of, amount)
        with self._transaction():
            self._db.execute("INSERT INTO card_refunds VALUES (?, ?, ?)", (key, of, amount))
            update = "UPDATE card_payments SET refunded = refunded + ? WHERE key = ?"
            self._db.execute(update, (amount, of))
        return self.find(of, now)

    def find(self, key: str, now: float) -> Answer:
        """The whole payment; status `unknown` for a key that never came."""
        self._void_the_forgotten(now)
        row = self._row(key)
        if row is None:
            return {"key": key, "status": CardStatus.UNKNOWN.value, "amount": 0, "refunded": 0}
        return _answer(row)

    def payments(self) -> list[Answer]:
        """All that was ever decided, in order."""
        query = "SELECT * FROM card_payments ORDER BY id"
        return [_answer(row) for row in self._db.execute(query)]

    # --- inside --------------------------------------------------------------------------------

    def _decide(self, card: CardDocument, now: float) -> Decision:
        try:
            return decide(self._vault.open(card), now)
        except NotOpened as error:
            return Decision(CardStatus.DECLINED, str(error))

    def _check_refund(self, of: str, amount: int) -> None:
        paid = self._row(of)
        if paid is None or paid["status"] != CardStatus.CONFIRMED:
            raise Refusal(422, f"{of} is not confirmed")
        left = paid["amount"] - paid["refunded"]
        if not 0 < amount <= left:
            raise Refusal(422, f"expected 1 to {left} paise of {of}, got {amount}")

    def _void_the_forgotten(self, now: float) -> None:
        self._db.execute(
            "UPDATE card_payments SET status = ?, reason = 'never_confirmed'"
            " WHERE status = ? AND decided_at < ?",
            (CardStatus.VOIDED, CardStatus.APPROVED, now - CONFIRM_WITHIN),
        )

    def _set(self, key: str, to: CardStatus, states: tuple[CardStatus, ...]) -> None:
        marks = ", ".join("?" * len(states))
        update = f"UPDATE card_payments SET status = ? WHERE key = ? AND status IN ({marks})"
        self._db.execute(update, (to, key, *states))

    def _insert(self, key: str, amount: int, receipt: str, decision: Decision, now: float) -> None:
        row = self._db.execute(
            "INSERT INTO card_payments (key, status, amount, receipt, approval, reason, masked_pan,"
            " decided_at) VALUES (?, ?, ?, ?, '', ?, ?, ?) RETURNING id",
            (key, decision.status, amount, receipt, decision.reason, decision.masked_pan, now),
        ).fetchone()
        if decision.status is CardStatus.APPROVED:
            update = "UPDATE card_payments SET approval = ? WHERE id = ?"
            self._db.execute(update, (f"S{row['id']:05d}", row["id"]))

    def _row(self, key: str) -> sqlite3.Row | None:
        query = "SELECT * FROM card_payments WHERE key = ?"
        row: sqlite3.Row | None = self._db.execute(query, (key,)).fetchone()
        return row

    def _transaction(self) -> _Transaction:
        return _Transaction(self._db)


class _Transaction:
    """All of it, or nothing."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def __enter__(self) -> None:
        self._db.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._db.execute("COMMIT" if kind is None else "ROLLBACK")


def decide(tracks: Tracks, now: float) -> Decision:
    """What the issuer says to a card in clear; its number goes no further than its mask."""
    found = TRACK2.fullmatch(tracks.get("2", b"")) or TRACK1.fullmatch(tracks.get("1", b""))
    if found is None:
        return Decision(CardStatus.DECLINED, "not_a_bank_card")
    pan, expiry, service = found[1].decode(), found[2].decode(), found[3] or b""
    shown = pan[:6] + "*" * (len(pan) - 10) + pan[-4:]
    reason = _why_not(pan, expiry, service, now)
    return Decision(CardStatus.DECLINED if reason else CardStatus.APPROVED, reason, shown)


def _why_not(pan: str, expiry: str, service: bytes, now: float) -> str:
    if service[:1] in CHIP:
        return "chip_card"
    if service[2:] in PIN:
        return "pin_needed"
    if expiry < time.strftime("%y%m", time.gmtime(now)):
        return "expired"
    return DECLINED.get(pan, "" if pan in APPROVED else "unknown_card")


def _answer(row: sqlite3.Row) -> Answer:
    shown = ("key", "status", "amount", "refunded", "approval", "reason", "masked_pan")
    return {name: row[name] for name in shown}
