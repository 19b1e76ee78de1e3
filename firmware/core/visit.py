"""One visit of a citizen as a table: which stage follows which, and nothing else.

What happens on entering a stage is in flow.py; what the citizen sees in it is in screens.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum, auto

from firmware.contract.accounts import account_of
from firmware.contract.facts import Facts
from firmware.contract.fees import Fees
from firmware.contract.gateway import Bill
from firmware.contract.money import ZERO, Money
from firmware.contract.options import Options
from firmware.contract.reading import HINDI, Language, TextSize
from firmware.contract.screen import Hint, ListedBill
from firmware.journal.orders import Order
from firmware.runtime.ui_section import UiSection
from firmware.till.session import CashSession, UnexpectedEvent


class Stage(StrEnum):
    ATTRACT = auto()
    SERVICES = auto()
    NUMBER = auto()  # one question of the service after the other
    LISTING = auto()  # what can be answered comes from the back end
    FETCHING = auto()
    BILL = auto()
    BASKET = auto()  # many bills, paid together
    CONFIRM = auto()  # of what takes no money: is this right, and does he agree?
    FINGER = auto()  # the reader waits for a finger
    RESUMED = auto()  # power was cut with money in: is this its citizen?
    CASH = auto()
    SLIP = auto()  # the code of a claim slip is typed; no note or coin meanwhile
    SETTLING = auto()  # no money is taken any more; a note or coin may still be on its way
    OFFER = auto()  # too little is in: part payment, or a slip
    UPI = auto()  # a QR is shown
    CARD = auto()  # the reader waits for a card
    CHECKING = auto()  # no QR and no reader any more: what became of the payment?
    DELIVERING = auto()  # what was paid for is fetched, checked and printed
    POSTING = auto()
    PROVING = auto()  # receipt or claim slip on its way to paper, or else to the screen
    DONE = auto()
    TROUBLE = auto()
    RECEIPT_NUMBER = auto()  # of a receipt that is to be printed again
    MOBILE = auto()  # whose it is
    REPRINTING = auto()
    REPRINTED = auto()
    FACTS = auto()  # what the office knows of a number; no money
    FACTS_SLIP = auto()  # the same on its way to paper
    POSTER = auto()  # of services and fees, on its way out of the page printer
    POSTER_OUT = auto()
    HOW_TO = auto()  # pictures of how this is used
    PRACTICE = auto()  # the second machine has the screen, and this one takes nothing
    MEETING = auto()  # the screen is a browser's; no slot is open
    OPERATOR = auto()  # no citizen: the desk of operator.py, which has a table of its own


REPRINTS = frozenset({Stage.RECEIPT_NUMBER, Stage.MOBILE, Stage.REPRINTING, Stage.REPRINTED})
LOOKUPS = frozenset({Stage.FACTS, Stage.FACTS_SLIP})
WITH_FACTS = LOOKUPS | {Stage.CONFIRM}  # everywhere else they are forgotten
POSTERS = frozenset({Stage.POSTER, Stage.POSTER_OUT})
TEACHING = frozenset({Stage.HOW_TO, Stage.PRACTICE})
WITHOUT_MONEY = REPRINTS | LOOKUPS | POSTERS | TEACHING | {
    Stage.ATTRACT, Stage.SERVICES, Stage.NUMBER, Stage.LISTING, Stage.FETCHING, Stage.BILL,
    Stage.BASKET, Stage.CONFIRM, Stage.FINGER, Stage.MEETING,
}  # fmt: skip
AT_THE_TILL = frozenset(
    {Stage.CASH, Stage.SLIP, Stage.RESUMED, Stage.UPI, Stage.CARD}
)  # leaving them is settled
REPRINT = "reprint"  # the tile of a receipt again, which is no service of the catalogue
MOST_BILLS = 8  # of a basket: a receipt of 44 cm (floor.LONGEST_TICKET)


class Signal(StrEnum):
    LANGUAGE = auto()
    SERVICE = auto()
    REPRINT = auto()  # the tile of a receipt again
    POSTER = auto()  # the tile of the poster
    MEETING = auto()  # its tile, or its time
    ENTERED = auto()  # all that was asked for passes its checks
    NEXT = auto()  # one more question, or the one before
    LOOK_UP = auto()  # its list has to be fetched first
    BILL_CAME = auto()
    COMPLETE = auto()  # all that a request asks is answered, and nothing is fetched for it
    KNOWN = auto()  # the office has said whose verification it is
    ACCEPTED = auto()  # a request is on disk
    AGREED = auto()  # to give a finger
    CAPTURED = auto()  # and here is its print
    UNVERIFIED = auto()  # the office knows another finger: once more
    FACTS_CAME = auto()
    WRONG_NUMBER = auto()  # the back end does not know it, or it is paid: type again
    FAILED = auto()
    ADD = auto()  # one more bill
    LISTED = auto()  # the basket has one more, or one less
    PAY = auto()  # in cash
    UPI = auto()
    CARD = auto()
    SWIPED = auto()  # a card was read, and is being charged
    DECLINED = auto()  # the card was: another one may be swiped
    UNPAID = auto()  # nothing was taken, and the citizen chooses again
    BLOCKED = auto()  # something is missing that must be there before money is taken
    FULL = auto()
    STOPPED = auto()
    PAID = auto()
    DELIVER = auto()  # paid, and a paper is to be handed out before anything is posted
    DELIVERED = auto()  # the printer said that the last page is out
    UNDELIVERED = auto()  # no page more will come: the money goes back, or to a claim
    SHORT = auto()  # money went in, and not enough: a claim
    EMPTY = auto()  # no money went in
    OFFERED = auto()  # what is in pays a part, or some of the bills
    SLIP = auto()  # the citizen has a claim slip
    CONFIRMED = auto()  # the slip's money is in; or this is the citizen of the money
    ANSWERED = auto()  # by the back end, or not in time
    PRINT = auto()  # a slip of the facts is wanted
    PROVEN = auto()
    UNFULFILLED = auto()  # the proof given was a claim slip
    OWED = auto()  # a late coin, a late no of the back end: more is to be proven
    BACK = auto()
    LEFT = auto()  # cancelled, finished or timed out
    AGAIN = auto()
    ANOTHER = auto()
    OPERATOR = auto()  # the padlock was held
    HOW_TO = auto()
    PRACTISE = auto()  # with play money


Question = tuple[int, int, str, bool]

TRANSITIONS: dict[Stage, dict[Signal, Stage]] = {
    Stage.ATTRACT: {
        Signal.LANGUAGE: Stage.SERVICES,
        Signal.OPERATOR: Stage.OPERATOR,
        Signal.MEETING: Stage.MEETING,
        Signal.HOW_TO: Stage.HOW_TO,
        Signal.PRACTISE: Stage.PRACTICE,
    },
    Stage.HOW_TO: {Signal.LEFT: Stage.ATTRACT},
    Stage.PRACTICE: {
        Signal.LEFT: Stage.ATTRACT,
        Signal.FAILED: Stage.TROUBLE,  # it did not come up, or it died
    },
    Stage.MEETING: {Signal.LEFT: Stage.ATTRACT},
    Stage.OPERATOR: {Signal.LEFT: Stage.ATTRACT},
    Stage.SERVICES: {
        Signal.SERVICE: Stage.NUMBER,
        Signal.REPRINT: Stage.RECEIPT_NUMBER,
        Signal.POSTER: Stage.POSTER,
        Signal.MEETING: Stage.MEETING,
        Signal.BACK: Stage.ATTRACT,
        Signal.LISTED: Stage.BASKET,
        Signal.LEFT: Stage.ATTRACT,
    },
    Stage.NUMBER: {
        Signal.NEXT: Stage.NUMBER,
        Signal.LOOK_UP: Stage.LISTING,
        Signal.ENTERED: Stage.FETCHING,
        Signal.COMPLETE: Stage.CONFIRM,
        Signal.BACK: Stage.SERVICES,
        Signal.LISTED: Stage.BASKET,
        Signal.LEFT: Stage.ATTRACT,
    },
    Stage.LISTING: {
        Signal.NEXT: Stage.NUMBER,
        Signal.FAILED: Stage.TROUBLE,
        Signal.LEFT: Stage.ATTRACT,
    },
    Stage.FETCHING: {
        Signal.BILL_CAME: Stage.BILL,
        Signal.KNOWN: Stage.CONFIRM,
        Signal.FACTS_CAME: Stage.FACTS,
        Signal.LISTED: Stage.BASKET,
        Signal.WRONG_NUMBER: Stage.NUMBER,
        Signal.FAILED: Stage.TROUBLE,
        Signal.LEFT: Stage.ATTRACT,
    },
    Stage.BILL: {
        Signal.PAY: Stage.CASH,
        Signal.UPI: Stage.UPI,
        Signal.CARD: Stage.CARD,
        Signal.BLOCKED: Stage.TROUBLE,
        Signal.ADD: Stage.NUMBER,
        Signal.BACK: Stage.NUMBER,
        Signal.LEFT: Stage.ATTRACT,
    },
    Stage.BASKET: {
        Signal.PAY: Stage.CASH,
        Signal.UPI: Stage.UPI,
        Signal.CARD: Stage.CARD,
        Signal.BLOCKED: Stage.TROUBLE,
        Signal.ADD: Stage.NUMBER,
        Signal.BACK: Stage.SERVICES,  # the last one was taken out
        Signal.LEFT: Stage.ATTRACT,
    },
    Stage.CONFIRM: {
        Signal.ACCEPTED: Stage.POSTING,
        Signal.AGREED: Stage.FINGER,
        Signal.BLOCKED: Stage.TROUBLE,
        Signal.BACK: Stage.NUMBER,
        Signal.LEFT: Stage.ATTRACT,
    },
    Stage.FINGER: {
        Signal.CAPTURED: Stage.POSTING,
        Signal.FAILED: Stage.TROUBLE,
        Signal.LEFT: Stage.ATTRACT,
    },
    Stage.RESUMED: {
        Signal.CONFIRMED: Stage.CASH,
        Signal.FULL: Stage.SETTLING,
        Signal.STOPPED: Stage.SETTLING,
    },
    Stage.CASH: {
        Signal.FULL: Stage.SETTLING,
        Signal.STOPPED: Stage.SETTLING,
        Signal.SLIP: Stage.SLIP,
    },
    Stage.SLIP: {
        Signal.CONFIRMED: Stage.CASH,
        Signal.BACK: Stage.CASH,
        Signal.FULL: Stage.SETTLING,  # a note that was on its way
        Signal.STOPPED: Stage.SETTLING,
    },
    Stage.SETTLING: {
        Signal.PAID: Stage.POSTING,
        Signal.DELIVER: Stage.DELIVERING,
        Signal.OFFERED: Stage.OFFER,
        Signal.SHORT: Stage.PROVING,
        Signal.EMPTY: Stage.ATTRACT,
        Signal.FAILED: Stage.TROUBLE,
    },
    Stage.OFFER: {Signal.PAID: Stage.POSTING, Signal.SHORT: Stage.PROVING},
    Stage.UPI: {Signal.STOPPED: Stage.CHECKING},
    Stage.CARD: {Signal.SWIPED: Stage.CHECKING, Signal.STOPPED: Stage.CHECKING},
    Stage.CHECKING: {
        Signal.PAID: Stage.POSTING,
        Signal.DELIVER: Stage.DELIVERING,
        Signal.DECLINED: Stage.CARD,
        Signal.UNPAID: Stage.BILL,
        Signal.LISTED: Stage.BASKET,
        Signal.SHORT: Stage.PROVING,
        Signal.EMPTY: Stage.ATTRACT,
        Signal.FAILED: Stage.TROUBLE,
    },
    Stage.DELIVERING: {Signal.DELIVERED: Stage.POSTING, Signal.UNDELIVERED: Stage.PROVING},
    Stage.POSTING: {Signal.ANSWERED: Stage.PROVING, Signal.UNVERIFIED: Stage.FINGER},
    Stage.PROVING: {Signal.PROVEN: Stage.DONE, Signal.UNFULFILLED: Stage.TROUBLE},
    Stage.DONE: {
        Signal.LEFT: Stage.ATTRACT,
        Signal.ANOTHER: Stage.SERVICES,
        Signal.OWED: Stage.PROVING,
    },
    Stage.TROUBLE: {
        Signal.LEFT: Stage.ATTRACT,
        Signal.AGAIN: Stage.NUMBER,
        Signal.LISTED: Stage.BASKET,  # tried again, with bills in the basket
        Signal.OWED: Stage.PROVING,
        Signal.DELIVER: Stage.DELIVERING,  # nobody knew whether it was paid, and it was
    },
    Stage.RECEIPT_NUMBER: {
        Signal.ENTERED: Stage.MOBILE,
        Signal.BACK: Stage.SERVICES,
        Signal.LEFT: Stage.ATTRACT,
    },
    Stage.MOBILE: {
        Signal.CONFIRMED: Stage.REPRINTING,
        Signal.WRONG_NUMBER: Stage.RECEIPT_NUMBER,
        Signal.BACK: Stage.RECEIPT_NUMBER,
        Signal.LEFT: Stage.ATTRACT,
    },
    Stage.REPRINTING: {
        Signal.PROVEN: Stage.REPRINTED,
        Signal.WRONG_NUMBER: Stage.RECEIPT_NUMBER,  # there is no receipt any more
    },
    Stage.REPRINTED: {Signal.LEFT: Stage.ATTRACT, Signal.ANOTHER: Stage.SERVICES},
    Stage.FACTS: {
        Signal.PRINT: Stage.FACTS_SLIP,
        Signal.LEFT: Stage.ATTRACT,
        Signal.ANOTHER: Stage.SERVICES,
    },
    Stage.FACTS_SLIP: {Signal.PROVEN: Stage.FACTS},  # or nothing came out: the screen says it
    Stage.POSTER: {Signal.PROVEN: Stage.POSTER_OUT, Signal.FAILED: Stage.TROUBLE},
    Stage.POSTER_OUT: {Signal.LEFT: Stage.ATTRACT, Signal.ANOTHER: Stage.SERVICES},
}


@dataclass
class Visit:
    """Where the citizen is, and what was said so far. Money is not here: it is in the order."""

    stage: Stage = Stage.ATTRACT
    language: Language = HINDI
    text_size: TextSize = TextSize.NORMAL
    category: str = ""  # whose services are shown; empty: all kinds
    service: str = ""
    gives: str = ""  # the kind of the printer whose paper the service hands out, if it does
    answers: list[str] = field(default_factory=list)  # to what the service asks, so far
    texts: dict[str, str] = field(default_factory=dict)  # own words; among the answers they are ""
    options: Options | None = None  # of the last question, if the back end has its list
    page: int = 0  # of a list
    within: str = ""  # which part of a long one
    sought: str | None = None  # what was typed of the name of a place; None: it is leafed for
    typed: str = ""
    problem: str | None = None
    bill: Bill | None = None
    fees: Fees | None = None  # of the bill, by the rate table
    basket: list[ListedBill] = field(default_factory=list)
    order: Order | None = None
    session: CashSession | None = None
    taken: Money = ZERO  # cash of the orders of this visit that are over
    hint: Hint | None = None
    cause: str = ""  # message key of what stopped it
    entered_at: float = 0.0
    patience_from: float = 0.0  # the citizen was last seen to do something
    obstacle_from: float | None = None
    is_resumed: bool = False  # after a power cut, and nobody has said that the order is his
    wrong_digits: int = 0
    link: str = ""  # of the UPI QR, once the back end has said who is paid
    payee: str = ""
    owners: dict[str, str] = field(default_factory=dict)  # ListedBill.name -> check of its mobile
    receipt: str = ""  # the order whose receipt is printed again
    proof: str = ""  # where it comes out, or came out: as Done says it; `failed` of a slip
    facts: Facts | None = None  # on the screen, and nowhere else
    capture: str = ""  # the session in which the reader is asked for a finger
    tries: int = 0  # fingers that led to nothing
    has_more_time: bool = False  # asked for it: every screen waits longer
    away_from: float | None = None  # nobody is before the kiosk any more, as its sensor says
    was_near: bool = False  # somebody was: a sensor that is dead or not there says nothing
    has_gone: bool = False  # and is away so long that the patience was hurried

    @property
    def question(self) -> Question:
        """What a press on the present screen answers: how many answers are before it, and which
        page of which part of its list. Letters of a search are one question: who types on while the
        list changes has pressed what he saw."""
        return len(self.answers), self.page, self.within, self.sought is not None

    @property
    def account(self) -> str:
        """What the back end knows the answers as."""
        return account_of(self.answers)

    def choose(self, service: str, gives: str) -> None:
        """Begin with this service: nothing is asked yet."""
        self.service, self.gives = service, gives
        self.ask_again()

    def ask_again(self) -> None:
        """From the first question on."""
        self.answers, self.options, self.typed, self.problem = [], None, "", None
        self.texts, self.sought = {}, None

    def follow(self, signal: Signal) -> Stage:
        """The stage that follows; raises UnexpectedEvent for a pair that the table lacks."""
        try:
            return TRANSITIONS[self.stage][signal]
        except KeyError:
            raise UnexpectedEvent(f"{signal} while {self.stage}") from None


def nobody(ui: UiSection, now: float = 0.0) -> Visit:
    """As the next citizen finds the screen: in the kiosk's own language and size of letters."""
    return Visit(
        language=ui.languages[0], text_size=ui.text_size, entered_at=now, patience_from=now
    )
