"""The number, the bill and the back end: what can go wrong before and after the money."""

from __future__ import annotations

from firmware.contract.money import rupees
from firmware.contract.screen import Action, InsertCash, Number, Services, ShowBill, Trouble
from firmware.documents.catalogue import words_of
from tests.stories.kiosk import Kiosk, is_a, why_not, words


async def test_no_such_k_number_is_said_and_may_be_typed_again(kiosk: Kiosk) -> None:
    await kiosk.to_number()
    await kiosk.citizen.presses(
        Action.ENTER, "210344009999", until=lambda data: _problem(data) is not None
    )
    assert _problem(kiosk.last) == "number.no_such_account"
    assert isinstance(kiosk.last, Number)
    assert kiosk.last.typed == "210344009999"
    await kiosk.citizen.presses(Action.ENTER, kiosk.k_number, until=is_a(ShowBill))
    await kiosk.cancels_to_attract()
    await kiosk.leaves()
    assert kiosk.booked() == []


async def test_a_stuck_key_is_no_number_and_is_not_asked_of_the_office(kiosk: Kiosk) -> None:
    await kiosk.to_number()
    await kiosk.citizen.presses(
        Action.ENTER, "111111111111", until=lambda data: _problem(data) is not None
    )
    assert _problem(kiosk.last) == "electricity.ask.account.problem"
    await kiosk.cancels_to_attract()


async def test_two_visits_in_a_row_and_the_second_finds_the_bill_paid(kiosk: Kiosk) -> None:
    await kiosk.to_cash()
    await kiosk.puts_in(200, 200, 50, coins=(20,))
    done = await kiosk.is_done()
    assert (done.paid, done.proof, done.is_posted) == (rupees(470), "paper", True)
    await kiosk.citizen.presses(Action.ANOTHER, until=is_a(Services))
    await kiosk.citizen.presses(Action.CHOOSE_SERVICE, "electricity", until=is_a(Number))
    await kiosk.citizen.presses(
        Action.ENTER, kiosk.k_number, until=lambda data: _problem(data) is not None
    )
    assert _problem(kiosk.last) == "number.already_paid"
    await kiosk.cancels_to_attract()
    await kiosk.leaves()
    assert kiosk.booked() == [470]
    assert kiosk.codes_on_paper() == [done.receipt]


async def test_back_end_down_at_the_bill_and_again_and_then_it_is_back(kiosk: Kiosk) -> None:
    await kiosk.to_number()
    kiosk.stage.hold("sandbox")
    for _ in range(2):
        await kiosk.citizen.presses(Action.ENTER, kiosk.k_number, until=is_a(Trouble))
        trouble = await kiosk.citizen.sees(Trouble)
        assert (trouble.cause, trouble.safe) == ("trouble.back_end_down", rupees(0))
        await kiosk.citizen.presses(Action.AGAIN, until=is_a(Number))
    kiosk.stage.release("sandbox")
    while not isinstance(kiosk.last, ShowBill):
        await kiosk.citizen.presses(
            Action.ENTER, kiosk.k_number, until=lambda data: isinstance(data, ShowBill | Trouble)
        )
        if isinstance(kiosk.last, Trouble):
            await kiosk.citizen.presses(Action.AGAIN, until=is_a(Number))
    await kiosk.citizen.presses(Action.PAY)
    assert isinstance(kiosk.last, InsertCash), "the office has just answered: it is there"
    await kiosk.puts_in(200, 200, 50, coins=(20,))
    await kiosk.is_done()
    await kiosk.leaves()
    assert kiosk.booked() == [470]


async def test_a_dead_back_end_is_said_on_the_tile_before_anything(kiosk: Kiosk) -> None:
    kiosk.stage.hold("sandbox")
    await kiosk.waits(lambda: why_not(kiosk.last) == "tile.no_back_end", "the tile to say so")
    kiosk.stage.release("sandbox")
    await kiosk.is_ready()


async def test_back_end_dies_after_the_bill_and_the_payment_is_booked_once_later(
    kiosk: Kiosk,
) -> None:
    await kiosk.to_cash()
    kiosk.stage.hold("sandbox")
    await kiosk.puts_in(200, 200, 50, coins=(20,))
    done = await kiosk.is_done()
    assert (done.is_posted, done.proof) == (False, "paper")
    (ticket,) = kiosk.printed.values()
    assert words_of("hi")("acknowledgement.promise") in words(ticket)
    assert kiosk.codes_on_paper() == [done.receipt]
    assert kiosk.booked() == []
    kiosk.stage.release("sandbox")
    await kiosk.leaves()
    assert kiosk.booked() == [470]


async def test_over_payment_within_the_advance_goes_to_the_next_bill(kiosk: Kiosk) -> None:
    await kiosk.to_cash()
    await kiosk.puts_in(500)
    done = await kiosk.is_done()
    assert (done.paid, done.advance) == (rupees(500), rupees(30))
    (ticket,) = kiosk.printed.values()
    assert words_of("hi")("receipt.advance_note") in words(ticket)
    await kiosk.leaves()
    assert kiosk.booked() == [500]


async def test_the_second_language_in_the_middle_is_on_screen_and_paper(kiosk: Kiosk) -> None:
    await kiosk.to_cash("hi")
    await kiosk.puts_in(200)
    await kiosk.shows_inserted(200)
    await kiosk.speaks("en")
    await kiosk.shows_inserted(200)
    await kiosk.puts_in(200, 50, coins=(20,))
    await kiosk.is_done()
    (ticket,) = kiosk.printed.values()
    assert ticket.language == "en"
    assert words_of("en")("receipt.total") in words(ticket)
    await kiosk.leaves()
    assert kiosk.booked() == [470]


def _problem(data: object) -> str | None:
    return data.problem if isinstance(data, Number) else None
