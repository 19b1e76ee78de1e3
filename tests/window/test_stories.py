"""The services' stories through the real window: by touch, and by the six keys alone.

What is seen is one line each, the same for both ways, compared with tests/vectors/window_seen.json;
docs/access.md has the table. All services: `make stories`.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable

import pytest

from firmware.contract.money import rupees
from firmware.contract.screen import (
    Action,
    Attract,
    Desk,
    Pin,
    ShowBill,
    ShowUpi,
    SwipeCard,
)
from tests.stories.errands import SERVICES
from tests.stories.kiosk import Kiosk, is_a
from tests.stories.test_every_service import (
    asks,
    buys,
    is_verified,
    looks_up,
    prints_again,
    takes_a_poster,
)
from tests.stories.test_operator import chooses, is_page, page
from tests.stories.test_receipt_again import pays
from tests.window.conftest import ALL
from tests.window.hands import Hands
from tests.window.seen import is_as_before

ONE_OF_EACH_KIND = ("electricity", "caste", "sampark_status", "grievance")
Story = Callable[[Kiosk], Awaitable[str]]


def of_service(name: str) -> Story:
    service = SERVICES[name]
    does = {"lookup": looks_up, "request": asks, "verification": is_verified}
    return lambda kiosk: does.get(service.kind, buys)(kiosk, service)


async def by_upi(kiosk: Kiosk) -> str:
    await kiosk.to_bill()
    await kiosk.citizen.presses(Action.PAY_UPI, until=is_a(ShowUpi))
    await kiosk.citizen.pays_by_upi()
    return await is_paid(kiosk, "by UPI")


async def by_card(kiosk: Kiosk) -> str:
    await kiosk.to_bill()
    await kiosk.citizen.presses(Action.PAY_CARD, until=is_a(SwipeCard))
    await kiosk.citizen.swipes("rupay")
    return await is_paid(kiosk, "by card")


async def is_paid(kiosk: Kiosk, how: str) -> str:
    done = await kiosk.is_done()
    assert done.paid == rupees(470)
    await kiosk.leaves()
    assert kiosk.booked() == [470]
    return f"₹470 paid {how}; receipt; booked at once"


async def in_coins_with_change_of_mind(kiosk: Kiosk) -> str:
    """Back, English, Hindi again, back to the bill; then cancelled with nothing in."""
    await kiosk.to_bill()
    await kiosk.speaks("en")
    await kiosk.speaks("hi")
    await kiosk.citizen.presses(Action.BACK)
    await kiosk.citizen.presses(Action.ENTER, kiosk.k_number, until=is_a(ShowBill))
    await kiosk.citizen.presses(Action.CANCEL, until=is_a(Attract))
    await kiosk.accounts()
    assert kiosk.booked() == []
    return "both languages, back and on again, left; nothing paid"


async def again(kiosk: Kiosk) -> str:
    return await prints_again(kiosk, await pays(kiosk))


async def opens_the_desk(kiosk: Kiosk) -> str:
    await kiosk.citizen.presses(Action.OPERATOR, until=is_a(Pin))
    await kiosk.citizen.presses(Action.ENTER, "", until=is_a(Desk))
    await page(kiosk, "desk.menu")
    await chooses(kiosk, "day", "desk.group.day")
    await chooses(kiosk, "report", "desk.report")
    await kiosk.citizen.presses(Action.BACK, until=is_page("desk.group.day"))
    await kiosk.citizen.presses(Action.BACK, until=is_page("desk.menu"))
    await kiosk.citizen.presses(Action.FINISH, until=is_a(Attract))
    return "the padlock, the PIN, the day's figures, left"


OTHERS: dict[str, Story] = {
    "electricity, by UPI": by_upi,
    "electricity, by card": by_card,
    "a change of mind": in_coins_with_change_of_mind,
    "a receipt again": again,
    "a poster": takes_a_poster,
    "the operator": opens_the_desk,
}
SHORT = {**{name: of_service(name) for name in ONE_OF_EACH_KIND}, "the operator": opens_the_desk}
STORIES = {**{name: of_service(name) for name in SERVICES}, **OTHERS}


@pytest.mark.parametrize("name", STORIES if os.environ.get(ALL) else SHORT)
async def test_a_story_through_the_window(kiosk: Kiosk, way: str, name: str) -> None:
    citizen = kiosk.citizen
    assert isinstance(citizen, Hands)
    line = await STORIES[name](kiosk)
    is_as_before(name, line, way, citizen.presses_made)
