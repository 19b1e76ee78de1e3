"""Power, wire and process go in the middle of a card: it is settled, and never printed twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.base.loopback import Wire
from drivers.evolis.codec import Ask, Do, command
from firmware.contract.device import Acknowledge, Outcome, Status
from firmware.contract.document import DocumentPrinted
from tests.drivers.evolis.bench import Counter, order, printed, runs_until_ejecting, started

EJECT = command(Do.EJECT)


class AnswerLost(Wire):
    """Loses what the printer says next, once the host has let a card out."""

    def __init__(self) -> None:
        self.is_next = False

    def carry(self, data: bytes) -> list[tuple[float, bytes]]:
        if self.is_next:
            self.is_next = False
            return []
        self.is_next = data == EJECT
        return super().carry(data)


class AnswerTwice(Wire):
    """The answer to this question is heard twice, once: those behind it are heard too early."""

    def __init__(self, question: bytes) -> None:
        self._question, self._is_next = question, False
        self.has_doubled = False

    def carry(self, data: bytes) -> list[tuple[float, bytes]]:
        if self._is_next and not self.has_doubled:
            self.has_doubled = True
            return [(0.0, data + data)]
        self._is_next = data == self._question
        return super().carry(data)


class EjectLost(Wire):
    """The order to let the card out never arrives, once."""

    def __init__(self) -> None:
        self.has_lost = False

    def carry(self, data: bytes) -> list[tuple[float, bytes]]:
        if data == EJECT and not self.has_lost:
            self.has_lost = True
            return []
        return super().carry(data)


def test_power_flickers_in_the_middle_of_the_front(counter: Counter) -> None:
    counter.order("a")
    counter.run_until_ink()
    counter.hand("power_cycle")
    counter.run_until_told("a")
    counter.run(20)
    assert counter.fault_of("a") == "pvc.link.silent"
    assert (counter.physics["rejected"], counter.physics["given_out"]) == (1, 0)


def test_a_printer_that_is_off_is_gone_and_comes_back(counter: Counter) -> None:
    counter.hand("power_cut")
    counter.run(20)
    assert counter.faults == ["pvc.link.silent"]
    assert counter.device.state().status is Status.GONE
    reply = counter.device.on_command(order("a", counter.spool))
    assert (reply.outcome, reply.detail) == (Outcome.REFUSED, "pvc.link.silent")
    counter.hand("power_on")
    counter.run(15)
    assert counter.device.state().status is Status.READY


def test_the_last_answer_is_lost_and_the_card_is_out(tmp_path: Path) -> None:
    counter = started(Counter(tmp_path, ribbon="k"))
    counter.visit.wire = AnswerLost()
    counter.order("a")
    counter.run_until_told("a")
    assert counter.till.journal["a"] == printed("a")
    assert (counter.physics["given_out"], counter.physics["rejected"]) == (1, 0)


def test_the_order_to_let_it_out_is_lost_and_the_card_is_rejected(tmp_path: Path) -> None:
    counter = started(Counter(tmp_path, ribbon="k"))
    counter.visit.wire = EjectLost()
    counter.order("a")
    counter.run_until_told("a")
    counter.run(10)
    assert counter.fault_of("a") == "pvc.interrupted"
    assert (counter.physics["given_out"], counter.physics["rejected"]) == (0, 1)


def test_mains_cut_while_the_card_comes_out_and_it_did(counter: Counter) -> None:
    counter.order("a")
    runs_until_ejecting(counter)
    counter.visit.unplug()  # the driver hears nothing any more
    counter.run(5)
    assert counter.physics["given_out"] == 1
    counter.hand("power_cycle")
    counter.visit.start_driver()
    counter.visit.plug()
    counter.run_until_told("a")
    assert counter.till.journal["a"] == printed("a")


def test_mains_cut_while_the_card_comes_out_and_it_did_not(counter: Counter) -> None:
    counter.order("a")
    runs_until_ejecting(counter)
    counter.hand("power_cut")
    counter.visit.start_driver()
    counter.hand("power_on")
    counter.run_until_told("a")
    counter.run(10)
    assert counter.fault_of("a") == "pvc.interrupted"
    assert (counter.physics["given_out"], counter.physics["rejected"]) == (0, 1)


def test_a_card_that_a_technician_took_out_before_anybody_looked_is_doubtful(
    counter: Counter,
) -> None:
    counter.order("a")
    runs_until_ejecting(counter)
    counter.hand("power_cut")
    counter.hand("open_cover")
    counter.hand("clear_jam")
    counter.hand("close_cover")
    counter.hand("power_on")
    counter.run_until_told("a")
    assert counter.fault_of("a") == "pvc.card.doubtful"


@pytest.mark.parametrize("is_driver_new", [True, False])
def test_another_printer_stands_there_and_its_counter_says_nothing_of_our_card(
    counter: Counter, is_driver_new: bool
) -> None:
    """The card went away inside the old one: nobody has it, whatever the new one has printed."""
    counter.order("a")
    runs_until_ejecting(counter)
    counter.hand("power_cut")
    counter.visit.unplug()
    counter.emulator.serial, counter.emulator.card = "BENCH0002", None
    counter.emulator._printed = 1
    if is_driver_new:
        counter.visit.start_driver()
    counter.hand("power_on")
    counter.visit.plug()
    counter.run_until_told("a")
    assert counter.device.state().identity.serial == "BENCH0002"
    assert counter.fault_of("a") == "pvc.card.doubtful"


def test_driver_killed_in_the_middle_of_a_panel(counter: Counter) -> None:
    """The printer waits for the rest, and takes what the next driver asks for dots."""
    pictures = order("a", counter.spool)
    counter.device.on_command(pictures)
    counter.run_until_ink()
    counter.visit.start_driver()
    counter.emulator.receive_bytes(b"\x1bDb;k;2;" + bytes(5000), counter.visit.now)
    counter.run_until_told("a")
    counter.run(30)
    assert counter.fault_of("a") == "pvc.interrupted"
    assert (counter.physics["rejected"], counter.physics["given_out"]) == (1, 0)
    assert counter.device.state().status is Status.READY
    assert list(counter.spool_folder.iterdir()) == []


def test_driver_killed_before_the_till_has_heard_tells_it_after_the_restart(
    tmp_path: Path,
) -> None:
    counter = started(Counter(tmp_path, ribbon="k"))
    counter.till.answer = lambda event: []  # type: ignore[method-assign]
    counter.order("a")
    counter.run_until_told("a")
    counter.till.told.clear()
    counter.visit.start_driver()
    assert counter.till.told == [printed("a")]
    counter.device.on_command(Acknowledge("a"))
    counter.till.told.clear()
    counter.visit.start_driver()
    assert counter.till.told == []


def test_noise_is_no_answer(counter: Counter) -> None:
    counter.order("a")
    counter.run_until_ink()
    counter.hand("noise", count=200)
    counter.run_until_told("a")
    counter.run(20)
    given = isinstance(counter.till.journal["a"], DocumentPrinted)
    assert counter.physics["given_out"] == given
    assert counter.physics["halves_given_out"] == 0
    assert counter.device.state().status is Status.READY


def test_an_answer_too_many_makes_no_wrong_number_of_the_next(counter: Counter) -> None:
    """No card was ever fetched: heard as the answer behind, that 0 would be a cleaning overdue."""
    wire = AnswerTwice(command(Ask.INSERTED))
    counter.visit.wire = wire
    seen = set()
    for _ in range(120):
        counter.run(0.1)
        seen.add((counter.levels["cleaning"], counter.levels["ribbon"], *counter.faults))
    assert wire.has_doubled
    assert seen == {(1000, 200)}
    assert counter.device.state().status is Status.READY
