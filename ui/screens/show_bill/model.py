"""Is this your bill? Whose it is, what it is made of, and what is to be paid."""

from __future__ import annotations

from dataclasses import dataclass

from firmware.contract.fees import STATUTORY, FeeLine
from firmware.contract.screen import Action, Hint, Screen, ShowBill
from ui.frame import NO_BUTTON, Button, button, ways_to_pay
from ui.say import Say, amount, exact, in_fours, sentences


@dataclass(frozen=True)
class Row:
    label: str
    value: str


@dataclass(frozen=True)
class ShowBillModel:
    question: str = ""
    who: tuple[Row, ...] = ()
    sums: tuple[Row, ...] = ()
    total_label: str = ""
    total: str = ""
    add: Button = NO_BUTTON  # one more bill
    ways: tuple[Button, ...] = ()  # to pay, where there is more than cash
    how: str = ""  # the question above them
    promise: str = ""  # or why the bill cannot be paid in cash
    promise_icon: str = "shield-check-fill"

    @property
    def spoken_text(self) -> str:
        name = self.who[0].value if self.who else ""
        return sentences(
            self.question, name, f"{self.total_label} {self.total}", self.promise, self.how
        )

    @property
    def aloud_text(self) -> str:
        """Whose it is and how much stays between the citizen and the screen."""
        return sentences(self.question, self.promise, self.how)


def model(data: ShowBill, screen: Screen, say: Say) -> ShowBillModel:
    bill = data.bill
    sums = _sums(data, say)
    if before := bill.amount + bill.fee - data.payable:  # paid before, or carried over
        sums.append(Row(say("bill.before"), f"− {exact(before)}"))
    return ShowBillModel(
        question=say.own("bill.question", data.service),
        who=(
            Row(say.own("bill.name", data.service), bill.name),
            Row(say(f"{data.service}.account"), in_fours(bill.account)),
            *([Row(say("bill.period"), say.month(bill.period))] if bill.period else []),
            *([Row(say("bill.due_date"), say.month(bill.due_date))] if bill.due_date else []),
        ),
        sums=tuple(sums),
        total_label=say("bill.total"),
        total=amount(data.payable),
        add=button(Action.ADD_BILL, say, is_way_on=False)
        if Action.ADD_BILL in screen.actions
        else NO_BUTTON,
        ways=ways_to_pay(screen, say),
        how=how_to_pay(screen, data.why_not, say),
        promise=_promise(data, screen, say),
        promise_icon="shield-check-fill" if data.why_not is None else "info-fill",
    )


def _sums(data: ShowBill, say: Say) -> list[Row]:
    """What is asked, line by line; without a rate table in two."""
    lines = [] if data.fees is None else data.fees.lines
    of_state = [_fee(line, say) for line in lines if line.kind == STATUTORY]
    on_top = [_fee(line, say) for line in lines if line.kind != STATUTORY]
    due = Row(say.own("bill.amount", data.service), exact(data.bill.amount))
    return [*(of_state or [due]), *(on_top or [Row(say("bill.fee"), exact(data.bill.fee))])]


def _fee(line: FeeLine, say: Say) -> Row:
    name = say(say.known(f"bill.fee.{line.kind}", "bill.fee"))
    label = say("bill.fee_of_pages", fee=name, pages=line.pages) if line.pages else name
    return Row(label, exact(line.amount))


def _promise(data: ShowBill, screen: Screen, say: Say) -> str:
    if ways_to_pay(screen, say):
        return ""  # their question stands in its place
    return say("bill.promise") if data.why_not is None else why_no_cash(data.why_not, say)


def how_to_pay(screen: Screen, why_not: Hint | None, say: Say) -> str:
    """The question above the ways to pay, or why cash is not among them."""
    if not ways_to_pay(screen, say):
        return ""
    return say("pay.question") if why_not is None else why_no_cash(why_not, say)


def why_no_cash(reason: Hint, say: Say) -> str:
    key = say.known(reason.key, "limit.other")
    return say(key, value="" if reason.value is None else amount(reason.value))
