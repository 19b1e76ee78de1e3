"""One try to fetch a content pack over HTTPS (RFC 9110): goes on where the last one was cut off.

The server is not believed: no other address than the one that was signed, not a byte more than was
signed, and the hash decides at the end. What cannot get better ends it (GaveUp); all else is tried
again.
"""

from __future__ import annotations

import hashlib
import re
import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp

from firmware.contract.packs import PackWanted
from firmware.runtime.tls import client_side

CONNECTS_WITHIN, STALLS_AFTER = 30.0, 60.0  # seconds; the second without a byte
CHUNK = 4096  # bytes
# Bytes that may be on their way to us. On a line of 3 kB/s what waits at the operator's end stands
# before our acks: so much is 3 seconds. On one of 300 ms it is 27 kB/s, and a pack has time.
WINDOW = 8192
AGAIN = frozenset({408, 425, 429})  # and all of 5xx: the server may be itself again
RANGE = re.compile(r"bytes ([0-9]{1,12})-[0-9]{1,12}/([0-9]{1,12}|\*)", re.ASCII)


class Broke(Exception):
    """It did not come to its end; what came is kept, and the next try goes on."""


class GaveUp(Exception):
    """No other try can end otherwise."""


async def download(wanted: PackWanted, part: Path, ca: str, is_wanted: Callable[[], bool]) -> None:
    """Returns when `part` has the whole length. `ca` is a file of PEM, empty for the system's own
    authorities; `is_wanted` is asked with every piece. Raises Broke and GaveUp."""
    if (have := size_of(part)) >= wanted.length:
        _cut(part, wanted.length)
        return
    timeout = aiohttp.ClientTimeout(sock_connect=CONNECTS_WITHIN, sock_read=STALLS_AFTER)
    connector = aiohttp.TCPConnector(ssl=_tls(ca), socket_factory=narrow, force_close=True)
    asked = {"Accept-Encoding": "identity", **({"Range": f"bytes={have}-"} if have else {})}
    try:
        async with (
            aiohttp.ClientSession(connector=connector, timeout=timeout) as session,
            session.get(
                wanted.url, headers=asked, allow_redirects=False, read_bufsize=CHUNK
            ) as response,
        ):
            start = _start(response, have, wanted)
            await _keep(response, part, start, wanted.length, is_wanted)
    except (aiohttp.ClientError, TimeoutError) as error:
        raise Broke(str(error) or type(error).__name__) from None


def size_of(path: Path) -> int:
    """Bytes; 0 where it is not there."""
    return path.stat().st_size if path.exists() else 0


def sha256_of(path: Path) -> str:
    """In hex; raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _start(response: aiohttp.ClientResponse, have: int, wanted: PackWanted) -> int:
    """At which byte begins what the server sends; raises Broke and GaveUp."""
    status = response.status
    if status == 206:
        found = RANGE.fullmatch(response.headers.get("Content-Range", ""))
        if found is None or int(found[1]) > have:
            raise GaveUp(f"expected a part from byte {have}, got another")
        _check_length(found[2], wanted)
        return int(found[1])
    if status == 200:
        _check_length(response.headers.get("Content-Length", "*"), wanted)
        return 0
    if 300 <= status < 400:
        raise GaveUp(f"HTTP {status}: sent elsewhere, not followed")
    if status in AGAIN or status >= 500:
        raise Broke(f"HTTP {status}")
    raise GaveUp(f"HTTP {status}")


def _check_length(said: str, wanted: PackWanted) -> None:
    if said.isdecimal() and int(said) != wanted.length:
        raise GaveUp(f"expected {wanted.length} bytes, the server has {said}")


async def _keep(
    response: aiohttp.ClientResponse,
    part: Path,
    start: int,
    length: int,
    is_wanted: Callable[[], bool],
) -> None:
    """Piece by piece into the file, so that whoever is killed has what came."""
    _cut(part, start)
    with part.open("ab", buffering=0) as file:
        at = start
        async for piece in response.content.iter_chunked(CHUNK):
            at += len(piece)
            if at > length:
                raise GaveUp(f"expected {length} bytes, the server sends more")
            _write(file, piece)
            if not is_wanted():
                raise Broke("not wanted any more")
    if at < length:
        raise Broke(f"ended after {at} of {length} bytes")


def _write(file: Any, piece: bytes) -> None:
    try:
        file.write(piece)
    except OSError as error:  # aiohttp's own errors of the wire are of this kind, too
        raise Broke(f"{file.name}: {error.strerror}") from None


def _cut(part: Path, length: int) -> None:
    """Whatever stands behind `length` goes; raises Broke."""
    try:
        part.touch(0o600)
        with part.open("rb+") as file:
            file.truncate(length)
    except OSError as error:
        raise Broke(f"{part}: {error.strerror}") from None


def narrow(address: Any) -> socket.socket:
    """With little room for what is on its way: set before it connects, or it is too late."""
    made = socket.socket(*address[:3])
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, WINDOW)
    return made


def _tls(ca: str) -> ssl.SSLContext:
    try:
        return client_side(ca)
    except OSError as error:
        raise GaveUp(f"[content] ca: {ca}: {error}") from None
