"""Cards for the emulated readers: public test numbers, and nothing of anybody's.

The numbers are those that payment processors publish for tests; the names, dates and service codes
are made up. What the sandbox back end says to each stands in firmware/gateway/sandbox/cards.py.
"""

from __future__ import annotations

from dataclasses import dataclass

from firmware.runtime.bench import BenchRefused


@dataclass(frozen=True)
class Plastic:
    """A card as it was encoded: ASCII with sentinels, no LRC; empty where there is no track."""

    track1: bytes
    track2: bytes
    track3: bytes = b""

    @property
    def tracks(self) -> tuple[bytes, bytes, bytes]:
        return self.track1, self.track2, self.track3


def bank_card(pan: str, service: str, name: str = "TEST/CARD", expiry: str = "3012") -> Plastic:
    """Tracks 1 and 2 as ISO/IEC 7813 has them."""
    return Plastic(
        f"%B{pan}^{name:<16}^{expiry}{service}0000000000000?".encode(),
        f";{pan}={expiry}{service}00000000000?".encode(),
    )


CARDS = {
    "visa": bank_card("4111111111111111", "101"),
    "mastercard": bank_card("5555555555554444", "101"),
    "rupay": bank_card("6080000000000000", "521"),
    "declined": bank_card("4000000000000002", "101"),
    "poor": bank_card("4000000000009995", "101"),
    "chip": bank_card("4242424242424242", "201"),
    "pin": bank_card("4012888888881881", "120"),
    "cash_only": bank_card("5105105105105100", "103"),
    "ration": Plastic(b"", b";0417230019=12?"),  # a number of an office's own
    "thrift": Plastic(b"", b"", b";0105555555555554444=724724?"),
    "two_numbers": Plastic(
        bank_card("4111111111111111", "101").track1, bank_card("5555555555554444", "101").track2
    ),
}


def find_card(name: str) -> Plastic:
    """Raises BenchRefused that names the known ones."""
    if name not in CARDS:
        raise BenchRefused(f"no card {name!r}; known: {', '.join(sorted(CARDS))}")
    return CARDS[name]
