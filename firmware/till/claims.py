"""A claim as a token that any kiosk can verify offline: facts, certificate, signature, one QR.

The layout, byte by byte and with a worked vector, is in docs/claims.md. Base32 (RFC 4648, 6)
because it uses only characters of the QR's alphanumeric mode (ISO/IEC 18004, 7.4.4) and survives
a shell, a trimmed line and a telephone; base45 would save no QR version here.
"""

from __future__ import annotations

import base64
import binascii
import re
import struct
from enum import StrEnum

import msgspec

from firmware.contract.money import Money
from firmware.till.signing import (
    SIGNATURE_LENGTH,
    TAIL,
    Certificate,
    Signer,
    is_signed,
    text_field,
)

VERSION = 1
PREFIX = "KC1:"
CODE_MARK = "/"  # in the QR of a slip, before the code that is money at its kiosk (codes.py)
CODE_BEHIND = re.compile(f"{CODE_MARK}[0-9]{{12}}$")
CONTEXT = b"kiosk claim 1\0"  # before what is signed: no other signature fits here
NUMBERS = struct.Struct(">BIIIB")  # which claim of the order, issued, paise, in doubt, cause
ORDER = re.compile(r"[A-Z]{2,4} [0-9]{4} [0-9]{4,}")
CLOCK_MAY_DIFFER = 86_400  # seconds between two kiosks' clocks before somebody should look

# The place in this tuple is the code in the token: only ever add at the end.
CAUSES = ("device", "cancelled", "left", "over", "note_in_doubt", "power", "already_paid",
          "back_end", "receipt", "stopped", "other_amount", "document")  # fmt: skip


class ClaimFacts(msgspec.Struct, frozen=True):
    """What a slip says: all that is claimed of one order up to this claim. Raises ValueError."""

    kiosk: str
    order: str  # TDR 0417 0001
    index: int  # which claim of the order, from 1
    issued_at: int  # seconds since 1970, UTC, by the issuing kiosk's own clock
    amount: Money
    in_doubt: Money  # part of `amount` that the machine could not confirm
    cause: str  # a word of CAUSES

    def __post_init__(self) -> None:
        if not 0 <= self.in_doubt.paise <= self.amount.paise or not self.amount:
            raise ValueError(f"expected 0 <= in doubt <= amount, got {self.in_doubt} {self.amount}")
        if self.index < 1 or ORDER.fullmatch(self.order) is None:
            raise ValueError(f"expected an order like TDR 0417 0001, got {self.number}")

    @property
    def number(self) -> str:
        """`TDR 0417 0001 C1`, as a person reads it."""
        return f"{self.order} C{self.index}"


class Reason(StrEnum):
    """Why a token is refused."""

    NOT_A_CLAIM = "not_a_claim"  # some other text, or a torn one
    OTHER_VERSION = "other_version"  # of a later release, perhaps
    FOREIGN_FLEET = "foreign_fleet"  # the certificate is not of our fleet
    FALSE_SIGNATURE = "false_signature"  # changed, or not written by that kiosk
    CERTIFICATE_OVER = "certificate_over"  # issued after its kiosk's certificate had ended


class Refused(msgspec.Struct, frozen=True):
    reason: Reason
    detail: str


class Verified(msgspec.Struct, frozen=True):
    """It is genuine. `remarks` are for the person who looks at it; none makes it a bad slip."""

    claim: ClaimFacts
    certificate: Certificate
    remarks: tuple[str, ...] = ()


def issue(claim: ClaimFacts, signer: Signer) -> str:
    """The text of the QR; the same facts and key give the same text. Raises ValueError."""
    certificate = signer.certificate
    if certificate.kiosk != claim.kiosk or certificate.has_ended(claim.issued_at):
        raise ValueError(f"{claim.number}: the certificate {certificate.serial} does not cover it")
    body = encode(claim) + certificate.tail
    return to_text(body + signer.sign(CONTEXT + body))


def encode(claim: ClaimFacts) -> bytes:
    """The facts in bytes; raises ValueError for what does not fit."""
    try:
        numbers = NUMBERS.pack(
            claim.index,
            claim.issued_at,
            claim.amount.paise,
            claim.in_doubt.paise,
            CAUSES.index(claim.cause),
        )
    except struct.error as error:
        raise ValueError(f"{claim.number}: {error}") from None
    return bytes([VERSION]) + text_field(claim.kiosk) + text_field(claim.order) + numbers


def to_text(token: bytes) -> str:
    return PREFIX + base64.b32encode(token).decode().rstrip("=")


def from_text(text: str) -> bytes:
    """The bytes of a QR's text; raises ValueError for all but the one spelling of them."""
    letters = text.removeprefix(PREFIX)
    try:
        token = base64.b32decode(letters + "=" * (-len(letters) % 8))
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"expected {PREFIX} and base32: {error}") from None
    if to_text(token) != text:
        raise ValueError(f"expected {PREFIX} and base32 without spare bits")
    return token


def without_code(text: str) -> str:
    """The token, or the number, in what a reader found on a slip."""
    return CODE_BEHIND.sub("", text.strip())


def verify(text: str, fleet_key: bytes, now: int | None = None) -> Verified | Refused:
    """Whether a kiosk of our fleet wrote this, with no network and no list.

    `now` (seconds since 1970) only adds remarks. The clock of whoever verifies cannot make a good
    slip bad, because the certificate is held against the time of issue that stands in the token; a
    time of issue before it is the issuer's clock before its first setting, for the key is no older
    than its certificate. A time after it is refused: a key that should be out of use signed.
    """
    try:
        token = from_text(text)
        if token[:1] != bytes([VERSION]):
            return Refused(Reason.OTHER_VERSION, f"expected {VERSION}, got {token[:1].hex()}")
        claim, rest = _decode(token[1:])
        certificate = Certificate.of(claim.kiosk, rest[:-SIGNATURE_LENGTH])
    except ValueError as error:  # also UnicodeDecodeError
        return Refused(Reason.NOT_A_CLAIM, str(error))
    if not certificate.is_of_fleet(fleet_key):
        return Refused(Reason.FOREIGN_FLEET, f"certificate {certificate.serial} of {claim.kiosk}")
    if not is_signed(certificate.public_key, *_signed(token)):
        return Refused(Reason.FALSE_SIGNATURE, f"not signed by the key of {claim.kiosk}")
    if certificate.has_ended(claim.issued_at):
        late = claim.issued_at - certificate.not_after
        return Refused(Reason.CERTIFICATE_OVER, f"issued {late} s after certificate's end")
    return Verified(claim, certificate, tuple(_remarks(claim, certificate, now)))


def _signed(token: bytes) -> tuple[bytes, bytes]:
    return CONTEXT + token[:-SIGNATURE_LENGTH], token[-SIGNATURE_LENGTH:]


def _decode(body: bytes) -> tuple[ClaimFacts, bytes]:
    """The facts, and the bytes after them: certificate and signature."""
    kiosk, body = _text(body)
    order, body = _text(body)
    if len(body) != NUMBERS.size + TAIL.size + SIGNATURE_LENGTH:
        raise ValueError(f"expected another length, got {len(body)} bytes after the order")
    index, issued_at, paise, in_doubt, cause = NUMBERS.unpack_from(body)
    if cause >= len(CAUSES):
        raise ValueError(f"expected a cause below {len(CAUSES)}, got {cause}")
    facts = ClaimFacts(kiosk, order, index, issued_at, Money(paise), Money(in_doubt), CAUSES[cause])
    return facts, body[NUMBERS.size :]


def _text(body: bytes) -> tuple[str, bytes]:
    length = body[0] if body else 0
    text = body[1 : 1 + length].decode("ascii")
    text_field(text)  # the same bounds as when it was written
    return text, body[1 + length :]


def _remarks(claim: ClaimFacts, certificate: Certificate, now: int | None) -> list[str]:
    found = []
    if claim.issued_at < certificate.not_before:
        found.append("issued before its certificate: that kiosk's clock was not set")
    if now is not None and claim.issued_at > now + CLOCK_MAY_DIFFER:
        found.append("issued after the present: one of the two clocks is wrong")
    return found
