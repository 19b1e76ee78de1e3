"""The rows of UPI and cards in plain words."""

from __future__ import annotations

from firmware.journal import tender_rows as rows
from firmware.journal.tender_rows import TenderRow


def tender_words(row: TenderRow) -> str:
    """What the row says."""
    match row:
        case rows.UpiAsked(amount=amount, reference=reference, expires=expires):
            return f"{amount} may be paid by UPI until {expires}, {reference}"
        case rows.UpiConfirmed(amount=amount, bank_reference=number):
            return f"{amount} came by UPI, {number}"
        case rows.UpiEnded(reference=reference):
            return f"nothing came by UPI, and nothing can: {reference}"
        case rows.CardAsked(amount=amount, masked=card, key=key):
            return f"{amount} is to be charged to the card {card}, {key}"
        case rows.CardApproved(approval=approval):
            return f"the card is approved: {approval}"
        case rows.CardGivenUp(key=key):
            return f"the charge {key} is to be undone"
        case rows.CardConfirmed(amount=amount):
            return f"{amount} was charged to the card"
        case rows.CardDeclined(reason=reason):
            return f"the card was declined: {reason}"
        case rows.CardVoided(key=key):
            return f"nothing was charged: {key}"
        case rows.CardRefundAsked(amount=amount, cause=cause):
            return f"{amount} is to go back to the card: {cause}"
        case rows.CardRefunded(amount=amount):
            return f"{amount} went back to the card"
        case rows.CardRefundRefused(detail=detail):
            return f"the acquirer gives nothing back to the card: {detail}"
