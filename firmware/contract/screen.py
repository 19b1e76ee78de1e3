"""The screen as a function of state: core says which one, with which facts; the UI draws it.

Texts travel as keys with their facts, so the same document is drawn in any language and read by a
person with `mosquitto_sub`. A press carries the serial of the screen that it was made on; a press
on an old screen is dropped.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from firmware.contract.asked import Asked
from firmware.contract.content import Shown
from firmware.contract.facts import ShowFacts
from firmware.contract.fees import Fees
from firmware.contract.gateway import Bill, Tender
from firmware.contract.meeting import Announced, Meeting
from firmware.contract.money import ZERO, Money
from firmware.contract.options import Option
from firmware.contract.reading import Language, TextSize
from firmware.contract.screen_ends import PosterOut, Reprinted
from firmware.contract.teach import Teach
from firmware.contract.typed import Typed

MOST_ROWS = 6  # of a list on one screen: each as large as a thumb


class Action(StrEnum):
    """What may be pressed. `value` of the press: the language, the service, what was typed."""

    CHOOSE_LANGUAGE = "choose_language"  # value: hi, en, or another that this kiosk offers
    TEXT_SIZE = "text_size"  # value: normal, large
    CHOOSE_SERVICE = "choose_service"  # value: the service's id
    ENTER = "enter"  # value: the whole number, on Next
    PAY = "pay"  # in cash
    PAY_UPI = "pay_upi"
    PAY_CARD = "pay_card"
    BACK = "back"
    CANCEL = "cancel"
    AGAIN = "again"  # try once more, after a fault
    ANOTHER = "another"  # another service, after the receipt
    FINISH = "finish"
    STAY = "stay"  # "yes, I am still here"
    MORE_TIME = "more_time"  # the same, and every screen of this visit waits longer
    HOW_TO = "how_to"  # the pictures of how this is used
    PRACTISE = "practise"  # with play money
    CHOOSE = "choose"  # value: the id of an option
    NEXT_PAGE = "next_page"  # of a list
    PREVIOUS_PAGE = "previous_page"
    OPERATOR = "operator"  # the padlock, held for two seconds
    CHOOSE_TASK = "choose_task"  # value: what the operator wants to do
    SKIP = "skip"  # nothing was counted
    ADD_BILL = "add_bill"  # one more bill, to be paid together
    TAKE_OUT = "take_out"  # value: the name of a listed bill
    PAY_PART = "pay_part"  # with the money that is in, as the offer says
    TAKE_SLIP = "take_slip"  # instead of the offer: a claim slip
    USE_SLIP = "use_slip"  # pay with a claim slip
    SUBMIT = "submit"  # yes: register this; yes: take my finger
    PRINT = "print"  # the facts on the screen, on a slip
    SEARCH = "search"  # value: what was typed so far of the name of a place
    SCAN = "scan"  # value: all that a bar code reader read


class Tile(msgspec.Struct, frozen=True, omit_defaults=True):
    """A service. `why_not` is a message key, None when it works; `fault` a code of faults.toml."""

    service: str  # id: electricity
    icon: str  # a Phosphor icon name: lightning
    why_not: str | None = None
    fault: str = ""


class Attract(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """Nobody is here. `cash_is_possible` is false when no cash may be taken (M5); `tenders` work
    beside it, or without it."""

    tiles: list[Tile]
    cash_is_possible: bool
    tenders: list[Tender] = []
    content: Shown | None = None  # of the district, unless the code of conduct holds
    meeting: Announced | None = None
    notices: list[dict[str, str]] = []  # of the fleet, by language


class Services(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """A tile a kind of service, or those of one kind: then `category` is its id."""

    tiles: list[Tile]
    category: str = ""


class Number(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """Type a number of `digits`, grouped by four or as `groups` says; of `least` or more where that
    is given. `marks` are keys beside the digits: the `/` of a khasra number. `problem` is a message
    key; `check` says which check digit (check_digit.py) a whole number ends with.

    `safe` is money that waits for this number: of a payment that a power cut interrupted.
    """

    service: str
    label: str  # message key: electricity.ask.account, slip.code, resumed.digits
    digits: int
    typed: str = ""
    problem: str | None = None
    safe: Money | None = None
    least: int = 0
    groups: list[int] = []  # places of each: 2, 2, 4 of a date
    marks: str = ""
    check: str = ""


class Choice(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """Choose one of a list: its page `page` of `pages`. `chosen` is what was chosen before.

    `label` and `problem` are message keys; `as_of` is the day (YYYY-MM-DD) of a list that is not of
    today, because the back end is away.
    """

    service: str
    label: str
    options: list[Option]
    chosen: str = ""
    problem: str | None = None
    page: int = 1
    pages: int = 1
    as_of: str = ""


class Waiting(msgspec.Struct, frozen=True, tag=True):
    """Something takes a moment: `what` is a message key (`fetching`, `posting`, `printing`)."""

    what: str


class Printing(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """What was paid for comes out of the `paper` printer: a `page` printer, or `pvc` for a card.

    `page` of `pages` lie in the tray, none yet at 0; a card is out whole or not at all. `pages` is
    0 while it is fetched. `is_genuine`: the office's signature was checked. `trouble` is
    a message key of what the printer waits for; then CANCEL may be on offer.
    """

    service: str
    page: int = 0
    pages: int = 0
    is_genuine: bool = False
    trouble: str | None = None
    paper: str = "page"


class ListedBill(msgspec.Struct, frozen=True, omit_defaults=True):
    """One bill of a basket."""

    service: str
    bill: Bill
    payable: Money
    fees: Fees | None = None

    @property
    def name(self) -> str:
        """What TAKE_OUT calls it: a finger felt twice must not take out the next one."""
        return f"{self.service} {self.bill.account}"


class Basket(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """Bills that are paid together on one receipt, up to `most`. `why_not` is as on ShowBill."""

    bills: list[ListedBill]
    total: Money
    most: int
    why_not: Hint | None = None


class Offer(msgspec.Struct, frozen=True, tag=True):
    """The money that is in does not pay everything: pay what it can, or take a slip for all of it?

    `pays` is what goes to the bills, `slip` what then goes on a slip; `bills` of `of` are paid.
    With one bill it is a part payment, and `remains` is what stays due.
    """

    service: str
    inserted: Money
    pays: Money
    slip: Money
    remains: Money
    bills: int
    of: int


class NoteButton(msgspec.Struct, frozen=True, omit_defaults=True):
    """A denomination: taken right now, or not and why (message key)."""

    value: Money
    is_taken: bool
    why_not: str | None = None


class Hint(msgspec.Struct, frozen=True, omit_defaults=True):
    """What just happened to a note or coin, in one sentence: key and the value concerned."""

    key: str  # cash.hint.accepted, cash.hint.refused.inhibited, ...
    value: Money | None = None


class ShowBill(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """`why_not` says why this bill cannot be paid in cash here now; then PAY is not on offer."""

    service: str
    bill: Bill
    payable: Money
    why_not: Hint | None = None
    fees: Fees | None = None  # line by line, as the rate table has them


class InsertCash(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """Money is being taken. `advance` is how much over the due may come in just now.

    Without notes and coins the slots are shut: for good while money is counted, or, with the hint
    `cash.one_moment` or `cash.note_waits`, until something is back.
    """

    service: str
    due: Money
    inserted: Money
    remaining: Money
    advance: Money
    notes: list[NoteButton]
    coins: list[Money]
    hint: Hint | None = None
    is_checking: bool = False  # a note is in escrow or moving


class ShowUpi(msgspec.Struct, frozen=True, tag=True):
    """A QR to be paid from a telephone; `link` is its text, a `upi://pay` address.

    The seconds that are left are those of the screen, `leaves_in`.
    """

    service: str
    due: Money
    link: str
    payee: str  # who is paid, by name
    receipt: str


class SwipeCard(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """The reader waits for a card. `hint` says why the last one was not taken: card.unreadable,
    card.declined ..."""

    service: str
    due: Money
    hint: Hint | None = None


class Done(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """Paid. `proof` says where the proof is: `paper` of the roll, `page` of the page printer, or
    `screen` with a QR to photograph.

    `change` came back in coins. `paper` is `page` when what was paid for lies in the tray of the
    page printer, `pvc` when it is a card.
    """

    service: str
    account: str  # of the first bill
    paid: Money
    receipt: str
    proof: str
    is_posted: bool
    advance: Money
    bills: int = 1
    remains: Money = ZERO  # after a part payment: still due
    change: Money = ZERO
    by: Tender | None = None  # None: in cash
    paper: str = ""


class Trouble(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """Something went wrong. `cause` is a message key; money comes first on this screen.

    `safe` is what the journal holds for this citizen; `claim` is the slip's number when there is
    one, and `proof` where it stands (`paper`, `page` or `screen`). `token` is the signed claim for
    the QR; None when this kiosk has no key.
    """

    cause: str
    safe: Money
    claim: str | None = None
    proof: str | None = None
    token: str | None = None
    order: str | None = None  # to be written down, where there is no slip
    card: str | None = None  # masked: what is safe goes back to this card
    fault: str = ""  # the code of the fault behind it, as on a Tile


class Closed(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """Out of service altogether; `cause` is a message key, `fault` as on a Tile."""

    cause: str
    fault: str = ""


class Commissioning(msgspec.Struct, frozen=True, tag=True):
    """Nobody has set this machine up: it sells nothing. For the technician who stands before it.

    `addresses` are its own in the network, `ssh_key` is the fingerprint that `ssh` asks about; both
    may be empty. `todo` are message keys.
    """

    machine: str  # the id that it has until a person names it
    addresses: list[str]
    ssh_key: str
    todo: list[str]


class Pin(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """An operator's PIN. ENTER carries it sealed for `key`, never in clear (M10).

    `key` is an X25519 public key in base64, made for this one try; empty while nothing may be
    typed. `problem` is a message key; `minutes` belongs to `pin.locked`.
    """

    key: str = ""
    problem: str | None = None
    minutes: int | None = None


class Fact(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of an operator's screen: a message key, and a sum, a count or a text.

    `days` is for how long it lasts; `mark` is ok, ill or unknown, and `fault` a code whose few
    words stand behind the text.
    """

    label: str
    money: Money | None = None
    count: int | None = None
    text: str | None = None
    days: int | None = None
    mark: str = ""
    fault: str = ""
    words: dict[str, str] = {}  # facts of the label's text; each may be a key itself


class Task(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the operator may do: `why_not`, `label` (else `desk.<id>`) are keys; `text` is not."""

    id: str
    why_not: str | None = None
    label: str | None = None
    text: str = ""


class Desk(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """A page for the operator. Texts are message keys, `words` the facts of what is said."""

    title: str
    by: str
    says: str | None = None
    is_alarm: bool = False  # what is said is a warning
    facts: list[Fact] = []
    tasks: list[Task] = []
    words: dict[str, str] = {}


class Count(msgspec.Struct, frozen=True, tag=True):
    """Type the rupees that were counted by hand; `what` is a message key."""

    what: str


ScreenData = (
    Attract | Services | Number | Choice | Waiting | Printing | ShowBill | Basket | InsertCash
    | ShowUpi | SwipeCard | Offer | Done | Asked | ShowFacts | Reprinted | PosterOut | Trouble
    | Typed | Closed | Commissioning | Meeting | Pin | Desk | Count | Teach
)  # fmt: skip


class Screen(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The retained document. `serial` grows with every change, also across restarts of core."""

    serial: int
    language: Language
    text_size: TextSize = TextSize.NORMAL
    data: ScreenData
    actions: list[Action]
    step: int | None = None  # of `steps`, from 1
    steps: int = 4
    place: dict[str, str] = {}  # the kiosk's place by language: {"hi": "टोडारायसिंह"}
    leaves_in: int | None = None  # seconds until this screen times out, when it was published
    is_warning: bool = False  # "are you still there?": STAY keeps the visit
    try_at: list[dict[str, str]] = []  # other kiosks near, by language, where something is off


class Press(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    screen: int
    action: Action
    value: str = ""
