"""The sandbox office books part payments, and what is left is due at the next enquiry."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from firmware.gateway.sandbox.office import Office, Refusal

WITH_A_FEE = "210344001758"  # ₹315, and ₹5 of fee


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path / "office.db")


def due(office: Office) -> tuple[object, object]:
    bill = office.bill(WITH_A_FEE)
    return bill["amount"], bill["fee"]


def test_the_fee_is_paid_first_and_the_rest_stays_due(office: Office) -> None:
    assert due(office) == (31500, 500)
    office.pay("k1", WITH_A_FEE, 20000, "TDR 0417 0001")
    assert due(office) == (12000, 0)
    office.pay("k1", WITH_A_FEE, 20000, "TDR 0417 0001")  # told twice is paid once
    assert due(office) == (12000, 0)
    office.pay("k2", WITH_A_FEE, 12000, "TDR 0417 0002")
    with pytest.raises(Refusal, match="is paid"):
        office.bill(WITH_A_FEE)


def test_less_than_the_fee_leaves_a_part_of_it(office: Office) -> None:
    office.pay("k1", WITH_A_FEE, 200, "TDR 0417 0001")
    assert due(office) == (31500, 300)


def test_the_books_of_a_release_before_are_read_on(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "office.db", isolation_level=None)) as before:
        before.execute(
            "CREATE TABLE payments (id INTEGER PRIMARY KEY, key TEXT UNIQUE NOT NULL,"
            " account TEXT NOT NULL, amount INTEGER NOT NULL, receipt TEXT NOT NULL)"
        )
        before.execute("INSERT INTO payments VALUES (1, 'k1', '1', 100, 'TDR 0417 0001')")
    office = Office(tmp_path / "office.db")
    office.pay("k2", WITH_A_FEE, 200, "TDR 0417 0002", "upi")
    assert [each["tender"] for each in office.payments()] == ["cash", "upi"]
