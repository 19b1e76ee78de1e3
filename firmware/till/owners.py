"""Whose a receipt is, without a telephone number on the kiosk: a keyed check of the mobile on file.

HMAC-SHA-256 (RFC 2104, FIPS 198-1) over service, account and mobile, under a key that only this
kiosk can make; of it 24 bits. There are four thousand million mobiles, so whoever had the journal
and the key, too, would be left with some 240 for each check. Whoever guesses at the screen hits one
time in 16 million, and is not heard that often (core/receipt_again.py).
"""

from __future__ import annotations

import hashlib
import hmac

from firmware.journal.orders import Order
from firmware.till.signing import Signer

CHECK_BYTES = 3  # of the digest: docs/proof.md says why no more
PURPOSE = b"receipt owners"


class Owners:
    """Makes checks, with the key of one kiosk."""

    def __init__(self, signer: Signer) -> None:
        self._key = signer.secret_for(PURPOSE)

    def check(self, service: str, account: str, mobile: str) -> str:
        """What the journal keeps in place of the mobile, in hex."""
        facts = "\0".join((service, account, mobile)).encode()
        return hmac.digest(self._key, facts, hashlib.sha256)[:CHECK_BYTES].hex()

    def owns(self, mobile: str, order: Order) -> bool:
        """Whether the office had this mobile on file for an account that the order pays."""
        return any(
            hmac.compare_digest(self.check(line.service, line.bill.account, mobile), known)
            for line, known in zip(order.lines, order.created.owners, strict=False)
        )


def is_known(order: Order) -> bool:
    """Whether anybody can show that the order is his."""
    return any(order.created.owners)
