"""Frames a second, ours against the hosts and libraries that other people wrote, in one run.

The same frames on both sides. What is written in JavaScript runs under the project's own Node.js,
which compiles such loops to machine code, while ours is interpreted. cashcode-bv's decoder cuts by
the length alone and looks at no CRC.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable

import pydukpt

from drivers.ccnet import codec as ccnet
from drivers.itl_ssp import codec as ssp
from firmware.runtime import dukpt
from tests.bench.figures import Figure
from tests.drivers.foreign import FOREIGN, NODE

ROUNDS = 20_000
AIM = 5.0  # times a foreign implementation
KEYS = 300
SSP_ANSWERS = (b"\xf0", b"\xf0\xef\x05", b"\xf0\xb5\xe8")  # nothing new, a note read, enabled
CCNET_ANSWERS = (b"\x14", b"\x80\x05", b"\x1c\x60")  # idling, escrow, rejected
INITIAL_KEY = bytes.fromhex("6AC292FAA1315B4D858AB3A3D7D5933A")  # of ANSI X9.24-1, annex A
KSN = bytes.fromhex("FFFF9876543210E00FFF")


def run(rounds: int = ROUNDS, keys: int = KEYS) -> list[Figure]:
    return [*_ssp(rounds), *_ccnet(rounds), _dukpt(keys)]


def _ssp(rounds: int) -> list[Figure]:
    frames = [ssp.Frame(True, data).to_bytes() for data in SSP_ANSWERS]
    reader = ssp.FrameReader()

    def encode() -> None:
        ssp.Frame(True, b"\x07").to_bytes()  # POLL
        ssp.Frame(False, b"\x02\x3f\x00").to_bytes()  # SET INHIBITS

    def decode() -> None:
        for frame in frames:
            reader.feed(frame, 0.0)

    return _against_node("ssp", frames, encode, decode, rounds)


def _ccnet(rounds: int) -> list[Figure]:
    frames = [ccnet.Frame(data).to_bytes() for data in CCNET_ANSWERS]
    reader = ccnet.FrameReader()

    def encode() -> None:
        ccnet.Frame(b"\x33").to_bytes()  # POLL
        ccnet.Frame(b"\x34\xff\xff\xff\x00\x00\x00").to_bytes()  # ENABLE BILL TYPES

    def decode() -> None:
        for frame in frames:
            reader.feed(frame, 0.0)

    return _against_node("ccnet", frames, encode, decode, rounds)


def _against_node(
    name: str,
    frames: list[bytes],
    encode: Callable[[], None],
    decode: Callable[[], None],
    rounds: int,
) -> list[Figure]:
    """`encode` makes two frames a round, as speed.js does."""
    ours = {
        "encode": 2 / _seconds(encode, rounds),
        "decode": len(frames) / _seconds(decode, rounds),
    }
    done = subprocess.run(
        [NODE, "--no-deprecation", FOREIGN / "speed.js", name, str(rounds)],
        input="\n".join(frame.hex() for frame in frames).encode(),
        capture_output=True,
        check=True,
    )
    theirs: dict[str, float] = json.loads(done.stdout)
    return [
        _ratio(f"{name}, {what}, frames/s", ours[what], theirs[what], "Node.js", rounds)
        for what in ("encode", "decode")
    ]


def _dukpt(keys: int) -> Figure:
    mine = 1 / _seconds(lambda: dukpt.transaction_key(INITIAL_KEY, KSN), keys)
    other = 1 / _seconds(lambda: pydukpt.derive_key(INITIAL_KEY, KSN), keys)
    return _ratio("dukpt, transaction keys/s", mine, other, "pydukpt", keys)


def _seconds(work: Callable[[], object], rounds: int) -> float:
    """A round's, on this process's own processor time: others use the machine, too."""
    work()
    began = time.process_time()
    for _ in range(rounds):
        work()
    return (time.process_time() - began) / rounds


def _ratio(what: str, ours: float, theirs: float, whose: str, samples: int) -> Figure:
    times = ours / theirs
    seen = f"{ours:,.0f}, {whose} {theirs:,.0f}: {times:.2f} times"
    return Figure(what, seen, samples, f">= {AIM:.0f} times", is_met=times >= AIM)
