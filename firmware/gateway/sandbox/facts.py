"""What the sandbox's offices tell without money: statuses, cases, schemes, who a pensioner is.

A line is its id and its value in Hindi and English. Everything is made up.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from firmware.gateway.sandbox.papers import PAPERS
from firmware.gateway.sandbox.people import FAMILIES, IN_HINDI, MEMBERS, SHANTI

Line = tuple[str, str, str]  # id, hi, en


class Pensioner(NamedTuple):
    """Whose finger the sandbox knows as whose. The name is masked, as a register shows it."""

    finger: str  # the name of an emulated one
    hi: str
    en: str


PENSIONERS = {
    "262600000417": Pensioner("thumb", "शा***ी देवी मी***ा", "SH**** DEVI ME***"),
    "262600000425": Pensioner("index", "रा******प त्रि***ी", "RA******* TR******"),
}
CERTIFICATES = {
    "caste": "जाति प्रमाण पत्र",
    "domicile": "मूल निवास प्रमाण पत्र",
    "marriage": "विवाह प्रमाण पत्र",
    "birth": "जन्म प्रमाण पत्र",
    "death": "मृत्यु प्रमाण पत्र",
    "police_character": "पुलिस चरित्र प्रमाण पत्र",
    "minority": "अल्पसंख्यक प्रमाण पत्र",
    "disability": "दिव्यांगता प्रमाण पत्र",
}
ISSUED = ("जारी हो गया", "Issued")
TAKEN_BACK = ("वापस लिया गया", "Withdrawn")
CHECKED = ("तहसील में जाँच हो रही है", "Being checked at the tehsil")
TOPICS = {
    "electricity": ("बिजली", "Electricity"),
    "water": ("पानी", "Water"),
    "road": ("सड़क", "Road"),
    "ration": ("राशन", "Ration"),
    "pension": ("पेंशन", "Pension"),
    "health": ("स्वास्थ्य", "Health"),
    "school": ("स्कूल", "School"),
    "police": ("पुलिस", "Police"),
    "other": ("अन्य", "Something else"),
}
IN_PROCESS = "110026000441"  # an application that is not granted yet
TOLD_OF = "1126"  # how the number of each grievance begins


def pensioner(account: str) -> Pensioner | None:
    """By the number of the pension payment order."""
    is_test = re.fullmatch(r"26269900\d{4}", account) is not None
    return PENSIONERS["262600000417"] if is_test else PENSIONERS.get(account)


def facts(service: str, account: str) -> list[Line] | None:
    """None for no such account."""
    match service:
        case "sampark_status":
            return _grievance(account)
        case "court_case":
            return _case(account)
        case "scheme":
            return _family(account)
        case "application_status":
            return _application(account)
        case "life_certificate":
            return _pension(account)
    return None


def registered(account: str, day: str) -> list[Line]:
    """A grievance that a kiosk posted: what it is about is one of the answers."""
    answers = account.split("-")
    topic = next((words for each, words in TOPICS.items() if each in answers), TOPICS["other"])
    return [
        ("subject", *topic),
        ("department", "जिला प्रशासन, टोंक", "District administration, Tonk"),
        ("registered_on", day, day),
        ("status", "दर्ज हुई", "Registered"),
        ("action", "संबंधित विभाग को भेजी जाएगी", "Will be sent to the department"),
    ]


def _grievance(account: str) -> list[Line] | None:
    if not re.fullmatch(rf"{TOLD_OF}(?:00000417|00000425|9900\d{{4}})", account):
        return None
    is_done = account.endswith("425")
    status = ("निस्तारित", "Disposed") if is_done else ("कार्यवाही जारी", "In progress")
    action = (
        ("हैंडपम्प ठीक किया गया", "The hand pump was mended")
        if is_done
        else ("कनिष्ठ अभियंता जाँच करेंगे", "The junior engineer will inspect")
    )
    return [
        ("subject", "पीने का पानी नहीं आ रहा", "No drinking water"),
        ("department", "जन स्वास्थ्य अभियांत्रिकी विभाग", "Public Health Engineering Department"),
        ("registered_on", "02.11.2026", "02.11.2026"),
        ("status", *status),
        ("action", *action),
    ]


def _case(account: str) -> list[Line] | None:
    """By its CNR, between court and number: RJTK01-0004172026."""
    if not re.fullmatch(r"RJTK01-0004172026|RJTK02-0004252025|RJTK01-99\d{4}2026", account):
        return None
    is_decided = account.endswith("2025")
    stage = ("निर्णय हो चुका", "Decided") if is_decided else ("साक्ष्य वादी", "Plaintiff's evidence")
    hearing = ("कोई नहीं", "None") if is_decided else ("14.12.2026", "14.12.2026")
    return [
        ("parties", "रामस्वरूप त्रिपाठी बनाम ग्राम पंचायत", "Ramswaroop Tripathi v. Gram Panchayat"),
        ("case", "दीवानी वाद", "Civil suit"),
        ("court", "जिला न्यायालय, टोंक", "District Court, Tonk"),
        ("stage", *stage),
        ("next_hearing", *hearing),
    ]


def _family(account: str) -> list[Line] | None:
    if not re.fullmatch(FAMILIES, account):
        return None
    head_hi, head_en = next(iter(MEMBERS.values()))
    return [
        ("family", f"{head_hi}, {len(MEMBERS)} सदस्य", f"{head_en}, {len(MEMBERS)} members"),
        ("pension", "स्वीकृत, ₹1,250 हर महीने", "Granted, ₹1,250 a month"),
        ("ration", "35 किलो गेहूँ, नवंबर में लिया", "35 kg of wheat, taken in November"),
        ("health", "कार्ड चालू है", "The card is valid"),
        ("scholarship", "आवेदन जाँच में", "The application is being checked"),
    ]


def _application(account: str) -> list[Line] | None:
    if account == IN_PROCESS:
        return _applied(SHANTI, "caste", CHECKED)
    for service in CERTIFICATES:
        if (granted := PAPERS[service].find(account)) is not None:
            return _applied(granted.name, service, TAKEN_BACK if granted.is_withdrawn else ISSUED)
    return None


def _applied(name: str, service: str, status: tuple[str, str]) -> list[Line]:
    return [
        ("name", IN_HINDI[name], name.title()),
        ("certificate", CERTIFICATES[service], PAPERS[service].title),
        ("applied_on", "05.11.2026", "05.11.2026"),
        ("status", *status),
    ]


def _pension(account: str) -> list[Line] | None:
    if (found := pensioner(account)) is None:
        return None
    return [
        ("name", found.hi, found.en),
        ("pension", "वृद्धावस्था पेंशन", "Old age pension"),
        ("office", "उप कोष कार्यालय, टोडारायसिंह", "Sub-treasury, Todaraisingh"),
    ]
