"""Rows of the fleet's views as lines for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from firmware.cli.output import table
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


def when(moment: datetime | date | None) -> str:
    """In India's time; `-` for never."""
    if moment is None:
        return "-"
    if isinstance(moment, datetime):
        return f"{moment.astimezone(INDIA):%Y-%m-%d %H:%M}"
    return moment.isoformat()


def status(rows: Sequence[Row]) -> list[str]:
    """One line for all, one for each that does not work."""
    counts = Counter(row["condition"] for row in rows)
    words = ", ".join(f"{count} {_plain(name)}" for name, count in counts.most_common())
    bad = [row for row in rows if row["condition"] not in WORKING]
    where = _where(rows)
    lines = [f"{len(rows)} kiosks: {words}" if rows else "no kiosks: `kioskctl fleet import` first"]
    if bad:
        lines += ["", *table(
            ("kiosk", where, "place", "condition", "findings", "heard"),
            [(r["kiosk"], r[where], r["place"], _plain(r["condition"]), str(r["findings"]),
              when(r["heard"])) for r in bad],
        )]  # fmt: skip
    return lines


def _where(rows: Sequence[Row]) -> str:
    """Which column tells kiosks apart: where all are of one district, their block."""
    return "block" if len({row["district"] for row in rows}) == 1 else "district"


def _plain(condition: str) -> str:
    return {"never": "never online"}.get(condition, condition.replace("_", " "))


def why(rows: Sequence[Row]) -> list[str]:
    return table(
        ("since", "kiosk", "place", "part", "code", "ticket", "detail"),
        [(_since(r), r["kiosk"], r["place"], r["part"], r["code"], r["ticket"],
          r["detail"] or LINK.get(r["code"]) or meaning(r["code"], "en")) for r in rows],
    )  # fmt: skip


def _since(row: Row) -> str:
    """Of one that never spoke, the day it was installed, which has no hour."""
    since: datetime | None = row["since"]
    is_day = row["code"] == "link.never" and since is not None
    return when(since.astimezone(INDIA).date() if is_day and since else since)


def money(rows: Sequence[Row]) -> list[str]:
    """The fullest box first, and the sum."""
    lines = table(
        ("kiosk", "place", "in box", "today", "unposted", "claims", "last collection", "heard"),
        [(r["kiosk"], r["place"], rupees(r["in_cash_box"]), rupees(r["taken_today"]),
          str(r["unposted"]), str(r["claims"]), when(r["last_collection"]), when(r["heard"]))
         for r in rows],
    )  # fmt: skip
    oldest = min((r["last_collection"] for r in rows if r["last_collection"]), default=None)
    total = sum(r["in_cash_box"] for r in rows)
    boxes = f"{len(rows)} box{'es' if len(rows) != 1 else ''}"
    return [*lines, "", f"{rupees(total)} in {boxes}; oldest collection {when(oldest)}"]


def rupees(paise: int) -> str:
    return f"₹{Money(paise).exact()}"


def papers(rows: Sequence[Row]) -> list[str]:
    return table(
        ("days", "kiosk", "place", "device", "supply", "level"),
        [(_days(r["days_left"]), r["kiosk"], r["place"], r["device"], r["name"],
          "-" if r["level"] is None else f"{r['level']} {r['unit']}") for r in rows],
    )  # fmt: skip


def _days(left: int | None) -> str:
    return "-" if left is None else str(left)


def silent(rows: Sequence[Row]) -> list[str]:
    where = _where(rows)
    return table(
        ("heard", "kiosk", where, "place", "condition", "installed"),
        [(when(r["heard"]), r["kiosk"], r[where], r["place"], _plain(r["condition"]),
          when(r["installed"])) for r in rows],
    )  # fmt: skip


def tickets(rows: Sequence[Row]) -> list[str]:
    return table(
        ("since", "number", "kiosk", "place", "level", "part", "code", "detail"),
        [(when(r["since"]), r["number"], r["kiosk"], r["place"], r["level"] or "",
          r["part"] or "", r["code"] or "", r["detail"]) for r in rows],
    )  # fmt: skip


def alarms(rows: Sequence[Row]) -> list[str]:
    return table(
        ("found", "kiosk", "stream", "seq", "code", "detail"),
        [(when(r["found"]), r["kiosk"], r["stream"], str(r["seq"]), r["code"], r["detail"])
         for r in rows],
    )  # fmt: skip


def streams(rows: Sequence[Row]) -> list[str]:
    return table(
        ("stream", "rows", "highest seen", "gap since"),
        [(r["stream"], str(r["seq"]), str(r["highest"]), when(r["gap_since"])) for r in rows],
    )  # fmt: skip


TABLES: dict[str, Callable[[Sequence[Row]], list[str]]] = {
    "status": status, "why": why, "money": money, "papers": papers, "silent": silent,
    "tickets": tickets, "alarms": alarms, "streams": streams,
}  # fmt: skip


def show(parts: Mapping[str, Sequence[Row]]) -> list[str]:
    """One kiosk: its head, then every part that has something."""
    (one,) = parts["status"]
    lines = [
        f"{one['kiosk']}  {one['place']}, {one['block']}, {one['district']}",
        f"{_plain(one['condition'])}; link {one['link'] or 'never seen'};"
        f" heard {when(one['heard'])}; release {one['release'] or '-'};"
        f" installed {when(one['installed'])}",
    ]
    for name, rows in parts.items():
        if name != "status" and rows:
            lines += ["", name, *TABLES[name](rows)]
    return lines
