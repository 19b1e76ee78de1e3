"""A card that nobody waits for any more: it does not come out, or it was on its way and did."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from drivers.base.background import BackgroundDevice
from drivers.evolis.codec import Do
from drivers.evolis.job import Step
from firmware.contract.device import Acknowledge, Outcome, Reply, Status
from firmware.contract.document import CancelDocument, DocumentFailed
from tests.drivers.evolis.bench import (
    Counter,
    order,
    printed,
    runs_until_ejecting,
    started,
)

AT_ONCE = 0.0005  # seconds: a setting is answered while its bytes are on the wire
CANCELLED = DocumentFailed("a", 0, "pvc.cancelled")


def cancel(counter: Counter, job: str = "a") -> Reply:
    reply = counter.device.on_command(CancelDocument(job))
    counter.run(0.001)
    return reply


def does(counter: Counter) -> str:
    """What the printer was told to do last, and has not answered."""
    step = counter.device.protocol._open
    return step.does if isinstance(step, Step) else ""


def until_told_to(words: str, step: float = 0.05) -> Callable[[Counter], None]:
    def runs(counter: Counter) -> None:
        counter.run_until(lambda: does(counter) == words, step=step)

    return runs


def just_given(counter: Counter) -> None:
    assert does(counter) == "" and counter.physics["feeder"] == 100


def on_the_back(counter: Counter) -> None:
    until_told_to(Do.TURN)(counter)
    until_told_to("Db;k")(counter)


# Each step of a card, whether a blank one has left the feeder by then
MOMENTS: list[tuple[Callable[[Counter], None], bool]] = [
    (just_given, False),
    (until_told_to(Do.HOST_HANDLES_ERRORS, AT_ONCE), False),
    (until_told_to("Pr", AT_ONCE), False),
    (until_told_to(Do.FROM_FEEDER, AT_ONCE), False),
    (until_told_to(Do.START), True),
    (until_told_to(Do.FRONT, AT_ONCE), True),
    (until_told_to("Db;k"), True),
    (until_told_to(Do.TURN), True),
    (on_the_back, True),
]
NAMES = ["asked", "Pem", "Pr", "Pcim", "Si", "Ss", "Db", "Sr", "back"]


@pytest.mark.parametrize(("reaches", "is_fetched"), MOMENTS, ids=NAMES)
def test_before_the_card_is_whole_it_is_cancelled_at_once_and_never_given_out(
    counter: Counter, reaches: Callable[[Counter], None], is_fetched: bool
) -> None:
    counter.order("a")
    reaches(counter)
    assert cancel(counter).outcome is Outcome.DONE
    assert counter.till.journal == {"a": CANCELLED}
    assert list(counter.spool_folder.iterdir()) == []
    counter.run(60)
    physics = counter.physics
    assert (physics["given_out"], physics["rejected"]) == (0, int(is_fetched))
    assert physics["feeder"] == 100 - is_fetched
    assert counter.device.state().counters == {"printed": 0, "rejected": int(is_fetched)}
    assert counter.device.state().status is Status.READY
    assert counter.till.told == [CANCELLED], "once: what follows is no second end"
    counter.order("b")
    counter.run_until_told("b")
    assert counter.till.journal["b"] == printed("b")


@pytest.mark.parametrize("how", ["mains", "driver", "cable"])
@pytest.mark.parametrize(("reaches", "is_fetched"), MOMENTS, ids=NAMES)
def test_what_dies_just_after_the_cancel_gives_no_card_out(
    counter: Counter, reaches: Callable[[Counter], None], is_fetched: bool, how: str
) -> None:
    counter.order("a")
    reaches(counter)
    cancel(counter)
    if how == "mains":
        counter.hand("power_cycle")
    if how != "cable":
        counter.visit.start_driver()
    else:
        counter.visit.unplug()
        counter.visit.plug()
    counter.run(60)
    assert counter.till.journal == {"a": CANCELLED}
    physics = counter.physics
    assert (physics["given_out"], physics["card_is_inside"]) == (0, False)
    assert physics["rejected"] <= is_fetched
    assert counter.device.state().status is Status.READY


def test_on_its_way_out_it_is_printed(counter: Counter) -> None:
    counter.order("a")
    runs_until_ejecting(counter)
    assert cancel(counter).outcome is Outcome.DONE
    counter.run_until_told("a")
    assert counter.till.journal == {"a": printed("a")}
    assert (counter.physics["given_out"], counter.physics["rejected"]) == (1, 0)


def test_on_its_way_out_and_the_mains_fail_the_printer_decides(counter: Counter) -> None:
    counter.order("a")
    runs_until_ejecting(counter)
    counter.hand("power_cut")
    counter.visit.start_driver()
    assert cancel(counter).outcome is Outcome.DONE
    assert counter.till.journal == {}, "nobody knows yet"
    counter.hand("power_on")
    counter.run_until_told("a")
    counter.run(10)
    assert counter.fault_of("a") == "pvc.interrupted"
    assert (counter.physics["given_out"], counter.physics["rejected"]) == (0, 1)


def test_a_card_that_was_never_heard_of(counter: Counter) -> None:
    assert cancel(counter).outcome is Outcome.REFUSED


def test_what_ended_is_told_again_and_stays_as_it_was(counter: Counter) -> None:
    counter.order("a")
    counter.run_until_told("a")
    counter.till.told.clear()
    assert cancel(counter) == Reply(Outcome.DONE, "printed")
    assert counter.till.told == [printed("a")]


def test_a_cancel_is_told_until_it_is_acknowledged_over_restarts(tmp_path: Path) -> None:
    counter = started(Counter(tmp_path, ribbon="k"))
    counter.till.answer = lambda event: []  # type: ignore[method-assign]
    counter.order("a")
    counter.run_until_ink()
    cancel(counter)
    counter.visit.start_driver()
    counter.visit.start_driver()
    assert counter.till.told.count(CANCELLED) == 3
    counter.device.on_command(Acknowledge("a"))
    counter.till.told.clear()
    counter.visit.start_driver()
    assert counter.till.told == []


def test_the_ribbon_breaks_under_a_card_that_is_cancelled(counter: Counter) -> None:
    counter.order("a")
    until_told_to("Db;k")(counter)
    counter.hand("ribbon_break")
    cancel(counter)
    counter.run(20)
    assert counter.till.told == [CANCELLED]
    assert counter.faults == ["pvc.ribbon.broken"]
    assert (counter.physics["rejected"], counter.physics["given_out"]) == (1, 0)


def test_cancelled_while_its_pictures_are_made(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The thread ends later; what it made is nobody's, and is not the next card's."""
    later: list[Callable[[], None]] = []
    monkeypatch.setattr(
        BackgroundDevice,
        "in_background",
        lambda device, work, then: later.append(lambda: then(work())),
    )
    counter.order("a")
    assert counter.device.state().status is Status.BUSY
    assert cancel(counter).outcome is Outcome.DONE
    assert counter.till.journal == {"a": CANCELLED}
    counter.order("b")
    for ends in later:
        ends()
    counter.run_until_told("b")
    assert counter.till.journal["b"] == printed("b")
    assert counter.physics["given_out"] == 1


def test_the_next_card_waits_until_the_path_is_clear(counter: Counter) -> None:
    counter.order("a")
    counter.run_until_ink()
    cancel(counter)
    asked = order("b", counter.spool)
    reply = counter.device.on_command(asked)
    assert (reply.outcome, reply.detail) == (
        Outcome.REFUSED,
        "it is starting, or a card is in its path",
    )
    counter.run_until(lambda: counter.device.on_command(asked).outcome is Outcome.DONE)
    counter.run_until_told("b")
    assert counter.till.journal["b"] == printed("b"), "taken while the other was in the path"
    assert (counter.physics["rejected"], counter.physics["given_out"]) == (1, 1)
