"""The CRCs of sixteen bits that several makers share, by tables: a poll loop counts them for ever.

Named as the catalogue of parametrised CRC algorithms (reveng) names them. Each is proven against
the bits themselves and the catalogue's check value in tests/drivers/base/test_crc.py.
"""

from __future__ import annotations

import binascii
from functools import lru_cache

REMEMBERED = 256  # bodies: an idle device and its host say the same few for hours
BYTE = range(256)


def _step_8005(index: int) -> int:
    register = index << 8
    for _ in range(8):
        register = (register << 1 ^ (0x8005 if register & 0x8000 else 0)) & 0xFFFF
    return register


TABLE_8005 = tuple(_step_8005(index) for index in BYTE)
MIRROR = bytes(int(f"{byte:08b}"[::-1], 2) for byte in BYTE)


@lru_cache(REMEMBERED)
def cms(body: bytes) -> int:
    """CRC-16/CMS: polynomial 8005 from FFFF, the most significant bit first (ITL SSP)."""
    register = 0xFFFF
    for byte in body:
        register = (register & 0xFF) << 8 ^ TABLE_8005[register >> 8 ^ byte]
    return register


@lru_cache(REMEMBERED)
def kermit(body: bytes) -> int:
    """CRC-16/KERMIT: polynomial 1021 from 0, the least significant bit first (CCNET, ID-003).

    It is the mirror of the one that Python has in C (binascii.crc_hqx).
    """
    mirrored = binascii.crc_hqx(body.translate(MIRROR), 0)
    return MIRROR[mirrored & 0xFF] << 8 | MIRROR[mirrored >> 8]
