"""Nobody knew that the pack would end, until the morning on which it had."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from firmware.contract.health import Condition
from firmware.health.assess import assess
from firmware.health.radar import findings
from tests.firmware.health.kiosk import EARLIER, NOW, facts, till


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        ("2026-02-15T12:00:00+05:30", None),
        ("2026-02-10T12:00:00+05:30", "ends on 2026-02-10"),
        ("2026-01-15T06:29:59Z", "ended on 2026-01-15"),
        ("", None),
    ],
)
def test_the_end_of_a_pack_is_told_a_month_before(ends: str, said: str | None) -> None:
    found = list(findings(replace(till(), content_until=ends), NOW))
    assert [each.detail for each in found] == ([] if said is None else [said])


def test_the_claim_key_and_the_pack_of_the_district() -> None:
    core = replace(till(), claims_until="2026-01-20T00:00:00+05:30", content_until="2026-01-16")
    codes = [each.code for each in findings(core, NOW)]
    assert codes == ["expiry.claim_key", "expiry.content"]


def test_what_ends_soon_stops_nobody_today() -> None:
    core = replace(till(), content_until="2026-01-16")
    health = assess(facts(core=core), {}, EARLIER)
    assert [each.code for each in health.findings] == ["expiry.content"]
    assert health.condition is Condition.IN_SERVICE
