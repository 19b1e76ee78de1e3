"""Sample documents of what is asked of the office without money: part of samples.py."""

from __future__ import annotations

from firmware.contract.asked import Accepted, Confirm, PutFinger, Said
from firmware.contract.screen import Action, ScreenData

RECEIPT = "TDR 0417 0001"
HINTS = ("poor", "wrong", "lost", "again", "timeout")
MOBILE = Said("grievance.ask.mobile", {"hi": "9829012345", "en": "9829012345"})
WHOSE = [
    Said("facts.life_certificate.name", {"hi": "श्रीमती क**** देवी", "en": "Smt. K**** Devi"}),
    Said("facts.life_certificate.pension", {"hi": "वृद्धावस्था पेंशन", "en": "Old age pension"}),
    Said(
        "facts.life_certificate.office",
        {"hi": "उप कोष, टोडारायसिंह", "en": "Sub-treasury, Todaraisingh"},
    ),
    Said("facts.life_certificate.last_verified", {"hi": "14 नवंबर 2025", "en": "14 November 2025"}),
]
COMPLAINT = [
    Said("grievance.ask.topic", {"hi": "अस्पताल, दवा", "en": "Hospital, medicine"}),
    Said("grievance.ask.district", {"hi": "टोंक", "en": "Tonk"}),
    Said("grievance.ask.tehsil", {"hi": "टोडारायसिंह", "en": "Todaraisingh"}),
    Said("grievance.ask.village", {"hi": "लाम्बा कलां", "en": "Lamba Kalan"}),
]
WORDS = "चार दिन से पानी नहीं आया। हैंडपंप भी खराब है और टैंकर वाला पैसे माँगता है। " * 2
OWN = [
    Said("grievance.ask.text", {"hi": WORDS.strip(), "en": WORDS.strip()}),
    Said("grievance.ask.name", {"hi": "कमला देवी", "en": "कमला देवी"}),
]
PPO = Said("life_certificate.ask.ppo", {"hi": "200411000725", "en": "200411000725"})


ACTIONS: dict[type, list[Action]] = {
    Confirm: [Action.CHOOSE_LANGUAGE, Action.SUBMIT, Action.BACK, Action.CANCEL],
    PutFinger: [Action.CHOOSE_LANGUAGE, Action.CANCEL],
    Accepted: [Action.CHOOSE_LANGUAGE, Action.ANOTHER, Action.FINISH],
}
STEPS: dict[type, int] = {Confirm: 2, PutFinger: 3, Accepted: 4}


def finger(hint: str | None = None, left: int = 3, is_ready: bool = True) -> PutFinger:
    return PutFinger("life_certificate", left, is_ready, hint)


def screens() -> dict[str, ScreenData]:
    """By file name, as in the gallery."""
    return {
        "4-confirm-request": Confirm("grievance", [*COMPLAINT, MOBILE], False),
        "4-confirm-words": Confirm("grievance", [*COMPLAINT, MOBILE, *OWN], False),
        "4-confirm-person": Confirm("life_certificate", [PPO, *WHOSE], True),
        "6-finger": finger(),
        "6-finger-dark": finger(is_ready=False),
        **{f"6-finger-{hint}": finger(f"finger.{hint}", 2) for hint in HINTS},
        "7-accepted-request": Accepted("grievance", RECEIPT, "paper", "RJ2611220042", False),
        "7-accepted-later": Accepted("grievance", RECEIPT, "paper", "", False),
        "7-accepted-screen": Accepted("grievance", RECEIPT, "screen", "", False),
        "7-accepted-person": Accepted("life_certificate", RECEIPT, "paper", "LC-000031", True),
        "7-accepted-unknown": Accepted("life_certificate", RECEIPT, "page", "", True),
    }
