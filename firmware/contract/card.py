"""Cards on the bus: what of a card may travel, and what is asked of the back end about a payment.

Nothing here can hold a whole card number (M10). The till sees the masked number and a one-use
reference; what the acquirer needs to charge the card travels apart, encrypted, from the reader's
driver to the gateway, on a topic that nobody else reads, and is never retained. The expiry date and
the name do not travel at all: nobody in the kiosk has a use for them (PCI DSS 3.2).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from firmware.contract.money import Money

Reference = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]
Key = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
# PCI DSS 3.4: at most the first six and the last four digits are shown.
MaskedPan = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{0,6}\*{3,}[0-9]{0,4}$", max_length=19)]


# --- the reader ----------------------------------------------------------------------------


class Arm(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """Read one card for this session, within `seconds` from now; said again, it is longer.

    As a lease (M4): a till that dies stops saying it, and the reader is deaf again.
    """

    session: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    seconds: Annotated[float, msgspec.Meta(gt=0)]


class Disarm(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """Read nothing any more."""


class CardClass(StrEnum):
    """The first digit of the service code (ISO/IEC 7813), as far as the reader may know it."""

    INTERNATIONAL = "international"
    NATIONAL = "national"
    UNKNOWN = "unknown"  # masked by the reader, or not on the card: the back end will see


class CardSwiped(msgspec.Struct, frozen=True, tag=True):
    """A card was read; the reader is disarmed. Told once: a swipe that was not heard is swiped
    again. `reference` names, once, what the gateway holds of it for a few minutes."""

    session: str
    reference: Reference
    masked_pan: MaskedPan
    card_class: CardClass


class SwipeProblem(StrEnum):
    """Why a swipe gave no card. While it is armed, the reader goes on listening."""

    UNREADABLE = "unreadable"  # swipe again, slower or the other way round
    NOT_A_BANK_CARD = "not_a_bank_card"
    CHIP_CARD = "chip_card"  # has a chip, which must be used where there is one: not here
    PIN_NEEDED = "pin_needed"  # and this kiosk has no PIN pad
    NOT_FOR_PURCHASE = "not_for_purchase"  # only for cash machines, or a private card
    TRACKS_DIFFER = "tracks_differ"  # two numbers on one card
    NOT_ENCRYPTED = "not_encrypted"  # the reader lost its keys: out of service
    NOT_ASKED = "not_asked"  # nobody had armed the reader


class CardRejected(msgspec.Struct, frozen=True, tag=True):
    """A swipe that is not a card to pay with. `session` is empty when nobody had asked."""

    session: str
    reason: SwipeProblem


class Sealing(StrEnum):
    """How the tracks are encrypted, and so who can open them: never the kiosk."""

    BOX = "box"  # X25519 sealed box, libsodium's crypto_box_seal; `key` is the public key
    TDES_PIN = "tdes_pin"  # ANSI X9.24-1 DUKPT, PIN variant; `key` is the KSN
    TDES_DATA = "tdes_data"  # the same, data variant
    AES = "aes"  # ANSI X9.24-3 DUKPT, data encryption key; `key` is the KSN


class SealedCard(msgspec.Struct, frozen=True, tag=True):
    """What only the acquirer can open. From the driver to the gateway, never retained or logged."""

    reference: Reference
    sealing: Sealing
    key: Annotated[str, msgspec.Meta(pattern="^([0-9A-F]{2}){10,32}$")]  # hex
    tracks: Annotated[dict[str, bytes], msgspec.Meta(min_length=1, max_length=3)]  # base64

    def __repr__(self) -> str:
        return f"SealedCard({self.reference[:4]}…, {self.sealing}, {sorted(self.tracks)})"


# --- the back end --------------------------------------------------------------------------


class AuthoriseCard(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """Charge the card of `reference`. Its row is on disk (M2); a repeat of `key` charges once."""

    key: Key  # idempotency key, made with the order
    reference: Reference
    amount: Money
    receipt: str


class ConfirmCard(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """The approval of `key` is on disk here. What is never confirmed, the back end voids."""

    key: Key


class VoidCard(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """Undo `key`, whatever became of it; one that never arrived cannot arrive any more."""

    key: Key


class RefundCard(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """Give `amount` of the confirmed payment `of` back. A repeat of `key` refunds once."""

    key: Key
    of: Key
    amount: Money


class FindCard(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """What became of `key`? Asked after a restart or a silence, instead of guessing (M2)."""

    key: Key


CardRequest = AuthoriseCard | ConfirmCard | VoidCard | RefundCard | FindCard


class CardStatus(StrEnum):
    APPROVED = "approved"  # charged, and voided by the back end unless confirmed soon
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    VOIDED = "voided"
    UNKNOWN = "unknown"  # the back end never heard of this key: nothing was charged


class CardPayment(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """The whole truth of one card payment, as the back end has it."""

    key: str
    status: CardStatus
    amount: Money
    refunded: Money
    approval: str = ""  # the issuer's code, for the receipt
    reason: str = ""  # of a decline: insufficient_funds, chip_card, ...
    masked_pan: str = ""
