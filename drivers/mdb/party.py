"""MDB's manners on a shared adapter: a request is a line, its answer a line that begins as asked.

The changer's driver and the validator's speak to one adapter, whose bus has both. A line does not
say whose answer it is. So after one that is missing the party line asks for the version, as each
driver does (adapter.py), and what comes before that is nobody's: a coin is never told as a note.
"""

from __future__ import annotations

from typing import Any, ClassVar

from drivers.base.party_turns import Manners
from drivers.mdb.adapter import ANSWER, BAUD_RATE, VERSION, LineReader, answer_of, kind_of

ENDS = b"\r\n"
# Seconds until the wire is asked into step. A block takes 0.05, and USB the rest; with the longest
# wait for a turn it is about as long as a driver waits (adapter.py, ANSWER_WITHIN).
ANSWERED_WITHIN = 0.3
LINE_GAP = 0.1  # seconds inside a line that a driver writes in one piece


class MdbManners(Manners):
    serial_settings: ClassVar[dict[str, Any]] = {"baudrate": BAUD_RATE}
    gap = LINE_GAP
    into_step = b"\n" + VERSION.encode() + b"\n"

    def request_length(self, asked: bytes) -> int:
        """A line with the line ends before it: they end what may stand in the adapter's buffer."""
        begins = len(asked) - len(asked.lstrip(ENDS))
        return asked.find(b"\n", begins) + 1 if begins < len(asked) else 0

    def is_answered(self, request: bytes, heard: bytes) -> bool:
        kind = kind_of(request.lstrip(ENDS))
        found = [ANSWER.search(line) for line in LineReader().feed(heard)]
        return any(
            match[1] == kind and (kind != b"p" or answer_of(match[2]) is not None)
            for match in found
            if match is not None
        )

    def patience(self, request: bytes) -> float:
        return ANSWERED_WITHIN
