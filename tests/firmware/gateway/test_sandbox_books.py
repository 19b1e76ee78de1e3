"""docs/sandbox.md names who is on the sandbox's books: a technician who types it finds them."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest

from firmware.gateway.sandbox.bills import BILLS, RANGES
from firmware.gateway.sandbox.office import Office, Refusal
from firmware.gateway.sandbox.papers import PAPERS
from firmware.gateway.sandbox.register import Register
from firmware.runtime.clock import INDIA

PAGE = Path(__file__).parents[3] / "docs/sandbox.md"
ROW = re.compile(r"^\| ([a-z_]+) \| (`[^|]+`) \|", re.MULTILINE)
FREE = "What costs nothing"


def told(part: str) -> list[tuple[str, str]]:
    """Service and account of each row below that heading, with 1 for x."""
    text = PAGE.read_text(encoding="utf-8").split(f"## {part}\n")[1].split("\n## ")[0]
    return [
        (service, account.replace("x", "1"))
        for service, accounts in ROW.findall(text)
        for account in re.findall(r"`([^`]+)`", accounts)
    ]


PAID = [*told("What is paid"), *told("Papers and cards")]


@pytest.mark.parametrize(("service", "account"), PAID)
def test_what_stands_on_the_page_is_due(service: str, account: str, tmp_path: Path) -> None:
    office = Office(tmp_path / "office.db")
    bill = office.bill(service, account)
    assert bill["account"] == account
    assert int(str(bill["amount"])) > 0


@pytest.mark.parametrize(("service", "account"), told("Papers and cards"))
def test_the_fee_is_that_of_the_page(service: str, account: str) -> None:
    paper, text = PAPERS[service], PAGE.read_text(encoding="utf-8")
    fee = f"₹{paper.amount // 100}" + (f" + ₹{paper.fee // 100}" if paper.fee else "")
    row = next(line for line in text.splitlines() if line.startswith(f"| {service} |"))
    assert re.search(rf"{re.escape(fee)}(;| \|)", row)


@pytest.mark.parametrize(("service", "account"), told(FREE))
def test_what_stands_on_the_page_is_known(service: str, account: str, tmp_path: Path) -> None:
    register = Register(tmp_path / "r.db", lambda: datetime(2026, 11, 22, tzinfo=INDIA))
    assert register.facts(service, account)["lines"]


def test_every_service_with_a_book_stands_on_the_page() -> None:
    known = {service for service, _ in (*PAID, *told(FREE))}
    books = {service for service, _ in BILLS} | RANGES.keys() | PAPERS.keys() | {"prepaid"}
    assert books <= known


@pytest.mark.parametrize("service", ["water", "telephone", "birth", "caste", "aadhaar_paper"])
def test_one_account_at_two_services_is_two_bills(service: str, tmp_path: Path) -> None:
    """The enrolment for a card and for a letter has one number."""
    office = Office(tmp_path / "office.db")
    accounts = dict(PAID)
    office.pay("k1", "aadhaar_card", "10250001700417", 5000, "TDR 0417 0001")
    account = "10250001700417" if service == "aadhaar_paper" else accounts[service]
    due = int(str(office.bill(service, account)["amount"]))
    paid = due + int(str(office.bill(service, account)["fee"]))
    office.pay("k2", service, account, paid, "TDR 0417 0002")
    with pytest.raises(Refusal, match="is paid"):
        office.bill(service, account)


def test_the_office_is_started_anew_and_knows_each_key(tmp_path: Path) -> None:
    def now() -> datetime:
        return datetime(2026, 11, 22, tzinfo=INDIA)

    first = Register(tmp_path / "r.db", now).request(
        "k", "grievance", "road-1", "TDR 0417 0001", {}
    )
    register = Register(tmp_path / "r.db", now)
    assert register.request("k", "grievance", "road-1", "TDR 0417 0001", {}) == first
    assert register.find("k") == first
    paid = [
        Office(tmp_path / "o.db").pay("k", "water", "4120017001", 31200, "TDR 0417 0002")
        for _ in range(2)
    ]
    assert paid[0] == paid[1]
    assert len(Office(tmp_path / "o.db").payments()) == len(register.requests()) == 1
