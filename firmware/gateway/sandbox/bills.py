"""What the sandbox's billers are owed, by service and account: one table, and ranges for tests.

Mobiles are not in the database: the sandbox runs on the kiosk itself, where none may lie on the
disk but as an account that somebody pays for.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from firmware.gateway.sandbox.people import IN_HINDI, PRAGYA, RAM
from firmware.gateway.sandbox.plans import OPERATORS, SUBSCRIBERS, plan_of

OVERDUE, SOON, DUE, LATER = "2026-11-05", "2026-11-26", "2026-11-28", "2026-12-02"


class Owed(NamedTuple):
    """One bill; amounts in paise. `paid` came in at the office itself."""

    number: str
    name: str
    amount: int
    fee: int = 0
    period: str = ""  # of what is paid for no month, and
    due_date: str = ""  # of what is not due: nothing
    paid: int = 0
    is_once: bool = True  # else it may be bought again and again


KRISHNA, VIDYA = "श्री कृष्ण चन्द्र शर्मा", "श्रीमती विद्या देवी मीणा"
RAM_HI, PRAGYA_HI = IN_HINDI[RAM], IN_HINDI[PRAGYA]
MONTH, MONTH_BEFORE = "2026-10", "2026-09"
POSTPAID = {
    "9000000417": Owed("MB1026-00417", KRISHNA, 39900, 0, MONTH, DUE),
    "9000000418": Owed("MB0926-00418", VIDYA, 79800, 0, MONTH_BEFORE, OVERDUE),
    "9000000419": Owed("MB1026-00419", RAM_HI, 0, 0, MONTH, DUE),
}
BILLS = {
    ("electricity", "210344001725"): Owed("JV1026-88121", KRISHNA, 47000, 0, MONTH, DUE),
    ("electricity", "210344001733"): Owed("JV1026-88122", VIDYA, 123450, 0, MONTH, DUE),
    ("electricity", "210344001741"): Owed("JV1026-88123", RAM_HI, 8600, 0, MONTH, SOON),
    ("electricity", "210344001758"): Owed("JV1026-88124", PRAGYA_HI, 31500, 500, MONTH, LATER),
    ("water", "4120017001"): Owed("PH1026-40117", KRISHNA, 31200, 0, MONTH, DUE),
    # With the surcharge for being late, which is the biller's and no fee.
    ("water", "4120017019"): Owed("PH0926-40118", VIDYA, 84600, 0, MONTH_BEFORE, OVERDUE),
    ("water", "4120017027"): Owed("PH1026-40119", RAM_HI, 0, 0, MONTH, DUE),
    ("water", "4120017035"): Owed("PH1026-40120", PRAGYA_HI, 62000, 0, MONTH, DUE, paid=20000),
    ("telephone", "01432220417"): Owed("TL1026-30417", KRISHNA, 58900, 0, MONTH, DUE),
    ("telephone", "01432220425"): Owed("TL0926-30425", VIDYA, 117800, 0, MONTH_BEFORE, OVERDUE),
    ("telephone", "01432220433"): Owed("TL1026-30433", RAM_HI, 0, 0, MONTH, DUE),
} | {
    ("postpaid", f"{operator}-{mobile}"): bill
    for operator in OPERATORS
    for mobile, bill in POSTPAID.items()
}
TEST_RANGE = "21034499"  # for tests that need many visits: every account owes ₹470
# What each account of a range of tests owes; the bill's number ends as the account does.
RANGES = {
    "electricity": (rf"{TEST_RANGE}\d{{4}}", BILLS["electricity", "210344001725"]),
    "water": (r"412099\d{4}", BILLS["water", "4120017001"]),
    "telephone": (r"0143299\d{4}", BILLS["telephone", "01432220417"]),
    "postpaid": (rf"({'|'.join(OPERATORS)})-98765\d{{5}}", POSTPAID["9000000417"]),
}
# What the office has on file, of electricity; of telephones it is the number itself.
MOBILES = {
    "210344001725": "9000000417",
    "210344001733": "9000000418",
    "210344001741": "9000000419",
}


def owed(service: str, account: str) -> Owed | None:
    """The bill as it was made; None for no such account."""
    if service == "prepaid":
        return _recharge(account)
    found = BILLS.get((service, account))
    if found is None and service in RANGES:
        numbers, like = RANGES[service]
        if re.fullmatch(numbers, account):
            return like._replace(number=f"TEST-{account[-4:]}")
    return found


def mobile_of(service: str, account: str) -> str | None:
    """The mobile on file: of the range of tests every account has its own."""
    if service in ("postpaid", "prepaid"):
        return account.split("-")[1]
    if service != "electricity":
        return None
    is_test = account.startswith(TEST_RANGE)
    return f"98765{account[-5:]}" if is_test else MOBILES.get(account)


def _recharge(account: str) -> Owed | None:
    """A plan is always due: it may be bought again."""
    operator, _, rest = account.partition("-")
    mobile, _, plan = rest.partition("-")
    found = plan_of(operator, plan)
    if found is None or not re.fullmatch(SUBSCRIBERS, mobile):
        return None
    return Owed(f"RC-{mobile[-4:]}-{plan}", found.hi, found.paise, is_once=False)
