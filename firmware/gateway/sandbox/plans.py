"""The sandbox's lists to choose from: operators, their prepaid plans, members of a family.

The operators and plans are made up. An answer is None where the answers before it are unknown.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from firmware.gateway.sandbox.people import FAMILIES, MEMBERS

SUBSCRIBERS = r"(?!60000)[6-9]\d{9}"  # 60000xxxxx: no operator has it
OPERATORS = {
    "aravali": ("अरावली मोबाइल", "Aravali Mobile"),
    "maru": ("मरु टेलीकॉम", "Maru Telecom"),
    "chambal": ("चम्बल मोबाइल", "Chambal Mobile"),
}


class Plan(NamedTuple):
    """One plan; the price in paise."""

    id: str
    paise: int
    hi: str
    en: str
    by_hi: str
    by_en: str


def _plan(rupees: int, days: int, daily: str) -> Plan:
    """`daily`: how much data a day, as in 1.5 GB."""
    return Plan(
        f"p{rupees}",
        rupees * 100,
        f"{days} दिन, रोज {daily}",
        f"{days} days, {daily} a day",
        "सब कॉल और रोज 100 SMS",
        "All calls and 100 SMS a day",
    )


PLANS = {
    "aravali": [_plan(99, 7, "1 GB"), _plan(239, 28, "1.5 GB"), _plan(719, 84, "1.5 GB")],
    "maru": [_plan(119, 14, "1 GB"), _plan(299, 28, "2 GB"), _plan(2999, 365, "2 GB")],
    "chambal": [
        _plan(rupees, days, daily)
        for rupees, days, daily in (
            (49, 2, "1 GB"),
            (79, 5, "1 GB"),
            (155, 24, "0.5 GB"),
            (199, 28, "1 GB"),
            (266, 28, "2 GB"),
            (399, 56, "1 GB"),
            (666, 84, "1.5 GB"),
            (899, 90, "2 GB"),
        )
    ],
}


def plan_of(operator: str, plan: str) -> Plan | None:
    return next((each for each in PLANS.get(operator, []) if each.id == plan), None)


def options(service: str, ask: str, given: list[str]) -> list[dict[str, object]] | None:
    """As the protocol has them: docs/backend-openapi.yaml."""
    match service, ask, given:
        case "prepaid" | "postpaid", "operator", []:
            return [_option(each, *words) for each, words in OPERATORS.items()]
        case "prepaid", "plan", [operator, mobile] if re.fullmatch(SUBSCRIBERS, mobile):
            plans = PLANS.get(operator)
            return None if plans is None else [_plan_option(each) for each in plans]
        case "jan_aadhaar_paper" | "scheme", "member", [family] if re.fullmatch(FAMILIES, family):
            return [_option(each, *words) for each, words in MEMBERS.items()]
    return None


def _option(id: str, hi: str, en: str) -> dict[str, object]:
    return {"id": id, "words": {"hi": hi, "en": en}}


def _plan_option(plan: Plan) -> dict[str, object]:
    by = {"hi": plan.by_hi, "en": plan.by_en}
    return _option(plan.id, plan.hi, plan.en) | {"by": by, "amount": plan.paise}
