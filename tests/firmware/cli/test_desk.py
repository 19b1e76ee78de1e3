"""What the operator does at the desk, a technician does over SSH: the two lists agree."""

from __future__ import annotations

import ast
import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from firmware.boot.restart import NotAsked, command_of
from firmware.cli import __main__ as kioskctl
from firmware.cli import asking, desk
from firmware.cli.__main__ import parser
from firmware.cli.exits import Exit
from firmware.cli.snapshot import NoBus, Snapshot
from firmware.cli.status import status_screen
from firmware.contract.command import CoreCommand
from firmware.contract.desk import Attend, PutBack, Restart, Settings, TakeOut, WhyClosed
from firmware.contract.device import Outcome, Reply
from firmware.contract.health import Presence
from firmware.contract.network import Hop, HopName, Network, Sim
from firmware.core import desk_pages, desk_screens, desk_supplies, desk_testing
from firmware.core.daemon import journal_path
from firmware.core.desk_tasks import GROUPS, NEEDS_HANDS, TASKS, kind_of
from firmware.core.starting import ask_for, asked_at
from firmware.runtime.config import Config, PathsSection
from tests.firmware.cli.test_status import whole_kiosk
from tests.firmware.core.desk_world import DeskWorld
from tests.firmware.core.world import CONFIG

HAS_JSON = "--json"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return msgspec.structs.replace(CONFIG, paths=PathsSection(state=str(tmp_path / "state")))


def run(config: Config, *typed: str) -> int:
    options = parser().parse_args(typed)
    return asyncio.run(options.run(config, options))  # type: ignore[no-any-return]


# --- the two lists ------------------------------------------------------------------------------


def tasks_in_pages() -> set[str]:
    """The first part of every task that a page of the desk makes."""
    found: set[str] = set()
    for module in (desk_pages, desk_screens, desk_supplies, desk_testing):
        for node in ast.walk(ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id="Task"), args=[ast.Constant(value=str(name)), *_]):
                    found.add(kind_of(name))
                case ast.Call(
                    func=ast.Name(id="Task"), args=[ast.JoinedStr(values=[first, *_]), *_]
                ):
                    found.add(_kind(first))
                case _:
                    pass
    return found


def _kind(first: ast.expr) -> str:
    """Of `f"restart/{name}"` the word; of `f"{REFILLED}..."` and `f"{what}/..."` what they are."""
    match first:
        case ast.Constant(value=str(text)):
            return kind_of(text)
        case ast.FormattedValue(value=ast.Name(id="REFILLED")):
            return "refilled"
        case _:
            return "volume"  # and brightness, of the same line


def test_every_task_of_the_desk_is_in_the_table_and_none_is_in_it_for_nothing() -> None:
    assert tasks_in_pages() | {"brightness"} == set(TASKS)


@pytest.mark.parametrize("task", sorted(set(TASKS) - NEEDS_HANDS))
def test_kioskctl_can_do_what_the_desk_does(task: str) -> None:
    options = parser().parse_args(TASKS[task].command.split())
    assert callable(options.run)


@pytest.mark.parametrize("group", GROUPS)
def test_kioskctl_shows_what_each_page_shows_for_people_and_for_programs(group: str) -> None:
    typed = GROUPS[group].split()
    assert parser().parse_args(typed).run is parser().parse_args([*typed, HAS_JSON]).run


@pytest.mark.parametrize("task", ["attendance", "days", "restart", "close", "open", "settings"])
def test_what_is_done_answers_programs_too(task: str) -> None:
    assert parser().parse_args([*TASKS[task].command.split(), HAS_JSON]).json is True


def test_what_needs_hands_at_the_box_is_not_done_from_afar() -> None:
    assert {task for task, known in TASKS.items() if not known.command} == NEEDS_HANDS


# --- what core is asked -------------------------------------------------------------------------


class Core:
    """Answers what it is asked, and remembers it."""

    def __init__(self, reply: Reply | None) -> None:
        self.reply, self.asked = reply, list[CoreCommand]()

    async def ask(self, config: Config, topic: str, command: CoreCommand) -> Reply | None:
        self.asked.append(command)
        return self.reply


@pytest.fixture
def core(monkeypatch: pytest.MonkeyPatch) -> Core:
    core = Core(Reply(Outcome.DONE, "good"))
    monkeypatch.setattr(asking, "ask", core.ask)
    return core


def test_each_word_asks_core_for_the_same_as_the_desk(
    config: Config, core: Core, capsys: pytest.CaptureFixture[str]
) -> None:
    by = ("--by", "S. Gurjar")
    assert run(config, "attendance", "here", *by) == 0
    assert run(config, "close", "holiday", *by) == 0
    assert run(config, "open", *by) == 0
    assert run(config, "restart", "notes", *by) == 0
    assert core.asked == [
        Attend("S. Gurjar", True),
        TakeOut("S. Gurjar", WhyClosed.HOLIDAY),
        PutBack("S. Gurjar"),
        Restart("S. Gurjar", "notes"),
    ]
    assert capsys.readouterr().out == "done: good\n" * 4


def test_a_refusal_is_an_exit_code_and_a_document(
    config: Config, core: Core, capsys: pytest.CaptureFixture[str]
) -> None:
    core.reply = Reply(Outcome.REFUSED, "somebody is at the kiosk: expected nobody")
    assert run(config, "restart", "machine", "--json") == Exit.NOT_WELL
    assert json.loads(capsys.readouterr().out)["outcome"] == "refused"
    assert run(config, "restart", "moon") == Exit.NOT_WELL
    assert len(core.asked) == 1, "what is no program is not even asked for"
    core.reply = None
    assert run(config, "open") == Exit.UNKNOWN


def test_core_is_dead_and_systemd_is_asked_instead(
    config: Config, core: Core, monkeypatch: pytest.MonkeyPatch
) -> None:
    core.reply = None
    asked: list[str] = []

    def by_systemd(what: str) -> int:
        asked.append(what)
        return 0

    monkeypatch.setattr(desk, "_by_systemd", by_systemd)
    assert run(config, "restart", "core") == 0
    assert asked == ["core"]


def test_attendance_is_read_from_the_file_while_core_is_dead(
    config: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = journal_path(config).parent
    folder.mkdir(parents=True)
    world = DeskWorld(folder)
    world.core.on_command(Attend("R. Meena", True))
    world.clock.advance(3600)
    world.core.on_command(Attend("R. Meena", False))
    world.core.on_command(Attend("S. Gurjar", True))
    world.journal.close()
    assert run(config, "attendance") == 0
    _, first, second = capsys.readouterr().out.splitlines()
    assert first.endswith("R. Meena") and "is here" not in first
    assert second.endswith("S. Gurjar") and "is here" in second
    assert run(config, "attendance", "--json") == 0
    assert [each["by"] for each in json.loads(capsys.readouterr().out)] == ["R. Meena", "S. Gurjar"]


def test_the_days_that_were_closed(config: Config, capsys: pytest.CaptureFixture[str]) -> None:
    folder = journal_path(config).parent
    folder.mkdir(parents=True)
    world = DeskWorld(folder)
    world.enter()
    world.task("report")
    world.task("close_day")
    world.run(2)
    world.journal.close()
    assert run(config, "report", "--list") == 0
    assert capsys.readouterr().out.splitlines()[1].split()[0] == "1"
    assert run(config, "report", "--list", "--json") == 0
    (day,) = json.loads(capsys.readouterr().out)
    assert (day["number"], day["by"]) == (1, "R. Meena")


# --- the network, and a dead bus ----------------------------------------------------------------

AT = "2026-11-22T10:00:00+05:30"
HOPS = [
    Hop(HopName.CABLE, True, "eth0"),
    Hop(HopName.ADDRESS, True, "192.168.1.7"),
    Hop(HopName.ROUTER, True, "192.168.1.1 by eth0"),
    Hop(HopName.NAMES, False, "office.example: no answer"),
    Hop(HopName.OFFICE, False),
]


def taking(snapshot: Snapshot) -> Callable[..., object]:
    async def take(config: Config, *also: str) -> Snapshot:
        return snapshot

    return take


def test_the_helpdesk_hears_the_first_hop_that_is_broken(
    config: Config, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    snapshot = whole_kiosk()
    monkeypatch.setattr(desk, "take", taking(snapshot))
    assert run(config, "network") == Exit.UNKNOWN
    snapshot.network = Network(AT, HOPS, Sim("airtel", "connected", "lte", 62))
    assert run(config, "network") == Exit.NOT_WELL
    told = capsys.readouterr().out.splitlines()
    assert told[3] == "NOT  Name service    office.example: no answer"
    assert told[5] == "     SIM             airtel lte connected 62 %"
    assert told[6].startswith("Tell the helpdesk: the router answers, but names are not found.")
    assert run(config, "network", "--json") == Exit.NOT_WELL
    assert json.loads(capsys.readouterr().out)["sim"]["signal"] == 62
    snapshot.settings = Settings(40, 90)
    assert run(config, "settings") == 0
    assert capsys.readouterr().out == "volume 40 %, brightness 90 %\n"


def test_the_bus_is_dead_and_status_says_so(
    config: Config, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def take(config: Config) -> Snapshot:
        raise NoBus("no bus at /run/kiosk/bus/bus.sock")

    monkeypatch.setattr(kioskctl, "take", take)
    monkeypatch.setattr(kioskctl, "programs", lambda: {"kiosk-bus.service": "failed (failed)"})
    assert run(config, "status") == Exit.NO_BUS
    told = capsys.readouterr().out
    assert "UNKNOWN: the bus is dead" in told and "kiosk-bus.service           failed" in told
    assert run(config, "status", "--json") == Exit.NO_BUS
    assert json.loads(capsys.readouterr().out)["bus"].startswith("no bus at")


@pytest.mark.parametrize(
    ("dead", "told"),
    [
        ("health", "UNKNOWN: kiosk-health is not running"),
        ("health", "of the last look of kiosk-health, before it went:"),
        ("core", "GONE, its last word"),
    ],
)
def test_a_dead_program_is_not_shown_as_if_it_lived(dead: str, told: str) -> None:
    snapshot = whole_kiosk()
    snapshot.presences[dead] = Presence(is_alive=False)
    assert told in status_screen(snapshot)


def test_a_whole_kiosk_as_one_document(
    config: Config, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(kioskctl, "take", taking(whole_kiosk()))
    assert run(config, "status", "--json") == 0
    assert set(json.loads(capsys.readouterr().out)) >= {"devices", "core", "health", "network"}


# --- what systemd does --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "end"),
    [
        ("machine", ("reboot",)),
        ("core", ("restart", "kiosk-core.service")),
        ("notes", ("restart", "kiosk-driver@notes.service")),
    ],
)
def test_a_word_becomes_one_command(what: str, end: tuple[str, ...], tmp_path: Path) -> None:
    ask_for(what, tmp_path)
    read = asked_at(tmp_path).read_text().strip()
    assert tuple(command_of(read))[2:] == end


@pytest.mark.parametrize("what", ["", "sshd.service", "../core", "notes; reboot", "NOTES", "-H x"])
def test_a_word_that_is_none_of_ours_starts_nothing(what: str) -> None:
    with pytest.raises(NotAsked):
        command_of(what)
