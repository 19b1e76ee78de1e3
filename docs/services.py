"""Draws `docs/services.md`: every service of the catalogue, what it asks, promises and costs.

From the data files, the example of a rate table, and what the stories saw on a whole kiosk
(`tests/stories/test_every_service.py`), so that the page says what a kiosk does.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from firmware.contract.reading import ENGLISH, HINDI
from firmware.documents.catalogue import words_of
from firmware.documents.fees import fee_text
from firmware.services.catalogue import Catalogue, Service, load_catalogue
from firmware.services.rates.shelf import SHIPPED
from firmware.services.rates.table import RateTable, read_table
from ui.say import Say

PAGE = Path(__file__).parent / "services.md"
SEEN = Path(__file__).parents[1] / "tests/vectors/services_seen.json"
PAID = ("bill", "paper")
OWN = ("reprint", "poster")  # tiles of the kiosk itself
HEAD = """\
# The services

Drawn by `python -m docs.generate` from `firmware/services/catalogue/` and the example of a rate
table, version {version} ([rates.md](rates.md)); do not edit. A service of a known kind is one file
([how](../CONTRIBUTING.md#add-a-service)), and `kioskctl services check` looks at all of them.

The two columns of stories are what was seen on a whole kiosk with emulated devices, paid in cash,
with the sandbox's office there and away (`tests/stories/test_every_service.py`), from
`tests/vectors/services_seen.json`. What a service promises without the back end: `full`, it works
whole; `deferred`, a request, or money for a bill that was shown before, is taken and posted later;
`cached`, what was asked before is shown with its date; `none`, its tile says so.
"""
STORIES = ("story", "when the back end is away")
COLUMNS = (
    "service", "kind", "asks", "promise", *STORIES, "paid by", "paper", "fee of the example"
)  # fmt: skip


def page() -> str:
    """The whole of `docs/services.md`."""
    catalogue, table = load_catalogue(), read_table(SHIPPED.read_bytes(), SHIPPED.name)
    parts = [HEAD.format(version=table.version)]
    for category in catalogue.categories:
        rows = list(_rows(category.id, catalogue, table))
        title = f"## {category.words['en'].name} · {category.words['hi'].name}"
        body = [_row(COLUMNS), _row(["---"] * len(COLUMNS)), *rows] if rows else ["Not yet."]
        parts += [title, "", *body, ""]
    parts += ["## Of the kiosk itself", "", *_own_rows(), ""]
    if catalogue.coming:
        parts += ["## To come", "", *(f"- {each.words['en'].name}" for each in catalogue.coming)]
    return "\n".join(parts).rstrip() + "\n"


def _rows(category: str, catalogue: Catalogue, table: RateTable) -> Iterator[str]:
    seen = _seen()
    for service in catalogue.services.values():
        if service.category == category:
            yield _row(
                [
                    f"`{service.id}`: {service.words['en'].name} · {service.words['hi'].name}",
                    service.kind,
                    _asks(service),
                    f"`{service.promise}`",
                    *_stories(seen.get(service.id, {})),
                    _tenders(service),
                    _paper(service),
                    _fee(service, table),
                ]
            )


def _own_rows() -> Iterator[str]:
    """The tiles that no file of the catalogue makes."""
    seen = _seen()
    yield from (_row(["tile", *STORIES]), _row(["---"] * (1 + len(STORIES))))
    for name in OWN:
        names = [Say(each, "")(f"{name}.name") for each in (ENGLISH, HINDI)]
        yield _row([f"`{name}`: {' · '.join(names)}", *_stories(seen.get(name, {}))])


def _seen() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads(SEEN.read_text(encoding="utf-8"))
    return found


def _stories(lines: dict[str, str]) -> list[str]:
    """What was seen with the office there, and with it away; a service not seen says so."""
    away = lines.get("away", "not seen")
    if "away_later" in lines:
        away += f". Away after the bill is shown: {lines['away_later']}"
    return [lines.get("online", "not seen"), away]


def _row(cells: list[str] | tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def _asks(service: Service) -> str:
    """`K number (12 digits)`, in their order."""
    told = service.words["en"].asks
    return ", ".join(f"{told[ask.id].name} ({_kind_of(ask)})" for ask in service.asks)


def _kind_of(ask: object) -> str:
    digits, kind = getattr(ask, "digits", 0), type(ask).__name__.lower()
    return f"{digits} digits" if digits else kind


def _tenders(service: Service) -> str:
    if service.kind not in PAID:
        return "free"
    most, least = service.cash.most, service.cash.least
    bounds = [f"from ₹{least // 100}"] if least else []
    bounds += [] if most is None else [f"up to ₹{most // 100}"]
    cash = f"cash {' '.join(bounds)}".rstrip()
    ways = {"cash": f"{cash}, slips", "upi": "UPI", "card": "card"}
    taken = ", ".join(name for tender, name in ways.items() if tender in service.tenders)
    parts = f", in parts from ₹{service.least // 100}" if service.part_payment else ""
    advance = f", ₹{service.advance // 100} in advance" if service.advance else ""
    return f"{taken}{parts}{advance}"


def _paper(service: Service) -> str:
    if service.paper is None:
        return "receipt"
    sheets = service.paper.sheets
    one, many = ("card", "cards") if service.paper.printer == "pvc" else ("sheet", "sheets")
    return f"{service.paper.printer}, {sheets} {one if sheets == 1 else many} at most; receipt"


def _fee(service: Service, table: RateTable) -> str:
    rates = table.service.get(service.id, [])
    return fee_text(rates, words_of("en")) if service.kind in PAID else "none"
