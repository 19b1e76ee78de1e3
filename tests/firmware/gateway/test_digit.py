"""DIGIT: bills in rupees, and a payment that is booked once whatever happens to its answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from firmware.contract.card import FindCard
from firmware.contract.gateway import (
    Bill,
    Failed,
    FetchBill,
    GatewayReply,
    PaidBy,
    Posted,
    PostPayment,
    Problem,
)
from firmware.contract.money import ZERO, Money, rupees
from firmware.gateway.digit import Digit
from firmware.gateway.digit_documents import ENCODER, Payments, fitting_name, money_of, rupees_of
from firmware.gateway.digit_session import LOG_IN_AGAIN_AFTER
from firmware.gateway.doubts import SETTLES_IN
from firmware.runtime.config import ConfigError
from firmware.runtime.gateway_section import DigitSection
from tests.firmware.gateway.digit_platform import PASSWORD, USER, VECTORS, DigitPlatform, Mishap
from tests.firmware.gateway.free import WITHOUT_MONEY

CONSUMER = "WS/107/2026-27/000417"
FETCH = FetchBill("water", CONSUMER)
POST = PostPayment("5f0c9e", "water", CONSUMER, "BILLNO-1", rupees(470), "TDR 0417 0001")


class Kiosk:
    """A connector and its clock."""

    def __init__(self, platform: DigitPlatform, folder: Path) -> None:
        self.now = 1000.0
        password = folder / "password"
        password.write_text(f"{PASSWORD}\n")
        self.section = DigitSection(
            platform.url, "pb.amritsar", USER, str(password), {"water": "WS"}
        )
        self.line = self.restarted()

    def restarted(self) -> Digit:
        """Another process: nothing of the last one is known to it."""
        self.line = Digit(self.section, 0.5, "", lambda: self.now)
        return self.line

    async def post(self, request: PostPayment = POST) -> GatewayReply:
        return await self.line.ask(request)


@pytest.fixture
async def platform() -> AsyncIterator[DigitPlatform]:
    platform = DigitPlatform()
    await platform.server.start_server()
    platform.due[CONSUMER] = Decimal("470")
    yield platform
    await platform.server.close()
    assert platform.findings == []


@pytest.fixture
async def kiosk(platform: DigitPlatform, tmp_path: Path) -> AsyncIterator[Kiosk]:
    kiosk = Kiosk(platform, tmp_path)
    yield kiosk
    await kiosk.line.close()


def undecided(reply: GatewayReply) -> bool:
    return isinstance(reply, Failed) and reply.problem is Problem.BACK_END_DOWN


# --- bills -----------------------------------------------------------------------------------


async def test_a_bill_comes_through_in_paise(kiosk: Kiosk) -> None:
    bill = await kiosk.line.ask(FETCH)
    assert bill == Bill("BILLNO-1", CONSUMER, "Shanti Devi", "2026-10", "", rupees(470), ZERO), (
        "the month is that of India: in UTC it would be the same, the day would not"
    )


async def test_a_consumer_that_owes_nothing_has_no_bill(
    platform: DigitPlatform, kiosk: Kiosk
) -> None:
    platform.due.clear()
    reply = await kiosk.line.ask(FETCH)
    assert isinstance(reply, Failed)
    assert reply.problem is Problem.NO_SUCH_ACCOUNT


async def test_a_bill_that_digit_would_not_take_the_money_for_is_not_shown(
    platform: DigitPlatform, kiosk: Kiosk
) -> None:
    platform.due[CONSUMER] = Decimal("470.5")
    reply = await kiosk.line.ask(FETCH)
    assert isinstance(reply, Failed)
    assert reply.problem is Problem.REFUSED


@pytest.mark.parametrize("mishap", [Mishap.BROKEN, Mishap.PROXY, Mishap.DROPPED])
async def test_nobody_shows_a_bill_from_a_broken_answer(
    platform: DigitPlatform, kiosk: Kiosk, mishap: Mishap
) -> None:
    platform.befall("_fetchbill", mishap)
    assert undecided(await kiosk.line.ask(FETCH))
    assert isinstance(await kiosk.line.ask(FETCH), Bill)


async def test_a_token_that_expired_is_made_anew(platform: DigitPlatform, kiosk: Kiosk) -> None:
    await kiosk.line.ask(FETCH)
    platform.befall("_fetchbill", Mishap.EXPIRED)
    assert isinstance(await kiosk.line.ask(FETCH), Bill)
    assert platform.log_ins == 2


async def test_what_digit_does_not_do_is_refused(platform: DigitPlatform, kiosk: Kiosk) -> None:
    for request in (FindCard("key"), *WITHOUT_MONEY):
        reply = await kiosk.line.ask(request)
        assert isinstance(reply, Failed)
        assert reply.problem is Problem.REFUSED
    assert platform.asked == []


# --- payments --------------------------------------------------------------------------------


async def test_a_payment_is_booked_with_our_key_and_our_receipt(
    platform: DigitPlatform, kiosk: Kiosk
) -> None:
    assert await kiosk.post() == Posted("5f0c9e", "WS/2026-27/000001")
    (payment,) = platform.payments
    assert payment["instrumentNumber"] == "5f0c9e"
    assert payment["paymentDetails"][0]["manualReceiptNumber"] == "TDR 0417 0001"
    assert platform.asked == ["token", "_search", "_fetchbill", "_create"]


@pytest.mark.parametrize("mishap", [Mishap.LOST, Mishap.BROKEN_AFTER])
@pytest.mark.parametrize("restarts", [False, True], ids=["same process", "restarted"])
async def test_an_answer_lost_after_the_booking_makes_no_second_payment(
    platform: DigitPlatform, kiosk: Kiosk, mishap: Mishap, restarts: bool
) -> None:
    platform.befall("_create", mishap)
    assert undecided(await kiosk.post())
    if restarts:
        await kiosk.line.close()
        kiosk.restarted()
    for _ in range(3):
        assert await kiosk.post() == Posted("5f0c9e", "WS/2026-27/000001")
    assert platform.paid() == 470
    assert platform.asked.count("_create") == 1


async def test_a_create_that_is_delivered_twice_books_once(
    platform: DigitPlatform, kiosk: Kiosk
) -> None:
    """What arrives is the answer to the second: already paid."""
    platform.befall("_create", Mishap.DOUBLED)
    assert await kiosk.post() == Posted("5f0c9e", "WS/2026-27/000001")
    assert platform.paid() == 470


async def test_a_create_that_is_late_is_waited_for_and_not_sent_again(
    platform: DigitPlatform, kiosk: Kiosk
) -> None:
    platform.befall("_create", Mishap.LATE)
    assert undecided(await kiosk.post())
    kiosk.now += SETTLES_IN - 1
    reply = await kiosk.post()
    assert isinstance(reply, Failed)
    assert "sent again in 1 s" in reply.detail
    platform.let_go()
    assert await kiosk.post() == Posted("5f0c9e", "WS/2026-27/000001")
    assert platform.asked.count("_create") == 1


async def test_a_create_that_never_arrived_is_sent_again_in_the_end(
    platform: DigitPlatform, kiosk: Kiosk
) -> None:
    platform.befall("_create", Mishap.DROPPED)
    assert undecided(await kiosk.post())
    assert undecided(await kiosk.post()), "it may still be on its way"
    kiosk.now += SETTLES_IN
    assert isinstance(await kiosk.post(), Posted)
    assert platform.paid() == 470


@pytest.mark.parametrize("lands", ["before the bill", "after the bill"])
async def test_a_late_booking_behind_a_restart_meets_digits_own_check(
    platform: DigitPlatform, kiosk: Kiosk, lands: str
) -> None:
    """The first one lands between the search and the create of the second process."""
    platform.befall("_create", Mishap.LATE)
    assert undecided(await kiosk.post())
    await kiosk.line.close()
    kiosk.restarted()
    fetch_bill = platform._fetch_bill

    def land(query: dict[str, Any], body: dict[str, Any]) -> web.Response:
        if lands == "before the bill":
            platform.let_go()
        answer = fetch_bill(query, body)
        platform.let_go()
        return answer

    platform._fetch_bill = land  # type: ignore[method-assign]
    assert await kiosk.post() == Posted("5f0c9e", "WS/2026-27/000001")
    assert platform.paid() == 470


async def test_a_bill_that_is_said_to_be_paid_by_nobody_is_undecided(
    platform: DigitPlatform, kiosk: Kiosk
) -> None:
    """Our own booking may be what is not shown yet."""
    platform.refuses = "BILL_ALREADY_PAID"
    assert undecided(await kiosk.post())


async def test_a_token_that_expires_before_the_create_books_once(
    platform: DigitPlatform, kiosk: Kiosk
) -> None:
    platform.befall("_create", Mishap.EXPIRED)
    assert undecided(await kiosk.post())
    assert isinstance(await kiosk.post(), Posted)
    assert platform.paid() == 470


@pytest.mark.parametrize("code", ["ServiceCallException", "BILL_EXPIRED", "INVALID_BILL_ID"])
async def test_trouble_of_the_platform_refuses_no_payment(
    platform: DigitPlatform, kiosk: Kiosk, code: str
) -> None:
    platform.refuses = code
    assert undecided(await kiosk.post())
    platform.refuses = None
    assert isinstance(await kiosk.post(), Posted)


async def test_a_no_that_will_not_change_is_final(platform: DigitPlatform, kiosk: Kiosk) -> None:
    platform.due[CONSUMER] = Decimal("480")  # a late fee came over night
    reply = await kiosk.post()
    assert isinstance(reply, Failed)
    assert reply.problem is Problem.REFUSED
    assert platform.payments == []


async def test_a_bill_that_was_paid_at_another_counter_goes_back(
    platform: DigitPlatform, kiosk: Kiosk
) -> None:
    assert isinstance(await kiosk.post(), Posted)
    reply = await kiosk.post(msgspec.structs.replace(POST, key="another"))
    assert isinstance(reply, Failed)
    assert reply.problem is Problem.ALREADY_PAID


async def test_a_booking_that_the_office_undid_is_not_booked_again(
    platform: DigitPlatform, kiosk: Kiosk
) -> None:
    platform.befall("_create", Mishap.LOST)
    assert undecided(await kiosk.post())
    platform.payments[0]["paymentStatus"] = "CANCELLED"
    platform.due[CONSUMER] = Decimal("470")
    reply = await kiosk.post()
    assert isinstance(reply, Failed)
    assert reply.problem is Problem.REFUSED
    assert len(platform.payments) == 1


async def test_a_booking_of_another_amount_does_not_go_back_by_itself(
    platform: DigitPlatform, kiosk: Kiosk
) -> None:
    platform.befall("_create", Mishap.LOST)
    await kiosk.post()
    platform.payments[0]["totalAmountPaid"] = 471
    reply = await kiosk.post()
    assert undecided(reply)
    assert "a person must look" in str(reply)


async def test_a_proxys_page_in_the_place_of_a_search_sends_nothing(
    platform: DigitPlatform, kiosk: Kiosk
) -> None:
    platform.befall("_search", Mishap.PROXY)
    assert undecided(await kiosk.post())
    assert "_create" not in platform.asked


async def test_a_look_asks_the_collections_themselves(
    platform: DigitPlatform, kiosk: Kiosk
) -> None:
    assert (await kiosk.line.look()).is_online
    platform.befall("_search", Mishap.BROKEN)
    assert not (await kiosk.line.look()).is_online


async def test_a_wrong_password_does_not_lock_the_user(
    platform: DigitPlatform, tmp_path: Path
) -> None:
    kiosk = Kiosk(platform, tmp_path)
    await kiosk.line.close()
    (tmp_path / "password").write_text("wrong")
    line = kiosk.restarted()
    for _ in range(5):
        assert undecided(await line.ask(FETCH))
    assert platform.refused_log_ins == 1
    kiosk.now += LOG_IN_AGAIN_AFTER
    assert undecided(await line.ask(FETCH))
    assert platform.refused_log_ins == 2
    await line.close()


async def test_no_password_file_is_said_at_the_start(tmp_path: Path) -> None:
    section = DigitSection("https://x", "pb", "u", str(tmp_path / "none"), {"water": "WS"})
    with pytest.raises(ConfigError, match="password_file"):
        Digit(section, 1.0, "", lambda: 0.0)


def test_an_answer_as_the_platform_writes_it_is_read() -> None:
    text = (VECTORS / "payment.json").read_bytes()
    (payment,) = msgspec.json.decode(text, type=Payments).payments
    assert payment.is_of("5f0c9e"), "cash has lost the transaction number that we gave"
    assert not payment.is_of("another")
    assert money_of(payment.total_amount_paid) == rupees(470)
    assert payment.payment_details[0].receipt_number == "WS/107/2026-27/000417"


# --- rupees ----------------------------------------------------------------------------------


@given(st.integers(min_value=0, max_value=10**9))
def test_every_amount_survives_the_way_there_and_back(paise: int) -> None:
    text = ENCODER.encode({"a": rupees_of(Money(paise))})
    assert money_of(msgspec.json.decode(text, type=dict[str, Decimal])["a"]) == Money(paise)


@pytest.mark.parametrize("text", ["470.005", "1e30", "NaN", "Infinity", "99999999999"])
def test_what_is_no_amount_is_not_understood(text: str) -> None:
    with pytest.raises(msgspec.ValidationError, match="expected rupees"):
        money_of(Decimal(text))


def test_a_large_amount_keeps_its_last_paisa() -> None:
    """As a float it would be 9999999.99000000022."""
    assert money_of(msgspec.json.decode(b"9999999.99", type=Decimal)) == Money(999999999)


@pytest.mark.parametrize("name", ["श्री कृष्ण", "A1", "", None, "A" * 200])
def test_a_name_that_digit_refuses_is_left_out(name: str | None) -> None:
    assert fitting_name(name) is None


@pytest.mark.parametrize(
    ("tender", "mode"), list(zip(PaidBy, ("CASH", "ONLINE", "CARD", "CASH"), strict=True))
)
async def test_card_money_is_not_booked_as_cash(
    platform: DigitPlatform, kiosk: Kiosk, tender: PaidBy, mode: str
) -> None:
    assert isinstance(await kiosk.post(replace(POST, tender=tender)), Posted)
    assert [each["paymentMode"] for each in platform.payments] == [mode]
