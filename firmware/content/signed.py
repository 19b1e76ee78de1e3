"""What the district signs of a pack: the list of its files, each with its hash and size.

So core knows from the list, the signature and the manifest alone whose words it shows, and need
not read a picture. The signature is Ed25519 (RFC 8032) in hex, as that of a rate table, with a key
of its own: `[content] key`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from nacl.signing import SigningKey

from firmware.content.tape import MOST_FILES, PackRefused
from firmware.till.signing import is_signed

CONTEXT = "kiosk content 1"  # so that it can be taken for nothing else
SUMS, SIGNATURE, MANIFEST = "sums", "signature", "content.toml"  # names in a pack, in this order
SIGNATURE_TEXT = re.compile("[0-9a-f]{128}", re.ASCII)
LINE = re.compile(r"([0-9a-f]{64}) ([0-9]{1,8}) ([a-z0-9._-]{1,36})", re.ASCII)
LONGEST_LIST = MOST_FILES * 128  # bytes


def listed(contents: Mapping[str, bytes]) -> bytes:
    """The list: a line a file, `<sha256> <bytes> <name>`."""
    lines = [f"{_hash(each)} {len(each)} {name}\n" for name, each in contents.items()]
    return "".join(lines).encode()


def sign(seed: bytes, sums: bytes) -> str:
    """The signature of a list, in hex: at the district."""
    return SigningKey(seed).sign(_statement(sums)).signature.hex()


def check_signature(sums: bytes, signature: bytes, key: bytes) -> None:
    """Raises PackRefused for another's; a kiosk without the key believes nobody."""
    if not key:
        raise PackRefused("this kiosk has no key of the district: [content] key")
    text = signature.decode("ascii", errors="replace").strip()
    is_hex = SIGNATURE_TEXT.fullmatch(text) is not None
    if not is_hex or not is_signed(key, _statement(sums), bytes.fromhex(text)):
        raise PackRefused("the signature is not the district's, or not of this pack")


def sums_of(sums: bytes) -> dict[str, tuple[str, int]]:
    """Hash and size of each file in a list; raises PackRefused."""
    text = sums.decode("ascii", errors="replace")
    if len(sums) > LONGEST_LIST or not text.endswith("\n"):
        raise PackRefused(f"{SUMS}: expected at most {LONGEST_LIST} bytes of whole lines")
    found: dict[str, tuple[str, int]] = {}
    for line in text.splitlines():
        if (match := LINE.fullmatch(line)) is None or match[3] in found:
            raise PackRefused(f"{SUMS}: expected hash, size and a name once, got {line[:80]!r}")
        found[match[3]] = match[1], int(match[2])
    return found


def check_file(name: str, content: bytes, sums: Mapping[str, tuple[str, int]]) -> None:
    """Raises PackRefused for a file that is not the one that was signed."""
    if name not in sums:
        raise PackRefused(f"{name} was not signed")
    if (_hash(content), len(content)) != sums[name]:
        raise PackRefused(f"{name} is not the file that was signed")


def _statement(sums: bytes) -> bytes:
    return f"{CONTEXT}\n{_hash(sums)}".encode()


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
