"""Anything at all over the wire of a reader that captures, which no scan of ports looks for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import pytest

from drivers.base.loopback import Visit
from drivers.rd_service.driver import FingerReader
from tests.drivers import test_fuzz
from tests.drivers.rd_service.stage import AskingTill


class AtOnePort(FingerReader):
    ports: ClassVar[Sequence[int]] = [11100]


class FingerOnTheGlass(Visit):
    """A visit in which a finger lies on the glass before the mischief begins."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.at(0.5, lambda: self.hand("put_finger"))


def test_whatever_comes_over_the_wire_of_a_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """Prints are among what is hurt, and a PidData in the middle of a DeviceInfo."""
    monkeypatch.setattr(test_fuzz, "Till", lambda lease: AskingTill(1000))
    monkeypatch.setattr(test_fuzz, "Visit", FingerOnTheGlass)
    test_fuzz.test_whatever_comes_over_the_wire("rd_service", AtOnePort)
