"""Two kiosks of one fleet, with keys that are the same in every run."""

from __future__ import annotations

from pathlib import Path

from firmware.till.signing import (
    CERTIFICATE,
    FLEET,
    KEY,
    Certificate,
    Signer,
    certify,
    public_of,
    write_key_file,
)

FLEET_SEED, KIOSK_SEED, OTHER_SEED = bytes(range(32)), bytes(range(32, 64)), bytes(range(64, 96))
FLEET_KEY = public_of(FLEET_SEED)
NOT_BEFORE, NOT_AFTER = 1_780_000_000, 1_940_000_000  # 2026-05-28 to 2031-06-23


def certificate(kiosk: str = "tdr-0417", seed: bytes = KIOSK_SEED) -> Certificate:
    return certify(FLEET_SEED, kiosk, public_of(seed), 7, NOT_BEFORE, NOT_AFTER)


def signer(kiosk: str = "tdr-0417", seed: bytes = KIOSK_SEED) -> Signer:
    return Signer(seed, certificate(kiosk, seed))


def write_keys(folder: Path, seed: bytes, word: Certificate, fleet_key: bytes) -> None:
    """The three files of a kiosk, with keys that a test knows."""
    folder.mkdir(mode=0o711)
    write_key_file(folder / FLEET, fleet_key, 0o644)
    write_key_file(folder / CERTIFICATE, word.tail, 0o644)
    write_key_file(folder / KEY, seed, 0o600)
