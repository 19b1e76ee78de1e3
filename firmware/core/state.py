"""What core says of itself on the bus, retained: what the till is doing, what the journal holds."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from firmware.contract.device import Status
from firmware.contract.health import CoreState
from firmware.contract.money import ZERO, Money
from firmware.core.core import Core


def core_state(core: Core, chain: str, at: datetime, now: float) -> CoreState:
    """`chain` names the journal's file; `at` is aware, `now` monotonic seconds."""
    flow, journal = core.flow, core.book.journal
    order = flow.visit.order
    return CoreState(
        status=Status.READY if order is None else Status.BUSY,
        screen=flow.visit.stage,
        session=order.session if order is not None and order.cash_is_open else None,
        inserted=ZERO if order is None else order.inserted,
        in_cash_box=Money(journal.inside_paise),
        operator=flow.desk.by,
        alarms=flow.desk.vault.alarms,
        unposted=journal.unposted_count,
        claims=journal.claims_count,
        unsigned_because=core.papers.unsigned_because(at),
        journal_rows=journal.length,
        journal_head=journal.head[:16],
        journal_chain=chain,
        to_confirm=journal.to_confirm,
        no_records_because=core.floor.records_trouble,
        taken_today=core.book.taken_today(),
        day_is_full=core.floor.day_is_full,
        suspected_today=core.book.suspected_today(),
        may_halt=core.may_halt(now),
        rates=core.floor.rates.version,
        no_rates_because=core.floor.rates.why,
        other_fees=core.floor.other_fees,
        closed_because=core.floor.closed_because,
        claims_until=core.papers.signs_until,
        **_occasion(core),
    )


def _occasion(core: Core) -> dict[str, Any]:
    """What is shown beside the services, as CoreState has it."""
    occasions, content = core.flow.occasions, core.floor.occasion.content
    return {
        "content": 0 if content is None else content.version,
        "content_until": "" if content is None else content.valid_until.isoformat(),
        "no_content_because": occasions.content.why,
        "conduct": occasions.content.conduct.said,
        "meeting": occasions.meetings.held,
    }
