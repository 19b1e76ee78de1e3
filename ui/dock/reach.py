"""From the dock to the sockets: each hand connects anew, so a restarted bench is no matter."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from firmware.runtime.bench import Bench, BenchRefused
from ui.dock.hands import STAGE, Hand, summary


class Reach:
    """The sockets in `<run>`: `bench.sock` for devices, `stage.sock` for the whole."""

    def __init__(self, run: Path) -> None:
        self._run = run

    def do(self, hand: Hand) -> str:
        """Act; what came of it in one line, also when nobody answers."""
        try:
            physics = self._ask(hand.device, hand.action, dict(hand.arguments))
        except BenchRefused as refusal:
            return f"{hand}: refused: {refusal}"
        except (OSError, ValueError) as error:
            return f"{hand}: no answer: {error}"
        return f"{hand}: {summary(physics) or 'done'}"

    def look(self, device: str) -> str:
        """What the device holds now; empty when nobody answers."""
        try:
            return summary(self._ask(device, "look", {}))
        except (OSError, ValueError):
            return ""

    def _ask(self, device: str, action: str, arguments: dict[str, Any]) -> dict[str, Any]:
        bench = Bench(self._run / ("stage.sock" if device == STAGE else "bench.sock"))
        try:
            return bench.do(device, action, **arguments)
        finally:
            bench.close()
