"""What is tested of each kind of device, step by step, whoever made it."""

from __future__ import annotations

from functools import partial

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
from firmware.core.guided import FOLLOWS_WITHIN, Failed, Guide, Script, Text

SPEAKS_WITHIN = 20.0  # seconds; to find a coin, put it in, and hear of it
PRINTS_WITHIN = 60.0  # seconds; a cold head warms up first
TAKEN = (NoteEscrowed, NoteStacked, CoinAccepted)
REFUSED = (NoteRejected, CoinRejected)
INHIBITED = "inhibited"  # of the contract: the device is shut
# Not moved in a test: core would have it on record that the box was pulled and the cabinet opened.
NOT_MOVED = frozenset({"cash_box_is_out", "battery_is_low", "tamper"})
MOVES = {
    "door_is_open": (Text("do.open_door"), Text("do.shut_door")),
    "mains_is_off": (Text("do.mains_off"), Text("do.mains_on")),
}
DO = ">>"


async def acceptor(guide: Guide) -> None:
    """Shut: what is put in comes back, and the device says so, or the technician does."""
    piece = "guided.note" if guide.state.kind is Kind.NOTES else "guided.coin"

    async def is_shut() -> str:
        if guide.state.accepting:
            raise Failed(Text("would_take"))
        return ""

    async def gives_back() -> str:
        guide.tell(DO, "do.put_in", piece=piece)
        said = await guide.ears.until(partial(_inhibited, guide, piece), _short(guide))
        if said is None:
            await guide.sees(Text("is_it_back", piece=piece))
        return said or str(Text("says_nothing"))

    await guide.step(Text("is_shut"), is_shut)
    await guide.hand_step(Text("takes_none"), gives_back)


def _inhibited(guide: Guide, piece: str) -> str | None:
    """The refusal that was told; raises Failed when money was taken."""
    while (event := guide.ears.take_event()) is not None:
        if isinstance(event, TAKEN):
            raise Failed(Text("took", piece=piece, event=type(event).__name__))
        if isinstance(event, REFUSED) and event.reason == INHIBITED:
            return INHIBITED
        if isinstance(event, REFUSED):
            guide.tell("", "other_reason", piece=piece, reason=event.reason)
            guide.tell(DO, "do.put_good", piece=piece)
    return None


async def printer(guide: Guide) -> None:
    """A sample that is no receipt, by core's leave; the printer says itself that it is on paper."""

    async def prints() -> str:
        job = await guide.asks_core()
        if (ended := await guide.ears.until(partial(_ended, guide, job), PRINTS_WITHIN)) is None:
            raise Failed(Text("no_sample"))
        if isinstance(ended, TicketFailed):
            raise Failed(ended.fault)
        return ""

    async def looks_right() -> str:
        await guide.sees(Text("is_it_whole"))
        return ""

    if await guide.step(Text("prints"), prints):
        await guide.hand_step(Text("looks_right"), looks_right)


def _ended(guide: Guide, job: str) -> TicketPrinted | TicketFailed | None:
    while (event := guide.ears.take_event()) is not None:
        if isinstance(event, TicketPrinted | TicketFailed) and event.job == job:
            return event
    return None


async def panel(guide: Guide) -> None:
    """Each light on and off; each switch there and back."""
    # The tower lamp is health's to light, and the fan the thermometer's.
    for output in sorted(name for name in guide.state.outputs if name.endswith("_guide")):
        await guide.step(Text("light", output=output), partial(_light, guide, output))
    for switch in sorted(guide.state.inputs.keys() - NOT_MOVED):
        await guide.hand_step(Text("switch", switch=switch), partial(_switch, guide, switch))


async def _light(guide: Guide, output: str) -> str:
    async def becomes(is_on: bool) -> None:
        def is_so() -> bool | None:
            return True if guide.state.outputs.get(output) is is_on else None

        await guide.asks_core(output, is_on)
        if await guide.ears.until(is_so, FOLLOWS_WITHIN) is None:
            raise Failed(Text("pin_on" if is_on else "pin_off"))

    await becomes(True)
    try:
        await guide.sees(Text("does_it_shine", output=output))
    finally:
        await becomes(False)
    return ""


async def _switch(guide: Guide, switch: str) -> str:
    moves = MOVES.get(switch, (Text("do.make_true", switch=switch), Text("do.put_back")))
    if guide.state.inputs[switch]:
        raise Failed(Text("so_already"))
    for move, wanted in zip(moves, (True, False), strict=True):
        guide.tell(DO, move.key.removeprefix("guided."), **move.facts)

        def is_so(wanted: bool = wanted) -> bool | None:
            return True if guide.state.inputs.get(switch) is wanted else None

        if await guide.ears.until(is_so, guide.patience) is None:
            raise Failed(Text("nothing_moved", seconds=f"{guide.patience:g}", move=str(move)))
    return ""


async def card(guide: Guide) -> None:
    """Any card at all; what is on it is nobody's business here (M10)."""

    async def reads() -> str:
        session = await guide.asks_core()
        guide.tell(DO, "do.swipe")
        if (
            said := await guide.ears.until(partial(_swiped, guide, session), _short(guide))
        ) is None:
            raise Failed(Text("no_swipe"))
        return said

    await guide.hand_step(Text("reads"), reads)


def _swiped(guide: Guide, session: str) -> str | None:
    while (event := guide.ears.take_event()) is not None:
        if (said := _of_swipe(event, session)) == SwipeProblem.UNREADABLE:
            guide.tell(DO, "do.swipe_again")
        elif said == SwipeProblem.NOT_ENCRYPTED:
            raise Failed(Text("in_clear"))
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
