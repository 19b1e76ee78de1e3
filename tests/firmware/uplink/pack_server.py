"""The district's web server: HTTPS by asyncio and ssl, in the loop of a test, with its faults."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from tests.firmware.uplink.fleet import Signer

PIECE = 512  # bytes


@dataclass
class PackServer:
    """`cuts` are taken one a request: so many bytes, and the line is gone."""

    content: bytes
    port: int = 0
    cuts: list[int] = field(default_factory=list)
    status: str = "200 OK"
    location: str = ""
    knows_ranges: bool = True
    says_length: bool = True
    bytes_a_second: float = 0.0  # 0: as fast as it goes
    asked: list[int] = field(default_factory=list)  # from which byte, each time

    @property
    def url(self) -> str:
        return f"{self.origin}/packs/7.content"

    @property
    def origin(self) -> str:
        return f"https://localhost:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            await self._answer(head.decode("ascii"), writer)
        writer.transport.abort()

    async def _answer(self, head: str, writer: asyncio.StreamWriter) -> None:
        found = re.search(r"^Range: bytes=(\d+)-\r$", head, re.MULTILINE)
        start = int(found[1]) if found and self.knows_ranges else 0
        self.asked.append(start)
        writer.write(self._head(start, bool(found and self.knows_ranges)))
        body = self.content[start:] if self.status == "200 OK" else b""
        cut = self.cuts.pop(0) if self.cuts else len(body)
        for at in range(0, min(cut, len(body)), PIECE):
            writer.write(body[at : min(at + PIECE, cut)])
            await writer.drain()
            if self.bytes_a_second:
                await asyncio.sleep(PIECE / self.bytes_a_second)
        if cut >= len(body):
            writer.close()
            await writer.wait_closed()

    def _head(self, start: int, is_part: bool) -> bytes:
        lines = [f"HTTP/1.1 {self.status}", "Connection: close"]
        if self.status == "200 OK" and is_part:
            last, whole = len(self.content) - 1, len(self.content)
            lines[0] = "HTTP/1.1 206 Partial Content"
            lines.append(f"Content-Range: bytes {start}-{last}/{whole}")
        if self.says_length:
            length = len(self.content) - start if self.status == "200 OK" else 0
            lines.append(f"Content-Length: {length}")
        if self.location:
            lines.append(f"Location: {self.location}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


@asynccontextmanager
async def serving(signer: Signer, content: bytes) -> AsyncIterator[PackServer]:
    """With a certificate of `signer` for localhost."""
    certificate, key = signer.serve(("localhost",))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = PackServer(content)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=context)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
