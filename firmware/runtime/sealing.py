"""Digits that one screen sends to core and nobody else on the bus can read (M10).

Core shows a fresh X25519 key with every try; the screen seals the digits for it with a libsodium
sealed box, always as long as the longest PIN, so that not even their number is told. A key opens
one box and is forgotten, so a box that somebody recorded opens nothing later.
"""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

LENGTH = 16  # bytes of every sealed text: the digits, then spaces


def seal(digits: str, key: str) -> str:
    """The digits for whoever holds the other half of `key`; raises ValueError for a bad key."""
    if len(digits) > LENGTH:
        raise ValueError(f"expected at most {LENGTH} digits, got more")
    box = SealedBox(PublicKey(b64decode(key, validate=True)))
    return b64encode(box.encrypt(digits.encode().ljust(LENGTH))).decode()


class OneTimeKey:
    """Opens one sealed text."""

    def __init__(self) -> None:
        self._key: PrivateKey | None = PrivateKey.generate()
        self.public = b64encode(bytes(self._key.public_key)).decode()

    def open(self, sealed: str) -> bytes | None:
        """The digits; None for what was not sealed for this key, and at every second call."""
        key, self._key = self._key, None
        if key is None:
            return None
        try:
            return SealedBox(key).decrypt(b64decode(sealed, validate=True)).rstrip()
        except (binascii.Error, CryptoError, ValueError):
            return None
