"""Papers of what is asked of an office without money, of people who do not exist."""

from __future__ import annotations

from msgspec.structs import replace

from firmware.contract.ticket import Ticket
from firmware.documents.report import day_report
from firmware.documents.request import Asked, Request, acknowledgement
from firmware.journal.desk_rows import RequestCount
from tests.firmware.documents.test_desk_papers import REPORT

WORDS = "चार दिन से पानी नहीं आया। हैंडपंप भी खराब है और टैंकर वाला पैसे माँगता है।"
COMPLAINT = Request(
    kiosk="tdr-0417", place="टोडारायसिंह", number="TDR 0417 0001",
    made_at="2026-11-22T14:05:00+05:30", service="grievance",
    asked=[
        Asked("grievance.ask.topic", "अस्पताल, दवा"), Asked("grievance.ask.district", "टोंक"),
        Asked("grievance.ask.tehsil", "टोडारायसिंह"), Asked("grievance.ask.village", "लाम्बा कलां"),
        Asked("grievance.ask.mobile", "******2345"), Asked("grievance.ask.text", WORDS),
        Asked("grievance.ask.name", "कमला देवी"),
    ],
    reference="112600000031",
)  # fmt: skip
COMPLAINT_EN = replace(
    COMPLAINT, place="Todaraisingh", asked=[
        Asked("grievance.ask.topic", "Hospital, medicine"), Asked("grievance.ask.district", "Tonk"),
        Asked("grievance.ask.tehsil", "Todaraisingh"),
        Asked("grievance.ask.village", "Lamba Kalan"),
        Asked("grievance.ask.mobile", "******2345"), Asked("grievance.ask.text", WORDS),
        Asked("grievance.ask.name", "KAMLA DEVI"),
    ],
)  # fmt: skip
PENSIONER = replace(
    COMPLAINT, service="life_certificate", is_verification=True, reference="LC00000032",
    asked=[Asked("life_certificate.ask.ppo", "262600000417")],
)  # fmt: skip
COUNTED = replace(
    REPORT.figures,
    requests=[RequestCount("grievance", 3), RequestCount("life_certificate", 12)],
    refused_requests=["TDR 0417 0038", "TDR 0417 0040"],
)

TICKETS: dict[str, Ticket] = {
    "request-hi": acknowledgement(COMPLAINT),
    "request-en": acknowledgement(COMPLAINT_EN, "en"),
    "request-later-hi": acknowledgement(replace(COMPLAINT, reference="")),
    "request-later-en": acknowledgement(replace(COMPLAINT_EN, reference="", duplicate=1), "en"),
    "verification-hi": acknowledgement(PENSIONER),
    "verification-en": acknowledgement(replace(PENSIONER, place="Todaraisingh"), "en"),
    "verification-open-hi": acknowledgement(replace(PENSIONER, reference="")),
    "verification-open-en": acknowledgement(
        replace(PENSIONER, place="Todaraisingh", reference=""), "en"
    ),
    "report-requests": day_report(replace(REPORT, figures=COUNTED, number=None)),
}
