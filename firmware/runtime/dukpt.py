"""DUKPT: a key for each card from one base key, ANSI X9.24-1 (TDES) and X9.24-3 (AES).

For the sandbox back end and the emulated reader, which play both ends of a real reader's secret. A
kiosk in service never holds a base derivation key: its gateway passes ciphertext on.
"""

from __future__ import annotations

from enum import IntEnum

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

KSN_SIZE = 10  # bytes, TDES: 59 bits of a key set and a device, 21 of the counter
COUNTER_MASK = 0x1FFFFF
MOST_ONES = 10  # a TDES counter never has more one bits; such numbers are skipped (X9.24-1, A.3)
DES_BLOCK, AES_BLOCK = 8, 16
KEY_MASK = bytes.fromhex("C0C0C0C000000000C0C0C0C000000000")  # X9.24-1, A.2
PIN_VARIANT = bytes.fromhex("00000000000000FF00000000000000FF")  # X9.24-1, A.4.1
DATA_VARIANT = bytes.fromhex("0000000000FF00000000000000FF0000")  # the same, request or both ways

AES_KSN_SIZE = 12  # bytes: 8 of the initial key's id, 4 of the counter
AES_COUNTER_BITS = 32


class Usage(IntEnum):
    """What a derived AES key is for, X9.24-3 table 4."""

    PIN_ENCRYPTION = 0x1000
    MAC_GENERATION = 0x2000
    DATA_ENCRYPTION = 0x3000
    KEY_DERIVATION = 0x8000
    INITIAL_KEY = 0x8001


# --- TDES ------------------------------------------------------------------------------------


def initial_key(bdk: bytes, ksn: bytes) -> bytes:
    """The IPEK of a device; all of `ksn` but the counter tells which."""
    _check(bdk, 16, "base derivation key")
    device = _without_counter(ksn)[:DES_BLOCK]
    return _tdes(bdk, device) + _tdes(_xor(bdk, KEY_MASK), device)


def transaction_key(initial: bytes, ksn: bytes) -> bytes:
    """The key of this counter: one step for each of its one bits, the highest first."""
    _check(initial, 16, "initial key")
    register = int.from_bytes(_without_counter(ksn)[-DES_BLOCK:])
    key, counter = initial, counter_of(ksn)
    for bit in _bits(counter, 21):
        register |= bit
        key = _next_key(key, register.to_bytes(DES_BLOCK))
    return key


def pin_key(key: bytes) -> bytes:
    """What MagneSafe readers encrypt tracks with, unless they say otherwise."""
    return _xor(key, PIN_VARIANT)


def data_key(key: bytes) -> bytes:
    """The data variant, encrypted under itself (X9.24-1, A.4.1)."""
    variant = _xor(key, DATA_VARIANT)
    return _tdes(variant, variant[:8]) + _tdes(variant, variant[8:])


def tdes_encrypt(key: bytes, clear: bytes) -> bytes:
    """CBC, no IV, zeros behind: as the readers do it."""
    encryptor = _tdes_cbc(key).encryptor()
    return encryptor.update(clear + bytes(-len(clear) % DES_BLOCK)) + encryptor.finalize()


def tdes_decrypt(key: bytes, cipher: bytes) -> bytes:
    """Zeros behind and all; raises ValueError for what is not whole blocks."""
    decryptor = _tdes_cbc(key).decryptor()
    return decryptor.update(cipher) + decryptor.finalize()


def counter_of(ksn: bytes) -> int:
    _check(ksn, KSN_SIZE, "KSN")
    return int.from_bytes(ksn[-3:]) & COUNTER_MASK


def device_of(ksn: bytes) -> bytes:
    """The KSN with its counter at zero: one reader and its keys."""
    return _without_counter(ksn)


def next_ksn(ksn: bytes) -> bytes | None:
    """The next with at most ten one bits; None when the keys are used up."""
    counter = counter_of(ksn) + 1
    while counter.bit_count() > MOST_ONES:
        counter += counter & -counter  # the lowest one bit is carried up
    if counter > COUNTER_MASK:
        return None
    return (int.from_bytes(_without_counter(ksn)) | counter).to_bytes(KSN_SIZE)


def _next_key(key: bytes, register: bytes) -> bytes:
    """The non-reversible key generation process, X9.24-1, A.2."""
    return _half(_xor(key, KEY_MASK), register) + _half(key, register)


def _half(key: bytes, register: bytes) -> bytes:
    left, right = key[:8], key[8:]
    return _xor(_tdes(left + left, _xor(register, right)), right)


def _tdes(key: bytes, block: bytes) -> bytes:
    encryptor = Cipher(TripleDES(key + key[:8]), modes.ECB()).encryptor()
    return encryptor.update(block) + encryptor.finalize()


def _tdes_cbc(key: bytes) -> Cipher[modes.CBC]:
    return Cipher(TripleDES(key + key[:8]), modes.CBC(bytes(DES_BLOCK)))


def _without_counter(ksn: bytes) -> bytes:
    _check(ksn, KSN_SIZE, "KSN")
    return (int.from_bytes(ksn) & ~COUNTER_MASK).to_bytes(KSN_SIZE)


# --- AES-128 ---------------------------------------------------------------------------------


def aes_initial_key(bdk: bytes, key_id: bytes) -> bytes:
    """The initial key of the device `key_id` (8 bytes)."""
    _check(key_id, 8, "initial key id")
    return _derive(bdk, Usage.INITIAL_KEY, key_id)


def aes_derivation_key(initial: bytes, ksn: bytes) -> bytes:
    """The intermediate key of this counter: one step for each of its one bits."""
    device, counter, register, key = ksn[4:8], aes_counter_of(ksn), 0, initial
    for bit in _bits(counter, AES_COUNTER_BITS):
        register |= bit
        key = _derive(key, Usage.KEY_DERIVATION, device + register.to_bytes(4))
    return key


def aes_transaction_key(initial: bytes, ksn: bytes, usage: Usage) -> bytes:
    """The working key of this counter for one use."""
    return _derive(aes_derivation_key(initial, ksn), usage, ksn[4:])


def aes_decrypt(key: bytes, cipher: bytes) -> bytes:
    """CBC, no IV, zeros behind."""
    decryptor = Cipher(algorithms.AES(key), modes.CBC(bytes(AES_BLOCK))).decryptor()
    return decryptor.update(cipher) + decryptor.finalize()


def aes_encrypt(key: bytes, clear: bytes) -> bytes:
    encryptor = Cipher(algorithms.AES(key), modes.CBC(bytes(AES_BLOCK))).encryptor()
    return encryptor.update(clear + bytes(-len(clear) % AES_BLOCK)) + encryptor.finalize()


def aes_counter_of(ksn: bytes) -> int:
    _check(ksn, AES_KSN_SIZE, "KSN")
    return int.from_bytes(ksn[8:])


def _derive(key: bytes, usage: Usage, context: bytes) -> bytes:
    """One block: version 1, block 1, usage, AES-128, 128 bits, and whose key (X9.24-3, 6.3.2)."""
    _check(key, 16, "AES-128 key")
    data = bytes((1, 1)) + usage.to_bytes(2) + bytes((0, 2, 0, 128)) + context
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    return encryptor.update(data) + encryptor.finalize()


# --- both --------------------------------------------------------------------------------------


def _bits(counter: int, width: int) -> list[int]:
    """The one bits of a number, the highest first."""
    return [bit for place in range(width - 1, -1, -1) if (bit := 1 << place) & counter]


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def _check(value: bytes, size: int, what: str) -> None:
    if len(value) != size:
        raise ValueError(f"expected {size} bytes of {what}, got {len(value)}")
