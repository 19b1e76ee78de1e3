"""A TCP connection as a wire: opened by URI, never blocks, says when it is gone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from urllib.parse import urlsplit

from drivers.base.faults import LinkLost

CONNECT_WITHIN = 5.0  # seconds; a printer on the same cable answers at once or not at all


def host_and_port(uri: str, default: int) -> tuple[str, int]:
    """Raises ValueError for what is no URI with a host."""
    parts = urlsplit(uri)
    if not parts.hostname:
        raise ValueError(f"expected a URI like ipp://host:{default}/path, got {uri!r}")
    return parts.hostname, parts.port or default


class TcpTransport(asyncio.Protocol):
    """An open connection in the running loop; made by `dial`."""

    def __init__(
        self, name: str, on_bytes: Callable[[bytes], None], on_lost: Callable[[LinkLost], None]
    ) -> None:
        self._name, self._on_bytes, self._on_lost = name, on_bytes, on_lost
        self._is_closed = False
        self._socket: asyncio.Transport | None = None

    def write(self, data: bytes) -> None:
        if self._socket is not None:
            self._socket.write(data)

    def close(self) -> None:
        """At once, and nothing is called back any more."""
        self._is_closed = True
        if self._socket is not None:
            self._socket.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._socket = transport

    def data_received(self, data: bytes) -> None:
        if not self._is_closed:
            self._on_bytes(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._is_closed:
            self._is_closed = True
            self._on_lost(LinkLost(f"{self._name}: {exc or 'closed by the other side'}"))


async def dial(
    uri: str, port: int, on_bytes: Callable[[bytes], None], on_lost: Callable[[LinkLost], None]
) -> TcpTransport:
    """Connect to the host of `uri`, at `port` where it names none; raises LinkLost."""
    host, port = host_and_port(uri, port)
    made = TcpTransport(uri, on_bytes, on_lost)
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(CONNECT_WITHIN):
            await loop.create_connection(lambda: made, host, port)
    except TimeoutError:
        raise LinkLost(f"{uri}: no answer within {CONNECT_WITHIN} s") from None
    except OSError as error:
        raise LinkLost(f"{uri}: {error}") from None
    return made
