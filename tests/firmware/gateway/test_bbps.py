"""Bharat BillPay: a payment whose answer is lost, late or forged is asked about, never repeated."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest
from lxml import etree
from msgspec.structs import replace

from firmware.contract.gateway import (
    Bill,
    Failed,
    FetchBill,
    GatewayReply,
    PaidBy,
    Posted,
    PostPayment,
    Problem,
    SumBooked,
)
from firmware.contract.money import ZERO, rupees
from firmware.gateway.bbps import BharatBillPay
from firmware.gateway.bbps_messages import NotUnderstood, References, money_of
from firmware.gateway.doubts import SETTLES_IN
from firmware.gateway.xml_signature import NotBelieved, Signer, parse
from firmware.runtime.clock import INDIA, FixedClock
from firmware.runtime.config import ConfigError
from firmware.runtime.gateway_section import BbpsSection, BillerSection
from tests.firmware.gateway.certificates import Identity, make_identity
from tests.firmware.gateway.free import WITHOUT_MONEY
from tests.firmware.gateway.operating_unit import Mishap, OperatingUnit

ACCOUNT = "210344001725"
FETCH = FetchBill("electricity", ACCOUNT)
POST = PostPayment("5f0c9e", "electricity", ACCOUNT, "JV1026-88121", rupees(470), "TDR 0417 0001")
STATUS, BILL, PAY = "TxnStatusComplainRequest", "BillFetchRequest", "BillPaymentRequest"


@pytest.fixture(scope="module")
def identities(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Identity]:
    folder = tmp_path_factory.mktemp("identities")
    return {name: make_identity(folder, name) for name in ("unit", "kiosk", "stranger")}


class Kiosk:
    """A connector and its clocks."""

    def __init__(self, unit: OperatingUnit, who: dict[str, Identity]) -> None:
        self.now = 1000.0
        self._clock = FixedClock(datetime(2026, 11, 22, 10, 18, 27, tzinfo=INDIA))
        self._section = BbpsSection(
            url=unit.url,
            institution="OU01",
            agent="OU01XXXXKSK001123456",
            terminal="TDR0417",
            mobile="9000000417",
            key_file=str(who["kiosk"].key),
            certificate_file=str(who["kiosk"].certificate),
            unit_certificate_file=str(who["unit"].certificate),
            biller={"electricity": BillerSection("JVVN00000RAJ01", "K Number", "Electricity")},
            device={"POSTAL_CODE": "304505"},
        )
        self.line = self.restarted()

    def restarted(self) -> BharatBillPay:
        """Another process: nothing of the last one is known to it."""
        self.line = BharatBillPay(self._section, 0.5, "", lambda: self.now, self._clock)
        return self.line

    async def post(self, request: PostPayment = POST) -> GatewayReply:
        return await self.line.ask(request)


@pytest.fixture
async def unit(identities: dict[str, Identity]) -> AsyncIterator[OperatingUnit]:
    unit = OperatingUnit(identities["unit"], identities["kiosk"], identities["stranger"])
    await unit.server.start_server()
    yield unit
    await unit.server.close()
    assert unit.findings == []


@pytest.fixture
async def kiosk(unit: OperatingUnit, identities: dict[str, Identity]) -> AsyncIterator[Kiosk]:
    kiosk = Kiosk(unit, identities)
    yield kiosk
    await kiosk.line.close()


def undecided(reply: GatewayReply) -> bool:
    return isinstance(reply, Failed) and reply.problem is Problem.BACK_END_DOWN


def refused(reply: GatewayReply) -> Problem | None:
    return reply.problem if isinstance(reply, Failed) else None


# --- bills -----------------------------------------------------------------------------------


async def test_a_bill_that_another_implementation_signed_comes_through(kiosk: Kiosk) -> None:
    assert await kiosk.line.ask(FETCH) == Bill(
        "JV1026-88121", ACCOUNT, "Shanti Devi", "", "2026-11-28", rupees(470), ZERO
    )


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("BFR001", Problem.NO_SUCH_ACCOUNT),
        ("BFR004", Problem.ALREADY_PAID),
        ("BFR008", Problem.BACK_END_DOWN),
    ],
)
async def test_no_bill_has_its_reason(
    unit: OperatingUnit, kiosk: Kiosk, code: str, problem: Problem
) -> None:
    unit.bill, unit.no = None, code
    assert refused(await kiosk.line.ask(FETCH)) is problem


@pytest.mark.parametrize("fee", [{"custConvFee": "500"}], ids=str)
async def test_a_bill_with_a_fee_on_top_is_not_sold(
    unit: OperatingUnit, kiosk: Kiosk, fee: dict[str, str]
) -> None:
    assert unit.bill is not None
    unit.bill |= fee
    assert refused(await kiosk.line.ask(FETCH)) is Problem.REFUSED


@pytest.mark.parametrize(
    "mishap",
    [
        Mishap.DROPPED,
        Mishap.BROKEN,
        Mishap.PROXY,
        Mishap.FORGED,
        Mishap.UNSIGNED,
        Mishap.CHANGED,
        Mishap.WRAPPED,
        Mishap.TRANSPLANTED,
        Mishap.ENTITY,
        Mishap.ANOTHER,
    ],
)
async def test_a_bill_that_the_unit_did_not_sign_for_us_is_not_shown(
    unit: OperatingUnit, kiosk: Kiosk, mishap: Mishap
) -> None:
    unit.befall(BILL, mishap)
    assert undecided(await kiosk.line.ask(FETCH))
    assert isinstance(await kiosk.line.ask(FETCH), Bill)


async def test_a_signature_over_something_else_is_no_signature(
    unit: OperatingUnit, kiosk: Kiosk
) -> None:
    unit.befall(BILL, Mishap.TRANSPLANTED)
    assert "covers something else" in str(await kiosk.line.ask(FETCH))


async def test_each_look_at_a_bill_has_a_name_of_its_own(unit: OperatingUnit, kiosk: Kiosk) -> None:
    for _ in range(2):
        await kiosk.line.ask(FETCH)
    assert unit.asked == [BILL, BILL]
    assert unit.transactions == {}


# --- payments --------------------------------------------------------------------------------


async def test_a_payment_is_asked_for_fetched_and_paid(unit: OperatingUnit, kiosk: Kiosk) -> None:
    assert await kiosk.post() == Posted("5f0c9e", "AP000001")
    assert unit.asked == [STATUS, BILL, PAY]
    assert unit.booked() == 47000


@pytest.mark.parametrize(
    ("tender", "mode"), list(zip(PaidBy, ("Cash", "UPI", "Debit Card", "Cash"), strict=True))
)
async def test_card_money_is_not_told_as_cash(
    unit: OperatingUnit, kiosk: Kiosk, tender: PaidBy, mode: str
) -> None:
    assert isinstance(await kiosk.post(replace(POST, tender=tender)), Posted)
    assert unit.modes == [mode]


@pytest.mark.parametrize("restarts", [False, True], ids=["same process", "restarted"])
async def test_a_time_out_is_no_failure_and_is_not_repeated(
    unit: OperatingUnit, kiosk: Kiosk, restarts: bool
) -> None:
    unit.befall(PAY, Mishap.LOST)
    assert undecided(await kiosk.post())
    if restarts:
        await kiosk.line.close()
        kiosk.restarted()
    answers = [await kiosk.post() for _ in range(4)]  # over a line that may still be found dead
    told = [each for each in answers if not undecided(each)]
    assert told and set(told) == {Posted("5f0c9e", "AP000001")}
    assert unit.asked.count(PAY) == 1


@pytest.mark.parametrize(
    "mishap",
    ["forged", "unsigned", "proxy", "another", "wrapped", "transplanted"],
)
async def test_nobody_elses_word_ends_a_payment(
    unit: OperatingUnit, kiosk: Kiosk, mishap: str
) -> None:
    unit.befall(PAY, Mishap(mishap))
    assert undecided(await kiosk.post())
    kiosk.now += SETTLES_IN
    assert isinstance(await kiosk.post(), Posted)
    assert unit.booked() == 47000


async def test_a_no_that_was_turned_into_a_yes_is_not_believed(
    unit: OperatingUnit, kiosk: Kiosk
) -> None:
    unit.refuses = "BPR002"
    unit.befall(PAY, Mishap.CHANGED)
    assert undecided(await kiosk.post())
    assert unit.booked() == 0


async def test_a_payment_that_is_delivered_twice_is_booked_once(
    unit: OperatingUnit, kiosk: Kiosk
) -> None:
    """What arrives is the answer to the second: refused as a duplicate."""
    unit.befall(PAY, Mishap.DOUBLED)
    assert await kiosk.post() == Posted("5f0c9e", "AP000001")
    assert unit.booked() == 47000


async def test_a_payment_that_is_late_is_waited_for(unit: OperatingUnit, kiosk: Kiosk) -> None:
    unit.befall(PAY, Mishap.LATE)
    assert undecided(await kiosk.post())
    assert undecided(await kiosk.post())
    unit.let_go()
    assert isinstance(await kiosk.post(), Posted)
    assert unit.asked.count(PAY) == 1


async def test_a_pending_payment_is_asked_about_until_it_is_decided(
    unit: OperatingUnit, kiosk: Kiosk
) -> None:
    unit.befall(PAY, Mishap.PENDING)
    for _ in range(3):
        assert undecided(await kiosk.post())
        kiosk.now += SETTLES_IN
    assert unit.asked.count(PAY) == 1
    next(iter(unit.transactions.values()))["txnStatus"] = "SUCCESS"
    assert isinstance(await kiosk.post(), Posted)


async def test_a_pending_payment_that_fails_goes_back(unit: OperatingUnit, kiosk: Kiosk) -> None:
    unit.befall(PAY, Mishap.PENDING)
    await kiosk.post()
    next(iter(unit.transactions.values()))["txnStatus"] = "FAILURE"
    assert refused(await kiosk.post()) is Problem.REFUSED


@pytest.mark.parametrize("shows", [True, False], ids=["a bill is due", "nothing is due"])
async def test_a_first_payment_that_lands_late_is_the_payment_itself(
    unit: OperatingUnit, kiosk: Kiosk, shows: bool
) -> None:
    """Between the question and the second payment, in another process."""
    unit.befall(PAY, Mishap.LATE)
    await kiosk.post()
    await kiosk.line.close()
    kiosk.restarted()
    fetch = unit._fetch

    def land(root: object) -> object:
        unit.let_go()
        unit.bill = unit.bill if shows else None
        return fetch(root)

    unit._fetch = land  # type: ignore[method-assign]
    assert await kiosk.post() == Posted("5f0c9e", "AP000001")
    assert unit.booked() == 47000


async def test_a_no_of_the_network_is_final(unit: OperatingUnit, kiosk: Kiosk) -> None:
    unit.refuses = "BPR002"
    assert refused(await kiosk.post()) is Problem.REFUSED


async def test_a_bill_that_is_paid_when_the_money_is_posted_goes_back(
    unit: OperatingUnit, kiosk: Kiosk
) -> None:
    unit.bill = None
    assert refused(await kiosk.post()) is Problem.ALREADY_PAID


async def test_a_booking_of_another_amount_does_not_go_back_by_itself(
    unit: OperatingUnit, kiosk: Kiosk
) -> None:
    await kiosk.post()
    next(iter(unit.transactions.values()))["amount"] = "47100"
    assert undecided(await kiosk.post())


@pytest.mark.parametrize("mishap", [Mishap.FORGED, Mishap.PROXY, Mishap.BROKEN, Mishap.ANOTHER])
async def test_without_the_units_own_word_nothing_is_paid(
    unit: OperatingUnit, kiosk: Kiosk, mishap: Mishap
) -> None:
    unit.befall(STATUS, mishap)
    assert undecided(await kiosk.post())
    assert PAY not in unit.asked


async def test_two_payments_have_two_names(unit: OperatingUnit, kiosk: Kiosk) -> None:
    await kiosk.post()
    await kiosk.post(replace(POST, key="another"))
    assert len(unit.transactions) == 2


async def test_what_bharat_billpay_does_not_do_is_refused(kiosk: Kiosk) -> None:
    for request in (SumBooked("TDR 0417", 1, 9), *WITHOUT_MONEY):
        assert refused(await kiosk.line.ask(request)) is Problem.REFUSED


async def test_a_look_is_the_units_signed_heartbeat(unit: OperatingUnit, kiosk: Kiosk) -> None:
    assert (await kiosk.line.look()).is_online
    unit.befall("ReqHbt", Mishap.FORGED)
    assert not (await kiosk.line.look()).is_online


# --- names, amounts, keys ------------------------------------------------------------------------


def test_the_names_of_a_payment_are_the_same_for_ever() -> None:
    names = References.of("5f0c9e", "OU01")
    assert names == References.of("5f0c9e", "OU01")
    assert (len(names.ref_id), len(names.txn_id), names.txn_id[:4]) == (35, 20, "OU01")
    # A release that made others would pay again what the last one paid.
    assert names == References("P2PPCXWXU8CIWXVMQW6UGSRLIDWE1XNV55L", "OU013971NPNPGMRKRFTD")


@pytest.mark.parametrize("text", ["", "470.00", "-1", "1e3", "९९", "9" * 10, " 47000"])
def test_what_is_no_amount_is_not_understood(text: str) -> None:
    with pytest.raises(NotUnderstood):
        money_of(text)


def test_an_entity_is_not_resolved_and_not_even_read() -> None:
    with pytest.raises(NotBelieved, match="document type"):
        parse(b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')


def test_a_signature_of_ours_is_one(identities: dict[str, Identity]) -> None:
    kiosk = identities["kiosk"]
    signer = Signer(str(kiosk.key), str(kiosk.certificate), str(kiosk.certificate))
    message = etree.fromstring("<a><b c='1'/></a>")
    signed = signer.sign(message)
    assert signer.verify(signed).find("b").get("c") == "1"
    with pytest.raises(NotBelieved):
        signer.verify(signed.replace(b'c="1"', b'c="2"'))


@pytest.mark.parametrize("text", ["", "no key"])
def test_a_key_that_is_none_is_said_at_the_start(
    identities: dict[str, Identity], tmp_path: Path, text: str
) -> None:
    (tmp_path / "key").write_text(text)
    certificate = str(identities["kiosk"].certificate)
    with pytest.raises(ConfigError, match="key_file"):
        Signer(str(tmp_path / "key"), certificate, certificate)
    with pytest.raises(ConfigError, match="certificate"):
        Signer(str(identities["kiosk"].key), str(tmp_path / "key"), certificate)
