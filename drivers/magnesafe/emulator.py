"""The reader's side: it reads every card, encrypts it under its next DUKPT key, and sends a report.

Its keys are the published test keys, and it has no memory for its counter: every new emulator is
another reader, with another key serial number.
"""

from __future__ import annotations

import random
import secrets
from collections import deque
from typing import Any

from drivers.base.emulator import Emulator
from drivers.base.plastic import Plastic, find_card
from drivers.base.protocol import NEVER
from drivers.base.transfers import Pipe, TransferReader, UsbIdentity, framed
from drivers.magnesafe.codec import (
    FEATURE_SIZE,
    KSN_SIZE,
    PRODUCT,
    REPORT_SIZE,
    TRACKS,
    VENDOR,
    Command,
    EncodeType,
    Encryption,
    Mask,
    Property,
    Result,
    write_report,
)
from firmware.runtime import dukpt
from firmware.runtime.bench import BenchRefused

SWIPE = 0.4  # seconds a card takes through the slot; chosen
TEST_BDK = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")  # ANSI X9.24-1, annex A
KEY_SET = bytes.fromhex("FFFF98")  # in front of every KSN of ours; the rest is the device
FIRMWARE = b"21042812D01"  # a software id as the manual shows one
DAMAGES = ("", "scratch", "blank")
GOOD = Encryption.KEY_INJECTED | Encryption.ENABLED


class MagneSafeEmulator(Emulator):
    """One reader. `ksn` is its first, in hex; empty: another reader every time.

    `mask` is the property as the reader has it; `keeps_settings`: security level 3, where no
    setting may be changed without the right keys.
    """

    def __init__(
        self,
        speed: float = 1.0,
        serial: str = "B1A2C3D",
        ksn: str = "",
        mask: str = "04040Y",
        uses_data_variant: bool = False,
        keeps_settings: bool = True,
    ) -> None:
        super().__init__(speed)
        self.usb = UsbIdentity(VENDOR, PRODUCT, serial, "Mag-Tek", "USB Swipe Reader", REPORT_SIZE)
        self._ksn: bytes | None = bytes.fromhex(ksn) if ksn else _another_reader()
        self._initial = dukpt.initial_key(TEST_BDK, self._ksn or bytes(KSN_SIZE))
        self._settings = {Property.ISO_MASK: mask.encode()}
        self._keeps_settings = keeps_settings
        self._status = GOOD | (Encryption.DATA_VARIANT if uses_data_variant else Encryption(0))
        self._chance = random.Random(serial)
        self._reader, self._answer = TransferReader(), b""
        self._swipes: deque[tuple[float, Plastic, str]] = deque()
        self._counts = {"swiped": 0, "sent": 0}
        self._has_power = True

    # --- the wire ------------------------------------------------------------------------------

    def connected(self, now: float) -> None:
        self._reader.clear()

    def receive_bytes(self, data: bytes, now: float) -> None:
        self.tick(now)
        if not self._has_power:
            return
        for transfer in self._reader.feed(data, now):
            if transfer.pipe is Pipe.SET_FEATURE and len(transfer.data) >= 2:
                self._answer = self._obey(bytes(transfer.data))
            elif transfer.pipe is Pipe.GET_FEATURE:
                padded = self._answer + bytes(FEATURE_SIZE - len(self._answer))
                self._outgoing += framed(Pipe.FEATURE, padded)

    def _obey(self, report: bytes) -> bytes:
        """Result code, length, data."""
        command, data = report[0], report[2 : 2 + report[1]]
        result, answer = Result.BAD_PARAMETER, b""
        if command == Command.GET_PROPERTY and len(data) == 1:
            result, answer = self._property(data[0])
        elif command == Command.SET_PROPERTY and data[:1] == bytes((Property.ISO_MASK,)):
            result = self._set_mask(data[1:])
        elif command == Command.GET_KSN:
            result, answer = Result.SUCCESS, self._ksn or bytes(KSN_SIZE)
        return bytes((result, len(answer))) + answer

    def _property(self, which: int) -> tuple[Result, bytes]:
        assert self.usb is not None
        known = {
            Property.SOFTWARE_ID: FIRMWARE,
            Property.DEVICE_SERIAL: self.usb.serial.encode(),
            **self._settings,
        }
        if which not in known:
            return Result.BAD_PARAMETER, b""
        return Result.SUCCESS, known[Property(which)]

    def _set_mask(self, value: bytes) -> Result:
        if self._keeps_settings:
            return Result.INVALID_OPERATION
        if Mask.read(value) is None:
            return Result.BAD_PARAMETER
        self._settings[Property.ISO_MASK] = value
        return Result.SUCCESS

    # --- the card ------------------------------------------------------------------------------

    def tick(self, now: float) -> None:
        while self._swipes and self._swipes[0][0] <= now:
            _, card, damage = self._swipes.popleft()
            if self._has_power:
                self._counts["sent"] += 1
                self._outgoing += framed(Pipe.INPUT, self._report(card, damage))

    def next_deadline(self) -> float:
        return self._swipes[0][0] if self._swipes else NEVER

    def _report(self, card: Plastic, damage: str) -> bytes:
        assert self.usb is not None
        ksn, self._ksn = self._ksn, dukpt.next_ksn(self._ksn) if self._ksn else None
        if ksn is None:
            self._status |= Encryption.KEYS_EXHAUSTED
        tracks = {} if damage or ksn is None else _by_number(card)
        is_encrypted = GOOD & ~self._status == Encryption(0)
        return write_report(
            tracks={
                number: self._encrypted(track, ksn) if is_encrypted and ksn else track
                for number, track in tracks.items()
            },
            masked={number: self._masked(track, number) for number, track in tracks.items()},
            errors=tuple(bool(damage == "scratch" and card.tracks[place]) for place in range(3)),
            serial=self.usb.serial,
            encryption=self._status,
            ksn=ksn if ksn is not None and is_encrypted else bytes(KSN_SIZE),
            encode_type=_type_of(card, damage),
        )

    def _encrypted(self, track: bytes, ksn: bytes) -> bytes:
        key = dukpt.transaction_key(self._initial, ksn)
        is_data = Encryption.DATA_VARIANT in self._status
        return dukpt.tdes_encrypt(dukpt.data_key(key) if is_data else dukpt.pin_key(key), track)

    def _masked(self, track: bytes, number: int) -> bytes:
        """Sentinels, name, expiry date and separators stay; of the number, what the mask shows."""
        mask = Mask.read(self._settings[Property.ISO_MASK])
        start, separator = (2, b"^") if number == 1 else (1, b"=")
        end = track.find(separator)
        if mask is None or end < 0:
            return track[:start] + b"0" * (len(track) - start - 1) + track[-1:]
        pan = track[start:end]
        hidden = max(0, len(pan) - mask.first - mask.last)
        shown = pan[: mask.first] + mask.hides.encode() * hidden + pan[len(pan) - mask.last :]
        second = track.find(separator, end + 1) if number == 1 else end
        rest = track[second + 5 : -1]
        return track[:start] + shown + track[end : second + 5] + b"0" * len(rest) + track[-1:]

    def hand_swipe(self, now: float, card: str = "visa", damage: str = "") -> None:
        """`damage`: scratch (no track decodes), blank (the wrong side)."""
        if damage not in DAMAGES:
            raise BenchRefused(f"no damage {damage!r}; known: {', '.join(DAMAGES[1:])}")
        plastic = find_card(card)
        self._counts["swiped"] += 1
        self._swipes.append((now + SWIPE / self.speed, plastic, damage))

    # --- trouble -------------------------------------------------------------------------------

    def hand_lose_keys(self, now: float) -> None:
        """The case was opened: the reader erases its keys, and sends what it reads in clear."""
        self._status &= ~Encryption.KEY_INJECTED

    def hand_use_up_keys(self, now: float) -> None:
        self._ksn = None

    def hand_power_cut(self, now: float) -> None:
        """It has its power from the bus; here, it is mute and the cable stays."""
        self._has_power = False

    def hand_power_on(self, now: float) -> None:
        self._has_power = True

    def hand_noise(self, now: float) -> None:
        self._outgoing += self._chance.randbytes(7)

    def physics(self) -> dict[str, Any]:
        return {
            **self._counts,
            "has_power": self._has_power,
            "ksn": self._ksn.hex().upper() if self._ksn else "",
        }


def _another_reader() -> bytes:
    """A device id nobody has used, and the first counter."""
    device = int.from_bytes(KEY_SET + secrets.token_bytes(KSN_SIZE - len(KEY_SET)))
    return ((device & ~dukpt.COUNTER_MASK) | 1).to_bytes(KSN_SIZE)


def _by_number(card: Plastic) -> dict[int, bytes]:
    return {number: track for number, track in zip(TRACKS, card.tracks, strict=True) if track}


def _type_of(card: Plastic, damage: str) -> EncodeType:
    if damage:
        return EncodeType.NONE if damage == "blank" else EncodeType.UNDETERMINED
    return EncodeType.ISO if card.track1 or b"=" in card.track2 else EncodeType.OTHER
