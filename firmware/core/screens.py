"""The screen of a moment, as a pure function of the visit and the floor."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from firmware.contract.device import Kind
from firmware.contract.money import ZERO
from firmware.contract.screen import (
    Action,
    Attract,
    Closed,
    Done,
    Hint,
    InsertCash,
    Number,
    ScreenData,
    Services,
    ShowBill,
    Tile,
    Trouble,
    Waiting,
)
from firmware.core.floor import Floor
from firmware.core.papers import Papers
from firmware.core.visit import Stage, Visit
from firmware.journal.orders import Order
from firmware.services.catalogue import Catalogue
from firmware.till.limits import extra, note_buttons
from firmware.till.session import CashSession

STEPS: dict[Stage, int] = {
    Stage.NUMBER: 1,
    Stage.FETCHING: 1,
    Stage.BILL: 2,
    Stage.CASH: 3,
    Stage.SETTLING: 3,
    Stage.POSTING: 3,
    Stage.PROVING: 4,
    Stage.DONE: 4,
}
ACTIONS: dict[Stage, list[Action]] = {
    Stage.ATTRACT: [Action.OPERATOR],
    Stage.SERVICES: [Action.CHOOSE_SERVICE, Action.BACK, Action.CANCEL],
    Stage.NUMBER: [Action.ENTER, Action.BACK, Action.CANCEL],
    Stage.FETCHING: [Action.CANCEL],
    Stage.BILL: [Action.PAY, Action.BACK, Action.CANCEL],
    Stage.CASH: [Action.CANCEL],
    Stage.SETTLING: [],
    Stage.POSTING: [],
    Stage.PROVING: [],
    Stage.DONE: [Action.FINISH, Action.ANOTHER],
    Stage.TROUBLE: [Action.FINISH],
    Stage.OPERATOR: [],  # those of the desk
}
PUT_RIGHT_BY_TRYING_AGAIN = frozenset(
    {"trouble.back_end_down", "trouble.door_open", "trouble.printer", "trouble.no_acceptor"}
)

TILE_REASONS = {
    "trouble.back_end_down": "tile.no_back_end",
    "trouble.paper_out": "tile.no_paper",
    "trouble.printer": "tile.no_printer",
    "trouble.mains_off": "tile.no_power",
    "trouble.battery_low": "tile.no_power",
    "trouble.records": "tile.no_records",
    "trouble.day_limit": "tile.day_limit",
}  # of the others the tile says that no cash is taken
NO_CASH_AT_ALL = frozenset(
    {"trouble.mains_off", "trouble.battery_low", "trouble.records", "trouble.day_limit"}
)


def tiles(catalogue: Catalogue, floor: Floor) -> list[Tile]:
    """Every service: working, or not and why (offline first: said before any money)."""
    ready = [
        Tile(service.id, service.icon, why_not(floor)) for service in catalogue.services.values()
    ]
    return ready + [Tile(coming.id, coming.icon, "tile.not_yet") for coming in catalogue.coming]


def why_not(floor: Floor) -> str | None:
    """Why a paid service cannot be begun now, as a message key for its tile."""
    obstacle = floor.obstacle_before()
    return None if obstacle is None else TILE_REASONS.get(obstacle, "tile.no_cash")


def actions(visit: Visit, why_no_cash: Hint | None) -> list[Action]:
    """What may be pressed in this stage; the other language is always a press away."""
    found = [Action.CHOOSE_LANGUAGE, *ACTIONS[visit.stage]]
    if why_no_cash is not None and Action.PAY in found:
        found.remove(Action.PAY)
    if visit.stage is Stage.TROUBLE and _may_try_again(visit):
        found.append(Action.AGAIN)
    return found


def draw(
    visit: Visit, floor: Floor, catalogue: Catalogue, papers: Papers, why_no_cash: Hint | None
) -> ScreenData:
    """What the citizen sees now. `why_no_cash` speaks against the bill on the screen."""
    match visit.stage:
        case Stage.ATTRACT if not floor.journal_is_confirmed:
            return Closed("closed.journal")
        case Stage.ATTRACT if floor.door_is_open:
            return Closed("closed.door_open")
        case Stage.ATTRACT:
            is_possible = floor.obstacle_before() not in NO_CASH_AT_ALL
            return Attract(tiles(catalogue, floor), is_possible and bool(floor.acceptors()))
        case Stage.SERVICES:
            return Services(tiles(catalogue, floor))
        case Stage.NUMBER:
            account = catalogue.services[visit.service].account
            return Number(visit.service, account.label, account.digits, visit.typed, visit.problem)
        case Stage.FETCHING:
            return Waiting("waiting.fetching")
        case Stage.BILL:
            assert visit.bill is not None
            payable = visit.bill.amount + visit.bill.fee
            return ShowBill(visit.service, visit.bill, payable, why_no_cash)
        case Stage.CASH | Stage.SETTLING:
            return _cash(visit, floor)
        case Stage.POSTING:
            return Waiting("waiting.posting")
        case Stage.PROVING:
            return Waiting("waiting.printing")
        case Stage.DONE:
            return _done(_order_of(visit))
        case Stage.TROUBLE:
            return _trouble(visit, papers)
        case Stage.OPERATOR:
            raise AssertionError("the desk draws its own screens")


def _cash(visit: Visit, floor: Floor) -> InsertCash:
    order, session = _order_of(visit), visit.session
    is_moving = visit.stage is Stage.SETTLING or (session is not None and not session.is_quiet)
    shown = InsertCash(
        service=visit.service,
        due=order.payable,
        inserted=order.inserted,
        remaining=order.remaining,
        advance=order.allowed_advance,
        notes=[],
        coins=[],
        hint=visit.hint,
        is_checking=is_moving,
    )
    if visit.stage is Stage.SETTLING or session is None:
        return shown
    if visit.obstacle_from is not None:  # the slots are shut, and may soon be open again
        waits = visit.hint if is_moving else Hint("cash.one_moment")
        return replace(shown, hint=waits, is_checking=True)
    return replace(shown, **_on_offer(session, floor, visit.hint))


def _on_offer(session: CashSession, floor: Floor, hint: Hint | None) -> dict[str, Any]:
    """The notes and coins that may come in now, and how much over the due."""
    due, advance, within = session.expected, session.order.allowed_advance, session.within
    coins = session.wanted(floor.values(Kind.COINS))
    has_only_coins = bool(coins) and not floor.values(Kind.NOTES)
    return {
        "advance": extra(due, advance, within),
        "notes": note_buttons(floor.values(Kind.NOTES), due, advance, within),
        "coins": coins,
        "hint": Hint("cash.only_coins") if has_only_coins else hint,
    }


def _done(order: Order) -> Done:
    return Done(
        service=order.created.service,
        account=order.created.bill.account,
        paid=order.inserted - order.owed,
        receipt=order.number,
        proof="paper" if order.is_printed("receipt") else "screen",
        is_posted=order.reference is not None,
        advance=order.advance,
    )


def _trouble(visit: Visit, papers: Papers) -> Trouble:
    order = visit.order
    if order is None or not order.claims:
        return Trouble(visit.cause, safe=ZERO)
    return Trouble(
        cause=order.claims[-1].cause,
        safe=order.claimed,
        claim=order.claims[-1].claim,
        proof="paper" if order.is_printed("claim") else "screen",
        token=papers.token(order),
    )


def _may_try_again(visit: Visit) -> bool:
    has_money = visit.order is not None and bool(visit.order.inserted)
    return visit.cause in PUT_RIGHT_BY_TRYING_AGAIN and not has_money


def _order_of(visit: Visit) -> Order:
    assert visit.order is not None, f"{visit.stage} without an order"
    return visit.order
