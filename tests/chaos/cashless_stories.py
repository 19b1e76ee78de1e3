"""The stories of paying without cash, on a kiosk in memory: telephone and card are hands of its."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import cast
from urllib.parse import parse_qs, urlsplit

from firmware.contract.screen import (
    Action,
    Attract,
    Number,
    Services,
    ShowBill,
    ShowUpi,
    SwipeCard,
    Trouble,
    Waiting,
)
from firmware.gateway.sandbox.office import Refusal
from tests.chaos.memory import OFFICE, Kiosk
from tests.chaos.visitor import Visit


async def to_tender(visit: Visit, action: Action, screen: type[ShowUpi | SwipeCard]) -> None:
    """Until the QR or the reader is there; whatever screen is in between."""
    for _ in range(60):
        match visit.shown:
            case ShowUpi() | SwipeCard():
                return
            case Attract():
                await visit.press(Action.CHOOSE_LANGUAGE, "hi")
            case Services():
                await visit.press(Action.CHOOSE_SERVICE, "electricity")
            case Number():
                await visit.press(Action.ENTER, visit.k_number)
            case ShowBill():
                await visit.press(action)
            case Trouble() if visit.offers(Action.AGAIN):
                await visit.press(Action.AGAIN)
            case Trouble():
                return
            case _:
                await asyncio.sleep(0.5)


def kiosk_of(visit: Visit) -> Kiosk:
    return cast(Kiosk, visit.stage)


def reference_on(visit: Visit) -> str:
    shown = visit.shown
    return parse_qs(urlsplit(shown.link).query)["tr"][0] if isinstance(shown, ShowUpi) else ""


def pays(visit: Visit, reference: str) -> None:
    """The telephone pays; what the network refuses never left its bank."""
    try:
        kiosk_of(visit).upi.pay(reference)
    except Refusal:
        return


async def upi(visit: Visit) -> None:
    await to_tender(visit, Action.PAY_UPI, ShowUpi)
    pays(visit, reference_on(visit))
    await visit.takes_proof_and_goes()


async def upi_late(visit: Visit) -> None:
    """The line dies under the QR, the citizen pays, and goes without an answer."""
    await to_tender(visit, Action.PAY_UPI, ShowUpi)
    reference = reference_on(visit)
    visit.stage.hold(OFFICE)
    pays(visit, reference)
    await visit.press(Action.CANCEL)
    await visit.takes_proof_and_goes()
    visit.stage.release(OFFICE)


async def swipes(visit: Visit) -> None:
    """Until the reader takes it; a person swipes again."""
    for _ in range(20):
        if not isinstance(visit.shown, SwipeCard):
            return
        kiosk_of(visit).swipe()
        await visit.until(lambda: not isinstance(visit.shown, SwipeCard), 2.0)


async def card(visit: Visit) -> None:
    kiosk_of(visit).plug_reader()
    await visit.until(lambda: kiosk_of(visit).has_reader, 5.0)
    await to_tender(visit, Action.PAY_CARD, SwipeCard)
    await swipes(visit)
    await visit.takes_proof_and_goes()


async def card_line_dead(visit: Visit) -> None:
    """The charge is asked for, and then nobody answers for a minute."""
    kiosk_of(visit).plug_reader()
    await visit.until(lambda: kiosk_of(visit).has_reader, 5.0)
    await to_tender(visit, Action.PAY_CARD, SwipeCard)
    await swipes(visit)
    await visit.until(lambda: bool(kiosk_of(visit).cards.payments()), 5.0)
    visit.stage.hold(OFFICE)
    await visit.until(lambda: not isinstance(visit.shown, Waiting), 70.0)
    await visit.takes_proof_and_goes()
    visit.stage.release(OFFICE)


CASHLESS_STORIES: dict[str, Callable[[Visit], Awaitable[None]]] = {
    "upi": upi,
    "upi late": upi_late,
    "card": card,
    "card line dead after authorise": card_line_dead,
}
