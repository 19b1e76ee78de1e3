"""Words of one's own: what is typed, what is kept, and who gets to see it."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from firmware.contract.asked import Accepted, Confirm
from firmware.contract.request import PostRequest
from firmware.contract.screen import Action, Choice, Press
from firmware.contract.ticket import Text
from firmware.contract.typed import WriteText
from firmware.journal import rows
from firmware.journal.export import csv_line, json_line
from firmware.journal.plain import words as in_plain_words
from firmware.services.catalogue import asks
from tests.firmware.core.request_world import (
    MOBILE,
    NAME,
    PLACE,
    SUBJECT,
    TEXT,
    RequestWorld,
)
from tests.firmware.core.test_requests import said


@pytest.fixture
def world(tmp_path: Path) -> RequestWorld:
    world = RequestWorld(tmp_path)
    world.press(Action.CHOOSE_LANGUAGE, "hi")
    world.press(Action.CHOOSE_SERVICE, "grievance")
    world.press(Action.CHOOSE, SUBJECT)
    return world


def box(world: RequestWorld) -> WriteText:
    assert isinstance(world.screen.data, WriteText), world.screen.data
    return world.screen.data


def goes_on(world: RequestWorld) -> None:
    """From behind the text to the question whether it is right."""
    for each in PLACE:
        world.press(Action.CHOOSE, each)
    world.press(Action.ENTER, NAME)
    world.press(Action.ENTER, MOBILE)


def test_the_complaint_in_its_citizen_s_words_reaches_paper_and_office(world: RequestWorld) -> None:
    assert (box(world).label, box(world).most) == ("grievance.ask.text", 200)
    world.press(Action.ENTER, f"  {TEXT} ")
    goes_on(world)
    world.press(Action.SUBMIT)
    world.run(3)
    assert isinstance(world.screen.data, Accepted)
    assert TEXT in said(world) and NAME in said(world)
    (request,) = world.asked
    assert isinstance(request, PostRequest)
    assert request.texts == {"text": TEXT, "name": NAME}
    assert request.account == f"water-tonk-todaraisingh-bhasu-{MOBILE}", "no word of it"
    world.goes()
    world.check_requests()


def test_the_words_wait_in_the_journal_for_the_office(world: RequestWorld) -> None:
    world.office.is_up = False
    world.press(Action.ENTER, TEXT)
    goes_on(world)
    world.press(Action.SUBMIT)
    world.goes()
    world.power_cut()
    world.office.is_up = True
    world.run(30)
    (request,) = world.asked
    assert isinstance(request, PostRequest) and request.texts["text"] == TEXT


def test_who_does_not_write_goes_on_without(world: RequestWorld) -> None:
    world.press(Action.ENTER, "   ")
    goes_on(world)
    shown = world.screen.data
    assert isinstance(shown, Confirm)
    assert [line.label for line in shown.lines][-2:] == [
        "grievance.ask.mobile",
        "grievance.ask.name",
    ]
    world.press(Action.SUBMIT)
    world.goes()
    (request,) = world.asked
    assert isinstance(request, PostRequest) and request.texts == {"name": NAME}


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("\u202eपानी", "text.not_allowed"),
        ("पानी\x00", "text.not_allowed"),
        ("ापानी", "text.not_allowed"),
        ("पानी\nनहीं", "text.not_allowed"),
        ("क" * 201, "text.too_long"),
        ("क" * 100_000, "text.too_long"),
    ],
)
def test_strange_bytes_from_the_bus_are_no_complaint(
    world: RequestWorld, typed: str, problem: str
) -> None:
    world.press(Action.ENTER, typed)
    assert box(world).problem == problem
    world.press(Action.ENTER, "क" * 200)
    assert isinstance(world.screen.data, Choice)


def test_a_name_of_one_letter_is_too_short(world: RequestWorld) -> None:
    world.press(Action.ENTER, TEXT)
    for each in PLACE:
        world.press(Action.CHOOSE, each)
    world.press(Action.ENTER, "क्षा")
    assert box(world).problem == "text.too_short"


def test_back_shows_what_was_written_and_another_text_takes_its_place(world: RequestWorld) -> None:
    world.press(Action.ENTER, TEXT)
    world.press(Action.BACK)
    assert box(world).typed == TEXT
    world.press(Action.ENTER, "")
    world.press(Action.BACK)
    assert box(world).typed == "", "what was wiped is gone"


def test_core_died_behind_the_words(world: RequestWorld) -> None:
    world.press(Action.ENTER, TEXT)
    world.crash()
    goes_on(world)
    assert isinstance(world.screen.data, Confirm)
    assert {"hi": TEXT, "en": TEXT} in [line.text for line in world.screen.data.lines]


def test_the_next_citizen_does_not_read_them(world: RequestWorld) -> None:
    world.press(Action.ENTER, TEXT)
    world.press(Action.BACK)
    world.press(Action.CANCEL)
    world.press(Action.CHOOSE_LANGUAGE, "hi")
    world.press(Action.CHOOSE_SERVICE, "grievance")
    world.press(Action.CHOOSE, SUBJECT)
    assert box(world).typed == "" and world.core.flow.visit.texts == {}


def test_who_types_for_two_minutes_is_not_sent_away(world: RequestWorld) -> None:
    for _ in range(12):
        world.run(10)
        world.press(Action.STAY)
    assert box(world).label == "grievance.ask.text"
    world.run(60)
    assert not isinstance(world.screen.data, WriteText), "nobody is there any more"


def test_no_word_of_it_is_in_a_log_an_export_or_a_repr(
    world: RequestWorld, caplog: pytest.LogCaptureFixture
) -> None:
    world.press(Action.ENTER, TEXT)
    world.press(Action.BACK)
    assert box(world).typed == TEXT and TEXT not in repr(world.screen.data)
    world.press(Action.ENTER, TEXT)
    goes_on(world)
    world.press(Action.SUBMIT)
    world.goes()
    assert TEXT not in caplog.text and NAME not in caplog.text
    assert TEXT not in repr(world.asked)
    for entry in world.journal.entries():
        told = f"{in_plain_words(entry.row)} {csv_line(entry)} {json_line(entry)}"
        assert TEXT not in told and NAME not in told
    created = [e.row for e in world.journal.entries() if isinstance(e.row, rows.OrderCreated)]
    assert created[0].texts["text"] == TEXT, "the journal alone has it, to post it"


def test_a_long_text_stands_on_paper_under_its_name(world: RequestWorld) -> None:
    long = " ".join(["पानी नहीं आया"] * 12)
    world.press(Action.ENTER, long)
    goes_on(world)
    world.press(Action.SUBMIT)
    world.run(3)
    assert long in [line.text for line in world.printer.papers[-1].lines if isinstance(line, Text)]


def test_a_press_of_before_the_box_is_not_its_text(world: RequestWorld) -> None:
    old = world.screen.serial
    world.press(Action.ENTER, TEXT)
    world.core.on_press(Press(old, Action.ENTER, "और"), world.now)
    assert world.core.flow.visit.texts == {"text": TEXT}


def test_a_bill_that_asks_for_words_would_have_lost_them(world: RequestWorld) -> None:
    bill = world.catalogue.services["electricity"]
    ask = asks.Text("note", most=20)
    with pytest.raises(ValueError, match="only a request carries a text"):
        replace(bill, asks=[*bill.asks, ask])


def test_a_text_of_more_letters_than_it_may_have_stops_the_start() -> None:
    with pytest.raises(ValueError, match="least <= most"):
        asks.Text("note", most=5, least=6)
