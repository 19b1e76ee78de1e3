"""The stories: what a citizen does, step by step; each has a name, so that tests can strike."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from firmware.contract.facts import ShowFacts
from firmware.contract.money import rupees
from firmware.contract.screen import (
    Action,
    Attract,
    Done,
    InsertCash,
    Number,
    Printing,
    ScreenData,
    Services,
    ShowBill,
    ShowUpi,
    SwipeCard,
    Waiting,
)
from firmware.demo.citizen import Citizen

GRIEVANCE = "112600000417"  # known to the sandbox office
Step = Callable[[Citizen], Awaitable[None]]
APPLICATION = "110026000417"  # granted by the sandbox office: ₹50, two pages
FORGED = "110026000425"  # on the way to the kiosk somebody changes a byte of it
K_NUMBER = "210344001725"  # a consumer of the sandbox office: ₹470 due


async def _language(citizen: Citizen) -> None:
    await citizen.waits_for(_electricity_works, "electricity in service")
    await citizen.presses(Action.CHOOSE_LANGUAGE, "hi")


async def _service(citizen: Citizen) -> None:
    await citizen.presses(Action.CHOOSE_SERVICE, "electricity")


async def _thanks(citizen: Citizen) -> None:
    await citizen.presses(Action.FINISH)
    await citizen.sees(Attract)


async def _receipt(citizen: Citizen) -> None:
    await citizen.waits_for(_is_done, "the receipt")


def _is_done(data: ScreenData) -> bool:
    return isinstance(data, Done)


def _electricity_works(data: ScreenData) -> bool:
    return _works(data, "bills")


def _works(data: ScreenData, tile_name: str) -> bool:
    return isinstance(data, Attract) and any(
        tile.service == tile_name and tile.why_not is None for tile in data.tiles
    )


def _number(k_number: str) -> Step:
    async def step(citizen: Citizen) -> None:
        await citizen.presses(Action.ENTER, k_number)

    return step


def _pay(k_number: str) -> Step:
    """Agree to the bill; where the machine says "not now, try again", try again."""

    async def step(citizen: Citizen) -> None:
        while True:
            await citizen.waits_for(lambda data: not isinstance(data, Waiting), "the bill")
            match citizen.data:
                case InsertCash():
                    return
                case Number():
                    await citizen.presses(Action.ENTER, k_number)
                case ShowBill():
                    await citizen.presses(Action.PAY)
                case _:
                    await citizen.presses(Action.AGAIN)

    return step


def _note(value: int) -> Step:
    async def step(citizen: Citizen) -> None:
        await citizen.inserts(value)
        await citizen.waits_for(lambda data: _counted(data, value), f"₹{value} on the screen")

    return step


def _coin(value: int) -> Step:
    async def step(citizen: Citizen) -> None:
        await citizen.drops(value)

    return step


def _counted(data: ScreenData, value: int) -> bool:
    return not isinstance(data, InsertCash) or data.inserted >= rupees(value)


def electricity_cash(k_number: str = K_NUMBER) -> dict[str, Step]:
    """₹470 with two notes of 200, one of 50 and a coin of 20; in Hindi."""
    return {
        "language": _language,
        "service": _service,
        "number": _number(k_number),
        "pay": _pay(k_number),
        "note 200": _note(200),
        "note 200 again": _note(200),
        "note 50": _note(50),
        "coin 20": _coin(20),
        "receipt": _receipt,
        "thanks": _thanks,
    }


async def _telephone(citizen: Citizen) -> None:
    await citizen.pays_by_upi()


async def _card(citizen: Citizen) -> None:
    await citizen.swipes("rupay")


def _without_cash(action: Action, pays: Step, k_number: str) -> dict[str, Step]:
    async def choose(citizen: Citizen) -> None:
        await citizen.sees(ShowBill)
        await citizen.presses(action, until=lambda data: isinstance(data, ShowUpi | SwipeCard))

    return {
        "language": _language,
        "service": _service,
        "number": _number(k_number),
        "choose": choose,
        "pay": pays,
        "receipt": _receipt,
        "thanks": _thanks,
    }


def electricity_upi(k_number: str = K_NUMBER) -> dict[str, Step]:
    """₹470 from a telephone."""
    return _without_cash(Action.PAY_UPI, _telephone, k_number)


def electricity_card(k_number: str = K_NUMBER) -> dict[str, Step]:
    """₹470 with a card that is swiped."""
    return _without_cash(Action.PAY_CARD, _card, k_number)


async def _papers(citizen: Citizen) -> None:
    await citizen.waits_for(lambda data: isinstance(data, Printing | Done), "the first page")


def certificate_cash(application: str = APPLICATION) -> dict[str, Step]:
    """A caste certificate of two pages for ₹50: the fee, the office's signature, the laser."""

    async def works(citizen: Citizen) -> None:
        await citizen.waits_for(lambda data: _works(data, "papers"), "the page printer")
        await citizen.presses(Action.CHOOSE_LANGUAGE, "hi")

    async def choose(citizen: Citizen) -> None:
        await citizen.presses(Action.CHOOSE_SERVICE, "caste")

    return {
        "language": works,
        "service": choose,
        "number": _number(application),
        "pay": _pay(application),
        "note 50": _note(50),
        "pages": _papers,
        "receipt": _receipt,
        "thanks": _thanks,
    }


async def _slip(citizen: Citizen) -> None:
    await citizen.sees(ShowFacts)
    await citizen.presses(Action.PRINT, until=_has_slip)


def _has_slip(data: ScreenData) -> bool:
    return isinstance(data, ShowFacts) and data.slip == "facts.slip.take"


def grievance_status(number: str = GRIEVANCE) -> dict[str, Step]:
    """How a grievance stands, and a slip of it; nothing is paid."""

    async def works(citizen: Citizen) -> None:
        await citizen.waits_for(lambda data: _works(data, "status"), "lookups in service")
        await citizen.presses(Action.CHOOSE_LANGUAGE, "hi")

    async def kind(citizen: Citizen) -> None:
        await citizen.presses(Action.CHOOSE_SERVICE, "status", until=_is_of_status)

    async def choose(citizen: Citizen) -> None:
        await citizen.presses(Action.CHOOSE_SERVICE, "sampark_status")

    async def look_up(citizen: Citizen) -> None:
        await citizen.presses(Action.ENTER, number)
        await citizen.sees(ShowFacts)

    return {
        "language": works,
        "kind": kind,
        "service": choose,
        "number": look_up,
        "slip": _slip,
        "thanks": _thanks,
    }


def _is_of_status(data: ScreenData) -> bool:
    return isinstance(data, Services) and data.category == "status"


STORIES: dict[str, Callable[[], dict[str, Step]]] = {
    "electricity-cash": electricity_cash,
    "electricity-upi": electricity_upi,
    "electricity-card": electricity_card,
    "certificate-cash": certificate_cash,
    "grievance-status": grievance_status,
}
FREE = frozenset({"grievance-status"})  # nothing is paid in them, and there is no receipt
