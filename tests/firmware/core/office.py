"""The back end of the small world: bills by account, and payments booked once a key."""

from __future__ import annotations

from firmware.contract.card import CardRequest
from firmware.contract.gateway import (
    Bill,
    BookedSum,
    Failed,
    FetchBill,
    GatewayReply,
    PaidBy,
    Posted,
    PostPayment,
    Problem,
    RegisteredBill,
    SumBooked,
    Tender,
)
from firmware.contract.money import ZERO, Money, total
from firmware.contract.options import FetchOptions, Option, Options
from firmware.contract.rates import FetchRates, RateFile
from firmware.contract.upi import CancelUpi, CheckUpi, StartUpi
from firmware.journal import rows
from firmware.till.effects import Ask
from tests.firmware.core.payers import Acquirer, UpiNetwork

ACCOUNT = "210344001725"


class Office:
    """The back end: a bill, and payments booked once a key."""

    def __init__(self, amount: Money) -> None:
        self.amount = amount  # of ACCOUNT
        self.others: dict[str, Money] = {}  # of more accounts
        self.numbers = {ACCOUNT: "B1"}  # of bills that are not named after their account
        self.mobiles: dict[str, str] = {}  # on file, by account
        self.answers: int | None = None  # to so many more questions; then the line is dead
        self.is_up = True
        self.refuses: Problem | None = None
        self.refuses_account = ""  # payments of this one only
        self.payments: dict[str, Money] = {}
        self.tenders_of: dict[str, PaidBy] = {}  # key -> how it was paid
        self.upi, self.cards = UpiNetwork(), Acquirer()
        self.fee = ZERO  # on top of each bill
        self.rates = RateFile()  # a newer table, if there is one
        self.tenders: list[Tender] = []  # beside cash
        self.options: dict[tuple[str, tuple[str, ...]], list[Option]] = {}  # by ask and answers
        self.as_of = "2026-11-22T10:00:00+05:30"  # of the options
        self.is_silent = False  # nothing comes back at all
        self.receipts: dict[str, int] = {}  # key -> number of the order

    def answer(self, ask: Ask) -> GatewayReply | None:
        request = ask.request
        if not self.is_up or self.answers == 0:
            return Failed(Problem.BACK_END_DOWN)
        self.answers = None if self.answers is None else self.answers - 1
        if isinstance(request, StartUpi | CheckUpi | CancelUpi):
            return self.upi.answer(request)
        if isinstance(request, CardRequest):
            return self.cards.answer(request)
        if isinstance(request, SumBooked):
            return self.sum_of(request)
        if isinstance(request, FetchOptions):
            found = self.options.get((request.ask, tuple(request.given)))
            return Failed(Problem.NO_SUCH_ACCOUNT) if found is None else Options(found, self.as_of)
        if isinstance(request, FetchBill):
            return self._bill(request.account)
        if isinstance(request, FetchRates):
            return self.rates
        assert isinstance(request, PostPayment), f"core asks nothing else yet: {request}"
        no = Problem.REFUSED if request.account == self.refuses_account else self.refuses
        if no is not None and request.key not in self.payments:
            return Failed(no)
        self.book(request)
        return Posted(request.key, f"REF{len(self.payments)}")

    def book(self, request: PostPayment) -> None:
        """Once a key."""
        self.payments.setdefault(request.key, request.amount)
        self.tenders_of.setdefault(request.key, request.tender)
        self.receipts[request.key] = rows.number_of(request.receipt)

    def sum_of(self, request: SumBooked) -> BookedSum:
        asked = range(request.first, request.last + 1)
        booked = [self.payments[key] for key, number in self.receipts.items() if number in asked]
        return BookedSum(len(booked), total(booked))

    def _bill(self, account: str) -> Bill | RegisteredBill | Failed:
        due = self.amount if account == ACCOUNT else self.others.get(account)
        if due is None:
            return Failed(Problem.NO_SUCH_ACCOUNT)
        number = self.numbers.get(account, f"B{account}")
        name = "श्री कृष्ण चन्द्र शर्मा"
        bill = Bill(number, account, name, "2026-10", "2026-11-28", due, self.fee)
        mobile = self.mobiles.get(account)
        return bill if mobile is None else RegisteredBill(bill, mobile)
