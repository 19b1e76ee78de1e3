"""Rows of the fleet's views as lines for a terminal, and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from firmware.cli.columns import Table, wrapped
from firmware.contract.money import Money
from firmware.runtime.clock import INDIA
from firmware.runtime.fault_words import meaning

Row = Mapping[str, Any]
WORKING = ("in_service", "degraded")
LINK = {
    "link.never": "was installed, and never said anything",
    "link.offline": "the line was cut, or the kiosk is switched off",
    "link.silent": "connected, but its last word is older than it may be",
}


def as_json(row: Row) -> str:
    return msgspec.json.encode(row).decode()


def parts_as_json(parts: Mapping[str, Sequence[Row]]) -> str:
    return msgspec.json.encode(parts).decode()


def when(moment: datetime | date | None) -> str:
    """In India's time; `-` for never."""
    if moment is None:
        return "-"
    if isinstance(moment, datetime):
        return f"{moment.astimezone(INDIA):%Y-%m-%d %H:%M}"
    return moment.isoformat()


def status(rows: Sequence[Row]) -> Table:
    """One line for all, one for each that does not work."""
    counts = Counter(row["condition"] for row in rows)
    words = ", ".join(f"{count} {_plain(name)}" for name, count in counts.most_common())
    where = _where(rows)
    bad = [
        (r["kiosk"], r[where], r["place"], _plain(r["condition"]), str(r["findings"]),
         when(r["heard"])) for r in rows if r["condition"] not in WORKING
    ]  # fmt: skip
    if not bad:
        said = (
            f"{len(rows)} kiosks: {words}" if rows else "no kiosks: `kioskctl fleet import` first"
        )
        return Table((), [], (said,))
    head = ("kiosk", where, "place", "condition", "findings", "heard")
    return Table(head, bad, (f"{len(rows)} kiosks: {words}", ""))


def _where(rows: Sequence[Row]) -> str:
    """Which column tells kiosks apart: where all are of one district, their block."""
    return "block" if len({row["district"] for row in rows}) == 1 else "district"


def _plain(condition: str) -> str:
    return {"never": "never online"}.get(condition, condition.replace("_", " "))


def why(rows: Sequence[Row]) -> Table:
    head = ("since", "kiosk", "place", "part", "code", "ticket", "detail")
    return Table(head, [
        (_since(r), r["kiosk"], r["place"], r["part"], r["code"], r["ticket"],
         r["detail"] or LINK.get(r["code"]) or meaning(r["code"], "en")) for r in rows
    ])  # fmt: skip


def _since(row: Row) -> str:
    """Of one that never spoke, the day it was installed, which has no hour."""
    since: datetime | None = row["since"]
    is_day = row["code"] == "link.never" and since is not None
    return when(since.astimezone(INDIA).date() if is_day and since else since)


def money(rows: Sequence[Row]) -> Table:
    """The fullest box first, and the sum."""
    head = ("kiosk", "place", "in box", "today", "unposted", "claims", "last collection", "heard")
    cells = [
        (r["kiosk"], r["place"], rupees(r["in_cash_box"]), rupees(r["taken_today"]),
         str(r["unposted"]), str(r["claims"]), when(r["last_collection"]), when(r["heard"]))
        for r in rows
    ]  # fmt: skip
    oldest = min((r["last_collection"] for r in rows if r["last_collection"]), default=None)
    total = sum(r["in_cash_box"] for r in rows)
    boxes = f"{len(rows)} box{'es' if len(rows) != 1 else ''}"
    said = f"{rupees(total)} in {boxes}; oldest collection {when(oldest)}"
    return Table(head, cells, after=("", said))


def rupees(paise: int) -> str:
    return f"₹{Money(paise).exact()}"


def papers(rows: Sequence[Row]) -> Table:
    head = ("days", "kiosk", "place", "device", "supply", "level")
    return Table(head, [
        (_or_dash(r["days_left"]), r["kiosk"], r["place"], r["device"], r["name"],
         "-" if r["level"] is None else f"{r['level']} {r['unit']}") for r in rows
    ])  # fmt: skip


def _or_dash(value: object) -> str:
    return "-" if value is None else str(value)


def silent(rows: Sequence[Row]) -> Table:
    where = _where(rows)
    return Table(("heard", "kiosk", where, "place", "condition", "installed"), [
        (when(r["heard"]), r["kiosk"], r[where], r["place"], _plain(r["condition"]),
         when(r["installed"])) for r in rows
    ])  # fmt: skip


def tickets(rows: Sequence[Row]) -> Table:
    head = ("since", "number", "kiosk", "place", "level", "part", "code", "detail")
    return Table(head, [
        (when(r["since"]), r["number"], r["kiosk"], r["place"], r["level"] or "",
         r["part"] or "", r["code"] or "", r["detail"]) for r in rows
    ])  # fmt: skip


def alarms(rows: Sequence[Row]) -> Table:
    head = ("found", "kiosk", "stream", "seq", "code", "detail")
    return Table(head, [
        (when(r["found"]), r["kiosk"], r["stream"], str(r["seq"]), r["code"], r["detail"])
        for r in rows
    ])  # fmt: skip


def streams(rows: Sequence[Row]) -> Table:
    return Table(("stream", "rows", "highest seen", "gap since"), [
        (r["stream"], str(r["seq"]), str(r["highest"]), when(r["gap_since"])) for r in rows
    ])  # fmt: skip


TABLES: dict[str, Callable[[Sequence[Row]], Table]] = {
    "status": status, "why": why, "money": money, "papers": papers, "silent": silent,
    "tickets": tickets, "alarms": alarms, "streams": streams,
}  # fmt: skip


def show(parts: Mapping[str, Sequence[Row]], room: int | None) -> list[str]:
    """One kiosk: its head, then every part that has something."""
    (one,) = parts["status"]
    lines = wrapped([
        f"{one['kiosk']}  {one['place']}, {one['block']}, {one['district']}",
        f"{_plain(one['condition'])}; link {one['link'] or 'never seen'};"
        f" heard {when(one['heard'])}; release {one['release'] or '-'};"
        f" installed {when(one['installed'])}",
    ], room)  # fmt: skip
    for name, rows in parts.items():
        if name != "status" and rows:
            found = TABLES[name](rows).without("kiosk", "place")
            lines += ["", name, *Table(found.head, found.rows).lines(room)]
    return lines
