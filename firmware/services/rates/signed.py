"""What an office signs of a rate table: the hash of the file, under a name of its own.

Detached, in hex, in a file beside: `rates.toml` and `rates.toml.sig`. The key is that of the
office's documents, `[gateway] office_key`.
"""

from __future__ import annotations

import hashlib
import re

from nacl.signing import SigningKey

from firmware.till.signing import is_signed

CONTEXT = "kiosk rates 1"  # so that it can be taken for nothing else
SIGNATURE = re.compile("[0-9a-f]{128}", re.ASCII)  # Ed25519 (RFC 8032), in hex


def statement(content: bytes) -> bytes:
    """The bytes under the signature."""
    return f"{CONTEXT}\n{hashlib.sha256(content).hexdigest()}".encode()


def sign(office_seed: bytes, content: bytes) -> str:
    """The signature of a file, in hex: at the office."""
    return SigningKey(office_seed).sign(statement(content)).signature.hex()


def is_genuine(content: bytes, signature: str, office_key: bytes) -> bool:
    """Whether the office says that these are its rates; a kiosk without its key believes nobody."""
    if not office_key or SIGNATURE.fullmatch(signature.strip()) is None:
        return False
    return is_signed(office_key, statement(content), bytes.fromhex(signature.strip()))
