"""A MagneSafe reader for tests, and the acquirer behind it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from drivers.magnesafe.driver import MagneSafeReader
from firmware.contract.card import SealedCard, Sealing
from firmware.contract.device import Kind
from firmware.runtime import dukpt
from firmware.runtime.config import DeviceSection

BDK = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")


def make_reader(folder: Path, port: str = "/dev/null", **options: Any) -> MagneSafeReader:
    section = DeviceSection("magnesafe", Kind.CARD, port, {"usb": "bench", **options})
    return MagneSafeReader("card", section, folder)


def opened(card: SealedCard) -> dict[str, bytes]:
    """The tracks, as the acquirer sees them, with the zeros of the last block."""
    ksn = bytes.fromhex(card.key)
    key = dukpt.transaction_key(dukpt.initial_key(BDK, ksn), ksn)
    key = dukpt.pin_key(key) if card.sealing is Sealing.TDES_PIN else dukpt.data_key(key)
    return {
        number: dukpt.tdes_decrypt(key, track).rstrip(b"\0")
        for number, track in card.tracks.items()
    }
