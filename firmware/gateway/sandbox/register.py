"""What the office registers without money: grievances and verifications; and what it tells.

The print of a finger is opened, compared and forgotten: nothing of it is kept.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from firmware.gateway.sandbox.facts import TOLD_OF, Line, facts, pensioner, registered
from firmware.gateway.sandbox.fingers import NotOpened, finger_in
from firmware.gateway.sandbox.office import Refusal
from firmware.gateway.sandbox.plans import options

SCHEMA = """
CREATE TABLE IF NOT EXISTS requests (
    id INTEGER PRIMARY KEY, key TEXT UNIQUE NOT NULL, service TEXT NOT NULL,
    account TEXT NOT NULL, receipt TEXT NOT NULL, day TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS texts (
    key TEXT NOT NULL, ask TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (key, ask)
);
"""
GRIEVANCE, LIFE = "grievance", "life_certificate"
BEGINS = {GRIEVANCE: TOLD_OF, LIFE: "LC"}  # the number of what is registered


class Register:
    """A request and a verification are each registered once a key."""

    def __init__(self, path: Path, now: Callable[[], datetime]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._now = now
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.executescript(SCHEMA)

    def options(self, service: str, ask: str, given: list[str]) -> dict[str, object]:
        """What may be chosen after the answers `given`; raises Refusal 404."""
        found = options(service, ask, given)
        if found is None:
            raise Refusal(404, f"{service} has nothing to choose for {ask} after these answers")
        return {"as_of": self._as_of(), "options": found}

    def facts(self, service: str, account: str) -> dict[str, object]:
        """Raises Refusal 404."""
        found = self._own_grievance(account) if service == "sampark_status" else None
        found = found or facts(service, account)
        if found is None:
            raise Refusal(404, f"{service} knows no such account")
        if service == LIFE:
            day = self._verified_on(account)
            found = [*found, ("last_verified", day, day)]
        lines = [{"id": name, "text": {"hi": hi, "en": en}} for name, hi, en in found]
        return {"as_of": self._as_of(), "lines": lines}

    def request(
        self, key: str, service: str, account: str, receipt: str, texts: dict[str, str]
    ) -> str:
        """Register it once; returns its number. Raises Refusal 404 for a service without."""
        if service != GRIEVANCE:
            raise Refusal(404, f"{service} takes no requests")
        self._db.executemany(
            "INSERT OR IGNORE INTO texts (key, ask, text) VALUES (?, ?, ?)",
            [(key, ask, text) for ask, text in texts.items()],
        )
        return self._accept(key, service, account, receipt)

    def verify(self, key: str, service: str, account: str, receipt: str, pid: bytes) -> str:
        """Register it once; raises Refusal 404 for no such person, 422 for another's finger."""
        if (known := self.find(key)) is not None:
            return known
        person = pensioner(account) if service == LIFE else None
        if person is None:
            raise Refusal(404, f"{service} knows no such account")
        try:
            finger = finger_in(pid)
        except NotOpened as error:
            raise Refusal(422, str(error)) from None
        if finger != person.finger:
            raise Refusal(422, "300 the finger is not this person's")
        return self._accept(key, service, account, receipt)

    def find(self, key: str) -> str | None:
        """The number of what was registered under this key."""
        row = self._db.execute("SELECT id, service FROM requests WHERE key = ?", (key,)).fetchone()
        return None if row is None else f"{BEGINS[row['service']]}{row['id']:08d}"

    def requests(self) -> list[dict[str, object]]:
        """All that was ever registered."""
        rows = self._db.execute("SELECT * FROM requests ORDER BY id").fetchall()
        return [{**dict(row), "texts": self._texts(row["key"])} for row in rows]

    def _texts(self, key: str) -> dict[str, str]:
        query = "SELECT ask, text FROM texts WHERE key = ? ORDER BY rowid"
        return {row["ask"]: row["text"] for row in self._db.execute(query, (key,))}

    def _accept(self, key: str, service: str, account: str, receipt: str) -> str:
        self._db.execute(
            "INSERT OR IGNORE INTO requests (key, service, account, receipt, day)"
            " VALUES (?, ?, ?, ?, ?)",
            (key, service, account, receipt, f"{self._now():%d.%m.%Y}"),
        )
        known = self.find(key)
        assert known is not None
        return known

    def _own_grievance(self, number: str) -> list[Line] | None:
        """One that a kiosk posted, by the number that it was given."""
        if not re.fullmatch(rf"{TOLD_OF}\d{{8}}", number):
            return None
        query = "SELECT account, day FROM requests WHERE id = ? AND service = ?"
        row = self._db.execute(query, (int(number[-8:]), GRIEVANCE)).fetchone()
        return row and registered(row["account"], row["day"])

    def _verified_on(self, account: str) -> str:
        query = "SELECT day FROM requests WHERE account = ? AND service = ? ORDER BY id DESC"
        row = self._db.execute(query, (account, LIFE)).fetchone()
        return "18.11.2025" if row is None else str(row["day"])

    def _as_of(self) -> str:
        return self._now().isoformat(timespec="seconds")
