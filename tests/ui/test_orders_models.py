"""What the screens of many bills and of too little money say, before anything is drawn."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from firmware.contract.reading import ENGLISH, Language
from firmware.contract.screen import Action
from firmware.contract.screen_ends import Reprinted
from ui import samples, samples_again
from ui.languages import languages
from ui.say import Say
from ui.scene import Director
from ui.screens.basket.model import LONGEST_NAME, BasketModel, shortened
from ui.screens.done.model import DoneModel
from ui.screens.number.model import NumberModel, type_digit
from ui.screens.offer.model import OfferModel


def english(data: object) -> object:
    return Director("181").scene(samples.screen(data, ENGLISH)).model  # type: ignore[arg-type]


def test_a_full_basket_says_why_no_more_fits() -> None:
    full, three = english(samples.basket(8)), english(samples.basket(3))
    assert isinstance(full, BasketModel)
    assert isinstance(three, BasketModel)
    assert (full.add.is_there, three.add.is_there) == (False, True)
    assert "No more than 8 bills" in full.promise
    assert "claim slip" in three.promise
    assert three.bills[1].take_out == "electricity 210344001701"
    assert three.add.action is Action.ADD_BILL


def test_a_long_name_is_cut_between_words_never_in_a_syllable() -> None:
    name = "श्रीमती राजेश्वरी देवी त्रिपाठी पत्नी स्वर्गीय लक्ष्मीनारायण"
    short = shortened(name)
    assert short.endswith(" …")
    assert len(short) <= LONGEST_NAME + 2
    assert name.startswith(short.removesuffix(" …") + " ")
    assert shortened("सीता देवी") == "सीता देवी"


@pytest.mark.parametrize(
    ("offer", "line"),
    [
        (samples.PART, "As part of the bill. ₹ 170 stays due."),
        (samples.SOME_BILLS,
         "1 of 3 bills in full. ₹ 2,470 stays due. You get a claim slip for ₹ 30."),
    ],
)  # fmt: skip
def test_both_answers_say_all_that_follows(offer: object, line: str) -> None:
    shown = english(offer)
    assert isinstance(shown, OfferModel)
    assert shown.pay_line.replace("\N{NO-BREAK SPACE}", " ") == line
    assert line in shown.spoken_text  # who cannot read hears it


@pytest.mark.parametrize("language", list(languages()))
def test_an_interrupted_payment_is_said_to_be_safe(language: Language) -> None:
    director = Director("181", offered=tuple(languages()))
    scene = director.scene(samples.screen(samples.resumed(), language))
    assert isinstance(scene.model, NumberModel)
    assert "200" in scene.model.where
    assert scene.model.question == Say(language, "181")("resumed.digits.question")
    assert (scene.frame.back.is_there, scene.frame.way_on.is_there) == (False, False)


def test_a_receipt_of_another_kiosk_names_it() -> None:
    shown = english(samples_again.receipt_number("reprint.other_kiosk", "04180001"))
    assert isinstance(shown, NumberModel)
    assert "kiosk 0418" in shown.problem
    assert shown.problem in shown.spoken_text


def test_a_number_may_have_a_digit_more_and_need_not() -> None:
    """A kiosk that has given out ten thousand receipts has some with five digits of its own."""
    shown = english(replace(samples_again.receipt_number(typed="0417000"), digits=9))
    assert isinstance(shown, NumberModel)
    assert (shown.is_complete, shown.strip) == (False, "1 more digit")
    for typed, is_full in (("1", False), ("5", True), ("9", True)):
        shown = type_digit(shown, typed)
        assert (shown.is_complete, shown.is_full) == (True, is_full)
        assert shown.strip == Say(ENGLISH, "181")("number.complete")
    assert shown.typed == "041700015"


@pytest.mark.parametrize("proof", ["paper", "page", "screen"])
def test_a_copy_says_where_it_is_and_what_it_is_called(proof: str) -> None:
    shown = english(Reprinted("TDR 0417 0001", proof))
    assert isinstance(shown, DoneModel)
    assert shown.receipt == "TDR 0417 0001"
    assert shown.code == ("TDR 0417 0001" if proof == "screen" else "")
    assert ("DUPLICATE" in shown.line) is (proof != "screen")
    assert shown.another.is_there
    assert shown.finish.is_there
    assert shown.notes == "", "nothing of money"
