"""eSSP: the documents' numbers, packets that are sent again, and a unit that forgot its key."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.base.loopback import Visit, Wire, make_in
from drivers.itl_ssp.cipher import Cipher, KeyExchange, is_prime, prime
from drivers.itl_ssp.codec import Code, CorruptFrame, Frame, FrameReader
from drivers.itl_ssp.emulator import NoteAcceptorEmulator
from firmware.contract.device import NoteStacked, Status
from firmware.runtime.config import ConfigError
from tests.drivers.itl_ssp.test_codec import VECTORS
from tests.drivers.itl_ssp.test_conformance import FIXED_KEY, make_acceptor
from tests.drivers.notes import Clerk

FIXED = int(FIXED_KEY, 16)


class Zeros(random.Random):
    """The packing of the vectors."""

    def randbytes(self, n: int) -> bytes:
        return bytes(n)


@pytest.mark.parametrize("vector", VECTORS["sealed"], ids=lambda vector: vector["name"])
def test_the_vectors_are_sealed_and_opened_to_the_byte(vector: dict[str, Any]) -> None:
    agreed, data = vector["agreed"], bytes.fromhex(vector["data"])
    sealed = bytes.fromhex(vector["sealed"])
    writer = Cipher(FIXED, agreed, is_host=True)
    writer.count = vector["count"]
    if not vector.get("has_random_packing"):
        assert writer.seal(data, Zeros()) == b"\x7e" + sealed
    reader = Cipher(FIXED, agreed, is_host=False)
    reader.count = vector["count"]
    assert reader.open(b"\x7e" + sealed) == data
    if "raw" in vector:
        (frame,) = FrameReader().feed(bytes.fromhex(vector["raw"]), 0.0)
        assert frame.data == b"\x7e" + sealed


def test_the_key_of_the_document_is_agreed() -> None:
    """GA138's primes, and the halves of the vectors."""
    assert pow(982451653, 74565, 1287821) == 520586
    assert pow(982451653, 424090, 1287821) == 702558
    assert pow(702558, 74565, 1287821) == pow(520586, 424090, 1287821) == 177548


@pytest.mark.parametrize(
    ("number", "expected"),
    [(0, False), (1, False), (2, True), (37, True), (41, True), (561, False), (1287821, True),
     (982451653, True), (3215031751, False), (3825123056546413051, False),
     (18446744073709551557, True), (18446744073709551556, False)],
)  # fmt: skip
def test_primes_and_what_only_looks_like_one(number: int, expected: bool) -> None:
    assert is_prime(number) is expected


@given(st.integers(0, 2**32))
def test_generator_and_modulus_are_two_primes_the_larger_first(seed: int) -> None:
    requests = KeyExchange(FIXED, random.Random(seed)).requests()
    generator, modulus = (int.from_bytes(each.data, "little") for each in requests[:2])
    assert is_prime(generator) and is_prime(modulus) and generator >= modulus
    assert [each.code for each in requests] == [
        Code.SET_GENERATOR, Code.SET_MODULUS, Code.KEY_EXCHANGE]  # fmt: skip
    assert prime(random.Random(seed)) > 2**46


@given(st.binary(max_size=240), st.integers(0, 2**32 - 1), st.integers(0, 2**64 - 1))
def test_whatever_is_sealed_is_opened_once(data: bytes, count: int, agreed: int) -> None:
    host, unit = Cipher(FIXED, agreed, True), Cipher(FIXED, agreed, False)
    host.count = unit.count = count
    sealed = host.seal(data)
    assert unit.open(sealed) == data
    with pytest.raises(CorruptFrame, match="count"):
        unit.open(sealed)
    answer = unit.seal(b"\xf0")
    assert host.open(answer) == b"\xf0"
    assert host.count == unit.count == (count + 1) % 2**32


@given(st.binary(max_size=70))
def test_noise_opens_to_nothing(noise: bytes) -> None:
    cipher = Cipher(FIXED, 177548, is_host=False)
    with pytest.raises(CorruptFrame):
        cipher.open(b"\x7e" + noise)
    assert cipher.count == 0


# --- on the wire ------------------------------------------------------------------------------


class Mallory(Wire):
    """Keeps what is said, and can be made to say things of its own."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []

    def carry(self, data: bytes) -> list[tuple[float, bytes]]:
        self.heard.append(data)
        return super().carry(data)


class Sealed:
    """A visit over eSSP that is ready and leased."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.clerk, self.wire = Clerk(), Mallory()
        wanted: dict[str, Any] = {"fixed_key": FIXED_KEY, "is_sealed_only": True}
        self.unit = NoteAcceptorEmulator(**(wanted | options))
        make = make_in(folder, lambda place: make_acceptor(place, fixed_key=FIXED_KEY))
        self.visit = Visit(make, self.unit, self.clerk, self.wire)
        self.run(2.0)

    def run(self, seconds: float) -> None:
        self.visit.run(self.visit.now + seconds)

    def state(self) -> Status:
        return self.visit.device.state().status


def test_nothing_but_the_agreement_is_said_in_clear(tmp_path: Path) -> None:
    sealed = Sealed(tmp_path)
    sealed.visit.hand("insert", paise=50000)
    sealed.run(5.0)
    assert len(sealed.clerk.heard(NoteStacked)) == 1
    reader = FrameReader()
    frames = [frame for raw in sealed.wire.heard for frame in reader.feed(raw, 0.0)]
    in_clear = [frame.data for frame in frames if frame.data[0] != 0x7E]
    agreement = [bytes((code,)) for code in (0x11, 0x4A, 0x4B, 0x4C)]
    # Twice, because the first poll of a unit that was switched on says that it was reset.
    assert [data[:1] for data in in_clear[::2]] == agreement * 2
    assert [data[:1] for data in in_clear[1::2]] == [b"\xf0"] * 8
    assert len(frames) > 40


def test_a_credit_said_again_by_somebody_at_the_cable_is_no_credit(tmp_path: Path) -> None:
    """Every answer of a paid note, recorded and played to the host for the next hour."""
    sealed = Sealed(tmp_path)
    sealed.visit.hand("insert", paise=50000)
    sealed.run(5.0)
    protocol = sealed.visit.device.protocol
    for raw in [*sealed.wire.heard]:
        protocol.receive_bytes(raw, sealed.visit.now)
        sealed.run(0.07)
    for sequence in (True, False):  # and a credit in clear
        forged = Frame(sequence, b"\xf0\xee\x06").to_bytes()
        for _ in range(5):
            protocol.receive_bytes(forged, sealed.visit.now)
            sealed.run(0.05)
    sealed.run(2.0)
    assert len(sealed.clerk.heard(NoteStacked)) == 1
    assert sealed.unit.physics()["in_box"] == {"50000": 1}
    assert sealed.state() is Status.READY


def test_an_order_said_again_to_the_unit_moves_nothing(tmp_path: Path) -> None:
    sealed = Sealed(tmp_path)
    sealed.visit.hand("insert", paise=50000)
    sealed.run(5.0)
    recorded = [*sealed.wire.heard]
    sealed.clerk.stacks = False
    sealed.visit.hand("insert", paise=10000)
    sealed.run(1.5)
    before = sealed.unit.refused
    for raw in recorded:
        sealed.unit.receive_bytes(raw, sealed.visit.now)
    assert sealed.unit.refused > before
    assert sealed.unit.physics()["in_box"] == {"50000": 1}


def test_a_unit_that_was_reset_gets_a_new_key_by_itself(tmp_path: Path) -> None:
    sealed = Sealed(tmp_path)
    sealed.visit.hand("power_cut")
    sealed.run(0.5)
    sealed.visit.hand("power_on")
    sealed.run(8.0)
    assert sealed.state() is Status.READY
    sealed.visit.hand("insert", paise=50000)
    sealed.run(5.0)
    assert len(sealed.clerk.heard(NoteStacked)) == 1


@pytest.mark.parametrize("count", [0, 7, 2**32 - 1])
def test_counts_that_fell_apart_end_in_a_new_key(tmp_path: Path, count: int) -> None:
    sealed = Sealed(tmp_path)
    cipher = sealed.unit._ram.cipher
    assert cipher is not None
    cipher.count = count
    sealed.run(12.0)
    assert sealed.state() is Status.READY
    sealed.visit.hand("insert", paise=50000)
    sealed.run(5.0)
    assert len(sealed.clerk.heard(NoteStacked)) == 1


def test_another_fixed_key_is_said_and_takes_no_note(tmp_path: Path) -> None:
    sealed = Sealed(tmp_path, fixed_key="00000000000000AA")
    sealed.visit.hand("insert", paise=50000)
    sealed.run(20.0)
    assert sealed.state() is not Status.READY
    assert sealed.clerk.told == []
    assert sealed.unit.physics()["in_box"] == {}


def test_a_unit_that_speaks_no_essp_is_said(tmp_path: Path) -> None:
    sealed = Sealed(tmp_path, fixed_key="", is_sealed_only=False)
    sealed.run(3.0)
    (fault,) = [f for f in sealed.visit.device.state().faults if f.code == "notes.device.refuses"]
    assert "SET_GENERATOR" in fault.detail and "NOT_KNOWN" in fault.detail


def test_a_key_that_is_none_says_what_is_meant(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="fixed_key"):
        make_acceptor(tmp_path, fixed_key="1234")
