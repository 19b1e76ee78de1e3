"""Sample documents of a receipt that its citizen prints again: part of samples.py."""

from __future__ import annotations

from msgspec.structs import replace

from firmware.contract.screen import Action, Number, ScreenData
from firmware.contract.screen_ends import Reprinted

PROBLEMS = ("wrong", "not_a_mobile", "other_kiosk", "ask_operator")
RECEIPT = "TDR 0417 0001"
ENDS = [Action.CHOOSE_LANGUAGE, Action.ANOTHER, Action.FINISH]  # of a last screen


def receipt_number(problem: str | None = None, typed: str = "04170001") -> Number:
    return Number("reprint", "reprint.account", 8, typed, problem, least=8)


def mobile(problem: str | None = None) -> Number:
    return Number("reprint", "reprint.mobile", 10, "", problem)


def screens() -> dict[str, ScreenData]:
    """By file name, as in the gallery."""
    return {
        "7-reprint-number": receipt_number(typed="0417"),
        "7-reprint-other-kiosk": receipt_number("reprint.other_kiosk", "04180001"),
        "7-reprint-longer-number": replace(receipt_number(), digits=9),
        "7-reprint-mobile": mobile(),
        "7-reprint-wrong": receipt_number("reprint.wrong"),
        "7-reprinted": Reprinted(RECEIPT, "paper"),
        "7-reprinted-page": Reprinted(RECEIPT, "page"),
        "7-reprinted-screen": Reprinted(RECEIPT, "screen"),
    }
