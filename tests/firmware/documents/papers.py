"""Every kind of paper, short and long, in both languages, of people who do not exist."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from msgspec.structs import replace

from firmware.cli.readiness import facts_of
from firmware.contract.fault_ticket import FaultTicket, Level
from firmware.contract.fees import CHARGE, STATUTORY, TAX, FeeLine, Fees
from firmware.contract.money import ZERO, Money, rupees
from firmware.contract.ticket import Code, Ticket
from firmware.core.visit import MOST_BILLS
from firmware.documents.a4 import Paper
from firmware.documents.card import aadhaar_sides, jan_aadhaar_sides
from firmware.documents.claim import claim_slip
from firmware.documents.collection import Part, collection_slip
from firmware.documents.downtime import Attendance, DowntimeMonth, downtime_page
from firmware.documents.facts import FactsSlip, facts_slip
from firmware.documents.fault_slip import ticket_slip
from firmware.documents.poster import poster
from firmware.documents.readiness import readiness
from firmware.documents.receipt import receipt
from firmware.documents.refund import Refund, refund_slip
from firmware.documents.report import day_report
from firmware.documents.sample import sample
from firmware.documents.sheet import Poster, Sheet
from firmware.runtime.clock import INDIA
from firmware.runtime.config import load
from firmware.services.catalogue import load_catalogue
from firmware.services.rates.shelf import SHIPPED
from firmware.services.rates.table import read_table
from tests.firmware.cli.test_status import kiosk_in_trouble, whole_kiosk
from tests.firmware.documents import requests
from tests.firmware.documents.cards import AADHAAR, JAN_AADHAAR
from tests.firmware.documents.test_desk_papers import REPORT, SLIP
from tests.firmware.documents.test_documents import BILL, CLAIM, RECEIPT
from tests.firmware.documents.test_many_bills import bills, of
from tests.firmware.documents.test_without_cash import PAID
from ui import samples_facts

RATES = read_table(SHIPPED.read_bytes(), SHIPPED.name)
AT = datetime(2026, 11, 22, 14, 5, tzinfo=INDIA)
CONFIG = load(Path(__file__).parents[3] / "docs" / "kiosk.example.toml")
TOKEN = "KC1:" + "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" * 10 + "ABCDEFGHIJKLMNOP"  # as long as one is
LONG_NAME = "श्रीमती लक्ष्मी देवी राष्ट्रवर्धन क्षत्रिय पुत्री श्री ज्ञानेश्वर प्रसाद श्रीवास्तव"
LONG_NAME_EN = "Smt. Lakshmi Devi Rashtravardhan Kshatriya d/o Shri Gyaneshwar Prasad Shrivastava"
LONG_PLACE = "ग्राम पंचायत भवन, मालपुरा रोड, टोडारायसिंह, ज़िला टोंक"
FEES = Fees(12, [FeeLine(STATUTORY, rupees(30), 3), FeeLine(CHARGE, Money(3390)),
                 FeeLine(TAX, Money(610))])  # fmt: skip
COPY = replace(
    BILL, service="caste", amount=rupees(30), fee=rupees(40), advance=ZERO, fees=FEES,
    period="", due_date="",
)  # fmt: skip
PART = replace(BILL, name=LONG_NAME, amount=rupees(300), fee=ZERO, advance=ZERO, rest=rupees(170))
RECHARGE = replace(
    BILL, service="prepaid", account="aravali-9829012345-p2999", name="365 दिन, रोज 2 GB",
    bill_number="RC-2345-p2999", period="", due_date="", amount=rupees(2999), fee=ZERO,
    advance=ZERO,
)  # fmt: skip
LAND = replace(
    RECHARGE, service="naksha", account="tonk-todaraisingh-lambakalan-1234/56",
    name="Smt. Shanti Devi Sharma", bill_number="NK-1234", amount=rupees(20), fee=rupees(10),
)  # fmt: skip
FULL_CLAIM = replace(
    CLAIM, token=TOKEN, code="407199231188", in_doubt=rupees(200), coins_unknown=2, duplicate=1
)
REFUND = Refund(
    kiosk="tdr-0417", place="टोडारायसिंह", order="TDR 0417 0001", amount=rupees(470),
    card="411111******1111", cause="claim.cause.already_paid",
    made_at="2026-11-22T10:00:00+05:30",
)  # fmt: skip

GRIEVANCE = FactsSlip(
    kiosk="tdr-0417", place="टोडारायसिंह", service="sampark_status",
    account=samples_facts.GRIEVANCE.account, lines=samples_facts.GRIEVANCE.lines,
    as_of="2026-11-22T14:05:00+05:30",
)  # fmt: skip
FAMILY = replace(
    GRIEVANCE, place="Todaraisingh", service="scheme", account=samples_facts.FAMILY.account,
    lines=[*samples_facts.FAMILY.lines, samples_facts.MOST.lines[0]], is_kept=True,
    as_of="2026-11-02T09:30:00+05:30",
)  # fmt: skip

TENDERS = replace(
    REPORT.figures, upi=rupees(940), upi_count=2, card=rupees(470), card_count=1,
    card_refunds=rupees(100), change=rupees(60), first_receipt="", last_receipt="",
)  # fmt: skip

TICKETS: dict[str, Ticket] = {
    "receipt-hi": receipt(RECEIPT),
    "receipt-en": receipt(replace(RECEIPT, place="Gram Panchayat Todaraisingh"), "en"),
    "receipt-long-hi": receipt(
        replace(of([PART], slips=ZERO), place=LONG_PLACE, duplicate=2, coins_unknown=3)
    ),
    "receipt-long-en": receipt(
        of([replace(PART, name=LONG_NAME_EN, reference="BBPS-" + "7712003451" * 4)]), "en"
    ),
    "receipt-fees-hi": receipt(of([COPY], slips=ZERO)),
    "receipt-fees-en": receipt(of([COPY, replace(BILL, advance=ZERO)], slips=ZERO), "en"),
    "receipt-recharge-hi": receipt(of([RECHARGE])),
    "receipt-land-en": receipt(of([LAND]), "en"),
    "receipt-upi-en": receipt(PAID, "en"),
    "receipt-many-hi": receipt(of(bills(MOST_BILLS))),
    "receipt-many-en": receipt(of([*bills(2), replace(bills(3)[2], is_posted=False)]), "en"),
    "receipt-change-hi": receipt(
        replace(of(bills(1)), notes=rupees(480), coins=rupees(20), change=rupees(30))
    ),
    "acknowledgement-hi": receipt(
        replace(RECEIPT, bills=[replace(BILL, is_posted=False, reference="")])
    ),
    "claim-hi": claim_slip(FULL_CLAIM),
    "claim-en": claim_slip(FULL_CLAIM, "en"),
    "claim-short-hi": claim_slip(replace(CLAIM, order="")),
    "refund-hi": refund_slip(REFUND),
    "refund-en": refund_slip(replace(REFUND, place="Todaraisingh"), "en"),
    "collection": collection_slip(SLIP),
    "collection-agrees": collection_slip(replace(SLIP, differs=False, part=Part.OPERATOR)),
    "report-x": day_report(replace(REPORT, number=None)),
    "report-z": day_report(REPORT),
    "report-tenders": day_report(replace(REPORT, figures=TENDERS, duplicate=1)),
    **requests.TICKETS,
}
FAULT = FaultTicket(
    number="TDR 0417/7C 0012",
    part="notes",
    code="notes.jam.stacker",
    level=Level.BLOCK,
    opened="2026-11-21T18:05:00+05:30",
    level_since="2026-11-21T18:05:00+05:30",
    detail="note 3 of the day",
)
ON_ROLLS: dict[str, Ticket] = TICKETS | {
    "sample": sample("tdr-0417", "R. Meena"),
    "facts-hi": facts_slip(GRIEVANCE),
    "facts-en": facts_slip(replace(GRIEVANCE, place="Todaraisingh"), "en"),
    "facts-kept-hi": facts_slip(replace(FAMILY, place="टोडारायसिंह")),
    "facts-kept-en": facts_slip(FAMILY, "en"),
    "fault-ticket": ticket_slip(FAULT, "टोडारायसिंह", CONFIG.kiosk),
}
READY = {"whole": whole_kiosk(), "trouble": kiosk_in_trouble()}
HOUR = 3600
LOST = {"none": 600 * HOUR, "mains": 24 * HOUR, "paper": 2 * HOUR, "staff_absent": 4 * HOUR}
DOWNTIME = DowntimeMonth(
    kiosk="todaraisingh-1",
    place="टोडारायसिंह",
    month="2026-10",
    since="2026-10-01T00:00:00+05:30",
    until="2026-11-01T00:00:00+05:30",
    seconds={
        **dict.fromkeys(load_catalogue().services, LOST),
        "electricity": {**LOST, "network": 83 * HOUR},
        "water": {**LOST, "back_end": 55 * HOUR, "planned": 5 * HOUR},
    },
    attendance=[Attendance("R. Meena", 22, 25 * HOUR), Attendance("S. Devi", 4, 2 * HOUR)],
    signed_day="2026-10-31",
    head="ab" * 32,
)
ON_A4: dict[str, Paper] = {
    **TICKETS,
    "downtime": downtime_page(DOWNTIME),
    "poster": poster(CONFIG, load_catalogue(), RATES),
    **{
        f"readiness-{name}": readiness(facts_of(snapshot, CONFIG, load_catalogue(), AT))
        for name, snapshot in READY.items()
    },
}
CARDS = {
    "aadhaar-front": aadhaar_sides(AADHAAR)[0],
    "aadhaar-back": aadhaar_sides(AADHAAR)[1],
    "jan-aadhaar-front": jan_aadhaar_sides(JAN_AADHAAR)[0],
    "jan-aadhaar-back": jan_aadhaar_sides(JAN_AADHAAR)[1],
}


LINES: dict[str, Ticket | Sheet] = {
    **{f"80mm-{name}": ticket for name, ticket in ON_ROLLS.items()},
    **{f"58mm-{name}": ticket for name, ticket in ON_ROLLS.items()},
    **{f"a4-{name}": paper for name, paper in ON_A4.items() if not isinstance(paper, Poster)},
}
CODES = {
    **{name: [line.content for line in paper.lines if isinstance(line, Code)]
       for name, paper in LINES.items()},
    "cr80-aadhaar-back": [AADHAAR.code],
    "cr80-jan-aadhaar-back": [JAN_AADHAAR.code],
}  # fmt: skip
