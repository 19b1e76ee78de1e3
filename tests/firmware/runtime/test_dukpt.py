"""DUKPT against the published vectors, and against an implementation that is not ours."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pydukpt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.runtime import dukpt
from firmware.runtime.dukpt import Usage

VECTORS = Path(__file__).parents[2] / "vectors/dukpt"
TDES: dict[str, Any] = tomllib.loads((VECTORS / "tdes.toml").read_text())
AES: dict[str, Any] = tomllib.loads((VECTORS / "aes.toml").read_text())
BDK, BASE = bytes.fromhex(TDES["bdk"]), bytes.fromhex(TDES["ksn"])

counters = st.integers(1, dukpt.COUNTER_MASK).filter(lambda n: n.bit_count() <= dukpt.MOST_ONES)


def ksn_of(counter: int) -> bytes:
    return (int.from_bytes(BASE) | counter).to_bytes(dukpt.KSN_SIZE)


def test_initial_key_of_the_standard() -> None:
    assert dukpt.initial_key(BDK, BASE).hex().upper() == TDES["initial_key"]


@pytest.mark.parametrize("counter", TDES["keys"])
def test_keys_of_the_standard(counter: str) -> None:
    base, data = TDES["keys"][counter]
    key = dukpt.transaction_key(dukpt.initial_key(BDK, BASE), ksn_of(int(counter, 16)))
    assert key.hex().upper() == base
    assert dukpt.data_key(key).hex().upper() == data
    assert dukpt.pin_key(key).hex().upper()[14:16] == f"{key[7] ^ 0xFF:02X}"


@pytest.mark.parametrize("counter", [1, 2, 3])
def test_pin_blocks_of_the_standard(counter: int) -> None:
    key = dukpt.transaction_key(dukpt.initial_key(BDK, BASE), ksn_of(counter))
    block = dukpt.tdes_encrypt(dukpt.pin_key(key), bytes.fromhex(TDES["clear_pin_block"]))
    assert block.hex().upper() == TDES["pin_blocks"][counter - 1]


def test_the_published_swipe_opens_with_the_pin_variant_only() -> None:
    swipe = TDES["swipe"]
    key = dukpt.transaction_key(dukpt.initial_key(BDK, BASE), bytes.fromhex(swipe["ksn"]))
    cipher, clear = bytes.fromhex(swipe["cipher"]), swipe["clear"].encode()
    assert dukpt.tdes_decrypt(dukpt.pin_key(key), cipher).rstrip(b"\0") == clear
    assert clear not in dukpt.tdes_decrypt(dukpt.data_key(key), cipher)
    assert dukpt.tdes_encrypt(dukpt.pin_key(key), clear) == cipher


@given(counters)
def test_every_key_is_that_of_another_implementation(counter: int) -> None:
    ksn, initial = ksn_of(counter), dukpt.initial_key(BDK, BASE)
    ours, theirs = dukpt.transaction_key(initial, ksn), pydukpt.derive_key(initial, ksn)
    assert ours == theirs
    assert dukpt.pin_key(ours) == pydukpt.pin_key(theirs)
    assert dukpt.data_key(ours) == pydukpt.data_request_key(theirs)


@given(counters)
def test_the_next_counter_is_that_of_another_implementation(counter: int) -> None:
    try:
        expected = pydukpt.next_ksn(ksn_of(counter))
    except pydukpt.KSNExhaustedError:
        expected = None
    assert dukpt.next_ksn(ksn_of(counter)) == expected


def test_keys_that_are_used_up_end() -> None:
    assert dukpt.next_ksn(ksn_of(0x1FF800)) is None


def test_aes_initial_key_of_the_standard() -> None:
    found = dukpt.aes_initial_key(bytes.fromhex(AES["bdk"]), bytes.fromhex(AES["initial_key_id"]))
    assert found.hex().upper() == AES["initial_key"]


@pytest.mark.parametrize("counter", AES["keys"])
def test_aes_keys_of_the_standard(counter: str) -> None:
    ksn = bytes.fromhex(AES["initial_key_id"]) + int(counter).to_bytes(4)
    usages = (Usage.PIN_ENCRYPTION, Usage.MAC_GENERATION, Usage.DATA_ENCRYPTION)
    initial = bytes.fromhex(AES["initial_key"])
    derivation, *working = AES["keys"][counter]
    assert dukpt.aes_derivation_key(initial, ksn).hex().upper() == derivation
    for usage, expected in zip(usages, working, strict=True):
        found = dukpt.aes_transaction_key(initial, ksn, usage)
        assert not expected or found.hex().upper() == expected


@pytest.mark.parametrize("bit", range(len(AES["single_bits"])))
def test_aes_keys_that_a_device_loads(bit: int) -> None:
    ksn = bytes.fromhex(AES["initial_key_id"]) + (1 << bit).to_bytes(4)
    found = dukpt.aes_derivation_key(bytes.fromhex(AES["initial_key"]), ksn)
    assert found.hex().upper() == AES["single_bits"][bit]


def test_aes_opens_what_it_closed() -> None:
    key = bytes(range(16))
    assert dukpt.aes_decrypt(key, dukpt.aes_encrypt(key, b";1=2?")).rstrip(b"\0") == b";1=2?"


@pytest.mark.parametrize("ksn", [b"", BASE[1:], BASE + b"\0"])
def test_a_ksn_of_another_length_is_refused_and_not_padded(ksn: bytes) -> None:
    with pytest.raises(ValueError, match="expected 10 bytes of KSN"):
        dukpt.transaction_key(bytes(16), ksn)
