"""What runs out, on a terminal of 80 columns."""

from __future__ import annotations

from msgspec.structs import replace

from firmware.cli.__main__ import parser
from firmware.cli.supplies import level_lines, levels, refilled
from firmware.contract.health import Condition, KioskHealth
from tests.firmware.health.kiosk import roll

HEALTH = KioskHealth(Condition.IN_SERVICE, [], {}, None, None)


def test_technician_reads_what_to_bring() -> None:
    supplies = [
        roll(level=31_200, days_left=9, refilled_at="2026-01-12T10:00:00+05:30",
             refilled_by="R. Meena"),
        roll(device="page", name="toner", unit="%", level=84, source="measured", jobs_left=None),
        roll(device="pvc", name="cards", unit="cards", level=None, jobs_left=None),
    ]  # fmt: skip
    assert level_lines(replace(HEALTH, supplies=supplies)) == [
        "device   supply  left            for       days  refilled",
        "receipt  paper   31.2 m counted  333 jobs  9     2026-01-12 10:00 R. Meena",
        "page     toner   84 % measured   -         -     -",
        "pvc      cards   not known       -         -     -",
    ]


def test_both_commands_are_there_and_say_who_answers_for_it() -> None:
    assert parser().parse_args(["supplies"]).run is levels
    said = parser().parse_args(["supplies", "refilled", "receipt", "paper", "--by", "S. Gurjar"])
    assert (said.run, said.device, said.supply, said.by) == (
        refilled,
        "receipt",
        "paper",
        "S. Gurjar",
    )
