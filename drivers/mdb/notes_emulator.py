"""The validator's side of MDB: bills in escrow, a stacker that counts, and faults said once."""

from __future__ import annotations

from collections.abc import Sequence

from drivers.base.notes_emulator import INDIAN_NOTES, PAISE, NoteUnit
from drivers.base.notes_mechanics import Seen
from drivers.mdb.bench_adapter import BenchAdapter
from drivers.mdb.bills import (
    BILL_ID,
    FULL,
    Bill,
    BillActivity,
    Bills,
    BillSetup,
    BillStatus,
    BillWord,
    bill_byte,
)
from drivers.mdb.codec import Identification, Said, types_in
from drivers.mdb.protocol import MOST_ACTIVITY

BOOT = 0.5  # seconds from power to the first answer; chosen
UNIT = 10  # rupees: scaling factor 10, no decimals
RETURNED_BY_HOST = "host"


class BillValidatorEmulator(NoteUnit):
    """One validator. `denominations` are rupees of bill types 0, 1, 2 ..."""

    def __init__(
        self,
        speed: float = 1.0,
        serial: int = 815,
        denominations: Sequence[int] = INDIAN_NOTES,
        capacity: int = 300,
    ) -> None:
        super().__init__(speed, denominations, capacity, seed=serial)
        self.adapter = BenchAdapter(self, serial)
        self._serial = serial
        self._stacked = 0  # since the stacker was emptied; kept without power
        self._reset_memory()
        self._ready_at = 0.0

    def _reset_memory(self) -> None:
        self._says: list[BillActivity] = [Said(BillStatus.JUST_RESET)]
        self._said = 0
        self._accepted: frozenset[int] = frozenset()
        self._told_faults: set[BillStatus] = set()

    # --- the wire -------------------------------------------------------------------------------

    def connected(self, now: float) -> None:
        self.adapter.plug()

    def receive_bytes(self, data: bytes, now: float) -> None:
        self.tick(now)
        self._outgoing += self.adapter.hear(data, now)

    def obey(self, command: bytes, now: float) -> bytes | None:
        if not self._can_hear or now < self._ready_at:
            return None
        match command[0]:
            case Bills.RESET:
                self._reset(now)
                return b""
            case Bills.SETUP:
                return self._setup().to_data()
            case Bills.POLL:
                return self._poll()
            case Bills.BILL_TYPE if len(command) == 5:
                self._accepted = types_in(command[1:3])
                return b""
            case Bills.ESCROW if len(command) == 2:
                return self._escrow(command[1], now)
            case Bills.STACKER:
                return (self._stacked | (FULL if self._is_full else 0)).to_bytes(2, "big")
            case Bills.EXPANSION if command == BILL_ID:
                serial = f"{self._serial:012d}"
                return Identification("KBN", serial, "BENCH BILLS", "0101", 0).to_data(False)
            case _:
                return None

    def acknowledged(self, command: bytes) -> None:
        if command[0] == Bills.POLL:
            del self._says[: self._said]
            self._said = 0

    def _setup(self) -> BillSetup:
        credits = [paise // PAISE // UNIT for paise in self._values]
        padded = (*credits, *[0] * (16 - len(credits)))
        capacity = self._mechanics.capacity
        return BillSetup(1, b"\x13\x56", UNIT, 0, capacity, b"\0\0", True, padded)

    def _poll(self) -> bytes:
        self._say_faults()
        lasting: list[BillActivity] = []
        if self._is_in_escrow:
            lasting.append(Bill(self._mechanics.channel - 1, BillWord.IN_ESCROW))
        if not self._accepted:
            lasting.append(Said(BillStatus.DISABLED))
        self._said = min(len(self._says), MOST_ACTIVITY - len(lasting))
        return b"".join(bill_byte(each) for each in (*self._says[: self._said], *lasting))

    def _say_faults(self) -> None:
        """Once for each occurrence; then it lets nothing in until it is mended."""
        present = set()
        if self._mechanics.jam is not None:
            present.add(BillStatus.JAMMED)
        if not self._box_is_present:
            present.add(BillStatus.CASH_BOX_OUT)
        self._says += [Said(status) for status in sorted(present - self._told_faults)]
        self._told_faults = present

    def _escrow(self, what: int, now: float) -> bytes:
        if not self._is_in_escrow:
            self._says.append(Said(BillStatus.INVALID_ESCROW))
        elif what:
            self._mechanics.stack(now)
        else:
            self._mechanics.reject(RETURNED_BY_HOST, now)
        return b""

    def _reset(self, now: float) -> None:
        """A bill in escrow goes back."""
        if self._is_in_escrow:
            self._mechanics.reject(RETURNED_BY_HOST, now)
        self._reset_memory()

    # --- paper ----------------------------------------------------------------------------------

    def _lets_in(self) -> list[int]:
        return [paise for number, paise in enumerate(self._values) if number in self._accepted]

    def _see(self, seen: list[Seen], now: float) -> None:
        number = self._mechanics.channel - 1
        for event in seen:
            match event:
                case Seen.PAST_RECOVERY:
                    self._stacked += 1  # counted there; said when it lies
                    self._says.append(Bill(number, BillWord.STACKED))
                case Seen.CLEARED_TO_BOX:
                    self._stacked += 1
                    self._says.append(Bill(number, BillWord.STACKED))
                case Seen.BACK_IN_HAND:
                    self._says.append(self._why_back(number))
                case Seen.CLEARED_TO_HAND if number >= 0:
                    self._says.append(Bill(number, BillWord.RETURNED))
                case _:
                    pass

    def _why_back(self, number: int) -> BillActivity:
        match self._mechanics.last_refusal:
            case "not_recognised" | "length":
                return Said(BillStatus.REJECTED)
            case "inhibited":
                return Bill(number, BillWord.DISABLED_REJECTED)
            case _:
                return Bill(number, BillWord.RETURNED)

    def _boot(self, now: float) -> None:
        self._reset_memory()
        self._ready_at = now + BOOT / self.speed
        self._see(self._mechanics.regain_power(escrow_goes_back=True), now)

    def _be_cheated(self, now: float) -> None:
        self._says.append(Said(BillStatus.CREDITED_BILL_REMOVAL))

    def hand_empty_stacker(self, now: float) -> None:
        super().hand_empty_stacker(now)
        self._stacked = 0

    def hand_noise(self, now: float, count: int = 3) -> None:
        """Garbage from the adapter now, and a bit hurt on the bus in the next `count` answers."""
        self._outgoing += self.adapter.noise()
        self.adapter.noisy_answers = count
