"""The code on a slip with which its citizen pays a bill at the kiosk that printed it.

Twelve digits that only the kiosk's key can make of the claim's number: in no row, so nobody learns
it from the journal or from what the fleet is sent, and the same on every duplicate. It names the
claim and is its secret at once: one number to type. With a thousand open slips a guess hits one
time in 10^9, and only a few guesses are heard (core/tendering.py).
"""

from __future__ import annotations

import hashlib
import hmac

from firmware.journal.orders import Order
from firmware.journal.rows import ClaimIssued
from firmware.till.signing import Signer

DIGITS = 12  # as many as a K number: the same pad, in fours
NOT_AT_THE_KIOSK = frozenset({"trouble.power_came_back"})  # printed for whoever stood there


class Codes:
    """Makes codes, with the key of one kiosk."""

    def __init__(self, signer: Signer) -> None:
        self._key = signer.secret_for(b"claim codes")

    def of(self, claim: str) -> str:
        """The code of the claim `TDR 0417 0001 C1`."""
        digest = hmac.digest(self._key, claim.encode(), hashlib.sha256)
        return f"{int.from_bytes(digest[:8], 'big') % 10**DIGITS:0{DIGITS}d}"

    def fits(self, claim: str, typed: str) -> bool:
        return hmac.compare_digest(self.of(claim).encode(), typed.encode())


def may_be_tendered(claim: ClaimIssued, order: Order) -> bool:
    """Whether its slip is money at the kiosk: a citizen was there when the order's cash was closed,
    and for each earlier claim of it, whose money the slip brings, too."""
    if order.why_closed in NOT_AT_THE_KIOSK:
        return False
    covered = order.claims[: order.claims.index(claim) + 1]
    return not any(each.cause in NOT_AT_THE_KIOSK for each in covered)
