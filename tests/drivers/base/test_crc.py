"""The tables against the bits, and against the check values that the catalogue of CRCs prints."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.base import crc

CHECK = b"123456789"  # the text whose CRC the catalogue gives


def bits_8005(body: bytes) -> int:
    register = 0xFFFF
    for byte in body:
        register ^= byte << 8
        for _ in range(8):
            register = (register << 1 ^ (0x8005 if register & 0x8000 else 0)) & 0xFFFF
    return register


def bits_8408(body: bytes) -> int:
    register = 0
    for byte in body:
        register ^= byte
        for _ in range(8):
            register = register >> 1 ^ (0x8408 if register & 1 else 0)
    return register


@pytest.mark.parametrize(("algorithm", "value"), [(crc.cms, 0xAEE7), (crc.kermit, 0x2189)])
def test_check_values_of_the_catalogue(algorithm: object, value: int) -> None:
    assert callable(algorithm)
    assert algorithm(CHECK) == value


@given(st.binary(max_size=300))
def test_the_tables_say_what_the_bits_say(body: bytes) -> None:
    assert crc.cms(body) == bits_8005(body)
    assert crc.kermit(body) == bits_8408(body)
