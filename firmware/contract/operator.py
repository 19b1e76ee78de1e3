"""What a technician or an operator may ask of core, and nothing else may."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

Remark = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class How(StrEnum):
    """In which way the money went back."""

    CASH_BY_OPERATOR = "cash_by_operator"  # from the operator's own float, never from the box
    OTHER = "other"  # through the office: a transfer, a credit on the bill


class RedeemClaim(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """The money of a claim has gone, or goes now, to its citizen. Recorded once, then refused."""

    claim: Annotated[str, msgspec.Meta(min_length=1, max_length=512)]  # its number, or the QR text
    how: How
    reference: Remark  # voucher or transfer number
    by: Remark  # who answers for it


CoreCommand = RedeemClaim
