"""HTTPS to a back end: whom we believe, and how long we wait for what.

TLS 1.2 at least, and the host's name is checked. With a pinned authority (`[gateway] ca`) the
system's own list of authorities counts for nothing.
"""

from __future__ import annotations

import ssl
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp

from firmware.runtime.config import ConfigError
from firmware.runtime.gateway_section import DOCUMENT_TIMES
from firmware.runtime.tls import client_side

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
MOST_BYTES = 1 << 20  # of an answer that is read whole; a bill has two thousand


def open_session(url: str, timeout: float, ca: str = "") -> aiohttp.ClientSession:
    """`timeout` in seconds; `ca` a file of PEM, or empty.

    Raises ConfigError for a file that holds no certificate, and for a back end that would be
    spoken to in clear over a network.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise ConfigError(f"[gateway]: expected https:// for {parts.hostname}, got {url!r}")
    connector = aiohttp.TCPConnector(ssl=tls(ca) if parts.scheme == "https" else True)
    watch = aiohttp.TraceConfig()
    watch.on_request_redirect.append(_stay_here)
    # Not one of a proxy's environment variables is read: trust_env stays off.
    return aiohttp.ClientSession(
        connector=connector,
        timeout=aiohttp.ClientTimeout(total=timeout * DOCUMENT_TIMES),
        trace_configs=[watch],
    )


class Redirected(aiohttp.ClientError):
    """Somebody sends us elsewhere: a captive portal, or worse. No back end of ours does."""


async def _stay_here(
    session: aiohttp.ClientSession, context: object, redirect: aiohttp.TraceRequestRedirectParams
) -> None:
    """Or a payment, and a password, would be sent to whom somebody on the way names."""
    raise Redirected(f"HTTP {redirect.response.status}: sent elsewhere, not followed")


def tls(ca: str = "") -> ssl.SSLContext:
    """The client's side of TLS; raises ConfigError."""
    try:
        return client_side(ca)
    except OSError as error:
        raise ConfigError(f"[gateway] ca: {ca}: expected certificates as PEM: {error}") from None


def secret(path: str, what: str) -> bytes:
    """The content of a file that only this process may read; raises ConfigError."""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise ConfigError(f"{what}: {error}") from None


class TooLong(aiohttp.ClientError):
    """An answer that is no answer of a back end of ours."""


def why_silent(error: Exception) -> str:
    """What may be told of a question without an answer. Of an answer that is no HTTP aiohttp names
    the whole address, and in that stands whose number was asked for."""
    if isinstance(error, aiohttp.ClientResponseError):
        return f"HTTP {error.status}: {type(error).__name__}"
    if isinstance(error, aiohttp.InvalidURL):
        return type(error).__name__
    return str(error) or type(error).__name__


async def body_of(response: aiohttp.ClientResponse) -> bytes:
    """All of it; raises TooLong, so that no stranger fills the memory of the kiosk."""
    found = await response.content.read(MOST_BYTES + 1)
    while len(found) <= MOST_BYTES and (more := await response.content.read(MOST_BYTES)):
        found += more
    if len(found) > MOST_BYTES:
        raise TooLong(f"an answer of more than {MOST_BYTES} bytes")
    return found
