"""IPP in HTTP/1.1, without a socket: h11 on both sides, one exchange at a time (RFC 8010, 4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import h11

IPP = "application/ipp"
LARGEST_ANSWER = 1 << 18  # bytes; every attribute of a large printer takes 100 KB
LARGEST_REQUEST = 32 << 20  # bytes; a page as raster at 600 dpi may take one
LONGEST_HEAD = 8192  # bytes


class HttpError(ValueError):
    """What came is no HTTP, or not the answer to what was asked. The connection is of no use."""


class Caller:
    """The client of one connection."""

    def __init__(self, host: str, path: str) -> None:
        self._host, self._path = host, path
        self._connection = h11.Connection(h11.CLIENT, LONGEST_HEAD)
        self._body = bytearray()
        self._status = 0

    @property
    def must_close(self) -> bool:
        """After an answer: the printer wants another connection for the next one."""
        return self._connection.their_state is not h11.IDLE

    def ask(self, body: bytes) -> bytes:
        """The bytes of a request; the answer to the one before is complete."""
        self._body.clear()
        head = h11.Request(
            method="POST",
            target=self._path,
            headers=[
                ("Host", self._host),
                ("Content-Type", IPP),
                ("Content-Length", str(len(body))),
            ],
        )
        pieces = [head, h11.Data(data=body), h11.EndOfMessage()]
        return b"".join(self._connection.send(piece) or b"" for piece in pieces)

    def feed(self, data: bytes) -> bytes | None:
        """The whole answer once it is there; raises HttpError."""
        try:
            self._connection.receive_data(data)
            return self._read()
        except h11.RemoteProtocolError as error:
            raise HttpError(f"expected an HTTP answer: {error}") from None

    def _read(self) -> bytes | None:
        while True:
            match self._connection.next_event():
                case h11.Response(status_code=status):
                    self._status = status
                case h11.Data(data=data):
                    self._body += data
                    if len(self._body) > LARGEST_ANSWER:
                        raise HttpError(f"expected at most {LARGEST_ANSWER} bytes of answer")
                case h11.EndOfMessage():
                    return self._end()
                case h11.InformationalResponse():
                    pass
                case _:
                    return None

    def _end(self) -> bytes:
        if self._status != 200:
            raise HttpError(f"expected HTTP status 200, got {self._status}")
        if self._connection.states == {h11.CLIENT: h11.DONE, h11.SERVER: h11.DONE}:
            self._connection.start_next_cycle()
        return bytes(self._body)


@dataclass
class Server:
    """The printer's end of one connection."""

    _connection: h11.Connection = field(
        default_factory=lambda: h11.Connection(h11.SERVER, LONGEST_HEAD)
    )
    _body: bytearray = field(default_factory=bytearray)
    _is_ipp: bool = False

    @property
    def must_close(self) -> bool:
        return self._connection.our_state in (h11.MUST_CLOSE, h11.CLOSED, h11.ERROR)

    def feed(self, data: bytes) -> Iterator[bytes | None]:
        """Whole requests; None for one that is no IPP. Each must be answered before the next."""
        try:
            self._connection.receive_data(data)
            while self._read():
                yield bytes(self._body) if self._is_ipp else None
        except h11.RemoteProtocolError as error:
            raise HttpError(f"expected an HTTP request: {error}") from None

    def go_ahead(self) -> bytes:
        """What a client waits for that asked whether it may send its body."""
        if not self._connection.they_are_waiting_for_100_continue:
            return b""
        go = h11.InformationalResponse(status_code=100, headers=[])
        return self._connection.send(go) or b""

    def _read(self) -> bool:
        """Whether a request is whole."""
        while True:
            match self._connection.next_event():
                case h11.Request(method=method, headers=headers):
                    self._body.clear()
                    kinds = [value for name, value in headers if name == b"content-type"]
                    self._is_ipp = method == b"POST" and kinds == [IPP.encode()]
                case h11.Data(data=data):
                    self._body += data
                    if len(self._body) > LARGEST_REQUEST:
                        raise HttpError(f"expected at most {LARGEST_REQUEST} bytes of request")
                case h11.EndOfMessage():
                    return True
                case _:
                    return False

    def answer(self, body: bytes | None, keeps: bool = True) -> bytes:
        """None: it was no IPP. `keeps`: the connection is good for another request."""
        content = body if body is not None else b"IPP only\n"
        head = h11.Response(
            status_code=200 if body is not None else 415,
            headers=[
                ("Content-Type", IPP if body is not None else "text/plain"),
                ("Content-Length", str(len(content))),
                *([] if keeps else [("Connection", "close")]),
            ],
        )
        pieces = [head, h11.Data(data=content), h11.EndOfMessage()]
        out = b"".join(self._connection.send(piece) or b"" for piece in pieces)
        if self._connection.states == {h11.CLIENT: h11.DONE, h11.SERVER: h11.DONE}:
            self._connection.start_next_cycle()
        return out
