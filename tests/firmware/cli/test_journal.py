"""`kioskctl journal`: what a technician reads, word for word, and what an accountant gets."""

from __future__ import annotations

import csv
import json
import sqlite3
import sys
from datetime import datetime
from io import StringIO
from pathlib import Path

import pytest

from firmware.cli.__main__ import main
from firmware.contract.device import EventId
from firmware.contract.gateway import Bill
from firmware.contract.money import Money, rupees
from firmware.journal.aside import set_aside
from firmware.journal.chain import KINDS, Entry
from firmware.journal.change_rows import ChangeInDoubt, ChangeIntended, ChangePaid
from firmware.journal.export import CSV_HEAD, csv_line, json_line
from firmware.journal.journal import Journal
from firmware.journal.lookup_rows import LookupMissed, LookupShown
from firmware.journal.paper_rows import CopyAsked, CopyRefused, PosterAsked, SpoolWiped
from firmware.journal.plain import line_of, words
from firmware.journal.practice_rows import PracticeBegan, PracticeEnded
from firmware.journal.recovery import open_journal
from firmware.journal.rows import (
    AnyRow,
    CashClosed,
    CashOpened,
    CheatSuspected,
    ClaimIssued,
    ClaimRedeemed,
    ClockDoubted,
    ClockTrusted,
    CoinCredited,
    CoinsInDoubt,
    End,
    JournalBegun,
    JournalConfirmed,
    KioskStarted,
    Line,
    LinePosted,
    LineRefused,
    NoteCredited,
    NoteGivenBack,
    NoteInDoubt,
    OrderClosed,
    OrderCreated,
    OrderPaid,
    OrderPosted,
    PostRefused,
    Printed,
    PrintFailed,
    PrintIntended,
    ProofShown,
    ReturnIntended,
    StackIntended,
    TenderCredited,
    UnknownRow,
)
from firmware.runtime.clock import INDIA
from tests.firmware.cli import desk_words, occasion_words, tender_words
from tests.firmware.journal.writer import AT

ORDER, NOTE = "TDR 0417 0001", EventId("1873452", 7, 1)
BILL = Bill("B1", "210344001725", "K C Sharma", "2026-10", "2026-11-28", rupees(470), Money(0))
CREATED = OrderCreated(ORDER, "k", "electricity", "hi", BILL, rupees(470))
LINES = [Line("k1", "electricity", BILL, rupees(470)), Line("k2", "electricity", BILL, rupees(86))]
BASKET = OrderCreated(ORDER, "k", "basket", "hi", BILL, rupees(556), LINES)
COMPLAINT = OrderCreated(ORDER, "k", "grievance", "hi", BILL, Money(0), kind="request")
SAID: list[tuple[AnyRow, str]] = [
    (KioskStarted("0.1.0", 3, "b"), "kiosk-core 0.1.0 started, boot 3"),
    (CREATED, "electricity bill of ********1725: ₹470.00 to pay"),
    (BASKET, "2 bills together, of ********1725, ********1725: ₹556.00 to pay"),
    (COMPLAINT, "grievance request of ********1725"),
    (OrderPaid(ORDER, Money(0), Money(0)), "accepted, to be posted"),
    (CashOpened(ORDER, "s", rupees(970)), "cash may be taken, up to ₹970.00"),
    (StackIntended(ORDER, NOTE, rupees(500)), "₹500.00 note in escrow is to be taken"),
    (NoteCredited(ORDER, NOTE, rupees(500), False), "₹500.00 note is in the box"),
    (NoteCredited(ORDER, NOTE, rupees(500), True),
     "₹500.00 note is in the box, told at power-up"),
    (ReturnIntended(ORDER, NOTE, rupees(10), "closing"),
     "₹10.00 note in escrow is to be given back: closing"),
    (NoteGivenBack(ORDER, NOTE, rupees(10)), "₹10.00 note was given back"),
    (NoteInDoubt(ORDER, NOTE, rupees(10)), "₹10.00 note 1873452/7/1: nobody knows where it is"),
    (CoinCredited(None, NOTE, rupees(5)), "₹5.00 coin is in the box"),
    (CoinsInDoubt(None, NOTE, 3), "3 coin events were lost in the device's buffer"),
    (CheatSuspected(ORDER, "notes", "fraud"),
     "notes suspects a forged note or a cheat: fraud; nothing was kept"),
    (CashClosed(ORDER, "s", "paid_in_full"), "no more cash: paid_in_full"),
    (OrderPaid(ORDER, rupees(500), rupees(30)), "paid, ₹500.00 inserted, ₹30.00 in advance"),
    (OrderPaid(ORDER, rupees(470), Money(0)), "paid, ₹470.00 inserted"),
    (OrderPaid(ORDER, rupees(300), Money(-17000)),
     "paid, ₹300.00 inserted, ₹170.00 of the due not paid"),
    (ChangeIntended(ORDER, f"{ORDER}/change/1", rupees(30)), "₹30.00 of change is to be paid out"),
    (ChangePaid(ORDER, f"{ORDER}/change/1", rupees(30), {1000: 3}),
     "₹30.00 of change was paid out (TDR 0417 0001/change/1)"),
    (ChangeInDoubt(ORDER, f"{ORDER}/change/1", rupees(30)),
     "₹30.00 of change: nobody knows whether it was paid out (TDR 0417 0001/change/1)"),
    (OrderPosted(ORDER, "REF1"), "posted: REF1"),
    (LinePosted(ORDER, 2, "REF2"), "bill 2 posted: REF2"),
    (LineRefused(ORDER, 1, "refused", "why"), "the back end refused bill 1: refused why"),
    (TenderCredited(ORDER, "TDR 0417 0003 C1", rupees(200)),
     "₹200.00 of the claim TDR 0417 0003 C1 pays this order"),
    (PostRefused(ORDER, "refused", ""), "the back end refused: refused"),
    (PrintIntended(ORDER, f"{ORDER}/receipt/1", "receipt"),
     "receipt is to be printed: TDR 0417 0001/receipt/1"),
    (PrintIntended(ORDER, f"{ORDER}/document/1", "document", "page"),
     "document is to be printed on the page printer: TDR 0417 0001/document/1"),
    (SpoolWiped("page", 2), "2 documents were wiped from the spool of page"),
    (PracticeBegan("R. Meena"), "R. Meena practises with play money"),
    (PracticeEnded("idle"), "practice is over: idle"),
    (PosterAsked(), "a citizen asks for the poster of services and fees"),
    (CopyAsked(ORDER), "the citizen asks for the receipt again, with its mobile"),
    (CopyRefused(3, 61_000), "a receipt asked for with a mobile that is not its own"),
    (LookupShown("scheme"), "scheme was looked up"),
    (LookupMissed(3, 61_000), "a lookup of a number that the office does not know"),
    (Printed(ORDER, f"{ORDER}/receipt/1"), "on paper: TDR 0417 0001/receipt/1"),
    (PrintFailed(ORDER, "j", "receipt.paper.end"), "not on paper: j: receipt.paper.end"),
    (ProofShown(ORDER, "receipt"), "receipt was shown on the screen"),
    (ClaimIssued(ORDER, f"{ORDER} C1", rupees(510), rupees(10), "trouble.refused"),
     "claim TDR 0417 0001 C1 of ₹510.00, ₹10.00 of it in doubt: trouble.refused"),
    (ClaimRedeemed(ORDER, f"{ORDER} C1", rupees(500), "cash_by_operator", "the operator", "V 12"),
     "claim TDR 0417 0001 C1 redeemed by the operator: ₹500.00, cash_by_operator, V 12"),
    (OrderClosed(ORDER, End.FULFILLED), "closed: fulfilled"),
    (JournalBegun("ab" * 32, 44, "malformed", rupees(40), 104),
     "ROWS ARE MISSING: malformed; known before: 44 rows, head abababababababab, ₹40.00 brought"
     " forward; orders from 0104"),
    (JournalBegun("ab" * 32, 44, "a new year", rupees(40), 104, "journal-2026.db", 2,
                  rupees(700)),
     "goes on from journal-2026.db: 44 rows, head abababababababab, ₹40.00 brought forward,"
     " ₹700.00 collected before, 2 claims not redeemed; orders from 0104"),
    (JournalConfirmed("S. Meena"), "confirmed by S. Meena: cash may be taken again"),
    (ClockDoubted("1970-01-01T05:30:00.000+05:30", "2026-11-22T10:00:00.000+05:30"),
     "the clock says 1970-01-01T05:30:00.000+05:30 after 2026-11-22T10:00:00.000+05:30: not"
     " believed"),
    (ClockTrusted("2026-11-22T10:00:00.000+05:30"),
     "the clock says 2026-11-22T10:00:00.000+05:30: believed again"),
]  # fmt: skip


OTHERS = [*desk_words.SAID, *tender_words.SAID, *occasion_words.SAID]


def entry(row: AnyRow | UnknownRow, order: str | None = ORDER, credited: int = 50000) -> Entry:
    return Entry(12, "2026-11-22T10:00:00.000+05:30", row, bytes(31) + b"\x01", order, credited)


@pytest.mark.parametrize(
    ("row", "said"),
    [*SAID, *OTHERS],
    ids=lambda value: type(value).__name__,
)
def test_each_row_in_plain_words(row: AnyRow, said: str) -> None:
    assert words(row) == said


def test_no_kind_is_without_words() -> None:
    assert {type(row).__name__ for row, _ in (*SAID, *OTHERS)} == KINDS


def test_a_line_for_the_technician() -> None:
    paid = NoteCredited(ORDER, NOTE, rupees(500), False)
    assert line_of(entry(paid)) == (
        "    12  2026-11-22 10:00:00  TDR 0417 0001  ₹500.00 note is in the box"
    )
    later = UnknownRow("CardCharged", '{"pan":"4111"}')
    assert line_of(entry(later, None)) == (
        "    12  2026-11-22 10:00:00  -              CardCharged: of a later release, not known"
        " here"
    )


def test_a_line_for_the_accountant() -> None:
    assert csv_line(entry(CREATED)) == (
        "12,2026-11-22T10:00:00.000+05:30,OrderCreated,TDR 0417 0001,47000,470.00,50000,500.00,"
        f"electricity bill of ********1725: ₹470.00 to pay,{'0' * 63}1"
    )
    assert json.loads(json_line(entry(CREATED))) == {
        "seq": 12,
        "at": "2026-11-22T10:00:00.000+05:30",
        "kind": "OrderCreated",
        "order": "TDR 0417 0001",
        "amount_paise": 47000,
        "amount_rupees": "470.00",
        "total_in_paise": 50000,
        "total_in_rupees": "500.00",
        "words": "electricity bill of ********1725: ₹470.00 to pay",
        "hash": "0" * 63 + "1",
    }


def test_a_row_without_money_has_none_and_not_zero() -> None:
    line = next(csv.DictReader([CSV_HEAD, csv_line(entry(OrderPosted(ORDER, 'REF,"1"')))]))
    assert (line["amount_paise"], line["words"]) == ("", 'posted: REF,"1"')


def test_a_name_from_outside_is_no_formula_on_the_accountants_desk() -> None:
    line = next(csv.reader([csv_line(entry(CREATED, "=HYPERLINK(1)"))]))
    assert line[3] == "'=HYPERLINK(1)"


# --- the commands -----------------------------------------------------------------------------


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "kiosk.toml"
    path.write_text(
        f"""
        device = {{}}
        [kiosk]
        id = "k1"
        place = {{ en = "T", hi = "T" }}
        receipt_prefix = "TDR 0417"
        [gateway]
        url = "http://localhost:1"
        [paths]
        state = "{tmp_path}"
        """
    )
    return path


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    journal = Journal(tmp_path / "core" / "journal.db")
    journal.append(AT, KioskStarted("0.1.0", 1))
    journal.append(AT.replace(day=23), CREATED, CashOpened(ORDER, "s", rupees(970)))
    journal.append(AT.replace(day=24), NoteCredited(ORDER, NOTE, rupees(500), False))
    return journal


def said(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str
) -> tuple[int, list[str]]:
    """Exit code and lines of `kioskctl journal ...`."""
    monkeypatch.setattr(sys, "argv", ["kioskctl", "--config", str(config), "journal", *words])
    code = main()
    return code, capsys.readouterr().out.splitlines()


def test_the_technician_reads_while_core_writes(
    config: Path,
    journal: Journal,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, lines = said(config, monkeypatch, capsys, "verify")
    assert (code, lines[0]) == (0, f"{journal.path}: 4 rows, whole")
    assert lines[1:] == [f"head {journal.head}", "taken in ₹500.00 in all"]
    code, lines = said(config, monkeypatch, capsys, "show", "--last", "1")
    assert lines == ["     4  2026-11-24 10:00:00  TDR 0417 0001  ₹500.00 note is in the box"]
    assert len(said(config, monkeypatch, capsys, "show", ORDER)[1]) == 3
    assert said(config, monkeypatch, capsys, "show", "TDR 0417 0009") == (1, [])
    journal.append(AT, OrderPosted(ORDER, "R"))


def test_an_export_of_some_days(
    config: Path,
    journal: Journal,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    days = ("--from", "2026-11-23", "--to", "2026-11-23")
    _, lines = said(config, monkeypatch, capsys, "export", "--csv", *days)
    assert [row["seq"] for row in csv.DictReader(StringIO("\n".join(lines)))] == ["2", "3"]
    _, lines = said(config, monkeypatch, capsys, "export", "--json", "--from", "2026-11-24")
    assert [json.loads(line)["amount_rupees"] for line in lines] == ["500.00"]
    assert "210344001725" not in str(lines)


def test_a_fault_is_said_with_its_row_and_in_the_exit_code(
    config: Path,
    journal: Journal,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    journal.close()
    with sqlite3.connect(journal.path) as database:
        database.execute("DROP TRIGGER rows_are_never_changed")
        database.execute("UPDATE rows SET credited = 9 WHERE seq = 3")
    database.close()
    code, lines = said(config, monkeypatch, capsys, "verify")
    assert code == 1
    assert lines[0].startswith(f"FAULT {journal.path}: row 3: expected hash ")


def test_no_journal_is_said_in_one_line(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said(config, monkeypatch, capsys, "show")[0] == 2
    assert said(config, monkeypatch, capsys, "verify")[0] == 2


def test_a_journal_on_a_card_that_nobody_may_write_is_read(
    config: Path,
    journal: Journal,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    journal.close()
    card = tmp_path / "damaged-1"
    card.mkdir()
    journal.path.rename(card / "journal.db")
    code, lines = said(config, monkeypatch, capsys, "verify", "--file", f"{card}/journal.db")
    assert (code, lines[0]) == (0, f"{card}/journal.db: 4 rows, whole")


# --- other files ------------------------------------------------------------------------------


def test_all_years_are_verified_shown_and_exported(
    config: Path,
    journal: Journal,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    journal.append(AT, OrderClosed(ORDER, End.CLAIMED))
    journal.close()
    later = open_journal(journal.path, datetime(2027, 1, 1, tzinfo=INDIA), "1")
    later.append(datetime(2027, 1, 2, tzinfo=INDIA), Printed(ORDER, f"{ORDER}/receipt/1"))
    archive = journal.path.with_name("journal-2026.db")
    code, lines = said(config, monkeypatch, capsys, "verify")
    assert code == 0
    assert [line for line in lines if "rows" in line] == [
        f"{archive}: 5 rows, whole", f"{journal.path}: 4 rows, whole"]  # fmt: skip
    lines = said(config, monkeypatch, capsys, "show", ORDER)[1]
    assert lines[0].endswith("electricity bill of ********1725: ₹470.00 to pay")
    assert lines[-1].endswith(f"on paper: {ORDER}/receipt/1")
    lines = said(config, monkeypatch, capsys, "show", "--last", "4")[1]
    assert "goes on from journal-2026.db: 5 rows" in lines[0]
    assert len(said(config, monkeypatch, capsys, "export", "--json")[1]) == 9
    archive.unlink()
    code, lines = said(config, monkeypatch, capsys, "verify")
    assert (code, lines[-1]) == (
        1, f"FAULT {journal.path}: goes on from journal-2026.db, which is not there")  # fmt: skip


def test_what_a_damaged_file_still_says_is_told(
    config: Path,
    journal: Journal,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    claim = ClaimIssued(None, "C N1/1/9", rupees(100), Money(0), "trouble.note_unaccounted")
    journal.append(AT, OrderPaid(ORDER, rupees(500), rupees(30)), claim)
    journal.close()
    file = set_aside(journal.path, AT) / "journal.db"
    code, lines = said(config, monkeypatch, capsys, "aside")
    assert (code, lines[0]) == (0, f"{file}: 6 rows can be believed")
    assert lines[1:] == [
        f"  {ORDER}: ₹500.00 paid; not carried on, so the kiosk does not post it: ask the office",
        "  C N1/1/9: ₹100.00 claimed, not redeemed there: ask the office",
    ]
