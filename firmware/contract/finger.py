"""Fingers on the bus: the order to capture one, and what became of it.

Nothing here can hold a biometric. The UIDAI Registered Device service encrypts the print for UIDAI
alone; what it answers travels apart and untouched, from the reader's driver to the gateway, on a
topic that nobody else reads, and is never retained. Core gets a one-use reference.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from firmware.contract.card import Reference, SealedCard

LONGEST_CAPTURE = 60.0  # seconds; who has not put a finger on by then has left
MOST_FINGERS = 2  # one is asked for, two of who has worn prints
LARGEST_PID = 1 << 17  # bytes; a template and an image of two fingers take half of it

Session = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class Purpose(StrEnum):
    """What UIDAI will be asked with the print; it is sealed into it, and fits no other question."""

    AUTHENTICATION = "authentication"  # is it this person: yes or no
    KYC = "kyc"  # and who is it: name and picture, to the office


class Position(StrEnum):
    """Which finger is asked for: `posh` of the specification."""

    UNKNOWN = "unknown"  # any
    LEFT_THUMB = "left_thumb"
    LEFT_INDEX = "left_index"
    LEFT_MIDDLE = "left_middle"
    LEFT_RING = "left_ring"
    LEFT_LITTLE = "left_little"
    RIGHT_THUMB = "right_thumb"
    RIGHT_INDEX = "right_index"
    RIGHT_MIDDLE = "right_middle"
    RIGHT_RING = "right_ring"
    RIGHT_LITTLE = "right_little"


class CaptureFinger(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """Light the reader for this session, for at most `seconds`; said again while
    that lasts, it changes nothing."""

    session: Session
    purpose: Purpose
    seconds: Annotated[float, msgspec.Meta(gt=0, le=LONGEST_CAPTURE)]
    fingers: Annotated[int, msgspec.Meta(ge=1, le=MOST_FINGERS)] = 1
    position: Position = Position.UNKNOWN


class CancelCapture(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """Whatever the reader reads for this session is thrown away; without one it changes nothing."""

    session: Session


class FingerCaptured(msgspec.Struct, frozen=True, tag=True):
    """Told once: a print of which nobody heard is captured anew. `reference` names, once, what the
    gateway holds of it for a minute; `quality` is the reader's own score, 0 to 100."""

    session: str
    reference: Reference
    quality: int | None  # None: the reader does not say
    device_code: str  # `dc`, as UIDAI has this reader registered


class FingerFailed(msgspec.Struct, frozen=True, tag=True):
    """No print, and none will come of this session's order. Told once."""

    session: str
    fault: str  # a fault code: finger.timeout


FingerCommand = CaptureFinger | CancelCapture
FingerEvent = FingerCaptured | FingerFailed


class SealedFinger(msgspec.Struct, frozen=True, tag=True):
    """The PidData document of the RD service, byte for byte; UIDAI alone can open what is in it.

    From the driver to the gateway, never retained or logged.
    """

    reference: Reference
    pid: Annotated[bytes, msgspec.Meta(min_length=1, max_length=LARGEST_PID)]  # base64

    def __repr__(self) -> str:
        return f"SealedFinger({self.reference[:4]}…, {len(self.pid)} bytes)"


Sealed = SealedCard | SealedFinger
