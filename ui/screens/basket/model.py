"""Many bills together: each can be taken out, and one sum is paid for all."""

from __future__ import annotations

from dataclasses import dataclass

from firmware.contract.screen import Action, Basket, ListedBill, Screen
from ui.frame import NO_BUTTON, Button, button, ways_to_pay
from ui.say import Say, amount, in_fours, sentences
from ui.screens.show_bill.model import how_to_pay, why_no_cash

LONGEST_NAME = 36  # characters on its line; the account number above it is whole
LONGEST_BESIDE_A_FEE = 24


@dataclass(frozen=True)
class BillLine:
    what: str
    who: str
    amount: str
    take_out: str  # the value of TAKE_OUT
    spoken_text: str = ""  # of the cross beside it


@dataclass(frozen=True)
class BasketModel:
    question: str = ""
    bills: tuple[BillLine, ...] = ()
    total_label: str = ""
    total: str = ""
    promise: str = ""
    add: Button = NO_BUTTON
    ways: tuple[Button, ...] = ()  # to pay, where there is more than cash
    how: str = ""

    @property
    def spoken_text(self) -> str:
        return sentences(self.question, f"{self.total_label} {self.total}", self.promise, self.how)

    @property
    def aloud_text(self) -> str:
        return sentences(self.question, self.promise, self.how)


def model(data: Basket, screen: Screen, say: Say) -> BasketModel:
    may_add = Action.ADD_BILL in screen.actions
    return BasketModel(
        question=say("basket.question"),
        bills=tuple(_line(listed, at, say) for at, listed in enumerate(data.bills, 1)),
        total_label=say("basket.total", count=len(data.bills)),
        total=amount(data.total),
        promise="" if ways_to_pay(screen, say) else _promise(data, may_add, say),
        ways=ways_to_pay(screen, say),
        how=how_to_pay(screen, data.why_not, say),
        add=button(Action.ADD_BILL, say, is_way_on=False) if may_add else NO_BUTTON,
    )


def _promise(data: Basket, may_add: bool, say: Say) -> str:
    if data.why_not is not None:
        return why_no_cash(data.why_not, say)
    return say("basket.promise" if may_add else "basket.full", most=data.most)


def _line(listed: ListedBill, at: int, say: Say) -> BillLine:
    return BillLine(
        what=f"{say(f'{listed.service}.name')} · {in_fours(listed.bill.account)}",
        who=_who(listed, say),
        amount=amount(listed.payable),
        take_out=listed.name,
        spoken_text=say("basket.take_out", number=at, service=say(f"{listed.service}.name")),
    )


def _who(listed: ListedBill, say: Say) -> str:
    """A fee on top is said for each bill: of all of them only the sum is paid."""
    bill = listed.bill
    if not bill.fee:
        return shortened(bill.name)
    name = shortened(bill.name, LONGEST_BESIDE_A_FEE)
    return say("basket.with_fee", name=name, fee=amount(bill.fee))


def shortened(name: str, longest: int = LONGEST_NAME) -> str:
    """As many whole words as fit: half a Hindi syllable would be another one."""
    if len(name) <= longest:
        return name
    return f"{name[:longest].rpartition(' ')[0] or name[:longest]} …"
