"""The printer's side of the escape commands, with its physics: cards, ribbon, hopper, reject box.

It obeys one command at a time and answers when the movement is done. Its memory goes with the
power, the card in its path does not. How it numbers what it answers is assumed where the document
does not say (README.md).
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from drivers.base.emulator import Emulator
from drivers.base.protocol import NEVER
from drivers.evolis.card import Card, Tray
from drivers.evolis.codec import (
    FEEDER_IS_EMPTY,
    Ask,
    CommandReader,
    Do,
    Panel,
    Ribbon,
    Word,
    Words,
    answer_line,
)
from firmware.runtime.bench import BenchRefused

# Seconds of movements, about as a printer of this class takes them [D].
FETCH, TURN, EJECT, BOOT = 1.5, 2.0, 1.5, 3.0
PANEL_SECONDS = {"y": 4.0, "m": 4.0, "c": 4.0, "k": 3.0, "o": 3.0}
GIVES_UP = 4.0  # seconds without the rest of a panel or command [E]
CLEAN_EVERY = 1000  # cards [D]
HOPPER_ROOM, REJECT_ROOM = 20, 20  # cards [D]
MOST_WAITING = 64  # commands; a real one has less room, and answers no faster
MODEL, SERIAL, FIRMWARE = "Emulated card printer", "BENCH0001", "1.00"
SETTINGS = (Do.HOST_HANDLES_ERRORS, Do.FROM_FEEDER, "Pem;0")

Finish = Callable[[], str]


class CardPrinterEmulator(Emulator):
    """One printer with feeder, turner, output hopper and reject box.

    `ribbon_sides` and `cards` are what is in it at the start. With `out_folder`, every card that
    comes out is kept there as `card-0001-front.png` and `-back.png`, a rejected one as `rejected-`.
    """

    def __init__(
        self,
        speed: float = 1.0,
        ribbon: str = "ymcko",
        ribbon_sides: int = 200,
        cards: int = 100,
        out_folder: str = "",
        seed: int = 1,
    ) -> None:
        super().__init__(speed)
        folder = Path(out_folder) if out_folder else None
        self.hopper, self.rejects = Tray("card", folder), Tray("rejected", folder)
        self.card: Card | None = None  # in the path
        self.serial = SERIAL
        self._ribbon, self._ribbon_sides, self._feeder = Ribbon(ribbon), ribbon_sides, cards
        self._printed = self._inserted = self._removed = 0
        self._until_cleaning = CLEAN_EVERY
        self._noise = random.Random(seed)
        self._has_power = True
        self._cover_is_open = self._jams_next = self._is_jammed = self._ribbon_is_broken = False
        self._ready_at = self._heard_at = self._looked_at = self._deaf_until = 0.0
        self._forget()

    def _forget(self) -> None:
        """What RAM holds goes with the power."""
        self._reader = CommandReader()
        self._waiting: deque[Words | Panel] = deque(maxlen=MOST_WAITING)
        self._finish: Finish | None = None  # of what it does now
        self._free_at = 0.0
        self._selected: Ribbon | None = None
        self._outgoing.clear()

    # --- the wire ---------------------------------------------------------------------------

    def receive_bytes(self, data: bytes, now: float) -> None:
        self._work(now)
        if not self._has_power or now < self._ready_at or now < self._deaf_until:
            return
        self._heard_at = now
        self._waiting.extend(self._reader.feed(data))
        self._work(now)

    def bytes_to_send(self) -> bytes:
        data = super().bytes_to_send()
        is_heard = self._has_power and self._looked_at >= self._deaf_until
        return data if is_heard else b""

    def tick(self, now: float) -> None:
        self._work(now)

    def next_deadline(self) -> float:
        if not self._has_power:
            return NEVER
        gives_up = self._heard_at + GIVES_UP if self._reader.is_waiting else NEVER
        return min(gives_up, self._free_at if self._finish is not None else NEVER)

    def _say(self, text: str) -> None:
        self._outgoing += answer_line(text)

    # --- the mechanism ----------------------------------------------------------------------

    def _work(self, now: float) -> None:
        """Do everything that the mechanism has had time for."""
        self._looked_at = now
        if not self._has_power or now < self._ready_at:
            return
        if self._reader.is_waiting and now >= self._heard_at + GIVES_UP:
            self._reader.clear()
            self._say(Word.TIME_OUT)
        while self._finish is not None or self._waiting:
            if self._finish is None:
                self._begin(self._waiting.popleft(), now)
            elif now >= self._free_at:
                finish, self._finish = self._finish, None
                self._say(finish())
            else:
                return

    def _begin(self, command: Words | Panel, now: float) -> None:
        if isinstance(command, Panel):
            self._move(PANEL_SECONDS[command.ink], lambda: self._print(command), now)
            return
        match command.text:
            case text if text in list(Ask):
                self._say(self._answer(Ask(text)))
            case text if text in SETTINGS:
                self._say(Word.OK)
            case text if text.startswith("Pr;"):
                self._say(self._select(text.removeprefix("Pr;")))
            case Do.START:
                self._move(FETCH, self._fetch, now)
            case Do.FRONT:
                self._say(Word.OK if self.card is not None else Word.ERROR)
            case Do.TURN:
                self._move(TURN, self._turn, now)
            case Do.EJECT:
                self._move(EJECT, self._eject, now)
            case Do.REJECT:
                self._move(EJECT, self._reject, now)
            case _:
                self._say(Word.UNKNOWN_COMMAND)

    def _move(self, seconds: float, finish: Finish, now: float) -> None:
        """Something moves, unless the cover is open, then or at the end."""
        if self._cover_is_open:
            self._say(Word.COVER_OPEN)
            return
        self._free_at = now + seconds / self.speed
        self._finish = lambda: Word.COVER_OPEN if self._cover_is_open else finish()

    def _answer(self, ask: Ask) -> str:
        answers: dict[Ask, str | int] = {
            Ask.MODEL: MODEL,
            Ask.SERIAL: self.serial,
            Ask.FIRMWARE: FIRMWARE,
            Ask.PRINTED: self._printed,
            Ask.INSERTED: self._inserted,
            Ask.UNTIL_CLEANING: self._until_cleaning,
            Ask.CARD_INSIDE: int(self.card is not None),
            Ask.COVER: int(self._cover_is_open),
            Ask.RIBBON_ENDED: int(not self._ribbon_sides),
            Ask.RIBBON: self._ribbon.upper(),
            Ask.RIBBON_LEFT: self._ribbon_sides,
            Ask.FEEDER: 0 if self._feeder else FEEDER_IS_EMPTY,
        }
        return str(answers[ask])

    def _select(self, panels: str) -> Word:
        if panels not in list(Ribbon):
            return Word.BAD_PARAMETER
        self._selected = Ribbon(panels)
        return Word.OK

    def _fetch(self) -> Word:
        if self.card is not None:
            return Word.CARD_JAM
        if not self._feeder:
            return Word.FEEDER_EMPTY
        if self._selected is None:
            return Word.BAD_PARAMETER
        self._feeder -= 1
        self._inserted += 1
        self.card = Card(self._selected)
        return self._jam_or_ok()

    def _jam_or_ok(self) -> Word:
        self._is_jammed = self._is_jammed or self._jams_next
        self._jams_next = False
        return Word.CARD_JAM if self._is_jammed else Word.OK

    def _turn(self) -> Word:
        if self.card is None:
            return Word.ERROR
        if self._jam_or_ok() is Word.CARD_JAM:
            return Word.CARD_JAM
        self.card.turn()
        return Word.OK

    def _print(self, panel: Panel) -> Word:
        card = self.card
        if card is None or panel.ink != card.next_ink:
            return Word.BAD_PARAMETER
        if self._jam_or_ok() is Word.CARD_JAM:
            return Word.CARD_JAM
        is_first = panel.ink == card.ribbon[0]
        is_there = self._ribbon_sides > 0 or not is_first
        if self._ribbon_is_broken or self._ribbon is not card.ribbon or not is_there:
            return Word.RIBBON_ERROR
        self._ribbon_sides -= is_first
        card.print(panel)
        return Word.OK

    def _eject(self) -> Word:
        """The counter of cards moves when a card is let out [E]."""
        word = self._let_go(self.hopper, HOPPER_ROOM)
        if word is Word.OK:
            self._printed += 1
            self._until_cleaning = max(0, self._until_cleaning - 1)
        return word

    def _reject(self) -> Word:
        return self._let_go(self.rejects, REJECT_ROOM)

    def _let_go(self, tray: Tray, room: int) -> Word:
        if self.card is None:
            return Word.ERROR
        if self._jam_or_ok() is Word.CARD_JAM:
            return Word.CARD_JAM
        if len(tray.waiting) >= room:
            return Word.HOPPER_FULL
        tray.take_in(self.card)
        self.card = None
        return Word.OK

    # --- hands ------------------------------------------------------------------------------

    def hand_load_cards(self, now: float, count: int = 100) -> None:
        """Fill the feeder: `count` blank cards are in it then."""
        self._feeder = count

    def hand_take_card(self, now: float) -> None:
        """Take every card that lies in the output hopper."""
        if not self.hopper.empty():
            raise BenchRefused("no card lies in the output hopper")

    def hand_empty_rejects(self, now: float) -> None:
        if not self.rejects.empty():
            raise BenchRefused("the reject box is empty")

    def hand_fill_rejects(self, now: float) -> None:
        """Blank cards fill the reject box: nobody has emptied it for weeks."""
        while len(self.rejects.waiting) < REJECT_ROOM:
            self.rejects.take_in(Card(self._ribbon))

    def hand_change_ribbon(self, now: float, ribbon: str = "ymcko", sides: int = 200) -> None:
        self._must_be_open("the ribbon")
        self._ribbon, self._ribbon_sides = Ribbon(ribbon), sides
        self._ribbon_is_broken = False

    def hand_ribbon_break(self, now: float) -> None:
        self._work(now)
        self._ribbon_is_broken = True

    def hand_open_cover(self, now: float) -> None:
        self._work(now)
        self._cover_is_open = True

    def hand_close_cover(self, now: float) -> None:
        self._work(now)
        self._cover_is_open = False

    def hand_jam(self, now: float) -> None:
        """The next card that moves stays where it is."""
        self._work(now)
        self._jams_next = True

    def hand_clear_jam(self, now: float) -> None:
        """Take out whatever card is in the path."""
        self._must_be_open("the card path")
        self._removed += self.card is not None
        self.card = None
        self._is_jammed = self._jams_next = False

    def hand_clean(self, now: float) -> None:
        self._until_cleaning = CLEAN_EVERY

    def hand_wear(self, now: float) -> None:
        """So many cards went through that it must be cleaned."""
        self._until_cleaning = 0

    def hand_power_cut(self, now: float) -> None:
        self._work(now)
        self._has_power = False
        self._forget()

    def hand_power_on(self, now: float) -> None:
        if not self._has_power:
            self._has_power = True
            self._ready_at = now + BOOT / self.speed

    def hand_power_cycle(self, now: float) -> None:
        self.hand_power_cut(now)
        self.hand_power_on(now)

    def hand_link_drop(self, now: float, seconds: float = 2.0) -> None:
        """What either side sends in that time is lost on the way."""
        self._deaf_until = now + seconds

    def hand_noise(self, now: float, count: int = 16) -> None:
        """A bad contact: bytes that nobody sent arrive at the host."""
        self._outgoing += self._noise.randbytes(count)

    def _must_be_open(self, what: str) -> None:
        if not self._cover_is_open:
            raise BenchRefused(f"{what} is behind the cover, which is closed")

    def physics(self) -> dict[str, Any]:
        return {
            "feeder": self._feeder,
            "hopper": [{"is_whole": card.is_whole} for card in self.hopper.waiting],
            "given_out": self.hopper.count,
            "halves_given_out": self.hopper.halves,
            "rejected": self.rejects.count,
            "removed": self._removed,
            "card_is_inside": self.card is not None,
            "ribbon": self._ribbon,
            "ribbon_sides": self._ribbon_sides,
            "cover_is_open": self._cover_is_open,
            "is_jammed": self._is_jammed,
            "has_power": self._has_power,
        }
