"""Each thing is told once, whoever restarts; and the disk decides what may be promised."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from random import Random

import msgspec
import pytest

from firmware.collector.reading import Heard as Collected
from firmware.collector.reading import read
from firmware.contract.device import EventId, Outcome, Reply, Status, Switch, SwitchMoved
from firmware.contract.fleet import Told
from firmware.contract.health import Condition, CoreState, Finding, KioskHealth, Presence, Supply
from firmware.contract.money import ZERO, Money, rupees
from firmware.contract.till import BoxPulled, CollectionDiffered, PaymentRefused, RequestRefused
from firmware.contract.topics import Topics
from firmware.contract.uplink import UpEvents, UpState
from firmware.runtime.bus import Envelope
from firmware.runtime.clock import FixedClock
from firmware.uplink.commands import Executed
from firmware.uplink.ear import SETTLES_AFTER, Ear
from firmware.uplink.fitting import Fact
from firmware.uplink.happenings import of_device, of_findings, of_operator, of_till
from firmware.uplink.ids import Ids
from firmware.uplink.kept import Kept
from firmware.uplink.link import LEAST_WAIT, MOST_WAIT, Dialler
from firmware.uplink.marks import Keeper
from firmware.uplink.outbox import Outbox, OutboxFault
from firmware.uplink.stamp import Stamp, Stamper
from firmware.uplink.truth import APART, FIGURES_APART, Heard, Teller
from tests.firmware.journal.writer import AT

T = Topics("k1")
STAMP = Stamp(1, "2026-11-22T10:00:00.000Z", True)
JAM = Finding("notes", "notes.jam.safe", "2026-11-22T15:00:00+05:30", "slot")


def core(**changes: object) -> CoreState:
    plain = CoreState(
        status=Status.READY, screen="attract", session=None, inserted=ZERO, in_cash_box=ZERO,
        unposted=0, claims=0, journal_rows=9, journal_head="00", journal_chain="0" * 16,
    )  # fmt: skip
    return msgspec.structs.replace(plain, **changes)


def health(*findings: Finding) -> KioskHealth:
    return KioskHealth(Condition.IN_SERVICE, list(findings), {}, None, None)


class Kiosk:
    """An ear with its disk; `has_room` is what the disk says."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clock, self.has_room = folder, FixedClock(AT), True
        self.start()

    def start(self) -> None:
        outbox, keeper = Outbox(self.folder / "outbox.db"), Keeper(self.folder / "mark")
        stamper = Stamper(self.clock, 1, lambda: True)
        executed = Executed(outbox, Ids(self.folder / "ids", stamper.now()))
        self.kept = Kept(self.folder, self.clock, outbox, keeper, stamper, executed)
        self.ear = Ear(self.kept, Heard(), lambda: self.has_room, lambda: None)

    def restart(self) -> None:
        self.kept.close()
        self.start()

    def says(self, topic: str, document: object) -> None:
        payload = msgspec.json.encode(document)
        handler = {
            T.core_state: self.ear._on_core, T.health_state: self.ear._on_health,
            T.presence("health"): self.ear._on_presence, T.core_event: self.ear._on_till_event,
            T.device_event("panel"): self.ear._on_device_event,
        }[topic]  # fmt: skip
        handler(Envelope(topic, payload))

    def told(self) -> list[tuple[str, object]]:
        events = self.kept.outbox.after(0, 64, 10**6, STAMP)
        return [(event.kind, event.facts.get("code") or event.facts) for event in events]


@pytest.fixture
def kiosk(tmp_path: Path) -> Kiosk:
    return Kiosk(tmp_path)


def test_a_fault_begins_and_ends_once_also_over_restarts(kiosk: Kiosk) -> None:
    kiosk.clock.advance(SETTLES_AFTER)
    for _ in range(3):
        kiosk.says(T.health_state, health(JAM))
        kiosk.restart()
        kiosk.clock.advance(SETTLES_AFTER)
    assert kiosk.told() == [("fault.began", JAM.code)]
    kiosk.says(T.health_state, health())
    kiosk.restart()
    kiosk.clock.advance(SETTLES_AFTER)
    kiosk.says(T.health_state, health())
    assert kiosk.told() == [("fault.began", JAM.code), ("fault.ended", JAM.code)]


def test_a_restarted_health_that_has_not_heard_everybody_ends_no_fault(kiosk: Kiosk) -> None:
    kiosk.clock.advance(SETTLES_AFTER)
    kiosk.says(T.health_state, health(JAM))
    kiosk.says(T.presence("health"), Presence(is_alive=False))
    kiosk.says(T.presence("health"), Presence(is_alive=True))
    kiosk.says(T.health_state, health())  # nobody has spoken to it yet
    kiosk.clock.advance(SETTLES_AFTER - 1)
    kiosk.ear.look()
    assert kiosk.told() == [("fault.began", JAM.code)]
    kiosk.says(T.health_state, health(JAM))
    kiosk.clock.advance(1)
    kiosk.ear.look()
    assert kiosk.told() == [("fault.began", JAM.code)]


def test_an_operator_comes_and_goes(kiosk: Kiosk) -> None:
    kiosk.says(T.core_state, core(operator="asha"))
    kiosk.says(T.core_state, core(operator="asha"))
    kiosk.restart()
    kiosk.says(T.core_state, core(operator="asha"))
    kiosk.clock.advance(60)
    kiosk.says(T.core_state, core())
    assert kiosk.told() == [("desk.opened", {"operator": "asha"}),
                            ("desk.closed", {"operator": "asha"})]  # fmt: skip


def test_a_door_that_the_panel_tells_every_second_is_told_once(kiosk: Kiosk) -> None:
    moved = SwitchMoved(Switch.DOOR_IS_OPEN, True, EventId("P1", 7, 4))
    for _ in range(5):
        kiosk.says(T.device_event("panel"), moved)
    kiosk.says(T.device_event("panel"), SwitchMoved(Switch.MAINS_IS_OFF, True))
    kiosk.says(T.core_event, BoxPulled("panel"))  # its row tells it: rows_told.py
    kiosk.says(T.core_event, RequestRefused("TDR 0417 0001", "grievance", "refused"))
    kinds = [kind for kind, _ in kiosk.told()]
    assert kinds == ["door.opened", "till.request_refused"]


def test_money_is_told_in_paise_and_lists_as_they_are() -> None:
    told = of_till(PaymentRefused("TDR 1", "water", rupees(50), "refused"), "t")
    assert told.kind == "till.payment_refused" and told.facts["amount"] == 5000
    told = of_till(CollectionDiffered(3, "asha", ["counted_notes"], ["TDR 1"]), "t")
    assert told.facts["doubts"] == ["TDR 1"]


def test_credits_and_papers_are_rows_and_no_events() -> None:
    assert of_device("panel", SwitchMoved("unheard_of", True, EventId("P1", 7, 1)), "") is None
    assert of_findings([], {"operator asha": "t"}).told == []
    assert of_operator(core(), {"finding notes x": "t"}, "t").told == []


def test_a_disk_below_its_floor_keeps_nothing_and_says_so(kiosk: Kiosk) -> None:
    told = msgspec.json.encode(Told("t1", "ticket.opened"))
    kiosk.has_room = False
    reply = kiosk.ear.tell(Envelope(T.uplink_event, told))
    assert reply.outcome is Outcome.REFUSED and "disk is almost full" in kiosk.ear.trouble
    kiosk.clock.advance(SETTLES_AFTER)
    kiosk.says(T.health_state, health(JAM))
    assert kiosk.told() == []
    kiosk.has_room = True
    assert kiosk.ear.tell(Envelope(T.uplink_event, told)) == Reply(Outcome.DONE)
    kiosk.ear.look()
    assert [kind for kind, _ in kiosk.told()] == ["ticket.opened", "fault.began"]
    assert kiosk.ear.trouble == ""


def test_what_is_not_understood_is_not_promised(kiosk: Kiosk) -> None:
    assert kiosk.ear.tell(Envelope(T.uplink_event, b"{}")).outcome is Outcome.REFUSED


SENTENCE = "tray 2\0 is empty" + "!" * 100_000
NASTY: dict[str, Fact] = {
    "detail": SENTENCE,
    "lists": ["a\0b"],
    "na\0me": 1,
    "count": 10**30,
    "fine": "roll",
}


def test_a_printers_sentence_with_a_nul_stopped_all_events_behind_it(kiosk: Kiosk) -> None:
    """No collector can keep it, so none would ever acknowledge it."""
    told = msgspec.json.encode(Told("n1", "fault.began", NASTY))
    assert kiosk.ear.tell(Envelope(T.uplink_event, told)) == Reply(Outcome.DONE)
    many: dict[str, Fact] = {f"fact {number}": "x" * 400 for number in range(200)}
    told = msgspec.json.encode(Told("n2", "fault.began", many))
    assert kiosk.ear.tell(Envelope(T.uplink_event, told)) == Reply(Outcome.DONE)
    kiosk.clock.advance(SETTLES_AFTER)
    kiosk.says(T.health_state, health(msgspec.structs.replace(JAM, detail="slot\0")))
    events = kiosk.kept.outbox.after(0, 64, 10**6, STAMP)
    heard = read("kiosk/v1/k1/up/event", msgspec.json.encode(UpEvents(box="b", events=events)))
    assert isinstance(heard, Collected), heard
    assert [str(event.facts.get("detail", ""))[:7] for event in events] == ["tray 2?", "", "slot?"]
    assert events[0].facts["fine"] == "roll"


def test_a_state_with_a_nul_made_the_kiosk_silent(kiosk: Kiosk) -> None:
    heard, part = kiosk.ear.heard, "pri\0nter"
    supply = Supply(device=part, name="to\0ner", level=1, unit="%\0", source="measured",
                    jobs_left=None, days_left=None)  # fmt: skip
    finding = Finding(part, "page.jam", "2026-11-22T15:00:00+05:30", SENTENCE)
    heard.health = msgspec.structs.replace(health(finding), supplies=[supply])
    payload = msgspec.json.encode(heard.state(STAMP))
    assert isinstance(found := read("kiosk/v1/k1/up/state", payload), Collected), found


@pytest.mark.parametrize("what", [{"kind": "Door opened"}, {"at": "now\0"}])
def test_an_event_of_no_kind_or_time_is_refused_here_and_not_by_the_fleet_for_ever(
    kiosk: Kiosk, what: dict[str, str]
) -> None:
    told = msgspec.json.encode({"source": "t1", "kind": "ticket.opened", **what})
    assert kiosk.ear.tell(Envelope(T.uplink_event, told)).outcome is Outcome.REFUSED
    assert kiosk.told() == []


# --- the outbox -----------------------------------------------------------------------------------


def test_a_disk_that_is_full_in_the_middle_keeps_all_or_nothing(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox.db")
    outbox.add([Told("a", "x.y")], STAMP)
    pages = outbox.database.execute("PRAGMA page_count").fetchone()[0]
    outbox.database.execute(f"PRAGMA max_page_count = {pages}")
    big = [Told(f"b{n}", "x.y", {"text": "z" * 900}) for n in range(50)]
    with pytest.raises(OutboxFault, match="full"):
        outbox.add(big, STAMP, begun={"finding a b": "t"})
    assert outbox.last == 1 and outbox.standing() == {}
    outbox.database.execute("PRAGMA max_page_count = 100000")
    assert outbox.add(big, STAMP) == 50, "its sources tell it again, and nothing was lost"
    assert [event.seq for event in outbox.after(0, 64, 10**6, STAMP)] == list(range(1, 52))


def test_numbers_go_on_after_all_were_acknowledged(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox.db")
    outbox.add([Told("a", "x.y"), Told("b", "x.y")], STAMP)
    outbox.acked(2)
    outbox.close()
    again = Outbox(tmp_path / "outbox.db")
    again.add([Told("a", "x.y"), Told("c", "x.y")], STAMP)
    assert again.box == outbox.box
    assert [event.seq for event in again.after(0, 9, 10**6, STAMP)] == [3], "`a` is known"


def test_a_torn_outbox_is_kept_aside_and_another_box_begins(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    first = Outbox(path)
    first.add([Told("a", "x.y")], STAMP)
    first.close()
    path.write_bytes(b"\0" * 100 + path.read_bytes()[100:])
    again = Outbox(path)
    assert again.box != first.box and again.was_lost
    assert [file.name for file in tmp_path.glob("*.damaged-1.db")] == ["outbox.damaged-1.db"]


def test_the_outbox_syncs_before_it_promises(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox.db")
    assert outbox.database.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
    assert outbox.database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    outbox.add([Told("a", "x.y")], STAMP)
    with sqlite3.connect(tmp_path / "outbox.db") as other:
        assert other.execute("SELECT count(*) FROM events").fetchone() == (1,)


# --- the present truth ----------------------------------------------------------------------------


def test_a_fault_is_said_at_once_and_figures_when_they_are_worth_it() -> None:
    heard, teller = Heard(core=core(), health=health()), Teller()

    def due(now: float) -> bool:
        return teller.due(heard.state(STAMP), now)

    assert due(0) and not due(1)
    heard.core = core(in_cash_box=Money(5000), journal_rows=20)
    assert not due(APART + 1), "a visit moves them every minute"
    assert due(FIGURES_APART)
    heard.health = health(JAM)
    assert not due(FIGURES_APART + 1), "at most every 30 s"
    assert due(FIGURES_APART + APART)
    assert not due(FIGURES_APART + APART + 5000)
    assert due(FIGURES_APART + APART + 5760), "before ttl is over"
    teller.connected(7000)
    assert due(7000), "the broker may have lost it"


def test_half_a_truth_is_not_said_before_all_had_time_to_speak() -> None:
    teller = Teller()
    teller.connected(100)
    assert not teller.due(Heard(core=core()).state(STAMP), 100)
    assert not teller.due(Heard(health=health()).state(STAMP), 109)
    assert teller.due(Heard(health=health()).state(STAMP), 110), "core may be dead"
    teller.at_once()
    assert teller.due(Heard().state(STAMP), 111), "somebody asks"


def test_the_whole_truth_is_in_one_document() -> None:
    heard = Heard(core(claims=2, operator="asha"), health(JAM), place={"en": "T"}, desired=4)
    state: UpState = heard.state(STAMP)
    assert (state.claims, state.operator, state.desired, state.journal_rows) == (2, "asha", 4, 9)
    assert [(found.part, found.code) for found in state.findings] == [("notes", JAM.code)]
    assert Heard().state(STAMP).condition == "unknown"


def test_a_fleet_that_lost_its_broker_does_not_come_back_as_one() -> None:
    waits = []
    for seed in range(200):
        dialler, now = Dialler(Random(seed), 0.0), 0.0
        for _ in range(12):
            now += dialler.wait(now)
            dialler.dial()
            dialler.ended(now)
        waits.append(dialler.wait(now))
    assert min(waits) >= LEAST_WAIT and max(waits) <= MOST_WAIT
    assert 100 < sum(waits) / len(waits) < 200, "full jitter: half the ceiling on the average"
    dialler = Dialler(Random(1), 0.0)
    dialler.dial()
    dialler.accepted(something_waits=True, now=0.0)
    dialler.ended(61.0)
    assert dialler.wait(61.0) <= 2.0, "a connection that held begins anew"
