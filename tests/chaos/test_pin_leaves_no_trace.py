"""M10: every byte that a kiosk writes, sends, retains and logs while PINs are typed, searched."""

from __future__ import annotations

import base64
import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path

import aiomqtt
import pytest

from firmware.contract.screen import Action, Attract, Desk, Pin
from firmware.demo.citizen import Citizen
from firmware.runtime.sealing import LENGTH, OneTimeKey, seal
from firmware.till.access import Operator, hash_pin, to_toml
from tests.chaos.memory import Kiosk, kiosk_in
from tests.chaos.runs import K_NUMBER, RAM, forked
from tests.chaos.visitor import Visit
from tests.chaos.wiring import Broker

RIGHT, WRONG = "91827364", "48205917"


class Listener(logging.Handler):
    """Keeps every line of every log, the debug ones too."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.getMessage()} {record.args!r} {record.exc_text}")


def spellings(digits: str) -> Iterator[bytes]:
    """How the digits could stand in bytes, if somebody had let them."""
    text, number = digits.encode(), int(digits)
    yield from (text, digits.encode("utf-16-le"), digits.encode("utf-16-be"), text[::-1])
    yield from (text.hex().encode(), text.hex().upper().encode(), f"{number:x}".encode())
    yield from (number.to_bytes(4, "big"), number.to_bytes(4, "little"))
    yield from (b", ".join(bytes([d]) for d in text), b",".join(bytes([d]) for d in text))
    yield from (bytes(int(digit) for digit in digits), b"\0".join(bytes([d]) for d in text))
    for shift in range(3):  # wherever they begin in a longer text
        coded = base64.b64encode(b"\0" * shift + text)
        yield coded[4 if shift else 0 : len(text) // 3 * 4]


def found_in(heap: bytes, where: str) -> list[str]:
    return [
        f"{where}: {spelling!r}"
        for digits in (RIGHT, WRONG)
        for spelling in spellings(digits)
        if len(spelling) > 3 and spelling in heap
    ]


async def types_both(kiosk: Kiosk) -> None:
    """A wrong PIN, a right one, the menu, and out."""
    async with Citizen(kiosk.as_stage) as citizen:
        visit = Visit(kiosk.as_stage, citizen, K_NUMBER, kiosk.loop.time)
        await visit.is_open()
        for digits in (WRONG, RIGHT):
            while not isinstance(visit.shown, Pin):
                await visit.press(Action.OPERATOR)
            await visit.press(Action.ENTER, seal(digits, visit.shown.key))
        await visit.until(lambda: isinstance(visit.shown, Desk))
        assert isinstance(visit.shown, Desk)
        await visit.press(Action.FINISH)
        await visit.until(lambda: isinstance(visit.shown, Attract))


def lived(leaks_at: str) -> tuple[list[str], list[str]]:
    """What was found, and what was searched. `leaks_at` puts a PIN there on purpose."""
    listener, sent = Listener(), list[bytes]()
    logging.getLogger().addHandler(listener)
    logging.getLogger().setLevel(logging.DEBUG)
    inner = Broker.publish

    def publish(broker: Broker, message: aiomqtt.Message) -> None:
        sent.append(f"{message.topic} ".encode() + bytes(message.payload or b""))
        inner(broker, message)

    monkey = pytest.MonkeyPatch()
    monkey.setattr(Broker, "publish", publish)
    with tempfile.TemporaryDirectory(dir=RAM) as place, kiosk_in(Path(place)) as kiosk:
        operator = Operator("R. Meena", "operator", hash_pin(RIGHT.encode(), 1, 8192))
        Path(kiosk.config.paths.operators).write_text(to_toml([operator]))
        kiosk.loop.run_until_complete(types_both(kiosk))
        match leaks_at:
            case "log":
                logging.getLogger("core").debug("PIN %s", RIGHT)
            case "bus":
                sent.append(WRONG.encode("utf-16-le"))
            case "file":
                (Path(place) / "state/core/notes").write_bytes(b"x" + RIGHT.encode())
            case _:
                pass
        files = [path for path in Path(place).rglob("*") if path.is_file()]
        leaks = [leak for path in files for leak in found_in(path.read_bytes(), path.name)]
        searched = [path.name for path in files]
    leaks += found_in("\n".join(listener.lines).encode(), "log")
    leaks += found_in(b"\n".join(sent), "bus")
    return leaks, [*searched, f"{len(sent)} messages", f"{len(listener.lines)} lines"]


def in_a_child(leaks_at: str) -> tuple[list[str], list[str]]:
    """A kiosk in memory ends with its operating-system process, see memory.py."""
    with forked() as pool:
        return pool.apply(lived, (leaks_at,))


def test_no_pin_is_in_any_file_message_or_line() -> None:
    leaks, searched = in_a_child("")
    assert leaks == []
    assert {"journal.db", "visit.json", "operators.toml"} <= set(searched)
    assert all(int(each.split()[0]) > 20 for each in searched[-2:]), searched


@pytest.mark.parametrize("where", ["log", "bus", "file"])
def test_a_pin_that_is_there_is_found(where: str) -> None:
    assert len(in_a_child(where)[0]) >= 1


def test_a_sealed_pin_does_not_tell_how_long_it_is() -> None:
    key = OneTimeKey().public
    assert len({len(seal("7" * digits, key)) for digits in range(LENGTH + 1)}) == 1
