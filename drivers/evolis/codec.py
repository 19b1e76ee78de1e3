"""Evolis escape commands: bytes <-> values, in the order of protocols/card-printers.md, 9.1.

A command is `ESC <words> CR`, an answer a line of text. The document labels how sure each fact is,
from [A], read in the maker's manual, to [E], a guess; the label stands beside each fact here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

ESC, CR, LF, NUL = 0x1B, 0x0D, 0x0A, 0x00
ENDS = frozenset((CR, LF, NUL))  # of an answer [B]
SEPARATOR = ";"  # [A]
LONGEST_ANSWER = 80  # bytes; the longest of the document has 24, a model's name some more

CARD_LINES = 1016  # lines of a bitmap: the long edge of a CR80 card at 300 dpi [B]
LINE_DOTS = 648  # dots of a line: the short edge [B]
CARD_DOTS = CARD_LINES * LINE_DOTS

# --- answers -------------------------------------------------------------------------------


class Word(StrEnum):
    """The answers with a meaning of their own, spelled as the printer spells them [B]."""

    OK = "OK"
    ERROR = "ERROR"
    UNKNOWN_COMMAND = "ERROR CDE"
    BAD_PARAMETER = "ERROR PARAMETRES"
    TIME_OUT = "ERROR TIME OUT"
    NEED_CLEANING = "NEED CLEANING"
    HOPPER_ERROR = "ERROR HOPPER"
    HOPPER_FULL = "HOPPER FULL"
    HOPPER_DOOR = "HOPPER DOOR"
    HEAD_ERROR = "ERROR HEAD"
    COVER_OPEN = "COVER OPEN"
    FEEDER_EMPTY = "FEEDER EMPTY"
    CARD_JAM = "CARD JAM"
    RIBBON_ERROR = "ERROR RIBBON"
    NOT_AVAILABLE = "OPT NOT AVAILABLE"
    MAGNETIC_CHECKSUM = "ERROR MAG/MAGN CHECKSUM"
    MAGNETIC_DATA = "ERROR MAG/MAGN DATA"
    MAGNETIC = "ERROR MAG/MAGN"
    UNKNOWN_ERROR = "ERROR UNKNOW"


def word_in(answer: str) -> Word | None:
    """None for a text or a number. `OK` and anything behind it is OK, as the maker reads it [B]."""
    if answer.startswith(Word.OK):
        return Word.OK
    return Word(answer) if answer in list(Word) else None


def first_integer(answer: str) -> int | None:
    """How numbers are read, because the form of most answers is not known [E]."""
    found = re.search(r"\d{1,9}", answer)
    return int(found[0]) if found else None


def answer_line(text: str) -> bytes:
    return text.encode("ascii") + bytes((CR,))


class AnswerReader:
    """Cuts what the printer says into lines; what is no text is skipped, and counted."""

    def __init__(self) -> None:
        self._line = bytearray()
        self.corrupt = 0

    def feed(self, data: bytes) -> Iterator[str]:
        for byte in data:
            if byte in ENDS:
                yield from self._whole_line()
            elif len(self._line) <= LONGEST_ANSWER:
                self._line.append(byte)

    def _whole_line(self) -> Iterator[str]:
        raw = bytes(self._line)
        self._line.clear()
        if not raw:
            return
        if len(raw) > LONGEST_ANSWER or any(not 0x20 <= byte < 0x7F for byte in raw):
            self.corrupt += 1
            return
        yield raw.decode("ascii").strip()


# --- questions -----------------------------------------------------------------------------


class Ask(StrEnum):
    """R: read. The forms of the answers are [D] or [E] where it says so."""

    MODEL = "Rtp"  # text [B]
    SERIAL = "Rsn"  # text [B]
    FIRMWARE = "Rfv"  # text [B]
    PRINTED = "Rco;p"  # cards printed, ever: a number [B]
    INSERTED = "Rco;c"  # cards fetched, ever: a number [B]
    UNTIL_CLEANING = "Rco;r"  # cards before the next cleaning: a number [B]
    CARD_INSIDE = "Rlr;p"  # 0: none [E]
    COVER = "Rse;o"  # 0: closed [E]
    RIBBON_ENDED = "Rcr"  # 0: no [E]
    RIBBON = "Rrt"  # its panels, as `Pr` names them [E]
    RIBBON_LEFT = "Rrt;count"  # the first integer is what remains [E]
    FEEDER = "Sk;f"  # 0 not empty, 1 the first is, 2 the second is, 3 empty [A]


FEEDER_IS_EMPTY = 3  # [A]


class Ribbon(StrEnum):
    """Ribbons by their panels, as `Pr` selects them [B]."""

    MONOCHROME = "k"
    COLOUR = "ymcko"


def ribbon_in(answer: str) -> Ribbon | None:
    """None for a ribbon that this kiosk cannot use, or a name that it does not know."""
    name = answer.strip().lower()
    return Ribbon(name) if name in list(Ribbon) else None


# --- commands ------------------------------------------------------------------------------


class Do(StrEnum):
    """S: sequence, P: parameter."""

    HOST_HANDLES_ERRORS = "Pem;2"  # [B]
    FROM_FEEDER = "Pmi;F;s"  # [B]
    START = "Ss"  # the card is fetched [B]
    FRONT = "Sr"  # [C]
    TURN = "Sv"  # [C]
    EJECT = "Se"  # [B]
    REJECT = "Ser"  # to the reject box [B]


def command(words: str) -> bytes:
    return bytes((ESC,)) + words.encode("ascii") + bytes((CR,))


def select_ribbon(ribbon: Ribbon) -> bytes:
    return command(f"Pr{SEPARATOR}{ribbon}")


class Depth(StrEnum):
    """The b of `Db`: how a dot is written [B]. The document's 5 and 6 bits are not used here."""

    ONE_BIT = "2"
    SEVEN_BITS = "128"


PANEL_BYTES = {Depth.ONE_BIT: CARD_DOTS // 8, Depth.SEVEN_BITS: CARD_DOTS * 7 // 8}  # [B]
DEPTH_OF = {
    "y": Depth.SEVEN_BITS,
    "m": Depth.SEVEN_BITS,
    "c": Depth.SEVEN_BITS,
    "k": Depth.ONE_BIT,
    "o": Depth.ONE_BIT,
}


@dataclass(frozen=True)
class Panel:
    """One ink of one side. Raises ValueError unless `data` is a whole bitmap."""

    ink: str  # y m c k o
    data: bytes

    def __post_init__(self) -> None:
        expected = PANEL_BYTES[DEPTH_OF[self.ink]]
        if len(self.data) != expected:
            raise ValueError(f"panel {self.ink}: expected {expected} bytes, got {len(self.data)}")

    def __repr__(self) -> str:
        return f"Panel({self.ink}, {len(self.data)} bytes)"


def panel_header(ink: str) -> str:
    return f"Db;{ink};{DEPTH_OF[ink]};"


def download(panel: Panel) -> bytes:
    """`Db`: the printer answers when the panel is on the card."""
    head = bytes((ESC,)) + panel_header(panel.ink).encode("ascii")
    return head + panel.data + bytes((CR,))


PANEL_HEADERS = {panel_header(ink).encode("ascii"): ink for ink in DEPTH_OF}
LONGEST_COMMAND = 40  # bytes of one without a bitmap; those of the document are shorter


@dataclass(frozen=True)
class Words:
    """A command without a bitmap, as the printer reads it."""

    text: str


class CommandReader:
    """The printer's side: whole commands and panels out of bytes that are split anywhere."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._ink = ""  # of the panel that is being taken in

    @property
    def is_waiting(self) -> bool:
        """The beginning of a command or panel is there, and not its end."""
        return bool(self._buffer or self._ink)

    def clear(self) -> None:
        self._buffer.clear()
        self._ink = ""

    def feed(self, data: bytes) -> Iterator[Words | Panel]:
        self._buffer += data
        while (found := self._next()) is not None:
            yield found

    def _next(self) -> Words | Panel | None:
        if not self._ink:
            self._skip_to_command()
            self._ink = self._panel_begun()
        if self._ink:
            return self._next_panel()
        end = self._buffer.find(CR)
        if end < 0:
            del self._buffer[LONGEST_COMMAND:]  # noise without an end
            return None
        text = bytes(self._buffer[:end]).decode("ascii", "replace")
        del self._buffer[: end + 1]
        return Words(text)

    def _skip_to_command(self) -> None:
        """ESC may be left out behind a CR [B]; NUL and ends of lines mean nothing."""
        skipped = (ESC, LF, NUL, CR)
        at = next((i for i, byte in enumerate(self._buffer) if byte not in skipped), None)
        del self._buffer[: len(self._buffer) if at is None else at]

    def _panel_begun(self) -> str:
        for header, ink in PANEL_HEADERS.items():
            if self._buffer.startswith(header):
                del self._buffer[: len(header)]
                return ink
        return ""

    def _next_panel(self) -> Panel | None:
        size = PANEL_BYTES[DEPTH_OF[self._ink]]
        if len(self._buffer) < size:
            return None
        panel = Panel(self._ink, bytes(self._buffer[:size]))
        del self._buffer[:size]
        self._ink = ""
        return panel
