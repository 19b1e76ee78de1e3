"""The readiness report: what the kiosk can do now, and all that it says of itself, on A4.

For whoever commissions a kiosk or answers for it: one paper that can be filed, in both languages.
Codes of findings stay as they are, because `kioskctl status` and the tickets name them so.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from firmware.contract.device import USABLE, Consumable, DeviceState, Kind, Status
from firmware.contract.health import CoreState, Finding, KioskHealth, LastTest
from firmware.contract.ticket import Code, Pair, Rule, Style, Text
from firmware.documents.both import both, line, money, title
from firmware.documents.catalogue import words_of
from firmware.documents.dates import moment
from firmware.documents.sheet import Mark, Row, Sheet, Table

NONE = "-"
MM_IN_A_METRE = 1000

Lines = Iterator[Text | Pair | Rule | Code | Table]


class Ability(msgspec.Struct, frozen=True):
    """One work of the kiosk: the key of its words, and of why not; empty when it can be done."""

    work: str
    because: str = ""


class Readiness(msgspec.Struct, frozen=True, kw_only=True):
    """What is known at one moment. `at` is ISO 8601 with offset.

    `health` is None where kiosk-health does not run, `core` where kiosk-core does not; a device
    that never reported is only in `expected`.
    """

    kiosk: str
    place: str
    at: str
    expected: dict[str, Kind]
    devices: dict[str, DeviceState]
    abilities: list[Ability]
    health: KioskHealth | None
    core: CoreState | None
    meanings: dict[str, str] = {}  # of fault codes, for people


def readiness(facts: Readiness) -> Sheet:
    """Raises MissingWords for a work or a kind without words."""
    return Sheet([*_head(facts), *_abilities(facts), *_findings(facts), *_parts(facts)])


def _head(facts: Readiness) -> Lines:
    hindi = words_of("hi")
    condition = "unknown" if facts.health is None else facts.health.condition
    yield Text(both("document.owner"), Style.STRONG, is_centred=True)
    yield Text(hindi("document.kiosk", place=facts.place, kiosk=facts.kiosk), Style.SMALL, True)
    yield from title("ready.title")
    yield Rule()
    yield line("ready.condition", both(f"ready.condition.{condition}"), Style.STRONG)
    yield line("ready.at", moment(facts.at, hindi))
    if facts.core is not None:
        yield money("ready.in_cash_box", facts.core.in_cash_box)
        yield line("ready.unposted", str(facts.core.unposted))
        yield line("ready.claims", str(facts.core.claims))
    yield Text(" ", Style.SMALL)


def _abilities(facts: Readiness) -> Lines:
    rows = [
        Row(
            [
                both(each.work),
                both("ready.no" if each.because else "ready.yes"),
                both(each.because) if each.because else NONE,
            ],
            Mark.BAD if each.because else Mark.GOOD,
        )
        for each in facts.abilities
    ]
    yield Text(both("ready.abilities"), Style.STRONG)
    yield Table(_heads("work", "now", "why"), rows, [6, 3, 7])


def _findings(facts: Readiness) -> Lines:
    yield Text(both("ready.findings"), Style.STRONG)
    if facts.health is None:
        yield Text(both("ready.no_health"))
    elif facts.health.findings:
        rows = [_finding(each, facts.meanings) for each in facts.health.findings]
        yield Table(_heads("since", "part", "finding"), rows, [5, 3, 8])
    else:
        yield Text(both("ready.no_findings"))
    yield Text(" ", Style.SMALL)


def _finding(finding: Finding, meanings: dict[str, str]) -> Row:
    told = f"{finding.code}: {finding.detail}" if finding.detail else finding.code
    told = " · ".join(filter(None, [told, meanings.get(finding.code)]))
    return Row([moment(finding.since, words_of("hi")), finding.part, told])


def _parts(facts: Readiness) -> Lines:
    tests = {} if facts.health is None else facts.health.tests
    rows = [
        _device(name, kind, facts.devices.get(name), tests.get(name))
        for name, kind in facts.expected.items()
    ]
    yield Text(both("ready.devices"), Style.STRONG)
    yield Table(_heads("device", "status", "identity", "test"), rows, [5, 4, 4, 3])
    supplies = [
        _supply(name, each, facts.health)
        for name, state in facts.devices.items()
        for each in state.consumables
    ]
    yield Text(both("ready.consumables"), Style.STRONG)
    if supplies:
        yield Table(_heads("device", "supply", "left", "source"), supplies, [3, 3, 6, 4])
    else:
        yield Text(both("ready.no_consumables"))


def _device(name: str, kind: Kind, state: DeviceState | None, test: LastTest | None) -> Row:
    status = Status.GONE if state is None else state.status
    identity = None if state is None else state.identity
    known = [] if identity is None else [identity.maker, identity.model, identity.serial]
    cells = [
        f"{name}: {both(f'ready.kind.{kind}')}",
        both(f"ready.status.{status}"),
        " ".join(filter(None, known)) or NONE,
        _test(test, "" if identity is None else identity.serial),
    ]
    poor = Mark.POOR if status is Status.DEGRADED else Mark.GOOD
    return Row(cells, poor if status in USABLE else Mark.BAD)


def _test(test: LastTest | None, serial: str) -> str:
    """Of this very part: another one fitted since is not tested."""
    if test is None:
        return both("ready.test.never")
    if test.serial != serial:
        return both("ready.test.other")
    word = both("ready.test.failed" if test.failed else "ready.test.passed")
    return f"{word}, {test.at[:10]}"


def _supply(name: str, each: Consumable, health: KioskHealth | None) -> Row:
    return Row([name, each.name, _left(each, health), both(f"ready.source.{each.source}")])


def _left(each: Consumable, health: KioskHealth | None) -> str:
    if each.level is None:
        return both("ready.left_unknown")
    if each.unit != "mm":
        return f"{each.level} {each.unit}"
    metres = f"{each.level / MM_IN_A_METRE:.1f} m"
    if health is None or health.tickets_left is None:
        return metres
    return f"{metres} ({both('ready.tickets', count=health.tickets_left)})"


def _heads(*columns: str) -> list[str]:
    return [both(f"ready.column.{each}") for each in columns]
