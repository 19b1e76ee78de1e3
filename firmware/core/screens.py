"""The screen of a moment, as a pure function of the visit and the floor."""

from __future__ import annotations

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
from firmware.till.limits import note_buttons

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
    Stage.ATTRACT: [],
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
}
PUT_RIGHT_BY_TRYING_AGAIN = frozenset(
    {"trouble.back_end_down", "trouble.door_open", "trouble.printer", "trouble.no_acceptor"}
)


def tiles(catalogue: Catalogue, floor: Floor) -> list[Tile]:
    """Every service: working, or not and why (offline first: said before any money)."""
    ready = [
        Tile(service.id, service.icon, why_not(floor)) for service in catalogue.services.values()
    ]
    return ready + [Tile(coming.id, coming.icon, "tile.not_yet") for coming in catalogue.coming]


def why_not(floor: Floor) -> str | None:
    """Why a paid service cannot be begun now, as a message key for its tile."""
    if not floor.journal_is_confirmed:
        return "tile.no_cash"
    if not floor.gateway.is_online:
        return "tile.no_back_end"
    if (trouble := floor.printer_trouble()) is not None:
        return "tile.no_paper" if trouble == "trouble.paper_out" else "tile.no_printer"
    return None if floor.acceptors() else "tile.no_cash"


def actions(visit: Visit) -> list[Action]:
    """What may be pressed in this stage; the other language is always a press away."""
    found = [Action.CHOOSE_LANGUAGE, *ACTIONS[visit.stage]]
    if visit.stage is Stage.TROUBLE and _may_try_again(visit):
        found.append(Action.AGAIN)
    return found


def draw(visit: Visit, floor: Floor, catalogue: Catalogue, papers: Papers) -> ScreenData:
    """What the citizen sees now."""
    match visit.stage:
        case Stage.ATTRACT if not floor.journal_is_confirmed:
            return Closed("closed.journal")
        case Stage.ATTRACT if floor.door_is_open:
            return Closed("closed.door_open")
        case Stage.ATTRACT:
            return Attract(tiles(catalogue, floor), cash_is_possible=bool(floor.acceptors()))
        case Stage.SERVICES:
            return Services(tiles(catalogue, floor))
        case Stage.NUMBER:
            account = catalogue.services[visit.service].account
            return Number(visit.service, account.label, account.digits, visit.typed, visit.problem)
        case Stage.FETCHING:
            return Waiting("waiting.fetching")
        case Stage.BILL:
            assert visit.bill is not None
            return ShowBill(visit.service, visit.bill, visit.bill.amount + visit.bill.fee)
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


def _cash(visit: Visit, floor: Floor) -> InsertCash:
    order, session = _order_of(visit), visit.session
    is_taking = visit.stage is Stage.CASH and session is not None
    wanted = session.wanted(floor.values(Kind.NOTES)) if is_taking and session else []
    coins = session.wanted(floor.values(Kind.COINS)) if is_taking and session else []
    return InsertCash(
        service=visit.service,
        due=order.payable,
        inserted=order.inserted,
        remaining=order.remaining,
        advance=order.allowed_advance,
        notes=note_buttons(wanted, floor.values(Kind.NOTES)) if is_taking else [],
        coins=coins,
        hint=visit.hint if floor.usable(Kind.NOTES) or not coins else Hint("cash.only_coins"),
        is_checking=visit.stage is Stage.SETTLING or (session is not None and not session.is_quiet),
    )


def _done(order: Order) -> Done:
    return Done(
        service=order.created.service,
        account=order.created.bill.account,
        paid=order.inserted - order.owed - order.changed,
        receipt=order.number,
        proof="paper" if order.is_printed("receipt") else "screen",
        is_posted=order.reference is not None,
        advance=order.advance,
        change=order.changed,
    )


def _trouble(visit: Visit, papers: Papers) -> Trouble:
    order = visit.order
    if order is None or not order.claims:
        was_refunded = order is not None and bool(order.changed)
        return Trouble("trouble.given_back" if was_refunded else visit.cause, safe=ZERO)
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
