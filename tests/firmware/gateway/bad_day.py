"""The sandbox on a bad day: a connector to it over the wire, and whoever orders faults."""

from __future__ import annotations

import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import aiohttp

from firmware.contract.device import Kind
from firmware.contract.finger import Sealed
from firmware.contract.gateway import Failed, GatewayReply, GatewayRequest, Problem
from firmware.gateway.__main__ import Gateway
from firmware.gateway.backend import BackEnd
from firmware.gateway.breaker import Breaker
from firmware.gateway.guarded import Guarded
from firmware.gateway.routes import Routes
from firmware.gateway.sandbox.faults import CONTROL, Fault
from tests.firmware.gateway.running_sandbox import RunningSandbox
from tests.firmware.small_kiosk import config_in

PATIENCE = 0.2  # seconds; what changes something gets twice that
BEFORE = (Fault.REFUSED, Fault.BROKEN, Fault.MAINTENANCE)
AFTER = (Fault.SLOW, Fault.ANSWER_LOST, Fault.BROKEN_AFTER)
Result = TypeVar("Result")


class Day:
    """The sandbox, a connector to it, and whoever orders faults."""

    def __init__(self, sandbox: RunningSandbox) -> None:
        self._sandbox = sandbox
        self.line = sandbox.do(self._open())

    async def _open(self) -> BackEnd:
        return BackEnd(self._sandbox.url, PATIENCE)

    def ask(self, request: GatewayRequest, sealed: Sealed | None = None) -> GatewayReply:
        return self._sandbox.do(self.line.ask(request, sealed))

    def do(self, work: Coroutine[Any, Any, Result]) -> Result:
        return self._sandbox.do(work)

    def gateway(self, folder: Path) -> Gateway:
        """The process behind the bus; here nothing connects it to one."""
        (folder / "credentials").mkdir()
        (folder / "credentials" / "gateway").write_text("nobody's")
        return self._sandbox.do(self._gateway(folder))

    async def _gateway(self, folder: Path) -> Gateway:
        line = Guarded("default", self.line, Breaker(lambda: 1.0), time.monotonic)
        config = config_in(folder, {"notes": Kind.NOTES})
        return Gateway(config, Routes(line, {}, time.monotonic))

    def order(self, *faults: Fault, path: str, seconds: float = 4 * PATIENCE) -> None:
        for fault in faults:
            self.control("POST", {"fault": fault, "path": path, "seconds": seconds})

    def control(self, method: str, body: dict[str, Any] | None = None) -> Any:
        return self._sandbox.do(self._http(method, CONTROL, body))

    def books(self, of: str = "/payments") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._sandbox.do(self._http("GET", of, None))
        return found

    def post(self, path: str, body: dict[str, Any], key: str) -> Any:
        return self._sandbox.do(self._http("POST", path, body, {"Idempotency-Key": key}))

    async def _http(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None,
        headers: dict[str, str] | None = None,
    ) -> Any:
        url = self._sandbox.url + path
        async with (
            aiohttp.ClientSession() as session,
            session.request(method, url, json=body, headers=headers) as response,
        ):
            return await response.json()

    def close(self) -> None:
        self._sandbox.do(self.line.close())


def is_undecided(reply: GatewayReply | None) -> bool:
    return isinstance(reply, Failed) and reply.problem is Problem.BACK_END_DOWN
