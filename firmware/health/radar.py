"""What ends on a day: certificates and packs, weeks before they do.

Nothing here stops working without a word on the day itself; the point is the visit that is planned
before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from firmware.contract.fleet import UplinkState
from firmware.contract.health import CoreState, Finding

SOON = timedelta(days=30)  # a technician comes by that often
PART = "expiry"


def ends(core: CoreState | None, uplink: UplinkState | None) -> dict[str, str]:
    """What ends when (ISO 8601), by the code of its finding; what has no end is not there."""
    found = {
        "expiry.certificate": "" if uplink is None else uplink.certificate_ends,
        "expiry.claim_key": "" if core is None else core.claims_until,
        "expiry.content": "" if core is None else core.content_until,
    }
    return {code: at for code, at in found.items() if at}


def findings(core: CoreState | None, uplink: UplinkState | None, now: str) -> Iterator[Finding]:
    """What ends within SOON, or has ended; `now` is ISO 8601 with offset."""
    moment = datetime.fromisoformat(now)
    for code, at in ends(core, uplink).items():
        end = datetime.fromisoformat(at)
        end = end if end.tzinfo is not None else end.replace(tzinfo=moment.tzinfo)
        if end - moment < SOON:
            verb = "ended" if end < moment else "ends"
            yield Finding(PART, code, now, f"{verb} on {end:%Y-%m-%d}")
