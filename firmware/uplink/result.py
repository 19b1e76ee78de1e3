"""What came of a command of the fleet, and the messages that say so."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from firmware.contract.uplink import Outcome, UpReply
from firmware.uplink.stamp import Stamp


@dataclass(frozen=True)
class Result:
    """What came of it."""

    outcome: Outcome
    why: str = ""
    answer: list[str] = field(default_factory=list)  # in parts

    def replies(self, command: str, stamp: Stamp) -> list[bytes]:
        """The messages of `up/reply`; one at least."""
        parts = self.answer or [""]
        return [
            msgspec.json.encode(
                UpReply(
                    id=command,
                    outcome=self.outcome,
                    why=self.why[:200],
                    answer=answer,
                    part=number,
                    parts=len(parts),
                    boot=stamp.boot,
                    t=stamp.t,
                    t_ok=stamp.t_ok,
                )
            )
            for number, answer in enumerate(parts, start=1)
        ]
