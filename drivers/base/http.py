"""HTTP/1.1 without a socket: h11 on both sides, one exchange at a time.

A protocol must not wait, so no HTTP client or server that owns a socket can be below it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import h11

LONGEST_HEAD = 8192  # bytes


class HttpError(ValueError):
    """What came is no HTTP, or not the answer to what was asked. The connection is of no use."""


class Caller:
    """The client of one connection. `largest`: bytes of an answer."""

    def __init__(self, host: str, largest: int) -> None:
        self._host, self._largest = host, largest
        self._connection = h11.Connection(h11.CLIENT, LONGEST_HEAD)
        self._body = bytearray()
        self._status = 0

    @property
    def must_close(self) -> bool:
        """After an answer: the server wants another connection for the next one."""
        return self._connection.their_state is not h11.IDLE

    def request(
        self, method: str, target: str, kind: str, body: bytes, *more: tuple[str, str]
    ) -> bytes:
        """The bytes of a request; the answer to the one before is complete."""
        self._body.clear()
        headers = [("Host", self._host), ("Content-Type", kind), *more]
        headers.append(("Content-Length", str(len(body))))
        head = h11.Request(method=method, target=target, headers=headers)
        pieces = [head, h11.Data(data=body), h11.EndOfMessage()]
        return b"".join(self._connection.send(piece) or b"" for piece in pieces)

    def feed(self, data: bytes) -> bytes | None:
        """The whole answer once it is there; nothing: the server closed. Raises HttpError."""
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
                    if len(self._body) > self._largest:
                        raise HttpError(f"expected at most {self._largest} bytes of answer")
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


@dataclass(frozen=True)
class Request:
    """A whole one; `kind` is its content type."""

    method: str
    target: str
    kind: str
    body: bytes


class Server:
    """The other end of one connection. `largest`: bytes of a request."""

    def __init__(self, largest: int) -> None:
        self._largest = largest
        self._connection = h11.Connection(h11.SERVER, LONGEST_HEAD)
        self._head: h11.Request | None = None
        self._body = bytearray()

    @property
    def must_close(self) -> bool:
        return self._connection.our_state in (h11.MUST_CLOSE, h11.CLOSED, h11.ERROR)

    def feed(self, data: bytes) -> Iterator[Request]:
        """Whole requests. Each must be answered before the next. Raises HttpError."""
        try:
            self._connection.receive_data(data)
            while (request := self._read()) is not None:
                yield request
        except h11.RemoteProtocolError as error:
            raise HttpError(f"expected an HTTP request: {error}") from None

    def go_ahead(self) -> bytes:
        """What a client waits for that asked whether it may send its body."""
        if not self._connection.they_are_waiting_for_100_continue:
            return b""
        go = h11.InformationalResponse(status_code=100, headers=[])
        return self._connection.send(go) or b""

    def _read(self) -> Request | None:
        """None until a request is whole."""
        while True:
            match self._connection.next_event():
                case h11.Request() as head:
                    self._head = head
                    self._body.clear()
                case h11.Data(data=data):
                    self._body += data
                    if len(self._body) > self._largest:
                        raise HttpError(f"expected at most {self._largest} bytes of request")
                case h11.EndOfMessage() if self._head is not None:
                    return _whole(self._head, bytes(self._body))
                case _:
                    return None

    def answer(self, status: int, kind: str, body: bytes, *more: tuple[str, str]) -> bytes:
        """The bytes of the answer to the request that was read last."""
        headers = [("Content-Type", kind), ("Content-Length", str(len(body))), *more]
        head = h11.Response(status_code=status, headers=headers)
        pieces = [head, h11.Data(data=body), h11.EndOfMessage()]
        out = b"".join(self._connection.send(piece) or b"" for piece in pieces)
        if self._connection.states == {h11.CLIENT: h11.DONE, h11.SERVER: h11.DONE}:
            self._connection.start_next_cycle()
        return out


def _whole(head: h11.Request, body: bytes) -> Request:
    kinds = [value for name, value in head.headers if name == b"content-type"]
    kind = kinds[0].decode("ascii", "replace") if len(kinds) == 1 else ""
    return Request(head.method.decode("ascii"), head.target.decode("ascii", "replace"), kind, body)
