"""A month of outages: who had it, for how long, and that nobody wrote it differently afterwards."""

from __future__ import annotations

import sqlite3
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.contract.downtime import Cause
from firmware.health.causes import Around, causes
from firmware.health.downtime import STAFF, UNWATCHED, month
from firmware.health.ledger import Begun, Seen, day_to_sign, looked, taken_up
from firmware.health.ledger_file import LedgerDamaged, LedgerFile, entries, open_ledger

BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
UP = {"electricity": Cause.NONE, "jamabandi": Cause.NONE}


class Kiosk:
    """A ledger on disk, and somebody who looks at the kiosk now and then."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.now = folder, BEGUN
        self.file = LedgerFile(folder, "k1", BEGUN)
        self.ledger = self.file.ledger

    def sees(self, causes: dict[str, Cause], operator: str = "", *codes: str) -> None:
        self.ledger, rows = looked(self.ledger, Seen(causes, codes, operator), self.now)
        self.file.append(self.now, *rows)
        self.file.say_alive(self.now)

    def after(self, span: timedelta) -> Kiosk:
        self.now += span
        return self

    def loses_power(self, span: timedelta, off: Cause = Cause.MAINS) -> None:
        self.file.close()
        self.now += span
        self.file = LedgerFile(self.folder, "k1", self.now)
        self.ledger, rows = taken_up(self.file.ledger, self.now, off)
        self.file.append(self.now, *rows)

    def hours(self, service: str = "electricity") -> dict[str, float]:
        read = month(entries(open_ledger(self.folder / "downtime.db")), date(2026, 1, 1), self.now)
        assert sum(read.seconds[service].values()) == read.length
        return {cause: round(s / 3600, 2) for cause, s in read.seconds[service].items()}


@pytest.fixture
def kiosk(tmp_path: Path) -> Kiosk:
    return Kiosk(tmp_path)


def test_every_minute_has_a_cause(kiosk: Kiosk) -> None:
    kiosk.sees(UP)
    kiosk.after(5 * HOUR).sees({**UP, "electricity": Cause.NETWORK})
    kiosk.after(2 * HOUR).sees({**UP, "electricity": Cause.BACK_END})
    kiosk.after(1 * HOUR).sees(UP)
    kiosk.after(4 * HOUR)
    assert kiosk.hours() == {"none": 9.0, "network": 2.0, "back_end": 1.0}
    assert kiosk.hours("jamabandi") == {"none": 12.0}


def test_a_power_cut_is_the_mains_and_no_restart_of_ours_is_a_cut(kiosk: Kiosk) -> None:
    kiosk.sees(UP)
    kiosk.after(3 * HOUR).sees(UP)
    kiosk.loses_power(2 * HOUR)
    kiosk.sees(UP)
    kiosk.after(HOUR).sees(UP)
    kiosk.loses_power(timedelta(minutes=1))
    kiosk.sees(UP)
    kiosk.after(HOUR)
    assert kiosk.hours() == {"none": 5.02, "mains": 2.0}


def test_paper_that_nobody_brought_is_not_the_papers_fault(kiosk: Kiosk) -> None:
    kiosk.sees(UP)
    kiosk.after(HOUR).sees(dict.fromkeys(UP, Cause.PAPER))
    kiosk.after(9 * HOUR).sees(dict.fromkeys(UP, Cause.PLANNED), "R. Meena")
    kiosk.after(HOUR).sees(UP)
    kiosk.after(HOUR)
    assert kiosk.hours() == {"none": 2.0, "paper": 2.0, STAFF: 7.0, "planned": 1.0}


def test_an_operator_who_came_in_time_is_not_absent(kiosk: Kiosk) -> None:
    kiosk.sees(UP)
    kiosk.after(HOUR).sees(dict.fromkeys(UP, Cause.PAPER))
    kiosk.after(HOUR).sees(dict.fromkeys(UP, Cause.PLANNED), "R. Meena")
    kiosk.after(HOUR).sees(dict.fromkeys(UP, Cause.PAPER))  # the roll is in the next village
    kiosk.after(90 * timedelta(minutes=1)).sees(UP)
    assert kiosk.hours() == {"none": 1.0, "paper": 2.5, "planned": 1.0}


def test_a_kiosk_set_up_in_the_middle_of_the_month_was_not_down_before(kiosk: Kiosk) -> None:
    kiosk.now += timedelta(days=10)
    kiosk.sees(UP)
    kiosk.after(timedelta(days=1))
    assert kiosk.hours() == {UNWATCHED: 240.0, "none": 24.0}


def test_a_clock_that_went_back_to_1970_takes_no_hours_away(kiosk: Kiosk) -> None:
    kiosk.sees(UP)
    kiosk.after(5 * HOUR).sees({**UP, "electricity": Cause.NETWORK})
    right, kiosk.now = kiosk.now, datetime(1970, 1, 1, tzinfo=UTC)
    kiosk.sees(UP)
    kiosk.now = right + HOUR
    kiosk.sees(UP)
    assert kiosk.hours() == {"none": 6.0}


def test_operators_are_on_the_record(kiosk: Kiosk) -> None:
    kiosk.sees(UP, "R. Meena")
    kiosk.after(HOUR).sees(UP, "S. Devi")
    kiosk.after(HOUR).sees(UP)
    read = month(entries(open_ledger(kiosk.folder / "downtime.db")), date(2026, 1, 1), kiosk.now)
    spans = [(v.by, v.until - v.since) for v in read.visits]
    assert spans == [("R. Meena", HOUR), ("S. Devi", HOUR)]


def test_a_row_that_was_changed_is_found(kiosk: Kiosk) -> None:
    kiosk.sees(UP)
    kiosk.after(HOUR).sees({**UP, "electricity": Cause.BACK_END})
    kiosk.file.close()
    db = sqlite3.connect(kiosk.folder / "downtime.db")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        db.execute("UPDATE rows SET at = '2026' WHERE seq = 2")
    db.execute("DROP TRIGGER never_changed")
    db.execute("UPDATE rows SET body = replace(body, 'back_end', 'mains') WHERE seq = 3")
    db.commit()
    with pytest.raises(LedgerDamaged, match="row 3"):
        LedgerFile(kiosk.folder, "k1", kiosk.now)


def test_the_whole_file_written_anew_with_right_hashes_lacks_the_signature(
    kiosk: Kiosk, tmp_path: Path
) -> None:
    kiosk.sees(UP)
    kiosk.file.sign("2026-01-01", kiosk.now + timedelta(days=1))
    assert [type(e.row).__name__ for e in entries(open_ledger(tmp_path / "downtime.db"))] == [
        "Begun", "Changed", "Signed",
    ]  # fmt: skip
    forged = LedgerFile(tmp_path / "forged", "k1", BEGUN)
    own_key = next(iter(entries(open_ledger(tmp_path / "downtime.db")))).row
    db = sqlite3.connect(tmp_path / "forged" / "downtime.db")
    db.execute("DROP TRIGGER never_deleted")
    db.execute("DELETE FROM rows")
    db.commit()
    forged._seq, forged._hash = 0, "0" * 64
    assert isinstance(own_key, Begun)
    forged.append(BEGUN, own_key)
    forged.sign("2026-01-01", BEGUN)
    with pytest.raises(LedgerDamaged, match="signature"):
        list(entries(open_ledger(tmp_path / "forged" / "downtime.db")))


def test_each_day_is_signed_once(kiosk: Kiosk) -> None:
    kiosk.sees(UP)
    assert day_to_sign(kiosk.ledger, BEGUN + timedelta(days=1)) == "2026-01-01"
    kiosk.file.sign("2026-01-01", BEGUN + timedelta(days=1))
    kiosk.file.close()
    again = LedgerFile(kiosk.folder, "k1", BEGUN + timedelta(days=1))
    assert day_to_sign(again.ledger, BEGUN + timedelta(days=1, hours=23)) == ""
    assert day_to_sign(again.ledger, BEGUN + timedelta(days=2)) == "2026-01-02"


@given(st.lists(st.tuples(st.sampled_from(list(Cause)), st.integers(1, 5000)), max_size=20))
def test_sums_of_any_history_are_the_length_of_the_month(
    tmp_path_factory: pytest.TempPathFactory, history: list[tuple[Cause, int]]
) -> None:
    kiosk = Kiosk(tmp_path_factory.mktemp("ledger"))
    for number, (cause, minutes) in enumerate(history):
        kiosk.sees({"electricity": cause}, "R. Meena" if number % 3 == 0 else "")
        kiosk.now += timedelta(minutes=minutes)
        if number % 4 == 3:
            kiosk.loses_power(timedelta(minutes=minutes))
    kiosk.sees({"electricity": Cause.NONE})
    kiosk.now += HOUR
    kiosk.hours()


@pytest.mark.parametrize(
    ("key", "codes", "cause"),
    [
        ("", (), Cause.NONE),
        ("tile.no_power", (), Cause.MAINS),
        ("tile.no_cash", ("notes.stacker.full",), Cause.CASH_BOX_FULL),
        ("tile.no_cash", ("notes.jam.stacker",), Cause.JAM),
        ("tile.no_cash", ("receipt.paper.out",), Cause.PAPER),
        ("tile.no_cash", ("page.jam",), Cause.DEVICE),
        ("tile.no_cash", ("panel.tamper", "notes.jam.stacker"), Cause.VANDALISM),
        ("tile.no_cash", ("panel.door.open",), Cause.PLANNED),
        ("tile.no_printer", ("page.jam",), Cause.JAM),
        ("tile.no_back_end", (), Cause.BACK_END),
    ],
)
def test_the_cause_of_a_grey_tile(key: str, codes: tuple[str, ...], cause: Cause) -> None:
    assert causes({"electricity": key}, Around(frozenset(codes))) == {"electricity": cause}


def test_no_back_end_without_a_way_out_is_the_network() -> None:
    around = Around(network_is_up=False)
    assert causes({"x": "tile.no_back_end"}, around) == {"x": Cause.NETWORK}


def test_a_dead_core_is_ours_and_an_operator_at_work_is_planned() -> None:
    assert causes({"x": ""}, Around(core_is_alive=False)) == {"x": Cause.SOFTWARE}
    assert causes({"x": ""}, Around(is_attended=True)) == {"x": Cause.PLANNED}
