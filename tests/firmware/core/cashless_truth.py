"""The books of the UPI network and of the acquirer, beside the journal (M3, M7)."""

from __future__ import annotations

from firmware.journal import rows
from firmware.journal.orders import Order
from firmware.journal.tender_rows import CardConfirmed, CardRefunded, UpiConfirmed
from tests.firmware.core.office import Office


def check_order(order: Order) -> None:
    """What came without cash is in the bill, in a claim, or back on the card."""
    if order.end is None or not order.cashless.received:
        return
    gone = order.used + order.claimed + order.cashless.going_back
    assert order.cashless.received == gone, f"{order.number}: {order.cashless}"


def check_networks(written: list[rows.ReadRow], office: Office, is_settled: bool) -> None:
    """What is confirmed here came there; and when nothing is open any more, all that came there
    is confirmed here."""
    upi = {row.reference: row.amount for row in written if isinstance(row, UpiConfirmed)}
    charged = {row.key: row.amount for row in written if isinstance(row, CardConfirmed)}
    back = {row.key: row.amount for row in written if isinstance(row, CardRefunded)}
    paid, cards = office.upi.paid, office.cards
    assert upi.items() <= paid.items()
    for key, amount in charged.items():
        assert cards.payments[key].amount == amount
    assert back.items() <= {key: amount for key, (_, amount) in cards.refunds.items()}.items()
    if is_settled:
        assert (upi, charged.keys()) == (paid, cards.charged.keys())
