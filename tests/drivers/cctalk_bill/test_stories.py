"""What happens to notes in a ccTalk validator when people, drivers and mains fail."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from drivers.base.ledger import Ledger
from drivers.base.loopback import Wire
from drivers.base.notes_ledger import Page
from drivers.cctalk.codec import BLANK, HOST, EventBuffer, Header
from drivers.cctalk_bill.codec import ESCROWED, FAILED_TO_ROUTE, STACKED, Route
from drivers.cctalk_bill.emulator import NoteAcceptorEmulator
from firmware.contract.device import (
    NoteEscrowed,
    NoteRejected,
    NoteReturned,
    NoteStacked,
    NoteUnaccounted,
    Stack,
    Status,
    event_key,
)
from firmware.contract.money import rupees
from tests.drivers.cctalk_bill.stage import Stage
from tests.drivers.note_stories import NoteStories


class Dead(Wire):
    """Carries nothing."""

    def carry(self, data: bytes) -> list[tuple[float, bytes]]:
        return []


class TestStories(NoteStories):
    """Those of every maker; ccTalk has one word for all that the sensors do not know."""

    @pytest.mark.parametrize("quality", ["torn", "fake"])
    def test_a_bad_note_goes_back_with_its_reason(  # type: ignore[override]
        self, stage: Stage, quality: str
    ) -> None:
        stage.visit.hand("insert", paise=50000, quality=quality)
        assert stage.run_until(NoteRejected) == NoteRejected("not_recognised")
        assert stage.returned() == {"50000": 1}


# --- a note, and what is done with it ------------------------------------------------------------


def test_a_note_that_nobody_decides_on_is_extended_before_its_thirty_seconds_are_over(
    stage: Stage,
) -> None:
    stage.escrow()
    tap = stage.tap()
    stage.run(60.0)
    assert len(tap.asked(Header.ROUTE_BILL)) >= 10
    assert set(tap.asked(Header.ROUTE_BILL)) == {bytes((Route.EXTEND,))}
    assert stage.visit.emulator.physics()["at"] == "escrow"


def test_stack_goes_out_in_the_turn_in_which_the_till_asks(stage: Stage) -> None:
    note = stage.escrow()
    stage.visit.device.protocol.bytes_to_send()
    stage.run(0.05)
    stage.ask(Stack(note.id))
    assert stage.visit.device.protocol.bytes_to_send() == bytes((40, 1, 188, 154, 1, 98))


def test_an_answer_to_stack_that_is_lost_stacks_one_note_and_credits_it_once(stage: Stage) -> None:
    note = stage.escrow()
    stage.run(0.1)
    stage.order(Stack(note.id))
    stage.run(0.004)
    stage.visit.unplug()
    stage.visit.plug()
    assert stage.run_until(NoteStacked) == NoteStacked(note.id, rupees(500))
    stage.run(12.0)
    assert stage.in_box() == {"50000": 1} and len(stage.till.journal) == 1


def test_an_order_is_not_repeated_before_the_counter_was_read(stage: Stage) -> None:
    note = stage.escrow()
    tap = stage.tap()
    stage.visit.hand("link_drop", seconds=0.5)
    stage.order(Stack(note.id))
    stage.run(3.0)
    headers = [f.header for f in tap.frames if f.destination != HOST]
    routes = [place for place, header in enumerate(headers) if header == Header.ROUTE_BILL]
    assert len(routes) >= 2
    for before, after in pairwise(routes):
        assert Header.READ_BILL_EVENTS in headers[before:after]
    assert stage.in_box() == {"50000": 1}


def test_a_validator_that_fails_to_route_is_asked_again_until_it_does(stage: Stage) -> None:
    note = stage.escrow()
    unit = stage.visit.emulator
    assert isinstance(unit, NoteAcceptorEmulator)
    honest = unit._obey[Header.ROUTE_BILL]
    unit._obey[Header.ROUTE_BILL] = lambda data, now: bytes((FAILED_TO_ROUTE,))
    stage.order(Stack(note.id))
    stage.run(3.0)
    assert stage.state().held is not None and stage.in_box() == {}
    unit._obey[Header.ROUTE_BILL] = honest
    assert stage.run_until(NoteStacked) == NoteStacked(note.id, rupees(500))


def test_one_hurt_answer_that_passes_its_checksum_credits_nothing(stage: Stage) -> None:
    unit = stage.visit.emulator
    assert isinstance(unit, NoteAcceptorEmulator)
    honest, hurt = unit._obey[Header.READ_BILL_EVENTS], [bytes((1, 6, 0, *bytes(8)))]
    unit._obey[Header.READ_BILL_EVENTS] = lambda data, now: (
        hurt.pop() if hurt else honest(data, now)
    )
    stage.run(3.0)
    assert not hurt and stage.till.told == []


def test_the_counter_goes_from_255_to_1(stage: Stage) -> None:
    unit = stage.visit.emulator
    assert isinstance(unit, NoteAcceptorEmulator)
    for _ in range(254):
        unit.hand("jam", stage.visit.now)
        unit.hand("clear_jam", stage.visit.now)
        stage.run(0.5)
    assert unit._log.counter == 254
    stage.till.told.clear()
    stage.run(6.0)
    stage.visit.hand("insert", paise=50000)
    assert isinstance(stage.run_until(NoteStacked), NoteStacked)
    assert unit._log.counter == 1 and stage.in_box() == {"50000": 1}
    stage.run(2.0)
    assert not stage.till.heard(NoteUnaccounted)


# --- while the driver was away -------------------------------------------------------------------


def stacked_while_away(stage: Stage) -> NoteEscrowed:
    """The order was heard, and the driver died before it heard anything of the note."""
    note = stage.escrow()
    stage.run(0.1)
    stage.order(Stack(note.id))
    stage.run(0.05)
    stage.visit.unplug()
    stage.run(2.0)
    return note


def test_a_note_stacked_while_the_driver_was_away_is_credited_under_its_id(stage: Stage) -> None:
    note = stacked_while_away(stage)
    stage.visit.start_driver()
    stage.visit.plug()
    assert stage.run_until(NoteStacked, within=3.0) == NoteStacked(note.id, rupees(500))


def test_more_events_than_the_buffer_holds_leave_the_note_in_doubt(stage: Stage) -> None:
    note = stacked_while_away(stage)
    for _ in range(3):
        stage.visit.hand("remove_cash_box")
        stage.visit.hand("replace_cash_box")
    stage.visit.start_driver()
    stage.visit.plug()
    assert stage.run_until(NoteUnaccounted) == NoteUnaccounted(note.id, rupees(500))
    assert stage.in_box() == {"50000": 1}


def test_more_events_than_the_buffer_holds_and_no_note_owed_make_somebody_count(
    stage: Stage,
) -> None:
    stage.visit.unplug()
    for _ in range(3):
        stage.visit.hand("remove_cash_box")
        stage.visit.hand("replace_cash_box")
    stage.visit.plug()
    told = stage.run_until(NoteUnaccounted, within=5.0)
    assert isinstance(told, NoteUnaccounted) and told.value == rupees(0)
    stage.run(2.0)
    assert stage.status() is Status.READY


def test_a_ledger_that_is_lost_believes_nothing_of_what_stands_in_the_buffer(
    stage: Stage, tmp_path: Path
) -> None:
    stacked_while_away(stage)
    for file in tmp_path.iterdir():
        file.write_bytes(b"nothing that a checksum fits")
    stage.till.told.clear()
    stage.visit.start_driver()
    stage.visit.plug()
    stage.run(15.0)
    assert stage.till.told == [] and stage.status() is Status.READY


def test_the_driver_dies_at_every_write_and_a_note_has_one_end(tmp_path: Path) -> None:
    """Between the credit and the mark, the same event is read again, and is the same note."""
    for place in range(40):
        stage = Stage(tmp_path / str(place))
        stage.visit.hand("insert", paise=50000)
        stage.run(0.55 + place * 0.02)
        stage.visit.start_driver()
        stage.run(8.0)
        assert not stage.till.heard(NoteUnaccounted)
        ends = {event_key(e) for e in stage.till.told if isinstance(e, NoteStacked | NoteReturned)}
        assert len(ends) <= 1
        assert bool(stage.till.heard(NoteStacked)) == (stage.in_box() == {"50000": 1})


def test_a_credit_whose_mark_was_not_saved_is_not_told_as_another(
    stage: Stage, tmp_path: Path
) -> None:
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert before
    stage.visit.hand("insert", paise=50000)
    first = stage.run_until(NoteStacked)
    ledger = Ledger(tmp_path / "notes.json", Page)
    page = ledger.load()
    assert page is not None
    page.mark = EventBuffer(1, ((6, 1), *[BLANK] * 4)).to_data().hex()
    page.notes[0].is_cleared = False
    ledger.save(page)
    stage.visit.start_driver()
    stage.run(4.0)
    assert set(stage.till.journal.values()) == {first}


def test_a_note_in_escrow_that_no_ledger_and_no_counter_knows_goes_back(
    stage: Stage, tmp_path: Path
) -> None:
    stage.escrow()
    for file in tmp_path.iterdir():
        file.write_bytes(b"nothing that a checksum fits")
    stage.visit.start_driver()
    assert stage.run_until(NoteRejected) == NoteRejected("host")
    assert stage.returned() == {"50000": 1}


def test_a_note_that_went_into_the_box_while_nobody_listened_is_for_somebody_to_count(
    stage: Stage,
) -> None:
    """The counter says so, and no ledger knows of a note that was to be stacked."""
    unit = stage.visit.emulator
    assert isinstance(unit, NoteAcceptorEmulator)
    stage.visit.unplug()
    unit._happen((6, ESCROWED))
    unit._happen((6, STACKED))
    stage.visit.plug()
    told = stage.run_until(NoteUnaccounted, within=5.0)
    assert isinstance(told, NoteUnaccounted) and told.value == rupees(0)
    assert not stage.till.heard(NoteStacked)


# --- power and resets ----------------------------------------------------------------------------


def test_power_cut_with_a_note_in_escrow_gives_it_back(stage: Stage) -> None:
    note = stage.escrow()
    stage.visit.hand("power_cycle", seconds=1.0)
    assert stage.run_until(NoteReturned) == NoteReturned(note.id, rupees(500))


def test_power_cut_on_the_way_to_the_box_is_a_credit_at_power_up(stage: Stage) -> None:
    note = stage.escrow()
    stage.order(Stack(note.id))
    stage.run(0.3)
    stage.visit.hand("power_cycle", seconds=0.2)
    told = stage.run_until(NoteStacked)
    assert isinstance(told, NoteStacked) and told.id == note.id
    stage.run(3.0)
    assert stage.in_box() == {"50000": 1} and stage.status() is Status.READY


@pytest.mark.parametrize("is_ordered", [True, False])
def test_a_validator_that_says_nothing_at_power_up_leaves_a_doubt(
    tmp_path: Path, is_ordered: bool
) -> None:
    stage = Stage(tmp_path, NoteAcceptorEmulator(says_at_power_up=False))
    note = stage.escrow()
    if is_ordered:
        stage.order(Stack(note.id))
        stage.run(0.3)
    stage.visit.hand("power_cycle", seconds=1.0)
    assert stage.run_until(NoteUnaccounted) == NoteUnaccounted(note.id, rupees(500))
    stage.run(2.0)
    assert stage.status() is Status.READY and len(stage.state().accepting) == 6


def test_the_mouth_stays_shut_until_the_note_of_before_has_an_end(tmp_path: Path) -> None:
    stage = Stage(tmp_path, NoteAcceptorEmulator(says_at_power_up=False))
    stage.escrow()
    stage.visit.hand("power_cycle", seconds=1.0)
    stage.run(8.0)
    assert stage.visit.emulator.physics()["accepting"] == []
    stage.run_until(NoteUnaccounted)


def test_a_word_at_power_up_that_may_be_of_another_note_is_a_doubt(stage: Stage) -> None:
    """The one before was stacked in the last moment, and nobody read of it."""
    note = stage.escrow()
    stage.order(Stack(note.id))
    stage.run(0.05)
    stage.visit.unplug()
    stage.run(1.2)
    stage.visit.hand("insert", paise=10000)
    stage.run(0.2)
    stage.visit.hand("power_cycle", seconds=1.0)
    stage.run(1.0)
    stage.visit.plug()
    assert stage.run_until(NoteUnaccounted) == NoteUnaccounted(note.id, rupees(500))
    assert stage.in_box() == {"50000": 1} and not stage.till.heard(NoteReturned)


def test_a_reset_that_is_over_between_two_polls_is_noticed_and_settings_are_sent_again(
    stage: Stage,
) -> None:
    unit = stage.visit.emulator
    stage.visit.hand("cheat")
    stage.run(1.0)
    assert isinstance(unit, NoteAcceptorEmulator)
    unit._forget(stage.visit.now)
    stage.run(1.0)
    assert len(unit.physics()["accepting"]) == 6 and stage.status() is not Status.GONE


def test_a_validator_that_inhibited_itself_is_opened_at_its_word(stage: Stage) -> None:
    unit = stage.visit.emulator
    assert isinstance(unit, NoteAcceptorEmulator)
    unit._ram.is_enabled = False
    unit._happen((0, 0))
    stage.run(1.0)
    assert len(unit.physics()["accepting"]) == 6


def test_five_seconds_without_a_poll_and_the_mouth_is_opened_again(stage: Stage) -> None:
    stage.visit.wire = Dead()
    stage.run(6.0)
    assert stage.visit.emulator.physics()["accepting"] == []
    stage.visit.wire = Wire()
    stage.run(3.0)
    assert len(stage.visit.emulator.physics()["accepting"]) == 6
    assert stage.status() is Status.READY
