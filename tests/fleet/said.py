"""What kiosks say, made for tests of the store."""

from __future__ import annotations

import msgspec

from firmware.collector.reading import Heard
from firmware.contract.uplink import (
    Event,
    JournalRow,
    Link,
    UpEvents,
    UpFinding,
    UpJournal,
    UpState,
    UpStatus,
    UpSupply,
    hash_after,
)

GENESIS = "0" * 64
BOX = "b" * 16
EARLY, LATE = "2026-11-22T10:00:00.000Z", "2026-11-22T11:00:00.000Z"


def rows(count: int, kind: str = "Printed", body: str = "{}") -> list[JournalRow]:
    """From the first of a file, with its hashes."""
    made, before = [], GENESIS
    for seq in range(1, count + 1):
        row = JournalRow(seq=seq, at=EARLY, kind=kind, order="RJ14 1", event=None, credited=0,
                         body=body, hash=GENESIS)  # fmt: skip
        before = hash_after(before, row)
        made.append(msgspec.structs.replace(row, hash=before))
    return made


def journal(kiosk: str, made: list[JournalRow], chain: str) -> Heard:
    return _heard(kiosk, UpJournal(chain=chain, before=GENESIS, rows=made, boot=1, t=EARLY))


def event(seq: int, kind: str = "door.opened", **facts: str) -> Event:
    return Event(seq=seq, kind=kind, facts=dict(facts), boot=1, t=EARLY)


def events(kiosk: str, *told: Event, box: str = BOX) -> Heard:
    return _heard(kiosk, UpEvents(box=box, events=list(told)))


def status(kiosk: str, state: Link, connection: int, t: str = EARLY) -> Heard:
    said = UpStatus(state=state, connection=connection, boot=1, release="0.1.0", t=t, t_ok=True)
    return _heard(kiosk, said)


def state(kiosk: str, t: str = EARLY, boot: int = 1, is_retained: bool = False, ttl: int = 7200,
          condition: str = "in_service", cash: int = 0, findings: tuple[str, ...] = (),
          paper_days: int | None = None, chain: str = "", rows: int = 0) -> Heard:  # fmt: skip
    said = UpState(
        boot=boot, t=t, ttl=ttl, release="0.1.0", condition=condition, in_cash_box=cash,
        findings=[UpFinding(part="receipt", code=code, since=EARLY) for code in findings],
        supplies=[UpSupply(device="receipt", name="paper", unit="mm", days_left=paper_days)],
        journal_chain=chain, journal_rows=rows,
    )  # fmt: skip
    return _heard(kiosk, said, is_retained)


def _heard(kiosk: str, said: UpJournal | UpEvents | UpStatus | UpState,
           is_retained: bool = False) -> Heard:  # fmt: skip
    return Heard(kiosk, said, msgspec.json.encode(said), is_retained)
