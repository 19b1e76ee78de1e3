"""The screen of a moment, as a pure function of the visit and the floor."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from firmware.contract.device import Kind
from firmware.contract.meeting import Meeting
from firmware.contract.money import ZERO
from firmware.contract.screen import (
    Action,
    Attract,
    Basket,
    Closed,
    Done,
    Hint,
    InsertCash,
    Number,
    Offer,
    ScreenData,
    ShowBill,
    ShowUpi,
    SwipeCard,
    Trouble,
    Waiting,
)
from firmware.contract.screen_ends import PosterOut
from firmware.core.basket import has_room, sum_of
from firmware.core.blame import fault_behind
from firmware.core.floor import Floor
from firmware.core.papers import Papers
from firmware.core.proof import is_on_page, place_of
from firmware.core.request_screens import accepted_of, draw_request
from firmware.core.resuming import endings
from firmware.core.settling import offer_of
from firmware.core.tiles import services, tiles
from firmware.core.visit import MOST_BILLS, Stage, Visit
from firmware.journal.division import split
from firmware.journal.orders import Order
from firmware.services.catalogue import Catalogue
from firmware.till.codes import DIGITS
from firmware.till.limits import extra, note_buttons
from firmware.till.session import CashSession

STEPS: dict[Stage, int] = {
    Stage.NUMBER: 1,
    Stage.LISTING: 1,
    Stage.FETCHING: 1,
    Stage.BILL: 2,
    Stage.BASKET: 2,
    Stage.CONFIRM: 2,
    Stage.FINGER: 3,
    Stage.CASH: 3,
    Stage.SLIP: 3,
    Stage.RESUMED: 3,
    Stage.UPI: 3,
    Stage.CARD: 3,
    Stage.CHECKING: 3,
    Stage.SETTLING: 3,
    Stage.OFFER: 3,
    Stage.DELIVERING: 3,
    Stage.POSTING: 3,
    Stage.PROVING: 4,
    Stage.DONE: 4,
    Stage.FACTS: 4,
    Stage.FACTS_SLIP: 4,
}
ACTIONS: dict[Stage, list[Action]] = {
    Stage.ATTRACT: [Action.OPERATOR],  # and what teaches
    Stage.HOW_TO: [Action.FINISH],
    Stage.PRACTICE: [Action.FINISH],
    Stage.SERVICES: [Action.CHOOSE_SERVICE, Action.BACK, Action.CANCEL],
    Stage.NUMBER: [Action.BACK, Action.CANCEL],  # and what the question offers
    Stage.LISTING: [Action.CANCEL],
    Stage.FETCHING: [Action.CANCEL],
    Stage.BILL: [Action.PAY, Action.ADD_BILL, Action.BACK, Action.CANCEL],
    Stage.BASKET: [Action.PAY, Action.TAKE_OUT, Action.CANCEL],
    Stage.CONFIRM: [Action.SUBMIT, Action.BACK, Action.CANCEL],
    Stage.FINGER: [Action.CANCEL],
    Stage.RESUMED: [Action.ENTER],  # no cancelling: the slip would go to whoever stands there
    Stage.CASH: [Action.CANCEL],
    Stage.SLIP: [Action.ENTER, Action.SCAN, Action.BACK, Action.CANCEL],
    Stage.UPI: [Action.CANCEL],
    Stage.CARD: [Action.CANCEL],
    Stage.CHECKING: [],
    Stage.SETTLING: [],
    Stage.OFFER: [Action.PAY_PART, Action.TAKE_SLIP],
    Stage.DELIVERING: [],
    Stage.POSTING: [],
    Stage.PROVING: [],
    Stage.DONE: [Action.FINISH, Action.ANOTHER],
    Stage.TROUBLE: [Action.FINISH],
    Stage.RECEIPT_NUMBER: [Action.ENTER, Action.SCAN, Action.BACK, Action.CANCEL],
    Stage.MOBILE: [Action.ENTER, Action.BACK, Action.CANCEL],
    Stage.REPRINTING: [],
    Stage.REPRINTED: [Action.FINISH, Action.ANOTHER],
    Stage.FACTS: [Action.ANOTHER, Action.FINISH],
    Stage.FACTS_SLIP: [],
    Stage.POSTER: [],
    Stage.POSTER_OUT: [Action.FINISH, Action.ANOTHER],
    Stage.MEETING: [Action.CANCEL],
    Stage.OPERATOR: [],  # those of the desk
}
PUT_RIGHT_BY_TRYING_AGAIN = frozenset(
    {
        "trouble.back_end_down",
        "trouble.lookup_away",
        "trouble.door_open",
        "trouble.printer",
        "trouble.no_acceptor",
        "trouble.card_reader",
        "trouble.not_taken",
        "trouble.page_paper",
        "trouble.page_printer",
        "trouble.pvc_cards",
        "trouble.pvc_ribbon",
        "trouble.pvc_printer",
        "trouble.finger_reader",
        "trouble.not_verified",
    }
)


def actions(visit: Visit, why_no_cash: Hint | None) -> list[Action]:
    """What may be pressed in this stage; another language is always a press away, and so are larger
    letters once somebody is here."""
    reads = [
        Action.CHOOSE_LANGUAGE,
        *([Action.TEXT_SIZE] if visit.stage is not Stage.ATTRACT else []),
    ]
    found = [*reads, *ACTIONS[visit.stage]]
    if why_no_cash is not None and Action.PAY in found:
        found.remove(Action.PAY)
    if visit.gives and Action.ADD_BILL in found:
        found.remove(Action.ADD_BILL)  # each paper is handed out for an order of its own
    if visit.stage is Stage.TROUBLE and _may_try_again(visit):
        found.append(Action.AGAIN)
    if visit.stage is Stage.BASKET and has_room(visit):
        found.append(Action.ADD_BILL)
    return found


def draw(
    visit: Visit, floor: Floor, catalogue: Catalogue, papers: Papers, why_no_cash: Hint | None
) -> ScreenData:
    """What the citizen sees now. `why_no_cash` speaks against the bill on the screen."""
    match visit.stage:
        case Stage.ATTRACT if floor.closed_because:
            return Closed(f"closed.{floor.closed_because}")
        case Stage.ATTRACT if not floor.journal_is_confirmed:
            return Closed("closed.journal", "till.journal_unconfirmed")
        case Stage.ATTRACT if floor.door_is_open:
            return Closed("closed.door_open", "panel.door.open")
        case Stage.ATTRACT if floor.newcomer is not None:
            return floor.newcomer
        case Stage.ATTRACT:
            return _attract(floor, catalogue)
        case Stage.SERVICES:
            return services(catalogue, floor, visit.category)
        case Stage.LISTING:
            return Waiting("waiting.asking")
        case Stage.FETCHING:
            is_lookup = catalogue.services[visit.service].kind == "lookup"
            return Waiting("waiting.asking" if is_lookup else "waiting.fetching")
        case Stage.BILL:
            assert visit.bill is not None
            payable = visit.bill.amount + visit.bill.fee
            return ShowBill(visit.service, visit.bill, payable, why_no_cash, visit.fees)
        case Stage.BASKET:
            return Basket(visit.basket, sum_of(visit.basket), MOST_BILLS, why_no_cash)
        case Stage.CONFIRM | Stage.FINGER:
            return draw_request(visit, floor, catalogue)
        case Stage.RESUMED:
            return _resumed(_order_of(visit), visit.problem)
        case Stage.SLIP:
            return Number("slip", "slip.code", DIGITS, problem=visit.problem)
        case Stage.OFFER:
            return _offer(_order_of(visit), catalogue)
        case Stage.CASH | Stage.SETTLING:
            return _cash(visit, floor)
        case Stage.UPI | Stage.CARD | Stage.CHECKING:
            return _cashless(visit)
        case Stage.POSTING:
            return Waiting("waiting.posting")
        case Stage.PROVING:
            is_page = is_on_page(_order_of(visit))
            return Waiting("waiting.printing_page" if is_page else "waiting.printing")
        case Stage.DONE if _order_of(visit).is_free:
            return accepted_of(_order_of(visit))
        case Stage.POSTER:
            return Waiting("waiting.printing_poster")
        case Stage.POSTER_OUT:
            return PosterOut(floor.rates.version)
        case Stage.MEETING:
            return _meeting(floor)
        case Stage.DONE:
            return _done(_order_of(visit))
        case Stage.TROUBLE:
            shown = _trouble(visit, papers)
            return replace(shown, fault=fault_behind(floor, shown.cause))
        case _:  # the desk, a question, what is handed out, a receipt again, facts
            raise AssertionError(f"{visit.stage} is drawn where its facts are")


def _attract(floor: Floor, catalogue: Catalogue) -> Attract:
    is_possible = floor.obstacle_before() is None
    there, ways = floor.occasion, floor.tenders()
    shown = tiles(catalogue, floor)
    return Attract(shown, is_possible, ways, there.shown, there.announced, there.notices)


def _meeting(floor: Floor) -> Meeting | Waiting:
    """Until the browser has the screen, and after it."""
    meeting = floor.occasion.meeting
    return Waiting("waiting.meeting") if meeting is None else Meeting(meeting.title, meeting.ends)


def _resumed(order: Order, problem: str | None) -> Number:
    """Type the end of your number: a short one (khata 57) is its own end."""
    lengths = [len(each) for each in endings(order)]
    return Number(
        service="resumed",
        label="resumed.digits",
        digits=max(lengths),
        problem=problem,
        safe=order.inserted + order.in_doubt,
        least=0 if min(lengths) == max(lengths) else min(lengths),
    )


def _cash(visit: Visit, floor: Floor) -> InsertCash:
    order, session = _order_of(visit), visit.session
    is_moving = visit.stage is Stage.SETTLING or (session is not None and not session.is_quiet)
    shown = InsertCash(
        service=order.created.service,
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


def _cashless(visit: Visit) -> ScreenData:
    order = _order_of(visit)
    service = order.created.service
    match visit.stage:
        case Stage.UPI if visit.link:
            return ShowUpi(service, order.payable, visit.link, visit.payee, order.number)
        case Stage.UPI:
            return Waiting("waiting.upi")
        case Stage.CARD:
            return SwipeCard(service, order.payable, visit.hint)
        case _:
            is_upi = order.cashless.upi is not None
            return Waiting("waiting.upi_check" if is_upi else "waiting.card")


def _offer(order: Order, catalogue: Catalogue) -> Offer:
    service = catalogue.services.get(order.lines[0].service)
    pays = offer_of(order, None if service is None else service.least_part)
    parts = split([line.payable for line in order.lines], pays)
    return Offer(
        service=order.created.service,
        inserted=order.inserted + order.in_doubt,
        pays=pays,
        slip=order.inserted + order.in_doubt - pays,
        remains=order.payable - pays,
        bills=sum(map(bool, parts)),
        of=len(parts),
    )


def _done(order: Order) -> Done:
    return Done(
        service=order.created.service,
        account=order.created.bill.account,
        paid=order.inserted - order.owed - order.changed - order.cashless.going_back,
        receipt=order.number,
        proof=place_of(order, "receipt"),
        is_posted=order.reference is not None,
        advance=max(order.advance, ZERO),
        bills=len(order.lines),
        remains=order.payable - order.used if order.used < order.payable else ZERO,
        change=order.changed,
        by=order.cashless.tender,
        paper=order.printed_on("document"),
    )


def _trouble(visit: Visit, papers: Papers) -> Trouble:
    order = visit.order
    if order is not None and not order.claims and _is_cashless(order):
        return _without_slip(order, visit.cause)
    if order is None or not order.claims:
        was_refunded = order is not None and bool(order.changed)
        return Trouble("trouble.given_back" if was_refunded else visit.cause, safe=ZERO)
    return Trouble(
        cause=order.claims[-1].cause,
        safe=order.claimable,
        claim=order.claims[-1].claim,
        proof=place_of(order, "claim"),
        token=papers.token(order),
    )


def _is_cashless(order: Order) -> bool:
    return order.cashless.is_open or bool(order.cashless.going_back)


def _without_slip(order: Order, cause: str) -> Trouble:
    """What is still being asked, or goes back to the card: under the number of the order."""
    if order.cashless.is_open:
        return Trouble(cause, safe=ZERO, order=order.number)
    refund = next(reversed(order.cashless.refunds.values()))
    card = order.cashless.card
    return Trouble(
        cause=refund.cause,
        safe=order.cashless.going_back,
        proof=place_of(order, "refund"),
        order=order.number,
        card=None if card is None else card.masked,
    )


def _may_try_again(visit: Visit) -> bool:
    order = visit.order
    has_money = order is not None and (bool(order.inserted) or order.cashless.is_open)
    return visit.cause in PUT_RIGHT_BY_TRYING_AGAIN and not has_money


def _order_of(visit: Visit) -> Order:
    assert visit.order is not None, f"{visit.stage} without an order"
    return visit.order
