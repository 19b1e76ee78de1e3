"""The guided test, word for word: what must pass, what must not, and what is left to the eye."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from firmware.cli.guided import BusEars, run
from firmware.cli.snapshot import Snapshot
from firmware.cli.status import status_screen
from firmware.cli.testing import device_lines, words_of_test
from firmware.contract.card import CardClass, CardRejected, CardSwiped, SwipeProblem
from firmware.contract.command import TryDevice
from firmware.contract.device import (
    CoinAccepted,
    CoinRejected,
    DeviceEvent,
    DeviceState,
    EventId,
    Fault,
    Identity,
    Kind,
    NoteEscrowed,
    NoteRejected,
    Outcome,
    Reply,
    Status,
    TicketFailed,
    TicketPrinted,
)
from firmware.contract.health import DeviceTested, LastTest
from firmware.contract.money import rupees
from firmware.core import guided
from firmware.core.guided import Guide, Interrupted, Line
from firmware.core.guided_kinds import SCRIPTS
from firmware.health.assess import assess
from tests.firmware.core.world import CONFIG
from tests.firmware.health.kiosk import EARLIER, facts

WHO = Identity("ITL", "NV200", "0417", "4.16")
NOTE = NoteEscrowed(EventId("0417", 1, 1), rupees(100))
BRIEF = 0.01  # seconds of patience, for a technician who does nothing


def state_of(kind: Kind, status: Status = Status.READY, **facts: Any) -> DeviceState:
    everything: dict[str, Any] = {"name": "x", "identity": WHO, **facts}
    return DeviceState(kind=kind, family="any", status=status, **everything)


@dataclass
class Bench:
    """A device, core and a technician, who each answer what they are told to."""

    state: DeviceState
    hands: dict[str, Callable[[Bench], None]] = field(default_factory=dict)  # by a part of a line
    core: Callable[[Bench, TryDevice], Reply] = lambda bench, asked: Reply(Outcome.DONE)
    says_yes: bool = True
    lines: list[str] = field(default_factory=list)
    ears: BusEars = field(default_factory=BusEars)

    async def ask(self, command: TryDevice) -> Reply:
        return self.core(self, command)

    def say(self, said: Line) -> None:
        line = said.said()
        self.lines.append(line)
        for part, do in self.hands.items():
            if line.startswith(">>") and part in line:
                do(self)

    async def confirm(self, question: str) -> bool:
        self.lines.append(f"??    {question}")
        return self.says_yes

    def becomes(self, state: DeviceState) -> None:
        self.state = state
        self.ears.on_state(state)

    async def test(self, has_hands: bool = True, patience: float = BRIEF) -> DeviceTested:
        self.ears.on_screen("attract")
        self.ears.on_state(self.state)
        guide = Guide("x", "S. Gurjar", self.ears, self.say, has_hands, patience)
        return await run(guide, self.ears, self, self.confirm, SCRIPTS)


def of_core(answer: Callable[[str], DeviceEvent]) -> Callable[[Bench, TryDevice], Reply]:
    """Core has the device do it at once; `answer` makes its event from the id."""

    def obey(bench: Bench, asked: TryDevice) -> Reply:
        bench.ears.on_event(answer(asked.id))
        return Reply(Outcome.DONE)

    return obey


async def test_a_coin_comes_back_and_the_device_says_so() -> None:
    bench = Bench(state_of(Kind.COINS))
    bench.hands["Put a coin in"] = lambda b: b.ears.on_event(CoinRejected("inhibited"))
    tested = await bench.test()
    assert (tested.failed, tested.left_out) == ([], [])
    assert bench.lines == [
        "ok    answers: ready",
        "ok    has no fault",
        "ok    says who it is: ITL NV200 firmware 4.16 serial 0417",
        "ok    is shut",
        ">>    Put a coin in. It must come back, or not go in at all.",
        "ok    takes no money without a visit: inhibited",
    ]


async def test_a_slug_is_no_proof_that_coins_come_back() -> None:
    bench = Bench(state_of(Kind.COINS))
    bench.hands["Put a coin in"] = lambda b: b.ears.on_event(CoinRejected("slug"))
    bench.hands["Put a good coin in"] = lambda b: b.ears.on_event(CoinRejected("inhibited"))
    tested = await bench.test()
    assert tested.failed == []
    assert "      It refused that coin for another reason: slug." in bench.lines


@pytest.mark.parametrize("taken", [NOTE, CoinAccepted(EventId("0417", 1, 1), rupees(5))])
async def test_a_device_that_takes_money_in_fails(taken: NoteEscrowed | CoinAccepted) -> None:
    kind = Kind.NOTES if isinstance(taken, NoteEscrowed) else Kind.COINS
    bench = Bench(state_of(kind))
    bench.hands["Put a"] = lambda b: b.ears.on_event(taken)
    (failure,) = (await bench.test()).failed
    assert "took the" in failure


async def test_a_mouth_that_stays_shut_says_nothing_so_the_technician_is_asked() -> None:
    silent = Bench(state_of(Kind.NOTES))
    assert (await silent.test()).failed == []
    assert "??    It said nothing. Do you have the note back?" in silent.lines
    swallowed = Bench(state_of(Kind.NOTES), says_yes=False)
    assert len((await swallowed.test()).failed) == 1


async def test_a_note_of_before_is_no_answer_to_this_one() -> None:
    bench = Bench(state_of(Kind.NOTES), says_yes=False)
    bench.ears.on_event(NoteRejected("inhibited"))
    assert len((await bench.test()).failed) == 1


async def test_a_jam_stops_the_test_before_hands_are_needed() -> None:
    jam = Fault("notes.jam.stacker")
    bench = Bench(state_of(Kind.NOTES, Status.OUT_OF_SERVICE, faults=[jam]))
    tested = await bench.test()
    assert tested.failed == ["answers: is out of service: notes.jam.stacker"]
    assert len(bench.lines) == 1


async def test_a_degraded_device_is_tested_whole_and_fails_by_its_fault() -> None:
    low = Fault("receipt.paper.near_end")
    bench = Bench(
        state_of(Kind.RECEIPT, Status.DEGRADED, faults=[low]), core=of_core(TicketPrinted)
    )
    tested = await bench.test()
    assert tested.failed == ["has no fault: receipt.paper.near_end"]
    assert "ok    prints a sample" in bench.lines


async def test_a_printer_says_that_the_sample_is_on_paper_and_eyes_look_at_it() -> None:
    pale = Bench(state_of(Kind.RECEIPT), core=of_core(TicketPrinted), says_yes=False)
    (failure,) = (await pale.test()).failed
    assert failure.startswith("the sample looks right")
    torn = Bench(
        state_of(Kind.RECEIPT), core=of_core(lambda job: TicketFailed(job, "receipt.paper.end"))
    )
    assert (await torn.test()).failed == ["prints a sample: receipt.paper.end"]


async def test_another_ticket_is_not_the_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("firmware.core.guided_kinds.PRINTS_WITHIN", BRIEF)
    bench = Bench(state_of(Kind.RECEIPT), core=of_core(lambda job: TicketPrinted("TDR 0417 0001")))
    (failure,) = (await bench.test()).failed
    assert "does not say" in failure


async def test_somebody_is_at_the_kiosk_and_core_says_no() -> None:
    refusal = Reply(Outcome.REFUSED, "somebody is at the kiosk: expected nobody")
    bench = Bench(state_of(Kind.RECEIPT), core=lambda bench, asked: refusal)
    (failure,) = (await bench.test()).failed
    assert failure.endswith("somebody is at the kiosk: expected nobody")


async def test_nobody_is_heard_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guided, "STARTS_WITHIN", BRIEF)
    bench = Bench(state_of(Kind.NOTES))
    bench.ears.on_state(bench.state)
    guide = Guide("x", "S. Gurjar", bench.ears, bench.say)
    (failure,) = (await run(guide, bench.ears, bench, bench.confirm, SCRIPTS)).failed
    assert "kiosk-core is not heard of" in failure


async def test_a_citizen_who_comes_ends_the_test_and_nothing_is_recorded() -> None:
    bench = Bench(state_of(Kind.NOTES))
    bench.hands["Put a note in"] = lambda b: b.ears.on_screen("services")
    with pytest.raises(Interrupted, match="services"):
        await bench.test()


def lit(bench: Bench, asked: TryDevice) -> Reply:
    outputs = bench.state.outputs | {asked.output: asked.is_on}
    bench.becomes(state_of(Kind.PANEL, inputs=bench.state.inputs, outputs=outputs))
    return Reply(Outcome.DONE)


def moved(is_open: bool) -> Callable[[Bench], None]:
    def move(bench: Bench) -> None:
        inputs = bench.state.inputs | {"door_is_open": is_open}
        bench.becomes(state_of(Kind.PANEL, inputs=inputs, outputs=bench.state.outputs))

    return move


def panel() -> Bench:
    inputs = {"door_is_open": False, "cash_box_is_out": False}
    state = state_of(Kind.PANEL, inputs=inputs, outputs={"notes_guide": False})
    bench = Bench(state, core=lit)
    bench.hands = {"Open the door": moved(True), "Shut the door": moved(False)}
    return bench


async def test_each_light_shines_the_door_opens_and_shuts_and_the_cash_box_is_left_alone() -> None:
    bench = panel()
    assert (await bench.test()).failed == []
    assert bench.lines[3:] == [
        "??    Does the light notes_guide shine?",
        "ok    light notes_guide",
        ">>    Open the door.",
        ">>    Shut the door.",
        "ok    switch door_is_open",
    ]


async def test_a_dead_lamp_and_a_door_switch_that_sticks() -> None:
    bench = panel()
    bench.says_yes = False
    del bench.hands["Shut the door"]
    light, door = (await bench.test()).failed
    assert light.startswith("light notes_guide")
    assert door.endswith("Shut the door.")
    assert bench.state.outputs == {"notes_guide": False}, "put out, though the test failed"


async def test_without_hands_the_pins_are_tested_and_what_was_left_out_is_said() -> None:
    bench = panel()
    tested = await bench.test(has_hands=False)
    assert (tested.failed, tested.left_out) == ([], ["switch door_is_open"])
    assert not any(line.startswith((">>", "??")) for line in bench.lines)


async def test_any_card_will_do_and_its_number_is_not_said() -> None:
    def answer(session: str) -> CardSwiped:
        return CardSwiped(session, "0" * 32, "411111******1111", CardClass.NATIONAL)

    bench = Bench(state_of(Kind.CARD))
    armed: list[TryDevice] = []

    def arm(bench: Bench, asked: TryDevice) -> Reply:
        armed.append(asked)
        return Reply(Outcome.DONE)

    bench.core = arm
    bench.hands["Swipe any card"] = lambda b: b.ears.on_event(answer(armed[0].id))
    assert (await bench.test()).failed == []
    assert not any("1111" in line for line in bench.lines)


@pytest.mark.parametrize(
    ("reason", "passes"),
    [
        (SwipeProblem.CHIP_CARD, True),
        (SwipeProblem.UNREADABLE, False),
        (SwipeProblem.NOT_ENCRYPTED, False),
    ],
)
async def test_a_card_that_is_not_taken_was_read_all_the_same(
    reason: SwipeProblem, passes: bool
) -> None:
    bench = Bench(state_of(Kind.CARD))
    bench.hands["Swipe any card"] = lambda b: b.ears.on_event(CardRejected("", reason))
    assert ((await bench.test()).failed == []) is passes


def last_test(*failed: str, serial: str = "0417") -> LastTest:
    return LastTest(EARLIER, "S. Gurjar", serial, "4.16", list(failed))


def test_a_part_that_was_fitted_since_is_not_tested() -> None:
    assert words_of_test(last_test(), "0417") == "passed 15 Jan 2026, S. Gurjar"
    assert words_of_test(last_test(), "0999") == "never; serial 0417 was"
    assert words_of_test(None, "0417") == "never"


def test_status_and_list_show_the_last_test() -> None:
    state = state_of(Kind.NOTES, name="notes", counters={"credited": 12})
    health = assess(facts(tests={"notes": last_test("is shut: no")}), {}, EARLIER)
    snapshot = Snapshot("k1", "Todaraisingh", ["notes"], {"notes": state}, health=health)
    _, first, *_, last = device_lines(CONFIG, snapshot)
    assert first.split()[:5] == ["notes", "itl_ssp", "ready", "0417", "4.16"]
    assert first.endswith("FAILED 15 Jan 2026, S. Gurjar: is shut: no")
    assert last == "notes: credited 12"
    assert "test FAILED 15 Jan" in status_screen(snapshot)
    health.tests["notes"] = last_test()
    assert "tested 15 Jan" in status_screen(snapshot)
    snapshot.devices["notes"] = state_of(Kind.NOTES, name="notes", identity=Identity(serial="9"))
    assert "tested 15 Jan" not in status_screen(snapshot)
