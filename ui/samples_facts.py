"""Sample documents of lookups: part of samples.py. Of people who do not exist."""

from __future__ import annotations

from msgspec.structs import replace

from firmware.contract.facts import LONGEST_FACT, MOST_FACTS, FactLine, ShowFacts
from firmware.contract.screen import Number, ScreenData

SLIPS = ("take", "no_paper", "not_now", "failed", "enough")
MAY_PRINT = ("", "facts.slip.failed")
AS_OF = "2026-11-22T14:05:00+05:30"


def line(name: str, hindi: str, english: str) -> FactLine:
    return FactLine(name, {"hi": hindi, "en": english})


GRIEVANCE = ShowFacts(
    "sampark_status",
    "112600000417",
    [
        line("subject", "वार्ड 7 में हैंडपंप खराब है", "Hand pump in ward 7 does not work"),
        line("department", "जन स्वास्थ्य अभियांत्रिकी विभाग", "Public Health Engineering Department"),
        line("registered_on", "14 नवम्बर 2026", "14 November 2026"),
        line("status", "कार्रवाई चल रही है", "In progress"),
        line(
            "action",
            "कनिष्ठ अभियंता को सौंपी गई, 30 नवम्बर तक",
            "With the junior engineer, until 30 November",
        ),
    ],
    AS_OF,
)
FAMILY = ShowFacts(
    "scheme",
    "4812345678",
    [
        line("family", "सी*** देवी और 4 सदस्य", "S*** Devi and 4 members"),
        line("pension", "वृद्धावस्था पेंशन ₹1,150, 5 नवम्बर को", "Old age pension ₹1,150, 5 November"),
        line("ration", "25 किलो गेहूँ, नवम्बर", "25 kg of wheat, November"),
        line("health", "31 मार्च 2027 तक", "Until 31 March 2027"),
        line("scholarship", "कोई नहीं", "None"),
    ],
    AS_OF,
)
LONG = line("brand_new", "क्षत्रिय राष्ट्रवर्धन " * 6, "Rashtravardhan Kshatriya " * 5)
MOST = replace(
    FAMILY,
    lines=[
        replace(LONG, text={each: text[:LONGEST_FACT] for each, text in LONG.text.items()})
        for _ in range(MOST_FACTS)
    ],
    is_kept=True,
    slip="facts.slip.not_now",
)


ASKS = {
    "sampark_status": ("account", 12), "scheme": ("account", 10), "court_case": ("number", 10),
    "application_status": ("account", 12),
}  # fmt: skip


def asked(service: str) -> Number:
    """The last question, with the longest that is said below it."""
    ask, digits = ASKS[service]
    label = f"{service}.ask.{ask}"
    return Number(service, label, digits, "4812", "number.no_such_account")


def screens() -> dict[str, ScreenData]:
    """By file name, as in the gallery."""
    return {
        **{f"3-number-{service}": asked(service) for service in ASKS},
        "7-facts": GRIEVANCE,
        "7-facts-kept": replace(FAMILY, is_kept=True),
        "7-facts-most": MOST,
        **{f"7-facts-slip-{each}": replace(FAMILY, slip=f"facts.slip.{each}") for each in SLIPS},
    }
