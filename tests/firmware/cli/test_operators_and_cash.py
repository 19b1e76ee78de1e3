"""`kioskctl operator`, `report` and `collections`, on a terminal and on a journal with a past."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import json
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from firmware.cli.__main__ import parser
from firmware.cli.exits import Exit
from firmware.contract.money import rupees
from firmware.core.daemon import journal_path
from firmware.runtime.config import Config, PathsSection
from firmware.till.access import load_operators, who_has
from tests.firmware.core.desk_world import DeskWorld
from tests.firmware.core.world import CONFIG

Type = Callable[..., None]


@pytest.fixture
def config(tmp_path: Path) -> Config:
    paths = PathsSection(state=str(tmp_path), operators=str(tmp_path / "etc/operators.toml"))
    return Config(CONFIG.kiosk, CONFIG.gateway, CONFIG.device, paths)


@pytest.fixture
def types(monkeypatch: pytest.MonkeyPatch) -> Type:
    """What is typed when the terminal asks without showing it."""

    def answer(*answers: str) -> None:
        waiting: Iterator[str] = iter(answers)
        monkeypatch.setattr(getpass, "getpass", lambda prompt: next(waiting))

    return answer


def run(config: Config, *words: str) -> int:
    options: argparse.Namespace = parser().parse_args(list(words))
    code: int = asyncio.run(options.run(config, options))
    return code


def test_an_operator_is_enrolled_and_the_file_is_nobody_elses(config: Config, types: Type) -> None:
    types("739150", "739150")
    assert run(config, "operator", "add", "R. Meena") == 0
    types("58203", "58203")
    assert run(config, "operator", "add", "S. Gurjar", "--role", "technician") == 0
    path = Path(config.paths.operators)
    assert stat.S_IMODE(path.stat().st_mode) & 0o007 == 0
    assert b"739150" not in path.read_bytes()
    known = load_operators(path)
    assert [(each.name, each.role) for each in known] == [
        ("R. Meena", "operator"),
        ("S. Gurjar", "technician"),
    ]
    found = who_has(b"58203", known)
    assert found is not None
    assert found.name == "S. Gurjar"


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        (("123", "123"), "4 to 8 digits"),
        (("2345", "2345"), "too easy"),
        (("7777", "7777"), "too easy"),
        (("७३९१", "७३९१"), "4 to 8 digits"),
        (("73915", "73916"), "not the same"),
    ],
)
def test_a_pin_that_will_not_do(
    config: Config, types: Type, capsys: pytest.CaptureFixture[str], typed: tuple[str], why: str
) -> None:
    types(*typed)
    assert run(config, "operator", "add", "R. Meena") == Exit.NOT_WELL
    assert why in capsys.readouterr().err
    assert not Path(config.paths.operators).exists()


def test_two_operators_never_share_a_pin_or_a_name(
    config: Config, types: Type, capsys: pytest.CaptureFixture[str]
) -> None:
    types("739150", "739150")
    run(config, "operator", "add", "R. Meena")
    types("739150", "739150")
    assert run(config, "operator", "add", "S. Gurjar") == Exit.NOT_WELL
    assert "somebody has this PIN" in capsys.readouterr().err
    assert run(config, "operator", "add", "R. Meena") == Exit.NOT_WELL
    assert run(config, "operator", "remove", "S. Gurjar") == Exit.NOT_WELL
    assert run(config, "operator", "remove", "R. Meena") == 0
    assert run(config, "operator", "list") == Exit.NOT_WELL


@pytest.mark.parametrize("name", ['R" Meena', "", "x" * 40, "a\nb"])
def test_a_name_that_would_break_the_file_is_refused(
    config: Config, types: Type, name: str
) -> None:
    types("739150", "739150")
    assert run(config, "operator", "add", name) == Exit.NOT_WELL


def test_a_pin_is_never_an_argument() -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(["operator", "add", "R. Meena", "--pin", "739150"])


# --- the record ----------------------------------------------------------------------------------


@pytest.fixture
def lived(config: Config) -> Config:
    """Two bills, a closed day, a collection that lacks ten rupees, one bill more."""
    folder = journal_path(config).parent
    folder.mkdir(parents=True)
    world = DeskWorld(folder)
    world.run(7)
    world.pay()
    world.pay()
    world.enter()
    world.task("report")
    world.task("close_day")
    world.run(2)
    world.press_back_to_menu()
    world.collect(900, 30)
    world.leave_desk()
    world.pay()
    world.journal.close()
    return config


def test_the_day_that_is_open_and_the_day_that_was_closed(
    lived: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(lived, "report", "--json") == 0
    today = json.loads(capsys.readouterr().out)
    assert run(lived, "report", "--z", "1", "--json") == 0
    yesterday = json.loads(capsys.readouterr().out)
    assert [each["count"] for each in (*today["services"], *yesterday["services"])] == [1, 2]
    assert today["first_receipt"] == "TDR 0417 0003"
    assert yesterday["notes"] == {"paise": 90000}
    assert run(lived, "report", "--day", "2026-11-22", "--csv") == 0
    lines = capsys.readouterr().out.splitlines()
    assert "electricity payments,3," in lines
    assert "cash in coins,6000,60.00" in lines
    assert run(lived, "report", "--z", "2") == Exit.NOT_WELL


def test_a_report_for_people_names_amounts_in_rupees(
    lived: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(lived, "report") == 0
    assert "cash in notes               ₹450.00" in capsys.readouterr().out


def test_change_is_in_the_report_or_its_cash_would_not_be_what_is_inside(
    config: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = journal_path(config).parent
    folder.mkdir(parents=True)
    world = DeskWorld(folder, rupees(440))
    world.acceptors.changer.payable = {1000: 20}
    world.go_to_cash()
    world.insert(500)
    world.run(5)
    world.journal.close()
    assert run(config, "report", "--csv") == 0
    lines = capsys.readouterr().out.splitlines()
    assert {"cash in notes,50000,500.00", "change given back,6000,60.00"} <= set(lines)


def test_collections_say_who_how_much_and_what_differs(
    lived: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(lived, "collections") == 0
    told = capsys.readouterr().out
    assert "R. Meena" in told
    assert "₹940.00" in told
    assert "DIFFERS: counted_coins" in told
    assert run(lived, "collections", "--csv") == 0
    head, line = capsys.readouterr().out.splitlines()
    cells = dict(zip(head.split(","), line.split(","), strict=True))
    assert (cells["collected_paise"], cells["counted_paise"]) == ("94000", "93000")
    assert (cells["notes"], cells["device_notes"], cells["differs"]) == ("6", "6", "counted_coins")
    assert run(lived, "collections", "--json") == 0
    assert json.loads(capsys.readouterr().out)[0]["differs"] == ["counted_coins"]


def test_a_box_that_was_never_emptied(config: Config) -> None:
    folder = journal_path(config).parent
    folder.mkdir(parents=True)
    world = DeskWorld(folder)
    world.run(7)
    world.journal.close()
    assert run(config, "collections") == Exit.WELL
