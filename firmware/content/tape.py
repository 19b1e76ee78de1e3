"""The file of a pack: a plain tar, and of tar no more than one kind of file with a short name.

POSIX ustar (IEEE 1003.1-1988, 10.1.1) is read here by hand, because what comes on a stick is read
before anybody knows who made it: no links, no folders, no names of other lengths, no compression.
`tar --format=ustar` makes such files, and every tar reads them.
"""

from __future__ import annotations

import io
import re
import tarfile
from collections.abc import Iterator, Mapping

from firmware.contract import packs

BLOCK = 512  # bytes
LARGEST = packs.LARGEST
MOST_FILES = 8
NAME = re.compile(rb"[a-z][a-z0-9_-]{0,30}(\.[a-z]{3,4})?")
REGULAR = (b"0", b"\0")  # of `typeflag`; the second is how tars of before 1988 have it
MAGIC = b"ustar"
CHECKSUM = slice(148, 156)


class PackRefused(ValueError):
    """A pack that is not taken: the text says why, to people."""


def files(pack: bytes) -> Iterator[tuple[str, bytes]]:
    """Name and content of each file, in their order; raises PackRefused at the first that is no
    such file. What follows the end is passed over."""
    if len(pack) > LARGEST:
        raise PackRefused(f"expected at most {LARGEST} bytes, got {len(pack)}")
    at, count = 0, 0
    while any(header := pack[at : at + BLOCK]):
        if (count := count + 1) > MOST_FILES:
            raise PackRefused(f"expected at most {MOST_FILES} files, got more")
        name, size = _header(header, at)
        content = pack[at + BLOCK : at + BLOCK + size]
        if len(content) != size:
            raise PackRefused(f"{name}: expected {size} bytes, got {len(content)}: the file ends")
        yield name, content
        at += BLOCK + -(-size // BLOCK) * BLOCK


def _header(header: bytes, at: int) -> tuple[str, int]:
    """Name and size; raises PackRefused."""
    where = f"byte {at}"
    if len(header) != BLOCK or header[257:262] != MAGIC:
        raise PackRefused(f"{where}: expected a tar of format ustar")
    blank = header[: CHECKSUM.start] + b" " * 8 + header[CHECKSUM.stop :]
    if _octal(header[CHECKSUM], where) != sum(blank):
        raise PackRefused(f"{where}: the checksum of the header is wrong")
    name = header[:100].rstrip(b"\0")
    if header[156:157] not in REGULAR or NAME.fullmatch(name) is None or any(header[345:500]):
        raise PackRefused(f"{where}: expected a plain file without a folder, got {name!r}")
    return name.decode("ascii"), _octal(header[124:136], where)


def _octal(field: bytes, where: str) -> int:
    digits = field.strip(b" \0")
    if re.fullmatch(rb"[0-7]{1,11}", digits) is None:
        raise PackRefused(f"{where}: expected octal digits, got {field!r}")
    return int(digits, 8)


def written(contents: Mapping[str, bytes]) -> bytes:
    """A pack of these files, in their order: the same files give the same bytes."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tape:
        for name, content in contents.items():
            about = tarfile.TarInfo(name)
            about.size = len(content)
            tape.addfile(about, io.BytesIO(content))
    return out.getvalue()
