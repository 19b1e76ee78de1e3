"""Frames a second, ours against the hosts and libraries that other people wrote, in one run.

The same frames on both sides, each cut out and its CRC checked. What is written in JavaScript runs
under the project's own Node.js, which compiles such loops to machine code, while ours is
interpreted. An idle device says the same few frames for hours, and ours remembers their CRCs; so
there are lines for frames of which no two are alike, too.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable

import pydukpt

from drivers.base.crc import REMEMBERED
from drivers.ccnet import codec as ccnet
from drivers.itl_ssp import codec as ssp
from firmware.runtime import dukpt
from tests.bench.figures import Figure
from tests.drivers.foreign import FOREIGN, NODE

ROUNDS = 20_000
AIM = 5.0  # times a foreign implementation
DIFFERENT = 2 * REMEMBERED  # frames: by the time that one comes again it is forgotten
KEYS = 300
SSP_ANSWERS = (b"\xf0", b"\xf0\xef\x05", b"\xf0\xb5\xe8")  # nothing new, a note read, enabled
CCNET_ANSWERS = (b"\x14", b"\x80\x05", b"\x1c\x60")  # idling, escrow, rejected
INITIAL_KEY = bytes.fromhex("6AC292FAA1315B4D858AB3A3D7D5933A")  # of ANSI X9.24-1, annex A
KSN = bytes.fromhex("FFFF9876543210E00FFF")


def run(rounds: int = ROUNDS, keys: int = KEYS) -> list[Figure]:
    return [*_ssp(rounds), *_ccnet(rounds), _dukpt(keys)]


def _ssp(rounds: int) -> list[Figure]:
    def encode() -> None:
        ssp.Frame(True, b"\x07").to_bytes()  # POLL
        ssp.Frame(False, b"\x02\x3f\x00").to_bytes()  # SET INHIBITS

    same = [ssp.Frame(True, data).to_bytes() for data in SSP_ANSWERS]
    other = [ssp.Frame(True, b"\xf0" + _number(n)).to_bytes() for n in range(DIFFERENT)]
    return _against_node("ssp", same, other, encode, ssp.FrameReader().feed, rounds)


def _ccnet(rounds: int) -> list[Figure]:
    def encode() -> None:
        ccnet.Frame(b"\x33").to_bytes()  # POLL
        ccnet.Frame(b"\x34\xff\xff\xff\x00\x00\x00").to_bytes()  # ENABLE BILL TYPES

    same = [ccnet.Frame(data).to_bytes() for data in CCNET_ANSWERS]
    other = [ccnet.Frame(b"\x80" + _number(n)).to_bytes() for n in range(DIFFERENT)]
    return _against_node("ccnet", same, other, encode, ccnet.FrameReader().feed, rounds)


def _number(number: int) -> bytes:
    return number.to_bytes(2, "big")


def _against_node(
    name: str,
    same: list[bytes],
    other: list[bytes],
    encode: Callable[[], None],
    feed: Callable[[bytes, float], object],
    rounds: int,
) -> list[Figure]:
    """`encode` makes two frames a round, as speed.js does."""
    fewer = max(1, rounds * len(same) // len(other))
    theirs, theirs_other = _in_node(name, same, rounds), _in_node(name, other, fewer)
    ours = {
        "encode": (2 / _seconds(encode, rounds), theirs["encode"], rounds),
        "decode": (_decoded(same, feed, rounds), theirs["decode"], rounds),
        "decode, no two alike": (_decoded(other, feed, fewer), theirs_other["decode"], fewer),
    }
    return [
        _ratio(f"{name}, {what}, frames/s", mine, other_host, "Node.js", samples)
        for what, (mine, other_host, samples) in ours.items()
    ]


def _decoded(frames: list[bytes], feed: Callable[[bytes, float], object], rounds: int) -> float:
    """Frames a second; each must be one."""

    def decode() -> None:
        for frame in frames:
            feed(frame, 0.0)

    assert all(feed(frame, 0.0) for frame in frames)
    return len(frames) / _seconds(decode, rounds)


def _in_node(name: str, frames: list[bytes], rounds: int) -> dict[str, float]:
    done = subprocess.run(
        [NODE, "--no-deprecation", FOREIGN / "speed.js", name, str(rounds)],
        input="\n".join(frame.hex() for frame in frames).encode(),
        capture_output=True,
        check=True,
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


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
