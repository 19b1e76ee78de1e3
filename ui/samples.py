"""One document for each thing a screen can say: for the gallery, the tests and the eye."""

from __future__ import annotations

from msgspec.structs import replace

from firmware.contract.facts import ShowFacts
from firmware.contract.gateway import Bill, Tender
from firmware.contract.meeting import Meeting
from firmware.contract.money import ZERO, Money, rupees, total
from firmware.contract.reading import HINDI, Language, TextSize
from firmware.contract.screen import (
    Action,
    Attract,
    Basket,
    Choice,
    Closed,
    Commissioning,
    Count,
    Desk,
    Done,
    Hint,
    InsertCash,
    ListedBill,
    NoteButton,
    Number,
    Offer,
    Pin,
    Printing,
    Screen,
    ScreenData,
    Services,
    ShowBill,
    ShowUpi,
    SwipeCard,
    Tile,
    Trouble,
    Waiting,
)
from firmware.contract.screen_ends import PosterOut, Reprinted
from ui import (
    samples_again,
    samples_asks,
    samples_desk,
    samples_facts,
    samples_faults,
    samples_fees,
    samples_occasions,
    samples_requests,
    samples_teach,
    samples_typing,
)

LONG_NAME = "श्रीमती राजेश्वरी देवी त्रिपाठी पत्नी स्वर्गीय लक्ष्मीनारायण"
PLACE = {"hi": "टोडारायसिंह", "en": "Todaraisingh"}
ACCOUNT = "210344001725"
NOTES = (10, 20, 50, 100, 200, 500)
TILES = (
    ("bills", "lightning"), ("phone", "device-mobile"), ("papers", "file-text"),
    ("cards", "identification-card"), ("records", "map-trifold"), ("person", "fingerprint"),
    ("status", "magnifying-glass"), ("reprint", "receipt"), ("poster", "clipboard-text"),
)  # fmt: skip
TROUBLES = (
    "back_end_down", "no_such_account", "already_paid", "refused", "paper_out", "printer",
    "notes_jam", "coins_jam", "notes_gone", "stacker_full", "cash_box_out", "door_open",
    "cancelled_with_money", "timed_out_with_money", "note_unaccounted", "power_came_back",
    "no_acceptor", "journal", "over_paid", "rest_of_money", "rest_of_slip",
    "coins_unknown", "battery_low", "mains_off", "records", "day_limit",
    "suspected", "given_back", "not_taken", "upi_unknown", "card_unknown", "card_reader",
    "paid_late", "other_amount", "page_paper", "page_printer", "document_unsigned",
    "document_refused", "document_not_fetched", "not_printed", "pvc_cards", "pvc_ribbon",
    "pvc_printer", "card_not_printed", "finger_reader", "not_verified", "request_refused",
    "lookup_away", "lookup_refused", "other_fee", "no_rates", "no_poster",
    "practice_late", "practice_lost",
)  # fmt: skip
REFUSALS = (
    "inhibited", "not_recognised", "too_long", "too_short", "double", "host", "escrow_timeout",
    "fraud", "counterfeit", "unable_to_stack", "other",
)  # fmt: skip
HINTS = ("cash.insert", "cash.checking", "cash.accepted", "cash.returned", "cash.coin",
         "cash.coin_refused", "cash.take_back_note", "cash.only_coins", "cash.in_doubt",
         "cash.slip", "cash.no_slip", "cash.coins_unknown",
         "cash.note_waits", "cash.one_moment",
         *(f"cash.refused.{reason}" for reason in REFUSALS))  # fmt: skip
CARD_HINTS = ("unreadable", "not_a_bank_card", "chip_card", "pin_needed", "not_for_purchase",
              "tracks_differ", "not_encrypted", "not_asked", "declined")  # fmt: skip
WAITINGS = (
    "upi", "upi_check", "card", "fetching", "posting", "printing", "printing_page", "comparing",
    "desk_printing", "returning", "opening", "asking", "printing_poster", "meeting",
    "practice",
)  # fmt: skip
PROBLEMS = (
    "too_short", "no_such_account", "already_paid", "in_basket",
)  # fmt: skip
SLIP_PROBLEMS = ("unknown", "used", "office", "nothing")
CLOSINGS = ("no_bus", "core", "door_open", "journal", "starting")
TILE_REASONS = (
    "not_yet", "no_paper", "no_printer", "no_cards", "no_ribbon", "no_back_end", "no_cash",
    "no_power", "no_records", "day_limit", "ask_operator", "too_many_tries", "no_finger_reader",
    "no_rates", "other_fee", "poster_tomorrow", "no_meeting",
)  # fmt: skip
LIMITS = ("no_cash", "least", "most", "visit", "day", "values")


def tiles(why_not: str = "tile.not_yet", electricity: str | None = None) -> list[Tile]:
    return [Tile(name, icon, electricity if name == "bills" else why_not)
            for name, icon in TILES]  # fmt: skip


def bill(name: str = "श्री कृष्ण चन्द्र शर्मा") -> Bill:
    return Bill("B-2026-10-0417", ACCOUNT, name, "2026-10", "2026-11-28", rupees(470), ZERO)


def cash(hint: Hint | None = None, inserted: int = 200, is_checking: bool = False) -> InsertCash:
    remaining, advance = rupees(470 - inserted), rupees(30)
    notes = [
        NoteButton(rupees(value), fits, None if fits else "note.no_change")
        for value in NOTES
        for fits in [rupees(value) <= remaining + advance]
    ]
    coins = [rupees(value) for value in (1, 2, 5, 10, 20)]
    return InsertCash("electricity", rupees(470), rupees(inserted), remaining, advance, notes,
                      coins, hint, is_checking)  # fmt: skip


def basket(count: int = 3) -> Basket:
    names = ("श्री कृष्ण चन्द्र शर्मा", "श्रीमती राजेश्वरी देवी त्रिपाठी पत्नी स्वर्गीय लक्ष्मीनारायण")
    bills = [
        ListedBill("electricity", replace(bill(names[at % 2]),
                   account=f"2103440017{at:02d}"), rupees(470 + 1000 * at))
        for at in range(count)
    ]  # fmt: skip
    return Basket(bills, total([each.payable for each in bills]), 8)


def slip(problem: str | None = None) -> Number:
    return Number("slip", "slip.code", 12, "4071", problem)


def resumed(problem: str | None = None) -> Number:
    return Number("resumed", "resumed.digits", 4, "", problem, rupees(200))


PART = Offer("electricity", rupees(300), rupees(300), ZERO, rupees(170), 1, 1)
SOME_BILLS = Offer("basket", rupees(1500), rupees(1470), rupees(30), rupees(2470), 1, 3)


def cash_limited() -> InsertCash:
    """This kiosk takes no ₹500, and ₹20 more than is due would pass its limit of today."""
    taken = {10: None, 20: None, 50: None, 100: None, 200: "note.limit", 500: "note.not_taken"}
    notes = [NoteButton(rupees(value), why is None, why) for value, why in taken.items()]
    coins = [rupees(value) for value in (1, 2, 5, 10, 20)]
    inserted, remaining, extra = rupees(290), rupees(180), rupees(10)
    return InsertCash("electricity", rupees(470), inserted, remaining, extra, notes, coins)


def waiting_cash(hint: Hint) -> InsertCash:
    """The printer is away, and may be back in a moment."""
    return replace(cash(hint, is_checking=True), notes=[], coins=[])


LINK = ("upi://pay?pa=sandbox@upi&pn=Sandbox%20Office&am=470.00"
        "&tr=0123456789abcdef0123456789abcdef&cu=INR&tn=TDR%200417%200001")  # fmt: skip


def upi() -> ShowUpi:
    return ShowUpi("electricity", rupees(470), LINK, "Sandbox Office", "TDR 0417 0001")


TOKEN = "KC1:" + "AEEHIZDSFUYD" * 28  # as long as a signed claim


def trouble(cause: str, safe: int = 0, proof: str | None = None) -> Trouble:
    claim = "TDR 0417 0001 C1" if proof else None
    return Trouble(f"trouble.{cause}", rupees(safe), claim, proof, TOKEN if proof else None)


def done(proof: str = "paper", is_posted: bool = True, advance: Money = ZERO) -> Done:
    return Done("electricity", ACCOUNT, rupees(470), "TDR 0417 2291", proof, is_posted, advance)


WITHOUT_CASH = [Action.PAY_UPI, Action.PAY_CARD]
NAVIGATION = [Action.CHOOSE_LANGUAGE, Action.BACK, Action.CANCEL]
ACTIONS: dict[type, list[Action]] = {
    Attract: [Action.CHOOSE_LANGUAGE, Action.OPERATOR, Action.HOW_TO, Action.PRACTISE],
    Services: [Action.CHOOSE_SERVICE, *NAVIGATION],
    Number: [Action.ENTER, *NAVIGATION],
    Choice: [Action.CHOOSE, *NAVIGATION],
    Waiting: [Action.CHOOSE_LANGUAGE],
    Printing: [Action.CHOOSE_LANGUAGE],
    ShowBill: [Action.PAY, Action.ADD_BILL, *NAVIGATION],
    Basket: [Action.PAY, Action.TAKE_OUT, Action.ADD_BILL, Action.CHOOSE_LANGUAGE, Action.CANCEL],
    InsertCash: [Action.CHOOSE_LANGUAGE, Action.USE_SLIP, Action.CANCEL],
    ShowUpi: [Action.CHOOSE_LANGUAGE, Action.CANCEL],
    SwipeCard: [Action.CHOOSE_LANGUAGE, Action.CANCEL],
    Offer: [Action.CHOOSE_LANGUAGE, Action.PAY_PART, Action.TAKE_SLIP],
    ShowFacts: [Action.CHOOSE_LANGUAGE, Action.PRINT, Action.ANOTHER, Action.FINISH],
    **dict.fromkeys((Done, PosterOut, Reprinted), samples_again.ENDS),
    Trouble: [Action.CHOOSE_LANGUAGE, Action.AGAIN, Action.FINISH],
    Closed: [Action.OPERATOR],
    Commissioning: [Action.CHOOSE_LANGUAGE],
    Meeting: [Action.CHOOSE_LANGUAGE, Action.CANCEL],
    Pin: [Action.CHOOSE_LANGUAGE, Action.ENTER, Action.CANCEL],
    Desk: [Action.CHOOSE_LANGUAGE, Action.CHOOSE_TASK, Action.BACK, Action.FINISH],
    Count: [Action.CHOOSE_LANGUAGE, Action.ENTER, Action.SKIP],
    **samples_requests.ACTIONS,
    **samples_teach.ACTIONS,
    **samples_typing.ACTIONS,
}
STEPS: dict[type, int] = {
    Number: 1,
    Choice: 1,
    ShowBill: 2,
    Basket: 2,
    InsertCash: 3,
    Offer: 3,
    ShowUpi: 3,
    SwipeCard: 3,
    Printing: 3,
    Done: 4,
    **samples_requests.STEPS,
    **samples_typing.STEPS,
    ShowFacts: 4,
}


def screen(data: ScreenData, language: Language = HINDI, serial: int = 1,
           is_warning: bool = False, leaves_in: int | None = None,
           has_ways: bool = False, size: TextSize = TextSize.NORMAL) -> Screen:  # fmt: skip
    """The document that core would retain for `data`; `has_ways`: to pay without cash."""
    kind = type(data)
    reads = [Action.TEXT_SIZE] if kind not in (Attract, Closed, Commissioning) else []
    stays = [Action.STAY, Action.MORE_TIME] if is_warning else []
    actions = ACTIONS[kind] + reads + stays
    actions = actions + (WITHOUT_CASH if has_ways else [])
    if isinstance(data, Basket) and len(data.bills) == data.most:
        actions = [action for action in actions if action is not Action.ADD_BILL]
    if isinstance(data, Number) and data.safe is not None:
        actions = [Action.ENTER, Action.CHOOSE_LANGUAGE]
    if isinstance(data, Choice):
        actions = actions + samples_asks.pages_of(data)
    if isinstance(data, Trouble) and data.safe:
        actions = [action for action in actions if action is not Action.AGAIN]
    if isinstance(data, Printing) and data.trouble is not None:
        actions = [*actions, Action.CANCEL]
    if isinstance(data, ShowFacts) and data.slip not in samples_facts.MAY_PRINT:
        actions = [action for action in actions if action is not Action.PRINT]
    if isinstance(data, ShowBill) and data.why_not is not None:
        actions = [action for action in actions if action is not Action.PAY]
    step = None if getattr(data, "service", "") == "reprint" else STEPS.get(kind)
    return Screen(
        serial=serial, language=language, data=data, actions=actions, step=step,
        text_size=size, place=PLACE, is_warning=is_warning, leaves_in=leaves_in,
    )  # fmt: skip


def ways_to_pay() -> dict[str, ScreenData]:
    """The same where UPI and cards work."""
    limit = Hint("limit.day", rupees(300))
    return {
        "5-ways-bill": ShowBill("electricity", bill(LONG_NAME), rupees(440)),
        "5-ways-bill-limit": ShowBill("electricity", bill(), rupees(470), limit),
        "5-ways-no-cash": ShowBill("electricity", bill(), rupees(470), Hint("limit.no_cash")),
        "5-ways-basket": basket(),
        "5-ways-basket-full": basket(8),
    }


def main_screens() -> dict[str, ScreenData]:
    """What the gallery shows, by file name."""
    hint = Hint("cash.accepted", rupees(200))
    return {
        "1-attract": Attract(tiles(), True),
        "1-attract-no-cash": Attract(tiles(electricity="tile.no_paper"), False),
        "1-attract-upi": Attract(tiles(), False, [Tender.UPI, Tender.CARD]),
        "2-services": Services(tiles()),
        "2-services-no-paper": Services(tiles(electricity="tile.no_paper")),
        "2-services-no-cards": Services(tiles("tile.no_cards")),
        "2-services-bills": Services([Tile("electricity", "lightning"),
                                      Tile("water", "drop", "tile.no_power")], "bills"),
        "2-services-cards": Services([Tile("aadhaar_card", "identification-card"),
                                      Tile("jan_aadhaar_card", "identification-card")], "cards"),
        "3-number": Number("electricity", "electricity.ask.account", 12, "2103440017"),
        "3-number-enrolment": Number("aadhaar_card", "aadhaar_card.ask.account", 14, "1025000170"),
        "3-number-full": Number("electricity", "electricity.ask.account", 12, ACCOUNT),
        "3-number-problem": Number("electricity", "electricity.ask.account", 12, ACCOUNT,
                                   "number.no_such_account"),
        "4-waiting": Waiting("waiting.fetching"),
        "4-waiting-printing": Waiting("waiting.printing"),
        "5-bill": ShowBill("electricity", bill(), rupees(470)),
        "5-bill-advance": ShowBill("electricity", bill(LONG_NAME), rupees(440)),
        "5-bill-certificate": ShowBill("caste", replace(bill(), period="", due_date=""),
                                       rupees(470)),
        "5-bill-card": ShowBill("aadhaar_card", replace(bill(), period="", due_date=""),
                                rupees(470)),
        "5-basket": basket(),
        "5-basket-full": basket(8),
        "5-bill-limit": ShowBill("electricity", bill(), rupees(470),
                                 Hint("limit.day", rupees(300))),
        "6-upi": upi(),
        "6-card": SwipeCard("electricity", rupees(470)),
        "6-card-unreadable": SwipeCard("electricity", rupees(470), Hint("card.unreadable")),
        "6-cash": cash(),
        "6-cash-slip": slip(),
        "6-cash-resumed": resumed(),
        "6-cash-offer-part": PART,
        "6-cash-offer-bills": SOME_BILLS,
        "6-cash-accepted": cash(hint, inserted=400),
        "6-cash-checking": cash(is_checking=True, inserted=0),
        "6-cash-full": InsertCash("electricity", rupees(470), rupees(470), ZERO, rupees(30), [], [],
                                  hint, is_checking=True),
        "6-cash-limit": cash_limited(),
        "6-cash-note-waits": waiting_cash(Hint("cash.note_waits", rupees(200))),
        "6-cash-one-moment": waiting_cash(Hint("cash.one_moment")),
        "6-cash-refused": cash(Hint("cash.refused.inhibited")),
        **_ends(),
        "9-closed": Closed("closed.door_open"),
        **samples_faults.screens(),
        **samples_teach.screens(),
        "9-commissioning": newcomer(),
        "9-commissioning-no-network": newcomer([]),
        **samples_desk.screens(),
        **samples_occasions.screens(tiles()),
    }  # fmt: skip


def newcomer(addresses: list[str] = ["192.168.1.73"]) -> Commissioning:  # noqa: B006
    """A machine of a box that was just opened."""
    todo = ("name", "devices", "office", "office_key", "certificate")
    return Commissioning(
        "new-3f9c01ab",
        addresses,
        "SHA256:VQ0wZ3oYp5n6g1mYtC3yXyqk8w2Vxv4q9Qx1s0uYHnE",
        [f"commissioning.todo.{step}" for step in todo],
    )


def _ends() -> dict[str, ScreenData]:
    """From the first page to the last screen."""
    return {
        "6-printing-fetching": Printing("caste"),
        "6-printing-begun": Printing("caste", 0, 3, True),
        "6-printing-page": Printing("caste", 2, 3, True),
        "6-printing-stands": Printing("caste", 2, 3, True, "trouble.page_paper"),
        "6-printing-card-fetching": Printing("aadhaar_card", paper="pvc"),
        "6-printing-card": Printing("aadhaar_card", 0, 2, True, paper="pvc"),
        "6-printing-card-stands": Printing("aadhaar_card", 0, 2, True, "trouble.pvc_ribbon", "pvc"),
        "7-done": done(),
        "7-done-certificate": replace(done(), service="caste", paper="page"),
        "7-done-card": replace(done(), service="jan_aadhaar_card", paper="pvc"),
        "7-done-card-page": replace(done("page"), service="aadhaar_card", paper="pvc"),
        "7-done-page": done("page"),
        "7-done-basket": replace(done(), bills=3),
        "7-done-part": replace(done(), remains=rupees(170)),
        "7-done-screen": done("screen", is_posted=False, advance=rupees(30)),
        "7-done-upi": replace(done(), by=Tender.UPI),
        "7-done-change": replace(done(), change=rupees(30)),
        **samples_again.screens(),
        **samples_requests.screens(),
        **samples_facts.screens(),
        **samples_asks.screens(),
        **samples_typing.screens(),
        **samples_fees.screens(),
        "8-trouble-given-back": Trouble("trouble.given_back", ZERO),
        "8-trouble-upi-unknown": Trouble("trouble.upi_unknown", ZERO, order="TDR 0417 0001"),
        "8-trouble-to-card": Trouble("trouble.already_paid", rupees(470), proof="paper",
                                     order="TDR 0417 0001", card="411111******1111"),
        "8-trouble-jam-paper": trouble("notes_jam", 200, "paper"),
        "8-trouble-document": trouble("document_unsigned", 50, "page"),
        "8-trouble-card": trouble("card_not_printed", 50, "paper"),
        "8-trouble-cards": trouble("pvc_cards"),
        "8-trouble-screen": trouble("paper_out", 470, "screen"),
        "8-trouble-safe": trouble("power_came_back", 200),
        "8-trouble-suspected": trouble("suspected"),
        "8-trouble-no-money": trouble("no_such_account"),
    }  # fmt: skip
