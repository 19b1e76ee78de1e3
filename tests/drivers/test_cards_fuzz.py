"""Anything at all on the wire of an armed card reader, which no scan of ports looks for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import pytest

from drivers.base.device import WireDevice
from drivers.base.loopback import Visit
from drivers.magnesafe.driver import MagneSafeReader
from drivers.magstripe.driver import StripeReader
from firmware.contract.device import Kind
from tests.drivers import test_fuzz
from tests.drivers.magstripe.stage import PUBLIC_KEY, ArmingTill

SWIPES = (0.5, 1.2, 2.0)  # seconds; so that there are reports and blocks to hurt


class Stripe(StripeReader):
    kind = Kind.CARD
    usual_options: ClassVar[dict[str, Any]] = {"public_key": PUBLIC_KEY}


class MagneSafe(MagneSafeReader):
    kind = Kind.CARD
    usual_options: ClassVar[dict[str, Any]] = {"usb": "bench"}


class SwipingVisit(Visit):
    """A visit in which a citizen swipes before the mischief begins."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        for when in SWIPES:
            self.at(when, lambda: self.hand("swipe", card="visa"))


@pytest.fixture
def armed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(test_fuzz, "Till", lambda lease: ArmingTill())
    monkeypatch.setattr(test_fuzz, "Visit", SwipingVisit)
    yield


@pytest.mark.usefixtures("armed")
@pytest.mark.parametrize(("family", "kind"), [("magstripe", Stripe), ("magnesafe", MagneSafe)])
def test_whatever_comes_over_the_wire_of_a_card_reader(
    family: str, kind: type[WireDevice[Any, Any]]
) -> None:
    test_fuzz.test_whatever_comes_over_the_wire(family, kind)
