"""What operators do beside money: come and go, shut the kiosk, start things anew, print a day."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware.contract.command import CoreCommand
from firmware.contract.desk import (
    Adjust,
    Attend,
    PrintDay,
    PrintTicket,
    PutBack,
    Restart,
    Settings,
    TakeOut,
    WhyClosed,
)
from firmware.contract.device import DeviceState, Kind, Outcome, Reply, Status
from firmware.contract.fault_ticket import FaultTicket, Level
from firmware.contract.network import Hop, HopName, Network, Sim
from firmware.contract.screen import Action, Attract, Closed, Fact, Press, Services, Task
from firmware.core.adjusting import STEP
from firmware.core.desk_tasks import GROUPS, MORE, MOST_TASKS, TASKS, kind_of, page_of
from firmware.journal.desk_rows import DayClosed
from firmware.journal.shift_rows import (
    RestartAsked,
    ServiceResumed,
    ServiceStopped,
    Shift,
    ShiftBegan,
    ShiftEnded,
)
from firmware.till.effects import Effect, StartAnew
from tests.firmware.core.desk_world import TECHNICIAN_PIN, DeskWorld


class MachineWorld(DeskWorld):
    """Remembers what systemd was asked for."""

    started: list[str]

    def carry_out(self, effect: Effect) -> None:
        if isinstance(effect, StartAnew):
            self.started.append(effect.what)
        super().carry_out(effect)


@pytest.fixture
def world(tmp_path: Path) -> MachineWorld:
    MachineWorld.started = []
    return MachineWorld(tmp_path)


def asks(world: DeskWorld, command: CoreCommand) -> Reply:
    reply = world.core.on_command(command)
    world.run(1)
    return reply


# --- attendance ---------------------------------------------------------------------------------


def test_an_operator_comes_and_goes_and_the_day_report_says_when(world: MachineWorld) -> None:
    world.enter()
    world.open("day")
    world.task("attend")
    assert world.desk.facts[0].words == {"name": "R. Meena"}
    assert world.desk.tasks[0].id == "leave_kiosk"
    world.leave_desk()
    world.clock.advance(8 * 3600)
    world.enter()
    world.task("leave_kiosk")
    (began,), (ended,) = world.rows(ShiftBegan), world.rows(ShiftEnded)
    assert isinstance(began, ShiftBegan) and isinstance(ended, ShiftEnded)
    world.press_back_to_menu()
    world.task("report")
    world.task("close_day")
    world.run(2)
    (day,) = world.rows(DayClosed)
    assert isinstance(day, DayClosed)
    assert [(each.by, each.began) for each in day.figures.shifts] == [("R. Meena", ended.began)]
    assert day.figures.shifts[0].ended > ended.began


def test_who_forgot_to_leave_is_still_here_after_a_power_cut(world: MachineWorld) -> None:
    asks(world, Attend("R. Meena", True))
    world.power_cut()
    assert list(world.core.flow.desk.orders.attending.here()) == ["R. Meena"]
    assert asks(world, Attend("R. Meena", True)).outcome is Outcome.REFUSED, "he is here already"
    assert asks(world, Attend("S. Gurjar", False)).outcome is Outcome.REFUSED, "he never came"
    assert asks(world, Attend("R. Meena", False)).outcome is Outcome.DONE
    assert world.core.flow.desk.orders.attending.here() == {}


def test_a_shift_over_the_closing_of_a_day_stands_in_the_day_in_which_it_ends(
    world: MachineWorld,
) -> None:
    asks(world, Attend("R. Meena", True))
    for _ in range(2):
        world.enter()
        world.task("report")
        world.task("close_day")
        world.run(2)
        world.leave_desk()
        asks(world, Attend("R. Meena", False))
    first, second = (r.figures.shifts for r in world.rows(DayClosed) if isinstance(r, DayClosed))
    assert [each.ended for each in first] == [""]
    assert second == [Shift("R. Meena", first[0].began, second[0].ended)]


# --- out of service -----------------------------------------------------------------------------


def test_a_kiosk_that_its_operator_shut_says_why_and_sells_nothing(world: MachineWorld) -> None:
    world.enter()
    world.open("machine")
    world.task("reasons")
    world.task("close/holiday")
    assert world.desk.says == "desk.closed.holiday"
    world.leave_desk()
    assert world.screen.data == Closed("closed.holiday")
    world.press(Action.CHOOSE_LANGUAGE, "hi")
    assert world.screen.data == Closed("closed.holiday"), "a touch where the button was"
    assert world.core.floor.obstacle_before() == "trouble.closed"
    assert world.acceptors.leases == {}
    assert world.rows(ServiceStopped) == [ServiceStopped("R. Meena", "holiday")]


def test_it_stays_shut_over_a_power_cut_and_opens_by_a_word(world: MachineWorld) -> None:
    asks(world, TakeOut("S. Gurjar", WhyClosed.REPAIR))
    world.power_cut()
    world.run(1)
    assert world.screen.data == Closed("closed.repair")
    assert Action.OPERATOR in world.screen.actions, "or nobody could open it at the desk"
    world.enter()
    world.open("machine")
    world.task("open")
    world.leave_desk()
    assert isinstance(world.screen.data, Attract)
    assert world.rows(ServiceResumed) == [ServiceResumed("R. Meena")]
    world.power_cut()
    world.run(1)
    assert isinstance(world.screen.data, Attract)
    world.pay()
    world.check_money()


def test_nobody_is_shut_out_of_his_visit(world: MachineWorld) -> None:
    world.go_to_cash()
    world.insert(200)
    reply = asks(world, TakeOut("S. Gurjar", WhyClosed.CLEANING))
    assert (reply.outcome, reply.detail) == (
        Outcome.REFUSED,
        "somebody is at the kiosk: expected nobody",
    )
    assert world.rows(ServiceStopped) == []
    assert asks(world, PutBack("S. Gurjar")).outcome is Outcome.REFUSED


# --- starting anew ------------------------------------------------------------------------------


def test_a_driver_is_started_anew_when_nothing_is_under_way(world: MachineWorld) -> None:
    world.enter()
    world.open("machine")
    world.task("programs")
    world.task("restart/notes")
    world.run(1)
    assert world.started == ["notes"]
    assert world.desk.says == "desk.restarting"
    assert world.rows(RestartAsked) == [RestartAsked("R. Meena", "notes")]


def test_money_inside_a_visit_keeps_the_machine_running(world: MachineWorld) -> None:
    world.go_to_cash()
    world.insert(200)
    for what in ("machine", "core", "notes"):
        assert asks(world, Restart("S. Gurjar", what)).outcome is Outcome.REFUSED
    assert world.started == []
    assert world.rows(RestartAsked) == []


def test_a_box_that_is_being_counted_keeps_the_machine_running(world: MachineWorld) -> None:
    world.begin_to_collect(2)
    reply = asks(world, Restart("the district", "core"))
    assert (reply.outcome, world.started) == (Outcome.REFUSED, [])
    assert reply.detail == "the cash box is being counted: expected its collection closed"


def test_a_printer_at_work_keeps_everything_running(world: MachineWorld) -> None:
    busy = DeviceState(name="receipt", kind=Kind.RECEIPT, family="any", status=Status.BUSY)
    world.core.floor.devices["receipt"] = busy
    reply = world.core.on_command(Restart("S. Gurjar", "machine"))
    assert (reply.outcome, world.started) == (Outcome.REFUSED, [])
    assert reply.detail == "at work: receipt; expected nothing on its way"
    world.enter()
    world.open("machine")
    world.task("programs")
    world.core.floor.devices["receipt"] = busy
    world.core.on_press(
        Press(world.screen.serial, Action.CHOOSE_TASK, "restart/machine"), world.now
    )
    assert world.core.flow.desk.problem == "desk.not_while_at_work"
    assert world.started == []


def test_a_word_that_is_no_program_is_refused(world: MachineWorld) -> None:
    assert asks(world, Restart("S. Gurjar", "sshd")).outcome is Outcome.REFUSED
    assert world.started == []


# --- a day's report again -----------------------------------------------------------------------


def test_the_report_of_an_old_day_comes_again_with_the_figures_of_then(world: MachineWorld) -> None:
    for _ in range(2):
        world.pay()
        world.enter()
        world.task("report")
        world.task("close_day")
        world.run(2)
        world.leave_desk()
    original = world.printer.papers[-1]
    world.enter()
    world.task("days")
    assert [task.text.split(" ")[0] for task in world.desk.tasks] == ["2", "1"]
    world.task("day/2")
    world.run(2)
    again = world.printer.papers[-1]
    assert again != original, "it says that it is a duplicate"
    assert [line for line in original.lines if line not in again.lines] == []
    assert len(world.rows(DayClosed)) == 2


def test_kioskctl_has_a_day_printed_again_while_nobody_is_there(world: MachineWorld) -> None:
    assert asks(world, PrintDay("S. Gurjar", 1)).outcome is Outcome.REFUSED, "no day is closed"
    world.enter()
    world.task("report")
    world.task("close_day")
    world.run(2)
    world.leave_desk()
    before = len(world.printer.papers)
    assert asks(world, PrintDay("S. Gurjar", 1)).outcome is Outcome.DONE
    world.run(2)
    assert len(world.printer.papers) == before + 1
    world.press(Action.CHOOSE_LANGUAGE, "hi")
    assert isinstance(world.screen.data, Services)
    assert asks(world, PrintDay("S. Gurjar", 1)).outcome is Outcome.REFUSED, "somebody is there"


# --- fault tickets ------------------------------------------------------------------------------


FAULT_TICKET = FaultTicket(
    number="TD 0001/7C 0012",
    part="notes",
    code="notes.jam.stacker",
    level=Level.BLOCK,
    opened="2026-01-15T09:30:00+05:30",
    level_since="2026-01-15T09:30:00+05:30",
)


def test_the_slip_of_a_ticket_is_in_the_hand_of_who_calls_the_helpdesk(world: MachineWorld) -> None:
    world.core.flow.desk.papers.tickets = [FAULT_TICKET]
    world.enter()
    world.task("tickets")
    assert [fact.fault for fact in world.desk.facts] == ["notes.jam.stacker"]
    world.task(f"ticket/{FAULT_TICKET.number}")
    world.run(2)
    assert FAULT_TICKET.number in str(world.printer.papers[-1])


def test_kioskctl_prints_the_slip_of_an_open_ticket_and_of_no_other(world: MachineWorld) -> None:
    world.core.flow.desk.papers.tickets = [FAULT_TICKET]
    closed = asks(world, PrintTicket("S. Gurjar", "TD 0001/7C 0011"))
    assert (closed.outcome, closed.detail) == (Outcome.REFUSED, "TD 0001/7C 0011 is no open ticket")
    assert asks(world, PrintTicket("S. Gurjar", FAULT_TICKET.number)).outcome is Outcome.DONE
    world.run(2)
    assert FAULT_TICKET.number in str(world.printer.papers[-1])


# --- sound and brightness -----------------------------------------------------------------------


def test_a_louder_kiosk_stays_louder_after_a_power_cut(world: MachineWorld) -> None:
    world.enter(TECHNICIAN_PIN)
    world.open("machine")
    world.task("settings")
    world.task("volume/up")
    world.task("brightness/down")
    assert [fact.text for fact in world.desk.facts] == ["80 %", "90 %"]
    world.power_cut()
    assert world.core.flow.desk.orders.adjusting.settings == Settings(80, 90)


def test_nobody_makes_the_screen_so_dark_that_nobody_can_make_it_bright(
    world: MachineWorld,
) -> None:
    world.enter()
    world.open("machine")
    world.task("settings")
    while "brightness/down" in [task.id for task in world.desk.tasks if not task.why_not]:
        world.task("brightness/down")
    dark = {task.id: task.why_not for task in world.desk.tasks}
    assert dark["brightness/down"] == "desk.no_further"
    world.press(Action.CHOOSE_TASK, "brightness/down")
    assert [fact.text for fact in world.desk.facts] == ["70 %", "20 %"]
    assert asks(world, Adjust("S. Gurjar", volume=15)).detail == "volume 15 %, brightness 20 %"


def test_settings_that_a_power_cut_tore_are_those_of_kiosk_toml_again(
    world: MachineWorld,
) -> None:
    asks(world, Adjust("S. Gurjar", volume=15))
    path = world.core.flow.desk.orders.adjusting._path
    for each in (path, path.with_name(path.name + ".previous")):
        each.write_bytes(b"torn")
    world.power_cut()
    assert world.core.flow.desk.orders.adjusting.settings == Settings()


# --- the way to the office ----------------------------------------------------------------------

WELL = [Hop(HopName.CABLE, True, "eth0"), Hop(HopName.ADDRESS, True, "192.168.1.73")]


def test_the_page_of_the_network_names_the_first_hop_that_is_broken(world: MachineWorld) -> None:
    world.enter()
    world.open("network")
    assert world.desk.says == "helpdesk.nobody_measures"
    hops = [*WELL, Hop(HopName.ROUTER, False, "192.168.1.1 by eth0"), Hop(HopName.NAMES, None)]
    sim = Sim("airtel", "connected", "lte", 62)
    world.core.floor.network = Network("2026-11-22T10:00:00+05:30", hops, sim)
    world.run(1)
    assert (world.desk.says, world.desk.is_alarm) == ("helpdesk.router", True)
    lines = {fact.label: fact for fact in world.desk.facts}
    assert lines["hop.router"] == Fact("hop.router", text="192.168.1.1 by eth0", mark="ill")
    assert lines["hop.names"].mark == "unknown"
    assert lines["hop.sim"].text == "airtel · LTE · 62 %"


# --- the menu -----------------------------------------------------------------------------------


def test_no_page_has_more_than_six_things_to_do_and_each_is_known(world: MachineWorld) -> None:
    world.pay()
    world.enter()
    seen: set[str] = set()
    for group in GROUPS:
        world.open(group)
        for _ in range(3):
            tasks = world.desk.tasks
            assert len(tasks) <= MOST_TASKS
            seen |= {kind_of(task.id) for task in tasks}
            if MORE not in [task.id for task in tasks]:
                break
            world.task(MORE)
        world.press_back_to_menu()
    assert seen - {MORE} <= set(TASKS)
    assert seen >= {"attend", "collect", "refilled", "test", "programs", "reasons", "settings"}


def test_a_list_longer_than_a_page_comes_round_to_its_beginning() -> None:
    tasks = [Task(f"restart/{number}") for number in range(11)]
    pages = [page_of(tasks, number) for number in range(4)]
    assert all(len(page) <= MOST_TASKS and page[-1] == Task(MORE) for page in pages)
    assert [task for page in pages[:3] for task in page[:-1]] == tasks
    assert pages[3] == pages[0]
    assert page_of(tasks[:6], 1) == tasks[:6]


def test_louder_on_a_full_disk_is_louder_till_the_next_start(
    world: MachineWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, content: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("firmware.core.adjusting.write_durably", full)
    adjusting = world.core.flow.desk.orders.adjusting
    before = adjusting.settings.volume
    adjusting.step("S. Gurjar", "volume", is_up=True)
    assert adjusting.settings.volume == before + STEP
