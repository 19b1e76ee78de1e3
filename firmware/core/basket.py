"""The bills of a visit before they become an order: added, taken out, and at last written."""

from __future__ import annotations

from uuid import uuid4

from firmware.contract.fees import Fees
from firmware.contract.money import Money, total
from firmware.contract.screen import ListedBill
from firmware.core.visit import MOST_BILLS, Visit
from firmware.journal import rows
from firmware.services.catalogue import Catalogue

NONE_KNOWN = Fees(0, [])  # this kiosk has no rate table, and nothing came on top of the bill


def on_screen(visit: Visit) -> ListedBill:
    """The bill that the back end sent last."""
    assert visit.bill is not None
    payable = visit.bill.amount + visit.bill.fee
    return ListedBill(visit.service, visit.bill, payable, visit.fees)


def chosen(visit: Visit) -> list[ListedBill]:
    """What PAY pays: the basket, or the one bill on the screen."""
    return visit.basket or [on_screen(visit)]


def is_listed(visit: Visit, fresh: ListedBill) -> bool:
    """Whether this bill is in the basket, under its account or under its number."""
    return any(
        old.name == fresh.name
        or (old.service, old.bill.number) == (fresh.service, fresh.bill.number)
        for old in visit.basket
    )


def has_room(visit: Visit) -> bool:
    return len(visit.basket) < MOST_BILLS


def take_out(visit: Visit, name: str) -> None:
    visit.basket = [listed for listed in visit.basket if listed.name != name]


def sum_of(bills: list[ListedBill]) -> Money:
    return total([listed.payable for listed in bills])


def born(number: str, visit: Visit) -> rows.OrderCreated:
    """An order of the chosen bills; each bill has its key from here on."""
    bills = chosen(visit)
    first = bills[0]
    lines = [rows.Line(uuid4().hex, each.service, each.bill, each.payable) for each in bills]
    owners = [visit.owners.get(each.name, "") for each in bills]
    fees = [each.fees or NONE_KNOWN for each in bills]
    is_one = len(bills) == 1
    return rows.OrderCreated(
        order=number,
        key=lines[0].key if is_one else uuid4().hex,
        service=first.service if is_one else rows.BASKET,
        language=visit.language,
        bill=first.bill,
        payable=sum_of(bills),
        lines=[] if is_one else lines,
        gives=visit.gives,
        owners=owners if any(owners) else [],
        fees=fees if any(each != NONE_KNOWN for each in fees) else [],
    )


def birth(number: str, visit: Visit, catalogue: Catalogue) -> list[rows.AnyRow]:
    """An order that is paid in cash, and its cash session."""
    order = born(number, visit)
    advance = catalogue.services[chosen(visit)[-1].service].allowed_advance
    opened = rows.CashOpened(number, uuid4().hex[:8], order.payable + advance)
    return [order, opened]
