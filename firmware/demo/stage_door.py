"""The hands at the stage itself: cut the mains, close the office, kill a process.

`<run>/stage.sock` speaks as the bench does (firmware/runtime/bench.py is the client of both): one
JSON object a line, answered by one line that says what the stage is now. The device is `stage`.
"""

from __future__ import annotations

import contextlib
import difflib
import json
import socketserver
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from firmware.boot.bus_files import BrokerError
from firmware.demo.stage import OFFICE, Stage
from firmware.demo.telephone import pay_newest
from firmware.runtime.bench import BenchRefused

DEVICE = "stage"
LONGEST_ORDER = 4096  # bytes of a line; the longest known takes under a hundred


class StageDoor:
    """Use as a context, inside a running stage."""

    def __init__(self, stage: Stage) -> None:
        self._stage, self._lock = stage, threading.Lock()
        self.path = stage.config.run_folder / "stage.sock"
        self._actions: dict[str, Callable[..., None]] = {
            "look": lambda: None,
            "power_cut": stage.power_cut,
            "power_on": stage.power_on,
            "back_end_down": lambda: stage.hold(OFFICE),
            "back_end_up": lambda: stage.release(OFFICE),
            "pay_upi": lambda: pay_newest(stage.config.gateway.url),
            "kill": self._kill,
        }

    def __enter__(self) -> StageDoor:
        self.path.unlink(missing_ok=True)
        self._server = _Server(self.path, self._answer)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self.path.unlink(missing_ok=True)

    def look(self) -> dict[str, Any]:
        """Which processes run, by name; whether there is power, and a back end."""
        return {
            "processes": self._stage.running(),
            "has_power": self._stage.has_power,
            "back_end_is_up": not self._stage.is_held(OFFICE),
        }

    def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            with self._lock:  # one hand at a time
                self._obey(line)
                return self.look()
        except (BenchRefused, BrokerError) as error:
            return {"refused": str(error)}

    def _obey(self, line: bytes) -> None:
        device, name, arguments = _order(line)
        if device != DEVICE:
            raise BenchRefused(f"no device {device!r} here; known: {DEVICE}")
        if name not in self._actions:
            raise BenchRefused(_unknown("action", name, list(self._actions)))
        try:
            self._actions[name](**arguments)
        except TypeError as error:
            raise BenchRefused(f"{name}: {error}") from None

    def _kill(self, process: str) -> None:
        if process not in self._stage.processes:
            raise BenchRefused(_unknown("process", process, self._stage.processes))
        if not self._stage.running()[process]:
            raise BenchRefused(f"{process} does not run just now")
        self._stage.kill(process)


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    block_on_close = False  # a client that keeps its connection open must not keep the stage

    def __init__(self, path: Path, answer: Callable[[bytes], dict[str, Any]]) -> None:
        super().__init__(str(path), _Connection)
        self.answer = answer


class _Connection(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):
            while line := self.rfile.readline(LONGEST_ORDER):
                self.wfile.write(json.dumps(self.server.answer(line)).encode() + b"\n")


def _order(line: bytes) -> tuple[str, str, dict[str, Any]]:
    """Device, action and arguments of a line; raises BenchRefused for what is no order."""
    try:
        order = json.loads(line)
        return str(order["device"]), str(order["do"]), dict(order.get("with", {}))
    except (ValueError, KeyError, TypeError, AttributeError):
        shape = '{"device": "stage", "do": "look", "with": {}}'
        raise BenchRefused(f"expected {shape}, got {line[:80]!r}") from None


def _unknown(what: str, name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    guess = f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(known)}"
    return f"no {what} {name!r}{guess}"
