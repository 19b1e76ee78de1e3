"""What each screen says, without Kivy."""

from __future__ import annotations

import msgspec
import pytest

from firmware.contract.gateway import Tender
from firmware.contract.money import ZERO, rupees
from firmware.contract.reading import ENGLISH, HINDI, Language
from firmware.contract.screen import (
    Action,
    Attract,
    Hint,
    InsertCash,
    NoteButton,
    Number,
    Printing,
    Screen,
    ScreenData,
    Services,
    ShowBill,
)
from tests.ui.documents import every_document
from ui import samples, theme
from ui.frame import Look, frame
from ui.languages import languages
from ui.say import Say, amount, exact, in_fours, sentences
from ui.scene import Director, Model
from ui.screens.attract.model import AttractModel
from ui.screens.closed.model import ClosedModel
from ui.screens.done.model import DoneModel
from ui.screens.insert_cash.model import InsertCashModel
from ui.screens.number import model as number
from ui.screens.services.model import ServicesModel
from ui.screens.show_bill import model as show_bill
from ui.screens.show_bill.model import ShowBillModel
from ui.screens.trouble.model import TroubleModel

NBSP = "\N{NO-BREAK SPACE}"


@pytest.fixture(scope="module")
def director() -> Director:
    return Director("181")


def model_of(director: Director, data: ScreenData, language: Language = HINDI) -> Model:
    return director.scene(samples.screen(data, language)).model


@pytest.mark.parametrize("language", list(languages()))
def test_everything_can_be_heard(director: Director, language: Language) -> None:
    for name, screen in every_document(language):
        spoken = director.scene(screen).spoken_text
        assert spoken and spoken[-1] in ".।?!:" and "{" not in spoken, name


def test_amounts_are_never_broken_from_their_sign() -> None:
    assert amount(rupees(1470)) == f"₹{NBSP}1,470"
    assert exact(rupees(470)) == f"₹{NBSP}470.00"
    assert in_fours("210344001725") == f"2103{NBSP}4400{NBSP}1725"


def test_dates_are_read_as_people_write_them() -> None:
    say = Say(HINDI, "181")
    assert say.month("2026-10") == "अक्टूबर 2026"
    assert say.month("2026-11-28") == "28 नवम्बर 2026"
    assert say.month("2026-13") == "2026-13"
    assert say.month("soon") == "soon"


def test_sentences_are_closed_for_the_voice() -> None:
    assert sentences("Is it?", "", f"₹{NBSP}5", "हाँ।") == "Is it? ₹ 5. हाँ।"


# --- frame ---------------------------------------------------------------------------------


def test_only_what_core_allows_stands_on_the_bars() -> None:
    say = Say(HINDI, "181")
    bars = frame(samples.screen(samples.cash()), say)
    assert (bars.way_on.action, bars.back.action) == (Action.CANCEL, Action.USE_SLIP)
    bars = frame(samples.screen(samples.main_screens()["5-bill"]), say)
    assert (bars.way_on.action, bars.back.action) == (Action.PAY, Action.BACK)
    assert bars.way_on.look is Look.GO
    bars = frame(samples.screen(samples.trouble("refused")), say)
    assert (bars.way_on.action, bars.back.action) == (Action.AGAIN, Action.FINISH)


def test_a_trouble_that_can_only_end_has_its_way_out_on_the_right() -> None:
    screen = Screen(serial=1, language=HINDI, data=samples.trouble("refused"),
                    actions=[Action.FINISH])  # fmt: skip
    bars = frame(screen, Say(HINDI, "181"))
    assert (bars.way_on.action, bars.back.action) == (Action.FINISH, None)
    assert not bars.other_language.is_there and bars.place == "ई-सेवा कियोस्क"


def test_the_other_language_is_offered_in_its_own_letters() -> None:
    for language, other in ((HINDI, "English"), (ENGLISH, "हिन्दी")):
        bars = frame(samples.screen(samples.cash(), language), Say(language, "181"))
        assert bars.other_language.text == other
        assert bars.other_language.value != language


# --- attract and services ------------------------------------------------------------------


def test_the_window_says_how_much_works(director: Director) -> None:
    shown = model_of(director, samples.main_screens()["1-attract"])
    assert isinstance(shown, AttractModel)
    assert shown.working == "आज 1 सेवा चालू"
    assert [sample.is_on for sample in shown.samples] == [True] + [False] * (len(samples.TILES) - 1)


def test_no_acceptor_is_said_before_the_visit(director: Director) -> None:
    shown = model_of(director, samples.main_screens()["1-attract-no-cash"], ENGLISH)
    assert isinstance(shown, AttractModel)
    assert shown.pay_by == "No cash just now" and "No cash" in shown.line


def test_the_note_slot_is_shut_and_the_telephone_pays(director: Director) -> None:
    shown = model_of(director, samples.main_screens()["1-attract-upi"], ENGLISH)
    assert isinstance(shown, AttractModel)
    assert shown.pay_by == "UPI · Card"
    assert shown.line == "Pay here by UPI or card.\nNo cash just now."
    both = model_of(director, Attract(samples.tiles(), True, [Tender.UPI]), ENGLISH)
    assert isinstance(both, AttractModel)
    assert both.pay_by == "Notes · coins · UPI"


def test_a_tile_says_why_it_does_not_work(director: Director) -> None:
    shown = model_of(director, Services(samples.tiles(electricity="tile.no_paper")))
    assert isinstance(shown, ServicesModel)
    first, second = shown.tiles[:2]
    assert (first.line, first.is_on, first.is_fault) == ("कागज समाप्त है", False, True)
    assert (second.line, second.is_fault) == ("जल्द शुरू होगा", False)


# --- number --------------------------------------------------------------------------------


def numbers(typed: str = "", problem: str | None = None, service: str = "electricity") -> Number:
    return Number(service, "electricity.ask.account", 12, typed, problem)


def number_of(data: Number) -> number.NumberModel:
    return number.model(data, samples.screen(data), Say(HINDI, "181"))


def test_typing_stops_at_the_last_digit() -> None:
    shown = number_of(numbers("21034400172"))
    assert not shown.is_complete
    shown = number.type_digit(number.type_digit(shown, "5"), "9")
    assert shown.typed == "210344001725" and shown.is_complete
    assert "आगे" in shown.strip


def test_the_strip_counts_what_is_missing() -> None:
    shown = number_of(numbers("2103440017"))
    assert shown.strip == "2 अंक और लिखें"
    assert shown.cells[9:] == ("7", "", "")
    assert number.backspace(shown).strip == "3 अंक और लिखें"


def test_backspace_on_nothing_is_nothing() -> None:
    assert number.backspace(number_of(numbers())).typed == ""


def test_a_problem_goes_when_the_number_is_mended() -> None:
    shown = number_of(numbers("210344001725", "number.no_such_account"))
    assert shown.is_wrong and "खाता नहीं मिला" in shown.strip
    mended = number.backspace(shown)
    assert not mended.is_wrong and mended.strip == "1 अंक और लिखें"


def test_what_was_typed_outlives_a_document_that_brings_nothing() -> None:
    old = number_of(numbers("2103"))
    assert number.keep_typed(number_of(numbers()), old).typed == "2103"
    assert number.keep_typed(number_of(numbers("99")), old).typed == "99"
    assert number.keep_typed(number_of(numbers("", "number.too_short")), old).typed == ""
    assert number.keep_typed(number_of(numbers(service="water")), old).typed == ""


# --- bill ----------------------------------------------------------------------------------


def test_the_sums_on_the_bill_add_up_to_what_is_asked(director: Director) -> None:
    shown = model_of(director, ShowBill("electricity", samples.bill(), rupees(440)))
    assert isinstance(shown, ShowBillModel)
    assert [row.value for row in shown.sums] == [
        f"₹{NBSP}470.00", f"₹{NBSP}0.00", f"− ₹{NBSP}30.00"]  # fmt: skip
    assert shown.total == f"₹{NBSP}440"
    plain = model_of(director, samples.main_screens()["5-bill"])
    assert isinstance(plain, ShowBillModel) and len(plain.sums) == 2


def test_a_bill_that_cannot_be_paid_in_cash_says_so_and_is_heard(director: Director) -> None:
    data = samples.main_screens()["5-bill-limit"]
    scene = director.scene(samples.screen(data))
    assert "₹ 300" in scene.spoken_text
    assert (scene.frame.way_on.action, scene.frame.back.action) == (Action.CANCEL, Action.BACK)
    unknown = model_of(director, msgspec.structs.replace(data, why_not=Hint("limit.moon")))
    assert isinstance(unknown, ShowBillModel)
    assert unknown.promise == "यह बिल यहाँ नकद से नहीं भरा जा सकता।"


# --- cash ----------------------------------------------------------------------------------


def cash_of(director: Director, data: InsertCash) -> InsertCashModel:
    shown = model_of(director, data)
    assert isinstance(shown, InsertCashModel)
    return shown


def test_a_refused_note_is_grey_and_says_why(director: Director) -> None:
    shown = cash_of(director, samples.cash())
    assert [chip.is_taken for chip in shown.notes] == [True] * 5 + [False]
    assert shown.notes[-1].colour == theme.OFF
    assert shown.why_not == ("₹500 का नोट अभी नहीं: मशीन छुट्टा नहीं देती। "
                             f"₹{NBSP}30 तक अधिक राशि अगले बिल में से घटा दी जाएगी; "
                             "उससे अधिक नहीं ली जाएगी।")  # fmt: skip


def test_each_reason_is_said_once(director: Director) -> None:
    notes = [
        NoteButton(rupees(100), False, "note.no_change"),
        NoteButton(rupees(200), False, "note.no_change"),
        NoteButton(rupees(500), False, "note.not_taken"),
    ]
    data = InsertCash("electricity", rupees(9), ZERO, rupees(9), ZERO, notes, [])
    shown = cash_of(director, data)
    assert shown.why_not.count("छुट्टा") == 1 and "₹100, ₹200" in shown.why_not
    assert shown.notes_label == "अभी कोई नोट नहीं लिया जाएगा" and shown.coins == ""


def test_the_bar_and_the_rest_stay_sane_when_too_much_is_in(director: Director) -> None:
    data = InsertCash("electricity", rupees(470), rupees(500), rupees(-30), rupees(30), [], [])
    shown = cash_of(director, data)
    assert shown.part == 1.0 and shown.remaining == f"₹{NBSP}0"
    nothing_due = InsertCash("electricity", ZERO, ZERO, ZERO, ZERO, [], [])
    assert cash_of(director, nothing_due).part == 1.0


def test_a_note_on_its_way_is_said_before_any_hint(director: Director) -> None:
    hint = Hint("cash.accepted", rupees(200))
    assert "जाँचा" in cash_of(director, samples.cash(hint, is_checking=True)).strip
    accepted = cash_of(director, samples.cash(hint))
    assert accepted.strip == f"₹{NBSP}200 का नोट जमा हुआ"
    assert accepted.strip_icon == "check-circle-fill"


@pytest.mark.parametrize("key", ["cash.note_waits", "cash.one_moment"])
def test_a_pause_is_not_said_to_be_the_counting_of_money(director: Director, key: str) -> None:
    shown = cash_of(director, samples.waiting_cash(Hint(key)))
    assert shown.question == "एक क्षण रुकें"
    assert "एक क्षण" in shown.strip and "जाँचा" not in shown.strip
    assert (shown.notes, shown.notes_label, shown.coins) == ((), "", "")


def test_a_limit_and_a_refused_note_are_told_apart(director: Director) -> None:
    shown = cash_of(director, samples.cash_limited())
    assert "₹200 का नोट अभी नहीं: नकद की सीमा" in shown.why_not
    assert "₹500 का नोट यह मशीन नहीं लेती" in shown.why_not
    assert f"₹{NBSP}10 तक अधिक" in shown.why_not  # what the limit leaves of the advance


# --- done, trouble, closed -----------------------------------------------------------------


def test_proof_on_the_screen_is_to_be_photographed(director: Director) -> None:
    shown = model_of(director, samples.done("screen", is_posted=False, advance=rupees(30)))
    assert isinstance(shown, DoneModel)
    assert shown.code == shown.receipt == "TDR 0417 2291"
    assert "फोटो" in shown.strip and "पावती" in shown.notes and f"₹{NBSP}30" in shown.notes
    paper = model_of(director, samples.done())
    assert isinstance(paper, DoneModel) and paper.code == "" and paper.notes == ""


def trouble_of(director: Director, cause: str, safe: int, proof: str | None) -> TroubleModel:
    shown = model_of(director, samples.trouble(cause, safe, proof))
    assert isinstance(shown, TroubleModel)
    return shown


def test_money_comes_first_in_a_trouble(director: Director) -> None:
    shown = trouble_of(director, "notes_jam", 200, "paper")
    assert shown.safe_sum == f"₹{NBSP}200 दर्ज हो चुके हैं।" and len(shown.steps) == 3
    assert shown.spoken_text.index("सुरक्षित") < shown.spoken_text.index("पर्ची")
    assert shown.code == ""


def test_a_claim_without_paper_is_a_code_on_the_screen(director: Director) -> None:
    shown = trouble_of(director, "paper_out", 470, "screen")
    assert shown.code == samples.TOKEN and "फोटो" in shown.steps[0]
    assert shown.claim == "TDR 0417 0001 C1"
    assert "नहीं लेते" not in shown.text  # would contradict the money that is in


def test_a_claim_of_a_kiosk_without_a_key_has_its_number_in_the_code(director: Director) -> None:
    data = msgspec.structs.replace(samples.trouble("paper_out", 470, "screen"), token=None)
    shown = model_of(director, data)
    assert isinstance(shown, TroubleModel) and shown.code == shown.claim != ""


def test_no_money_in_means_no_word_of_money(director: Director) -> None:
    shown = trouble_of(director, "no_such_account", 0, None)
    assert (shown.safe, shown.claim, shown.code) == ("", "", "") and not shown.is_fault
    assert "181" in shown.steps[-1]


def test_a_closed_machine_says_so_in_both_languages(director: Director) -> None:
    shown = director.no_bus(ENGLISH).model
    assert isinstance(shown, ClosedModel)
    assert shown.title == "The machine is starting" and shown.title_too == "मशीन चालू हो रही है"


def test_the_warning_is_what_is_spoken(director: Director) -> None:
    screen = samples.screen(samples.cash(), is_warning=True, leaves_in=15)
    scene = director.scene(screen)
    assert scene.spoken_text == "क्या आप यहीं हैं?" and scene.leaves_in == 15
    assert scene.frame.warning is not None
    assert scene.frame.warning.leave.action is Action.CANCEL


@pytest.mark.parametrize(
    ("service", "question"),
    [("electricity", "क्या यह बिल आपका है?"), ("caste", "क्या यह आवेदन आपका है?")],
)
def test_what_is_asked_has_the_name_of_the_thing(service: str, question: str) -> None:
    data = ShowBill(service, samples.bill(), rupees(470))
    shown = show_bill.model(data, samples.screen(data), Say(HINDI, "181"))
    assert shown.question == question
    assert shown.spoken_text.startswith(question)


@pytest.mark.parametrize("language", list(languages()))
def test_a_card_is_called_a_card_and_never_a_page(director: Director, language: Language) -> None:
    words = {HINDI: ("कार्ड", "पन्न"), ENGLISH: ("card", "page"), "mr": ("कार्ड", "पान")}[language]
    card = Printing("aadhaar_card", 0, 2, True, paper="pvc")
    ways = {
        "fetching": msgspec.structs.replace(card, pages=0),
        "begun": card,
        "out": msgspec.structs.replace(card, page=2),
        "stands": msgspec.structs.replace(card, trouble="trouble.pvc_cards"),
        "unknown": msgspec.structs.replace(card, trouble="trouble.of_a_later_release"),
    }
    for name, data in ways.items():
        spoken = model_of(director, data, language).spoken_text.lower()
        assert words[0] in spoken and words[1] not in spoken, (name, spoken)
    done = msgspec.structs.replace(samples.done(), service="aadhaar_card", paper="pvc")
    assert words[0] in model_of(director, done, language).spoken_text.lower()
