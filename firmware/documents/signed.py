"""What an office signs of a document: which one it is, how many pages, and the hash of its bytes.

Detached, over a statement of a few lines and not inside the PDF (PAdES): docs/proof.md says why.
Whoever checks it needs no bytes of the document, and parses none.
"""

from __future__ import annotations

from firmware.contract.gateway import Document
from firmware.till.signing import is_signed

CONTEXT = "kiosk document 1"  # so that it can be taken for nothing else


def statement(service: str, account: str, pages: int, sha256: str) -> bytes:
    """The bytes under the signature; raises ValueError for text that could be read in two ways."""
    fields = (CONTEXT, service, account, str(pages), sha256)
    for field in fields:
        if not field.isascii() or not field.isprintable() or not field:
            raise ValueError(f"expected printable ASCII, got {field!r}")
    return "\n".join(fields).encode()


def is_genuine(found: Document, service: str, account: str, office_key: bytes) -> bool:
    """Whether the office says that this, and nothing else, is what `account` was asked for."""
    signed = statement(service, account, found.pages, found.sha256)
    return is_signed(office_key, signed, bytes.fromhex(found.signature))
