"""The key of the sandbox's office, and what it signs: the same for paper and plastic.

Everybody knows this key, so nothing that it signs is worth anything outside a sandbox.
"""

from __future__ import annotations

import hashlib

from nacl.signing import SigningKey

from firmware.documents.signed import statement

OFFICE_SEED = hashlib.sha256(b"kiosk sandbox office, known to everyone").digest()
OFFICE_KEY = bytes(SigningKey(OFFICE_SEED).verify_key).hex()


def signature(service: str, number: str, pages: int, content: bytes) -> str:
    """In hex, over the statement that firmware/documents/signed.py describes."""
    signed = statement(service, number, pages, hashlib.sha256(content).hexdigest())
    return SigningKey(OFFICE_SEED).sign(signed).signature.hex()
