"""What ends on a day: the claim key and the content pack, weeks before they do. The certificate for
the fleet is told of by the uplink, which reads it (firmware/uplink/daemon.py).

Nothing here stops working without a word on the day itself; the point is the visit that is planned
before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from firmware.contract.health import CoreState, Finding

SOON = timedelta(days=30)  # a technician comes by that often
PART = "expiry"


def ends(core: CoreState) -> dict[str, str]:
    """What ends when (ISO 8601), by the code of its finding; what has no end is not there."""
    found = {"expiry.claim_key": core.claims_until, "expiry.content": core.content_until}
    return {code: at for code, at in found.items() if at}


def findings(core: CoreState | None, now: str) -> Iterator[Finding]:
    """What ends within SOON, or has ended; `now` is ISO 8601 with offset."""
    moment = datetime.fromisoformat(now)
    for code, at in ({} if core is None else ends(core)).items():
        end = datetime.fromisoformat(at)
        end = end if end.tzinfo is not None else end.replace(tzinfo=moment.tzinfo)
        if end - moment < SOON:
            verb = "ended" if end < moment else "ends"
            yield Finding(PART, code, now, f"{verb} on {end:%Y-%m-%d}")
