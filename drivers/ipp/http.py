"""IPP in HTTP/1.1 (RFC 8010, 4): what is asked, and what is IPP of what comes."""

from __future__ import annotations

from collections.abc import Iterator

from drivers.base import http
from drivers.base.http import HttpError

__all__ = ["Caller", "HttpError", "Server"]

IPP = "application/ipp"
LARGEST_ANSWER = 1 << 18  # bytes; every attribute of a large printer takes 100 KB
LARGEST_REQUEST = 32 << 20  # bytes; a page as raster at 600 dpi may take one
CLOSE = ("Connection", "close")


class Caller(http.Caller):
    """The client of one connection."""

    def __init__(self, host: str, path: str) -> None:
        super().__init__(host, LARGEST_ANSWER)
        self._path = path

    def ask(self, body: bytes) -> bytes:
        """The bytes of a request; the answer to the one before is complete."""
        return self.request("POST", self._path, IPP, body)


class Server:
    """The printer's end of one connection."""

    def __init__(self) -> None:
        self._http = http.Server(LARGEST_REQUEST)

    @property
    def must_close(self) -> bool:
        return self._http.must_close

    def feed(self, data: bytes) -> Iterator[bytes | None]:
        """Whole requests; None for one that is no IPP. Each must be answered before the next."""
        for request in self._http.feed(data):
            yield request.body if (request.method, request.kind) == ("POST", IPP) else None

    def go_ahead(self) -> bytes:
        """What a client waits for that asked whether it may send its body."""
        return self._http.go_ahead()

    def answer(self, body: bytes | None, keeps: bool = True) -> bytes:
        """None: it was no IPP. `keeps`: the connection is good for another request."""
        more = [] if keeps else [CLOSE]
        if body is None:
            return self._http.answer(415, "text/plain", b"IPP only\n", *more)
        return self._http.answer(200, IPP, body, *more)
