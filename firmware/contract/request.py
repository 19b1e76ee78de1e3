"""What a citizen asks of the office without money, and that must never be lost."""

from __future__ import annotations

import msgspec

from firmware.contract.card import Reference


class PostRequest(
    msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True, omit_defaults=True
):
    """Register what `account` says, and the citizen's own words by the ids of their questions: a
    grievance. Answered with Posted.

    A repeat of `key` is the same request.
    """

    key: str  # idempotency key, made when the order was made
    service: str
    account: str
    receipt: str
    texts: dict[str, str] = {}

    def __repr__(self) -> str:
        return f"PostRequest({self.receipt!r}, {self.service!r}, ...)"


class PostVerification(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """This person was here, says the finger: the yearly life verification. Answered with Posted.

    A repeat of `key` is the same verification, and needs no finger where the office has it.
    """

    key: str
    service: str
    account: str
    receipt: str
    finger: Reference  # of the capture that the gateway holds in RAM, for one use
