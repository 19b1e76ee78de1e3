"""What a technician reads of the rows of UPI and cards, word for word."""

from __future__ import annotations

from firmware.contract.money import rupees
from firmware.journal import tender_rows as rows
from firmware.journal.rows import AnyRow

ORDER, SUM, CARD = "TDR 0417 0001", rupees(470), "411111******1111"
UNTIL = "2026-11-22T10:03:00+05:30"
SAID: list[tuple[AnyRow, str]] = [
    (rows.UpiAsked(ORDER, "ab12", SUM, UNTIL),
     "₹470.00 may be paid by UPI until 2026-11-22T10:03:00+05:30, ab12"),
    (rows.UpiConfirmed(ORDER, "ab12", SUM, "632600000001"), "₹470.00 came by UPI, 632600000001"),
    (rows.UpiEnded(ORDER, "ab12"), "nothing came by UPI, and nothing can: ab12"),
    (rows.CardAsked(ORDER, "k-1", SUM, CARD),
     "₹470.00 is to be charged to the card 411111******1111, k-1"),
    (rows.CardApproved(ORDER, "k-1", "A17"), "the card is approved: A17"),
    (rows.CardGivenUp(ORDER, "k-1"), "the charge k-1 is to be undone"),
    (rows.CardConfirmed(ORDER, "k-1", SUM), "₹470.00 was charged to the card"),
    (rows.CardDeclined(ORDER, "k-1", "expired"), "the card was declined: expired"),
    (rows.CardVoided(ORDER, "k-1"), "nothing was charged: k-1"),
    (rows.CardRefundAsked(ORDER, "k-1-back-1", "k-1", SUM, "trouble.refused"),
     "₹470.00 is to go back to the card: trouble.refused"),
    (rows.CardRefunded(ORDER, "k-1-back-1", SUM), "₹470.00 went back to the card"),
    (rows.CardRefundRefused(ORDER, "k-1-back-1", "too old"),
     "the acquirer gives nothing back to the card: too old"),
]  # fmt: skip
