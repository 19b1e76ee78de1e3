"""A virtual meeting on the kiosk: never in the middle of a visit, and the kiosk comes back."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from firmware.contract.device import Outcome
from firmware.contract.meeting import (
    AddMeeting,
    EndMeeting,
    Meeting,
    Planned,
    Schedule,
    rows_of,
)
from firmware.contract.screen import Action, Attract, Done, ScreenData, Waiting
from firmware.contract.uplink import Desired
from firmware.core.meeting_desk import OPENS_WITHIN
from firmware.core.visit import Stage
from firmware.journal.occasion_rows import MeetingBegun, MeetingEnded
from tests.firmware.core.occasion_world import ORIGIN, START, OccasionWorld, meeting


@pytest.fixture
def world(tmp_path: Path) -> OccasionWorld:
    world = OccasionWorld(tmp_path)
    world.plan(meeting())
    world.run(1)
    return world


def is_held(world: OccasionWorld) -> bool:
    return world.core.flow.visit.stage is Stage.MEETING


def minutes(world: OccasionWorld) -> int | None:
    announced = world.first.meeting
    return None if announced is None else announced.minutes


def shows(world: OccasionWorld, data: ScreenData) -> bool:
    return world.screen.data == data


def ends(world: OccasionWorld) -> list[str]:
    rows = [entry.row for entry in world.journal.of_kind(MeetingEnded)]
    return [row.why for row in rows if isinstance(row, MeetingEnded)]


def why_no_tile(world: OccasionWorld) -> str | None:
    return world.tiles["meeting"]


def test_a_meeting_from_its_announcement_to_its_end(world: OccasionWorld) -> None:
    assert minutes(world) is None and why_no_tile(world) == "tile.no_meeting"
    world.at(15)
    announced = world.first.meeting
    assert announced is not None
    assert (announced.title.en, announced.minutes) == ("District review", 15)
    world.at(29)
    assert minutes(world) == 1
    world.at(30)
    assert shows(world, Meeting(meeting().title, meeting().ends))
    order = world.hall.look().order
    assert order == meeting()
    assert world.core.floor.devices["notes"].accepting == []
    assert world.acceptors.leases == {}, "no slot is open"
    world.at(29, 11)
    assert is_held(world)
    world.at(30, 11)
    assert isinstance(world.screen.data, Attract)
    assert world.hall.look().order is None and not world.hall.look().is_held
    assert len(world.journal.of_kind(MeetingBegun)) == 1 and ends(world) == ["time"]
    assert world.first.meeting is None


def test_it_waits_for_a_citizen_with_money_inside(world: OccasionWorld) -> None:
    world.at(29)
    world.go_to_cash()
    world.insert(200)
    world.at(31)
    assert not is_held(world) and world.hall.look().order is None
    for value in (200, 50, 20):
        world.insert(value)
    world.until(lambda: isinstance(world.screen.data, Done))
    assert not is_held(world)
    world.press(Action.FINISH)
    world.run(0.5)
    assert is_held(world)
    world.check_money()


def test_nobody_pays_while_it_is_held(world: OccasionWorld) -> None:
    world.at(30)
    before = world.acceptors.total_in
    world.insert(100)
    world.drop(10)
    assert world.acceptors.total_in == before
    world.press(Action.CHOOSE_SERVICE, "electricity")
    assert is_held(world)


@pytest.mark.parametrize("end", ["asked", "mains", "door", "closed", "cancel"])
def test_it_ends_before_its_time_and_leaves_nothing(world: OccasionWorld, end: str) -> None:
    world.at(35)
    assert world.hall.look().is_held
    match end:
        case "asked":
            reply = world.core.on_command(EndMeeting("review", "A. Sharma"))
            assert reply.outcome is Outcome.DONE
            world.settle()
        case "mains":
            world.switches["mains_is_off"] = True
        case "door":
            world.door_is_open = True
        case "closed":  # the browser crashed: its unit takes the order away
            world.hall.close()
            world.run(2)
        case _:
            world.press(Action.CANCEL)
    world.run(0.5)
    assert not is_held(world) and not (world.hall.folder / "order").exists()
    assert ends(world) == ["closed" if end == "cancel" else end]
    world.switches.clear()
    world.door_is_open = False
    world.run(5)
    assert not is_held(world), "it does not begin again by itself"
    reopens = why_no_tile(world) is None
    assert reopens is (end != "asked"), "who left may come back by the tile"


def test_who_left_comes_back_by_the_tile(world: OccasionWorld) -> None:
    world.at(35)
    world.hall.close()
    world.run(3)
    world.press(Action.CHOOSE_LANGUAGE, "hi")
    world.press(Action.CHOOSE_SERVICE, "meeting")
    world.run(0.5)
    assert is_held(world) and world.hall.look().order == meeting()
    assert len(world.journal.of_kind(MeetingBegun)) == 2


def test_the_tile_before_its_time_does_nothing(world: OccasionWorld) -> None:
    world.press(Action.CHOOSE_LANGUAGE, "hi")
    world.press(Action.CHOOSE_SERVICE, "meeting")
    assert world.core.flow.visit.stage is Stage.SERVICES


def test_the_browser_never_comes(world: OccasionWorld) -> None:
    world.browser_opens = False
    world.at(30)
    world.run(OPENS_WITHIN - 2)
    assert is_held(world)
    world.run(4)
    assert not is_held(world) and ends(world) == ["not_opened"]
    assert world.hall.look().order is None


def test_core_dies_and_the_meeting_goes_on(world: OccasionWorld) -> None:
    world.at(30)
    world.crash()
    world.run(1)
    assert is_held(world) and world.hall.look().order == meeting()
    assert len(world.journal.of_kind(MeetingBegun)) == 1
    world.at(30, 11)
    assert ends(world) == ["time"]


def test_core_dies_and_forgets_what_was_on_the_screen(world: OccasionWorld) -> None:
    """Nobody can see our screen behind the browser: the browser goes."""
    world.at(30)
    world.power_cut()
    world.run(0.25)
    assert world.hall.look().order is None
    world.run(0.5)
    assert is_held(world), "and begins again, because it is on"


def test_no_meeting_while_the_mains_are_off(world: OccasionWorld) -> None:
    world.switches["mains_is_off"] = True
    world.at(31)
    assert not is_held(world) and why_no_tile(world) == "tile.no_power"
    world.switches["mains_is_off"] = False
    world.run(0.5)
    assert is_held(world)


def test_the_schedule_names_a_place_that_kiosk_toml_does_not(world: OccasionWorld) -> None:
    """Whoever writes the schedule does not decide where camera and microphone go."""
    elsewhere = "https://meet.example.org.evil.example/review"
    stolen = Planned(
        "stolen", elsewhere, START.isoformat(), (START + timedelta(hours=1)).isoformat(), "क", "a"
    )
    world.plan(stolen, version=2)
    world.at(31)
    assert not is_held(world) and world.first.meeting is None
    reply = world.core.on_command(AddMeeting(stolen, "A. Sharma"))
    assert reply.outcome is Outcome.REFUSED and ORIGIN in reply.detail


def test_an_old_schedule_comes_after_a_new_one(world: OccasionWorld) -> None:
    world.plan(version=3)
    world.plan(meeting(), version=2)
    world.at(31)
    assert not is_held(world)


def test_meetings_survive_the_uplink_and_the_power(world: OccasionWorld) -> None:
    own = meeting("own", START + timedelta(hours=2))
    assert world.core.on_command(AddMeeting(own, "A. Sharma")).outcome is Outcome.DONE
    world.power_cut()
    world.run(0.5)
    assert [each.id for each in world.core.flow.occasions.meetings.schedule.meetings] == [
        "review",
        "own",
    ]
    assert world.core.on_command(EndMeeting("own", "A. Sharma")).outcome is Outcome.DONE
    assert world.core.on_command(EndMeeting("own", "A. Sharma")).outcome is Outcome.MISSING


def test_a_schedule_came_onto_a_full_disk_and_the_till_died_at_each_start(
    world: OccasionWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, content: bytes) -> None:
        raise OSError(28, "No space left on device")

    desk = world.core.flow.occasions.meetings
    with monkeypatch.context() as now:
        now.setattr("firmware.core.meeting_plan.write_durably", full)
        desk.on_schedule(Schedule(2, [meeting("of-the-fleet")]))
        assert [each.id for each in desk.schedule.meetings] == ["of-the-fleet"]
        reply = desk.answer(AddMeeting(meeting("own"), "R. Meena"))
        assert reply.outcome is Outcome.REFUSED and "No space left" in reply.detail
        reply = desk.answer(EndMeeting("of-the-fleet", "R. Meena"))
        assert reply.outcome is Outcome.REFUSED and "No space left" in reply.detail
    assert [each.id for each in desk.schedule.meetings] == ["of-the-fleet"]


def test_two_meetings_one_after_the_other(world: OccasionWorld) -> None:
    world.plan(meeting(), meeting("next", START + timedelta(hours=1)), version=2)
    world.at(30)
    world.at(30, 11)
    world.run(1)
    order = world.hall.look().order
    assert order is not None and order.id == "next"
    assert ends(world) == ["time"]


def test_an_image_without_a_browser_does_not_speak_of_meetings(tmp_path: Path) -> None:
    world = OccasionWorld(tmp_path)
    world.hall.is_possible = False
    world.plan(meeting())
    world.at(31)
    assert not is_held(world) and world.first.meeting is None
    assert "meeting" not in world.tiles
    assert world.core.on_command(AddMeeting(meeting(), "A")).outcome is Outcome.REFUSED


def test_the_screen_between_two_of_them_has_words() -> None:
    from firmware.core.floor import Floor
    from firmware.core.screens import _meeting

    assert _meeting(Floor()) == Waiting("waiting.meeting")


@pytest.mark.parametrize(
    ("url", "starts", "minutes"),
    [("https://meet.example.org@evil.example/", START, 60),
     (f"{ORIGIN}/x", START.replace(tzinfo=None), 60),
     (f"{ORIGIN}/x", START, 0), (f"{ORIGIN}/x", START, 600)],
)  # fmt: skip
def test_a_row_that_cannot_be_a_meeting(url: str, starts: object, minutes: int) -> None:
    begins = START if starts == START else START.replace(tzinfo=None)
    last = begins + timedelta(minutes=minutes)
    with pytest.raises(ValueError, match="meeting x"):
        Planned("x", url, begins.isoformat(), last.isoformat(), "क", "a")


def test_the_fleets_settings_name_what_is_no_meeting() -> None:
    """One wrong row of a server must not keep the others away, nor stop core."""
    good = msgspec.to_builtins(meeting())
    wrong = [{**good, "id": "NO"}, {**good, "ends": good["starts"]}, {"id": "x"}]
    schedule = rows_of(Desired(kiosk="tdr-0417", version=4, meetings=[*wrong, good]))
    assert schedule == Schedule(4, [meeting()])
