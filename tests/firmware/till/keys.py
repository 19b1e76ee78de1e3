"""Two kiosks of one fleet, with keys that are the same in every run."""

from __future__ import annotations

from firmware.till.signing import Certificate, Signer, certify, public_of

FLEET_SEED, KIOSK_SEED, OTHER_SEED = bytes(range(32)), bytes(range(32, 64)), bytes(range(64, 96))
FLEET_KEY = public_of(FLEET_SEED)
NOT_BEFORE, NOT_AFTER = 1_780_000_000, 1_940_000_000  # 2026-05-28 to 2031-06-23


def certificate(kiosk: str = "tdr-0417", seed: bytes = KIOSK_SEED) -> Certificate:
    return certify(FLEET_SEED, kiosk, public_of(seed), 7, NOT_BEFORE, NOT_AFTER)


def signer(kiosk: str = "tdr-0417", seed: bytes = KIOSK_SEED) -> Signer:
    return Signer(seed, certificate(kiosk, seed))
