"""What is tested of each kind of device, step by step, whoever made it."""

from __future__ import annotations

from functools import partial

from firmware.cli.guided import FOLLOWS_WITHIN, Failed, Guide, Script
from firmware.contract.card import CardRejected, CardSwiped, SwipeProblem
from firmware.contract.device import (
    CoinAccepted,
    CoinRejected,
    DeviceEvent,
    Kind,
    NoteEscrowed,
    NoteRejected,
    NoteStacked,
    TicketFailed,
    TicketPrinted,
)

SPEAKS_WITHIN = 20.0  # seconds; to find a coin, put it in, and hear of it
PRINTS_WITHIN = 60.0  # seconds; a cold head warms up first
TAKEN = (NoteEscrowed, NoteStacked, CoinAccepted)
REFUSED = (NoteRejected, CoinRejected)
INHIBITED = "inhibited"  # of the contract: the device is shut
# Not moved in a test: core would have it on record that the box was pulled and the cabinet opened.
NOT_MOVED = frozenset({"cash_box_is_out", "battery_is_low", "tamper"})
MOVES = {
    "door_is_open": ("Open the door.", "Shut the door."),
    "mains_is_off": ("Switch the mains off.", "Switch the mains on."),
}


async def acceptor(guide: Guide) -> None:
    """Shut: what is put in comes back, and the device says so, or the technician does."""
    piece = "note" if guide.state.kind is Kind.NOTES else "coin"

    async def is_shut() -> str:
        if guide.state.accepting:
            raise Failed("it would take money now, and nobody asked it to")
        return ""

    async def gives_back() -> str:
        guide.say(f">>    Put a {piece} in. It must come back, or not go in at all.")
        said = await guide.ears.until(partial(_inhibited, guide, piece), _short(guide))
        if said is None:
            await guide.sees(f"It said nothing. Do you have the {piece} back?")
        return said or "it says nothing of it"

    await guide.step("is shut", is_shut)
    await guide.hand_step("takes no money without a visit", gives_back)


def _inhibited(guide: Guide, piece: str) -> str | None:
    """The refusal that was told; raises Failed when money was taken."""
    while (event := guide.ears.take_event()) is not None:
        if isinstance(event, TAKEN):
            raise Failed(f"it took the {piece} in: {type(event).__name__}")
        if isinstance(event, REFUSED) and event.reason == INHIBITED:
            return INHIBITED
        if isinstance(event, REFUSED):
            guide.say(f"      It refused that {piece} for another reason: {event.reason}.")
            guide.say(f">>    Put a good {piece} in.")
    return None


async def printer(guide: Guide) -> None:
    """A sample that is no receipt, by core's leave; the printer says itself that it is on paper."""

    async def prints() -> str:
        job = await guide.asks_core()
        if (ended := await guide.ears.until(partial(_ended, guide, job), PRINTS_WITHIN)) is None:
            raise Failed("the printer does not say that the sample is on paper")
        if isinstance(ended, TicketFailed):
            raise Failed(ended.fault)
        return ""

    async def looks_right() -> str:
        await guide.sees("Is the sample whole, black, readable in Hindi, and cut off?")
        return ""

    if await guide.step("prints a sample", prints):
        await guide.hand_step("the sample looks right", looks_right)


def _ended(guide: Guide, job: str) -> TicketPrinted | TicketFailed | None:
    while (event := guide.ears.take_event()) is not None:
        if isinstance(event, TicketPrinted | TicketFailed) and event.job == job:
            return event
    return None


async def panel(guide: Guide) -> None:
    """Each light on and off; each switch there and back."""
    # The tower lamp is health's to light, and the fan the thermometer's.
    for output in sorted(name for name in guide.state.outputs if name.endswith("_guide")):
        await guide.step(f"light {output}", partial(_light, guide, output))
    for switch in sorted(guide.state.inputs.keys() - NOT_MOVED):
        await guide.hand_step(f"switch {switch}", partial(_switch, guide, switch))


async def _light(guide: Guide, output: str) -> str:
    async def becomes(is_on: bool) -> None:
        def is_so() -> bool | None:
            return True if guide.state.outputs.get(output) is is_on else None

        await guide.asks_core(output, is_on)
        if await guide.ears.until(is_so, FOLLOWS_WITHIN) is None:
            raise Failed(f"its pin did not go {'on' if is_on else 'off'}")

    await becomes(True)
    try:
        await guide.sees(f"Does the light {output} shine?")
    finally:
        await becomes(False)
    return ""


async def _switch(guide: Guide, switch: str) -> str:
    moves = MOVES.get(switch, (f"Make it true: {switch}.", "Put it back."))
    if guide.state.inputs[switch]:
        raise Failed("it is so already: put it right first")
    for move, wanted in zip(moves, (True, False), strict=True):
        guide.say(f">>    {move}")

        def is_so(wanted: bool = wanted) -> bool | None:
            return True if guide.state.inputs.get(switch) is wanted else None

        if await guide.ears.until(is_so, guide.patience) is None:
            raise Failed(f"nothing moved within {guide.patience:g} s: {move}")
    return ""


async def card(guide: Guide) -> None:
    """Any card at all; what is on it is nobody's business here (M10)."""

    async def reads() -> str:
        session = await guide.asks_core()
        guide.say(">>    Swipe any card.")
        if (
            said := await guide.ears.until(partial(_swiped, guide, session), _short(guide))
        ) is None:
            raise Failed("no swipe was heard")
        return said

    await guide.hand_step("reads a card", reads)


def _swiped(guide: Guide, session: str) -> str | None:
    while (event := guide.ears.take_event()) is not None:
        if (said := _of_swipe(event, session)) == SwipeProblem.UNREADABLE:
            guide.say(">>    It could not be read. Swipe again, slower.")
        elif said == SwipeProblem.NOT_ENCRYPTED:
            raise Failed("it sends cards in clear: it has lost its keys")
        elif said is not None:
            return said
    return None


def _of_swipe(event: DeviceEvent, session: str) -> str | None:
    match event:
        case CardSwiped(session=name) if name == session:
            return "read"
        case CardRejected(reason=reason):
            return reason
        case _:
            return None


def _short(guide: Guide) -> float:
    return min(SPEAKS_WITHIN, guide.patience)


SCRIPTS: dict[Kind, Script] = {
    Kind.NOTES: acceptor,
    Kind.COINS: acceptor,
    Kind.RECEIPT: printer,
    Kind.PANEL: panel,
    Kind.CARD: card,
}
