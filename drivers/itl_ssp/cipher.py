"""eSSP: packets of SSP inside AES, each under a count that is used once.

Follows GA138's chapter on encryption. Both sides agree on a key after every SYNC; a packet that was
recorded and sent again has an old count and is not obeyed. The agreement is Diffie-Hellman over 64
bits, which is weak: this shows that a cable was meddled with, it keeps no secrets.
"""

from __future__ import annotations

import random
import secrets

from cryptography.hazmat.primitives.ciphers import Cipher as Aes
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from drivers.base.crc import cms
from drivers.itl_ssp.codec import SEALED, Code, CorruptFrame, Request

BLOCK = 16  # bytes
OVERHEAD = 7  # eLENGTH, eCOUNT (4), eCRC (2)
COUNTS = 1 << 32
PRIME_BITS = 48  # of 64: the products stay far from the edge of a small processor's arithmetic
BASES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)  # enough for every number below 2^64


class Cipher:
    """One agreed key and the count of one side. `is_host` asks, the other side answers."""

    def __init__(self, fixed: int, agreed: int, is_host: bool) -> None:
        key = fixed.to_bytes(8, "little") + agreed.to_bytes(8, "little")
        self._aes = Aes(AES(key), ECB())
        self._is_host = is_host
        self.count = 0

    def seal(self, data: bytes, packing: random.Random | None = None) -> bytes:
        """`data` for the wire, under the present count; the rest of its blocks is random."""
        plain = bytes((len(data),)) + self.count.to_bytes(4, "little") + data
        short = -(len(plain) + 2) % BLOCK
        plain += packing.randbytes(short) if packing is not None else secrets.token_bytes(short)
        plain += cms(plain).to_bytes(2, "little")
        sealer = self._aes.encryptor()
        return bytes((SEALED,)) + sealer.update(plain) + sealer.finalize()

    def open(self, sealed: bytes) -> bytes:
        """What stands in a packet; the count moves on. Raises CorruptFrame, and it does not."""
        blocks = sealed[1:]
        if sealed[:1] != bytes((SEALED,)) or not blocks or len(blocks) % BLOCK:
            raise CorruptFrame(sealed, "7e and whole blocks of 16 bytes", f"{len(blocks)} bytes")
        opener = self._aes.decryptor()
        plain = opener.update(blocks) + opener.finalize()
        if cms(plain[:-2]) != int.from_bytes(plain[-2:], "little") or (
            plain[0] + OVERHEAD > len(plain)
        ):
            raise CorruptFrame(sealed, "a length and a CRC inside", "another key, or noise")
        expected = (self.count + self._is_host) % COUNTS
        if (got := int.from_bytes(plain[1:5], "little")) != expected:
            raise CorruptFrame(sealed, f"count {expected}", f"{got}")
        self.count = (self.count + 1) % COUNTS
        return plain[5 : 5 + plain[0]]


class KeyExchange:
    """The host's side of one agreement. `chance` is for tests; else the system's own."""

    def __init__(self, fixed: int, chance: random.Random | None = None) -> None:
        chance = chance or secrets.SystemRandom()
        self._fixed = fixed
        small, large = sorted((prime(chance), prime(chance)))
        self._generator, self._modulus = large, small
        self._secret = chance.randrange(1, self._modulus)

    def requests(self) -> list[Request]:
        """In their order; the last is answered with the slave's half."""
        half = pow(self._generator, self._secret, self._modulus)
        return [
            Request(Code.SET_GENERATOR, self._generator.to_bytes(8, "little")),
            Request(Code.SET_MODULUS, self._modulus.to_bytes(8, "little")),
            Request(Code.KEY_EXCHANGE, half.to_bytes(8, "little")),
        ]

    def agree(self, answer: bytes) -> Cipher:
        """Raises CorruptFrame for what is no half of a key."""
        half = int.from_bytes(answer, "little")
        if len(answer) != 8 or not 0 < half < self._modulus:
            raise CorruptFrame(answer, "8 bytes, a number below the modulus", f"{len(answer)}")
        return Cipher(self._fixed, pow(half, self._secret, self._modulus), is_host=True)


def prime(chance: random.Random) -> int:
    """A random prime of PRIME_BITS."""
    while True:
        number = chance.getrandbits(PRIME_BITS) | 1 << PRIME_BITS - 1 | 1
        if is_prime(number):
            return number


def is_prime(number: int) -> bool:
    """Miller and Rabin's test, exact below 2^64."""
    if number < 2:
        return False
    if number in BASES or any(number % base == 0 for base in BASES):
        return number in BASES
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    return all(_passes(number, base, odd, twos) for base in BASES)


def _passes(number: int, base: int, odd: int, twos: int) -> bool:
    power = pow(base, odd, number)
    if power in (1, number - 1):
        return True
    for _ in range(twos - 1):
        power = power * power % number
        if power == number - 1:
            return True
    return False
