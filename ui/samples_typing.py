"""Sample documents of what is typed in letters: part of samples.py."""

from __future__ import annotations

from firmware.contract.options import Option
from firmware.contract.screen import Action, Number, ScreenData
from firmware.contract.typed import FindPlace, WriteText

TEXT_PROBLEMS = ("too_short", "too_long", "not_allowed", "not_devanagari", "not_latin")
COMPLAINT = "चार दिन से पानी नहीं आया। हैंडपंप भी खराब है और टैंकर वाला पैसे माँगता है"
FOUND = (
    ("tonk/todaraisingh", "टोडारायसिंह", "Todaraisingh", "टोंक", "Tonk"),
    ("tonk/todaraisingh/thadoli", "थड़ोली", "Thadoli", "टोडारायसिंह, टोंक", "Todaraisingh, Tonk"),
    ("tonk/todaraisingh/lamba", "लाम्बा कलां", "Lamba Kalan", "टोडारायसिंह, टोंक",
     "Todaraisingh, Tonk"),
    ("tonk/malpura/todri", "टोड्री चावण्ड", "Todri Chawand", "मालपुरा, टोंक", "Malpura, Tonk"),
    ("tonk/deoli/todi", "टोडी", "Todi", "देवली, टोंक", "Deoli, Tonk"),
    ("tonk/uniara/todpura", "टोडपुरा", "Todpura", "उनियारा, टोंक", "Uniara, Tonk"),
)  # fmt: skip
ACTIONS: dict[type, list[Action]] = {
    WriteText: [Action.CHOOSE_LANGUAGE, Action.ENTER, Action.STAY, Action.BACK, Action.CANCEL],
    FindPlace: [Action.CHOOSE_LANGUAGE, Action.CHOOSE, Action.SEARCH, Action.BACK, Action.CANCEL],
}
STEPS: dict[type, int] = {WriteText: 1, FindPlace: 1}


def words(typed: str = COMPLAINT, problem: str | None = None) -> WriteText:
    return WriteText("grievance", "grievance.ask.text", 200, 0, "any", 4, typed, problem)


def name(typed: str = "कमला दे", problem: str | None = None) -> WriteText:
    return WriteText("grievance", "grievance.ask.name", 40, 2, typed=typed, problem=problem)


def found(service: str, sought: str = "टोडा", count: int = len(FOUND)) -> FindPlace:
    options = [
        Option(path, {"hi": hi, "en": en}, {"hi": by_hi, "en": by_en})
        for path, hi, en, by_hi, by_en in FOUND[:count]
    ]
    return FindPlace(service, f"{service}.ask.village", sought, options)


def unread() -> Number:
    return Number("electricity", "electricity.ask.account", 12, "", "scan.unknown")


def wrong_check() -> Number:
    """No service of the catalogue has a check digit; of the sentence this is a sample."""
    label = "electricity.ask.account"
    return Number("electricity", label, 12, "210344001725", "number.check_digit", check="verhoeff")


def screens() -> dict[str, ScreenData]:
    """By file name, as in the gallery."""
    return {
        "3-text-empty": words(""),
        "3-text": words(),
        "3-text-name": name(),
        "3-text-latin": WriteText("grievance", "grievance.ask.name", 40, 2, "latin", 1, "KAMLA D"),
        "3-find": found("grievance"),
        "3-find-empty": found("jamabandi", "", 0),
        "3-find-nothing": found("naksha", "क्षय", 0),
        "3-scan-unknown": unread(),
        "3-check-digit": wrong_check(),
    }
