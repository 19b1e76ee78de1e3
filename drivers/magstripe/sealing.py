"""Seals a track to the acquirer's public key without a copy of it in clear.

PyNaCl's own SealedBox wants `bytes`, which cannot be wiped. libsodium below it takes a pointer, so
it is given one to locked memory: the same function, through PyNaCl's own binding.
"""

from __future__ import annotations

from collections.abc import Callable

from nacl._sodium import ffi, lib
from nacl.bindings import crypto_box_PUBLICKEYBYTES, crypto_box_SEALBYTES

KEY_SIZE: int = crypto_box_PUBLICKEYBYTES
Seal = Callable[[memoryview], bytes]


def seal_to(public_key: bytes) -> Seal:
    """Returns a function that seals (X25519, XSalsa20, Poly1305; crypto_box_seal of libsodium)."""
    if len(public_key) != KEY_SIZE:
        raise ValueError(f"expected a public key of {KEY_SIZE} bytes, got {len(public_key)}")

    def seal(clear: memoryview) -> bytes:
        sealed = ffi.new("unsigned char[]", len(clear) + crypto_box_SEALBYTES)
        if lib.crypto_box_seal(sealed, ffi.from_buffer(clear), len(clear), public_key):
            raise ValueError("expected a public key on the curve, got a point of small order")
        return bytes(ffi.buffer(sealed))

    return seal
