"""What every note acceptor keeps on disk, and that a ledger of a release before still reads."""

from __future__ import annotations

from pathlib import Path

from drivers.base.ledger import Ledger
from drivers.base.notes_ledger import Notebook, Page
from drivers.base.notes_protocol import OpenCredit
from firmware.contract.device import EventId, HeldNote, NoteStacked
from firmware.contract.money import rupees
from firmware.runtime.slots import Slots

OF_BEFORE = (  # as the SSP driver of release 0.1 wrote it, in the middle of a visit
    b'{"epoch":77,"counter":2,"serial":"1873452","credited":1,"returned":0,"unaccounted":0,"notes":['
    b'{"id":{"serial":"1873452","epoch":77,"counter":1},"channel":6,"value":{"paise":50000},'
    b'"stage":"credited","at_power_up":false,"is_journalled":false,"is_cleared":false},'
    b'{"id":{"serial":"1873452","epoch":77,"counter":2},"channel":4,"value":{"paise":10000},'
    b'"stage":"ordered","at_power_up":false,"is_journalled":false,"is_cleared":false}]}'
)


def test_a_ledger_of_the_release_before_goes_on_with_its_notes(tmp_path: Path) -> None:
    Slots(tmp_path / "notes.json").write(OF_BEFORE)
    notebook = Notebook(Ledger(tmp_path / "notes.json", Page))
    left = notebook.unfinished
    assert (left.owed, left.was_ordered, left.serial) == (4, True, "1873452")
    assert left.credits == (OpenCredit(6),)
    assert notebook.untold() == [NoteStacked(EventId("1873452", 77, 1), rupees(500))]
    assert notebook.held == HeldNote(EventId("1873452", 77, 2), rupees(100))


def test_a_note_has_its_id_on_disk_before_it_is_told(tmp_path: Path) -> None:
    path = tmp_path / "notes.json"
    told = Notebook(Ledger(path, Page)).escrowed(3, 5000)
    after_a_power_cut = Notebook(Ledger(path, Page))
    assert after_a_power_cut.held == HeldNote(told.id, rupees(50))
    assert after_a_power_cut.escrowed(3, 5000).id != told.id


def test_a_credit_stays_until_the_till_has_it_and_the_unit_forgot_it(tmp_path: Path) -> None:
    path = tmp_path / "notes.json"
    notebook = Notebook(Ledger(path, Page))
    note = notebook.escrowed(3, 5000)
    notebook.ordered()
    notebook.credited(3, 5000, at_power_up=False)
    assert [notebook.may_acknowledge] == [False], "the till does not have it yet"
    notebook.journalled(str(note.id))
    assert [notebook.may_acknowledge] == [True]
    assert Notebook(Ledger(path, Page)).unfinished.credits == (OpenCredit(3),)
    notebook.cleared(3, at_power_up=False)
    assert [notebook.may_acknowledge] == [False], "there is nothing to forget"
    assert Notebook(Ledger(path, Page)).unfinished.credits == ()


def test_a_log_that_is_read_further_repeats_no_credit_and_keeps_the_note_that_is_owed(
    tmp_path: Path,
) -> None:
    path = tmp_path / "notes.json"
    notebook = Notebook(Ledger(path, Page))
    notebook.identified("1605")
    notebook.escrowed(3, 5000)
    notebook.credited(3, 5000, at_power_up=False)
    owed = notebook.escrowed(4, 10000)
    notebook.read_up_to("02")
    left = Notebook(Ledger(path, Page)).unfinished
    assert (left.mark, left.credits, left.owed) == ("02", (), 4)
    assert notebook.held == HeldNote(owed.id, rupees(100))


def test_the_log_of_another_unit_is_read_from_its_own_beginning(tmp_path: Path) -> None:
    notebook = Notebook(Ledger(tmp_path / "notes.json", Page))
    notebook.identified("1605")
    notebook.read_up_to("02")
    notebook.identified("1605")
    assert notebook.unfinished.mark == "02"
    notebook.identified("1606")
    assert notebook.unfinished.mark == ""
