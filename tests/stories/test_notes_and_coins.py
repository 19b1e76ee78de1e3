"""Notes that are refused, notes that stick, boxes that are full: and every rupee is somebody's."""

from __future__ import annotations

from firmware.contract.money import rupees
from firmware.contract.screen import InsertCash, Trouble
from tests.stories.kiosk import Kiosk


def note_is_taken(kiosk: Kiosk, value: int) -> bool:
    assert isinstance(kiosk.last, InsertCash)
    return next(note.is_taken for note in kiosk.last.notes if note.value == rupees(value))


async def test_bad_notes_come_back_and_the_screen_says_why(kiosk: Kiosk) -> None:
    await kiosk.to_cash()
    before = kiosk.returned()
    for value, quality in ((200, "torn"), (100, "fake")):
        kiosk.screens.clear()
        await kiosk.citizen.tries("notes", value, quality=quality)
        await kiosk.waits(
            lambda: any(hint.startswith("cash.refused.") for hint in kiosk.hints()), "a hint"
        )
    assert sorted(kiosk.returned()) == sorted([*before, 200, 100])
    await kiosk.shows_inserted(0)
    await kiosk.puts_in(200, 200, 50, coins=(20,))
    await kiosk.is_done()
    await kiosk.leaves()
    assert kiosk.booked() == [470]


async def test_500_when_270_is_due_is_inhibited_in_the_device_itself(kiosk: Kiosk) -> None:
    await kiosk.to_cash()
    assert note_is_taken(kiosk, 500)
    await kiosk.puts_in(200)
    await kiosk.shows_inserted(200)
    assert not note_is_taken(kiosk, 500)
    physics = await kiosk.citizen.sees_at(
        "notes", lambda p: p["accepting"] and max(p["accepting"]) < 50_000, "no channel for 500"
    )
    assert physics["accepting"][-1] == 20_000
    await kiosk.citizen.tries("notes", 500)
    await kiosk.shows_hint("cash.refused.inhibited")
    assert kiosk.bench.look("notes")["in_box"].get("50000", 0) == 0
    await kiosk.puts_in(200, 50, coins=(20,))
    await kiosk.is_done()
    await kiosk.leaves()
    assert kiosk.booked() == [470]


async def test_an_unsafe_jam_with_money_inside_and_the_rest_comes_in_coins(kiosk: Kiosk) -> None:
    await kiosk.to_cash()
    await kiosk.puts_in(200, 200)
    await kiosk.citizen.tries("notes", 50)
    kiosk.bench.do("notes", "jam", where="unsafe")
    await kiosk.puts_in(coins=(20, 20, 20, 10))
    await kiosk.is_done()
    kiosk.bench.do("notes", "clear_jam")
    await kiosk.leaves()
    assert kiosk.booked() == [470]
    assert 50 in kiosk.returned()


async def test_a_jam_of_notes_and_coins_ends_in_a_claim(kiosk: Kiosk) -> None:
    await kiosk.to_cash()
    await kiosk.puts_in(200)
    kiosk.bench.do("notes", "jam", where="unsafe")
    kiosk.bench.do("coins", "jam")
    trouble = await kiosk.is_claimed()
    assert (trouble.cause, trouble.safe) == ("trouble.notes_jam", rupees(200))
    assert trouble.proof == "paper"
    assert kiosk.codes_on_paper() == [trouble.token]
    await kiosk.leaves()
    assert kiosk.booked() == []


async def test_a_coin_jam_while_notes_work(kiosk: Kiosk) -> None:
    await kiosk.to_cash()
    await kiosk.puts_in(coins=(20,))
    kiosk.bench.do("coins", "jam")
    await kiosk.citizen.waits_for(
        lambda data: isinstance(data, InsertCash) and not data.coins, "no coins on the screen"
    )
    await kiosk.puts_in(200, 200, 50)
    await kiosk.is_done()
    await kiosk.leaves()
    assert kiosk.booked() == [470]


async def test_the_cash_box_is_removed_in_the_middle(kiosk: Kiosk) -> None:
    await kiosk.to_cash()
    await kiosk.puts_in(200)
    kiosk.bench.do("notes", "remove_cash_box")
    await kiosk.citizen.waits_for(
        lambda data: isinstance(data, InsertCash) and not data.notes, "no notes on the screen"
    )
    kiosk.bench.do("notes", "replace_cash_box")
    await kiosk.puts_in(200, 50, coins=(20,))
    await kiosk.is_done()
    await kiosk.leaves()
    assert kiosk.booked() == [470]


async def test_a_coin_that_is_none_is_said_and_costs_nothing(kiosk: Kiosk) -> None:
    await kiosk.to_cash()
    kiosk.bench.do("coins", "insert_slug")
    await kiosk.shows_hint("cash.coin_refused")
    await kiosk.cancels_to_attract()
    await kiosk.leaves()


async def test_a_safe_jam_on_the_way_to_the_box_is_claimed_as_in_doubt_and_found_again(
    kiosk: Kiosk,
) -> None:
    await kiosk.to_cash()
    await kiosk.puts_in(200)
    await kiosk.citizen.tries("notes", 200)
    await kiosk.citizen.sees_at("notes", lambda p: p["at"] == "stacking", "a note on its way")
    kiosk.bench.do("notes", "jam", where="safe")
    await kiosk.cancels(Trouble)
    trouble = await kiosk.is_claimed()
    assert trouble.safe == rupees(400), "the one in the box and the one that sticks"
    kiosk.bench.do("notes", "clear_jam")
    found = await kiosk.leaves()
    assert found.inside == found.journalled
    assert kiosk.booked() == []


async def test_the_stacker_is_full_and_the_rest_comes_in_coins(kiosk: Kiosk) -> None:
    await kiosk.to_cash()
    await kiosk.puts_in(200, 200)
    kiosk.bench.do("notes", "stacker_full")
    await kiosk.citizen.waits_for(
        lambda data: isinstance(data, InsertCash) and not data.notes, "no notes on the screen"
    )
    await kiosk.puts_in(coins=(20, 20, 20, 10))
    await kiosk.is_done()
    await kiosk.leaves()
    assert kiosk.booked() == [470]
