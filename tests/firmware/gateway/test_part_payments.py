"""The sandbox office books part payments, and what is left is due at the next enquiry."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware.gateway.sandbox.office import Office, Refusal

WITH_A_FEE = "210344001758"  # ₹315, and ₹5 of fee


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path / "office.db")


def due(office: Office) -> tuple[object, object]:
    bill = office.bill("electricity", WITH_A_FEE)
    return bill["amount"], bill["fee"]


def test_the_fee_is_paid_first_and_the_rest_stays_due(office: Office) -> None:
    assert due(office) == (31500, 500)
    office.pay("k1", "electricity", WITH_A_FEE, 20000, "TDR 0417 0001")
    assert due(office) == (12000, 0)
    office.pay("k1", "electricity", WITH_A_FEE, 20000, "TDR 0417 0001")  # told twice is paid once
    assert due(office) == (12000, 0)
    office.pay("k2", "electricity", WITH_A_FEE, 12000, "TDR 0417 0002")
    with pytest.raises(Refusal, match="is paid"):
        office.bill("electricity", WITH_A_FEE)


def test_less_than_the_fee_leaves_a_part_of_it(office: Office) -> None:
    office.pay("k1", "electricity", WITH_A_FEE, 200, "TDR 0417 0001")
    assert due(office) == (31500, 300)
