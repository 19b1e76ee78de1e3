"""Every state of the printer, and every fault in it: printed once, or not printed and said so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from drivers.escpos.states import State
from firmware.contract.device import Status, TicketPrinted
from tests.drivers.escpos.bench import Counter

Act = Callable[[Counter], None]


def hand(action: str, **arguments: float) -> Act:
    return lambda counter: counter.hand(action, **arguments)


FAULTS: dict[str, tuple[Act, Act]] = {  # what strikes, and what mends it
    "paper out": (hand("pull_paper"), hand("load_paper")),
    "cover open": (hand("open_cover"), hand("close_cover")),
    "jam": (hand("jam_cutter"), hand("clear_cutter")),
    "link lost": (lambda counter: counter.visit.unplug(), lambda counter: counter.visit.plug()),
    "power cut": (hand("power_cut"), hand("power_on")),
}


def printing(counter: Counter) -> None:
    counter.run(1)
    counter.till.jobs = ["a"]
    counter.order("a")
    counter.run_until_ink(20)


def blocked(counter: Counter) -> None:
    counter.run(1)
    counter.hand("overheat")
    counter.run(0.5)


def silent(counter: Counter) -> None:
    counter.run(1)
    counter.hand("link_drop", seconds=6.0)
    counter.run(5.5)


def unplugged(counter: Counter) -> None:
    counter.run(1)
    counter.visit.unplug()


STATES: dict[State, Act] = {
    State.UNPLUGGED: unplugged,
    State.STARTING: lambda counter: counter.run(0.002),
    State.IDLE: lambda counter: counter.run(1),
    State.PRINTING: printing,
    State.BLOCKED: blocked,
    State.SILENT: silent,
}


@pytest.mark.parametrize("usb", [False, True], ids=["serial", "usb"])
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
def test_a_ticket_is_printed_once_or_said_not_to_be(
    tmp_path: Path, state: State, fault: str, usb: bool
) -> None:
    counter, (strike, mend) = Counter(tmp_path, usb=usb), FAULTS[fault]
    STATES[state](counter)
    assert counter.device.protocol.state is state
    strike(counter)
    counter.till.jobs = ["a"]
    counter.run(2.5)
    mend(counter)
    counter.hand("cool")
    counter.visit.plug()
    counter.run(10)
    printed = counter.till.journal["a"] == TicketPrinted("a")
    assert sum(ticket["is_whole"] for ticket in counter.tickets) == printed, counter.tickets
    counter.till.jobs = ["b"]
    counter.run(6)
    assert counter.till.journal["b"] == TicketPrinted("b")
    assert counter.device.state().status is Status.READY
    assert sum(ticket["is_whole"] for ticket in counter.tickets) == printed + 1
