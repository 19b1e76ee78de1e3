"""Who may command this kiosk, what is never done twice, and what is not done at all."""

from __future__ import annotations

import base64
import json
import lzma
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from nacl.signing import SigningKey

from firmware.contract.content import SetConduct
from firmware.contract.desk import MACHINE, PutBack, Restart, TakeOut, WhyClosed
from firmware.contract.device import Outcome as Said
from firmware.contract.device import Reply
from firmware.contract.uplink import (
    DESIRED_PURPOSE,
    MOST_BYTES,
    Outcome,
    Verb,
)
from firmware.uplink.acts import PART
from tests.firmware.uplink.desk import NOW, Desk
from tests.firmware.uplink.signing import command, signed

STRANGER = SigningKey(b"\7" * 32)


async def test_a_command_of_the_fleet_is_done_and_answered(desk: Desk) -> None:
    (reply,) = await desk.gets(signed(command(Verb.STATUS, at=NOW)))
    assert (reply.id, reply.outcome, reply.part, reply.parts) == ("00000001", Outcome.DONE, 1, 1)
    assert desk.told == 1


async def test_a_replayed_command_does_nothing_also_after_a_restart(desk: Desk) -> None:
    sent = signed(command(Verb.RESTART, at=NOW, unit="kiosk-health"))
    await desk.gets(sent)
    assert await desk.gets(sent) == []
    desk.kept.close()
    desk.boot("b1")
    assert await desk.gets(sent) == []
    assert desk.orders == [Restart("fleet: office", "health")]


OUTBOX, IDS = "outbox.db*", "ids.*"
LATER = NOW + timedelta(minutes=2)


def lost(folder: Path, *patterns: str) -> None:
    for path in (path for pattern in patterns for path in folder.glob(pattern)):
        path.unlink()


def torn(folder: Path, *patterns: str) -> None:
    """A worn card gives back noise."""
    for path in (path for pattern in patterns for path in folder.glob(pattern)):
        path.write_bytes(b"\xa5" * 4096)


@pytest.mark.parametrize("gone", [lost, torn])
@pytest.mark.parametrize("what", [(OUTBOX,), (IDS,), (OUTBOX, IDS)], ids=["outbox", "ids", "both"])
async def test_a_command_is_not_done_again_after_its_file_was_lost(
    desk: Desk, gone: Callable[..., None], what: tuple[str, ...]
) -> None:
    """Signed, in time, and sent once more by whoever kept it. A new one is done."""
    sent = signed(command(Verb.RESTART, at=NOW, unit="kiosk-health"))
    await desk.gets(sent)
    desk.kept.close()
    gone(desk.folder, *what)
    desk.clock.set(LATER)
    desk.boot("b1")
    desk.replies()
    assert [each.outcome for each in await desk.gets(sent)] in ([], [Outcome.REFUSED])
    assert len(desk.orders) == 1
    (reply,) = await desk.gets(signed(command(Verb.RESTART, 2, at=LATER, unit="kiosk-health")))
    assert (reply.outcome, len(desk.orders)) == (Outcome.DONE, 2)


async def test_a_card_that_is_back_at_an_earlier_day_does_nothing_twice(desk: Desk) -> None:
    """The log of SQLite is lost with its last commits, and the file itself looks well."""
    desk.kept.outbox.database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = (desk.folder / "outbox.db").read_bytes()
    sent = signed(command(Verb.REBOOT, at=NOW))
    await desk.gets(sent)
    desk.kept.close()
    lost(desk.folder, OUTBOX)
    (desk.folder / "outbox.db").write_bytes(before)
    desk.boot("b1")
    assert desk.kept.outbox.was_lost == ""
    assert await desk.gets(sent) == []
    assert desk.orders == [Restart("fleet: office", MACHINE)]


@pytest.mark.parametrize("year", [1970, 2038])
async def test_a_record_that_began_under_a_wrong_clock_begins_when_the_clock_is_believed(
    desk: Desk, year: int
) -> None:
    """Of 1970 it would let everything through, and of 2038 nothing, for years."""
    desk.kept.close()
    lost(desk.folder, OUTBOX, IDS)
    desk.clock.set(datetime(year, 1, 1, tzinfo=UTC))
    desk.clock_is_set = False
    desk.boot("b2")
    desk.clock.set(NOW)
    desk.clock_is_set = True
    desk.kept.executed.ids.believe(desk.kept.stamper.now().t)
    desk.kept.close()
    desk.boot("b2")
    old = command(Verb.REBOOT, at=NOW - timedelta(minutes=5))
    (reply,) = await desk.gets(signed(old))
    assert (reply.outcome, reply.why[:13]) == (Outcome.REFUSED, "issued before")
    (reply,) = await desk.gets(signed(command(Verb.REBOOT, 2, at=NOW)))
    assert reply.outcome is Outcome.DONE


async def test_an_id_that_cannot_be_kept_is_not_acted_upon(desk: Desk) -> None:
    lost(desk.folder, IDS)
    for letter in "ab":
        (desk.folder / f"ids.{letter}").mkdir()
    assert await desk.gets(signed(command(Verb.REBOOT, at=NOW))) == []
    assert desk.orders == []
    assert desk.kept.executed.interrupted(1) == []


@pytest.mark.parametrize(
    "sent",
    [
        b"not json",
        b"{" * 70_000,
        msgspec.json.encode(signed(command(Verb.REBOOT, at=NOW), key=STRANGER)),
        msgspec.json.encode(signed(command(Verb.REBOOT, kiosk="k2", at=NOW))),
        msgspec.json.encode(signed(command(Verb.REBOOT, at=NOW), purpose=DESIRED_PURPOSE)),
        json.dumps({**msgspec.to_builtins(signed(command(Verb.REBOOT, at=NOW))), "key": "00" * 8}),
    ],
    ids=["noise", "too long", "a stranger's", "another kiosk's", "as settings", "no such key"],
)  # fmt: skip
async def test_what_is_not_of_our_fleet_or_not_for_us_is_told_once_an_hour(
    desk: Desk, sent: bytes | str
) -> None:
    for _ in range(3):
        assert await desk.gets(sent if isinstance(sent, bytes) else sent.encode()) == []
    assert desk.orders == []
    assert desk.events() == ["command.refused"]
    assert desk.obeying.refused == 3


async def test_one_changed_letter_ends_the_signature(desk: Desk) -> None:
    sent = signed(command(Verb.STATUS, at=NOW))
    changed = msgspec.structs.replace(sent, body=sent.body.replace("status", "reboot"))
    assert await desk.gets(changed) == []
    assert desk.orders == []


async def test_a_late_command_is_refused_and_says_so(desk: Desk) -> None:
    sent = signed(command(Verb.REBOOT, at=NOW - timedelta(hours=1)))
    (reply,) = await desk.gets(sent)
    assert reply.outcome is Outcome.REFUSED and "expired" in reply.why
    assert desk.orders == []


async def test_a_clock_of_1970_knows_what_time_it_was_at_least(desk: Desk) -> None:
    """The network is not there yet; a command of last month is brought by somebody."""
    desk.kept.keeper.change(known_time="2026-11-22T09:00:00.000Z")
    desk.clock.set(datetime(1970, 1, 1, tzinfo=UTC))
    desk.clock_is_set = False
    old = signed(command(Verb.REBOOT, number=1, at=NOW - timedelta(days=30)))
    (reply,) = await desk.gets(old)
    assert reply.outcome is Outcome.REFUSED
    (reply,) = await desk.gets(signed(command(Verb.REBOOT, number=2, at=NOW)))
    assert reply.outcome is Outcome.DONE


async def test_nothing_stops_while_a_citizens_money_is_inside(desk: Desk) -> None:
    desk.money_is_inside = True
    (reply,) = await desk.gets(signed(command(Verb.REBOOT, number=1, at=NOW)))
    assert (reply.outcome, reply.why) == (Outcome.REFUSED, "a citizen's money is inside")
    (reply,) = await desk.gets(signed(command(Verb.SELF_TEST, number=2, at=NOW)))
    assert reply.outcome is Outcome.DONE and "notes" in reply.why


async def test_power_cut_in_the_middle_of_an_act_leaves_unknown_and_never_twice(desk: Desk) -> None:
    asked = command(Verb.RESTART, at=NOW, unit="kiosk-core")
    desk.kept.executed.begin(asked, desk.kept.stamper.boot)  # and then the lights go out
    desk.kept.close()
    desk.boot("b2")
    (reply,) = desk.replies()
    assert (reply.id, reply.outcome) == (asked.id, Outcome.UNKNOWN)
    assert await desk.gets(signed(asked)) == []
    assert desk.orders == []


async def test_a_reboot_ends_well_when_the_machine_is_back(desk: Desk) -> None:
    asked = command(Verb.REBOOT, at=NOW)
    desk.kept.executed.begin(asked, desk.kept.stamper.boot)
    desk.kept.close()
    desk.boot("b2")
    (reply,) = desk.replies()
    assert (reply.outcome, reply.boot) == (Outcome.DONE, 2)


async def test_a_reply_is_kept_until_the_broker_has_it(desk: Desk) -> None:
    await desk.obeying.obey(msgspec.json.encode(signed(command(Verb.STATUS, at=NOW))))
    desk.kept.close()
    desk.boot("b1")
    assert [reply.outcome for reply in desk.replies()] == [Outcome.DONE]
    assert desk.replies() == []


async def test_what_is_restarted_core_decides_and_nothing_else_is_asked(desk: Desk) -> None:
    for number, unit in enumerate(("ssh", "kiosk-core; reboot", "", "../x", "kiosk-"), 1):
        (reply,) = await desk.gets(signed(command(Verb.RESTART, number, at=NOW, unit=unit)))
        assert reply.outcome is Outcome.REFUSED, unit
    assert desk.orders == []
    desk.answers = Reply(Said.REFUSED, "at work: receipt; expected nothing on its way")
    (reply,) = await desk.gets(signed(command(Verb.RESTART, 9, at=NOW, unit="kiosk-driver@notes")))
    assert (reply.outcome, reply.why) == (Outcome.REFUSED, desk.answers.detail)
    (reply,) = await desk.gets(signed(command(Verb.REBOOT, 10, at=NOW)))
    assert desk.orders == [Restart("fleet: office", "notes"), Restart("fleet: office", MACHINE)]


async def test_the_uplink_leaves_when_its_reply_is_on_disk(desk: Desk) -> None:
    (reply,) = await desk.gets(signed(command(Verb.RESTART, at=NOW, unit="kiosk-uplink")))
    assert (reply.outcome, desk.machine.left, desk.orders) == (Outcome.DONE, 1, [])


async def test_out_of_service_is_ordered_with_a_reason_of_the_ledger(desk: Desk) -> None:
    desk.money_is_inside = True  # core lets the visit end first
    for number, reason in enumerate(("holiday", "flood in the hall"), 1):
        sent = command(Verb.OUT_OF_SERVICE, number, at=NOW, reason=reason)
        assert [each.outcome for each in await desk.gets(signed(sent))] == [Outcome.DONE]
    await desk.gets(signed(command(Verb.IN_SERVICE, 3, at=NOW)))
    by = "fleet: office"
    assert desk.orders == [
        TakeOut(by, WhyClosed.HOLIDAY),
        TakeOut(by, WhyClosed.OTHER),
        PutBack(by),
    ]


async def test_a_log_comes_packed_and_in_parts(desk: Desk) -> None:
    replies = await desk.gets(signed(command(Verb.LOG_BUNDLE, at=NOW, minutes=9000)))
    assert [reply.part for reply in replies] == list(range(1, len(replies) + 1))
    assert all(len(reply.answer) <= PART for reply in replies)
    assert all(len(msgspec.json.encode(reply)) < MOST_BYTES for reply in replies)
    text = lzma.decompress(base64.b64decode("".join(reply.answer for reply in replies)))
    assert text.splitlines()[-1] == b"line 8999 of the log"
    (reply,) = await desk.gets(signed(command(Verb.LOG_BUNDLE, 2, at=NOW, minutes=0)))
    assert reply.outcome is Outcome.REFUSED


async def test_the_code_of_conduct_is_ordered_of_core_with_who_and_why(desk: Desk) -> None:
    sent = command(Verb.CODE_OF_CONDUCT, at=NOW, on=True, reason="election of the 3rd")
    (reply,) = await desk.gets(signed(sent))
    assert reply.outcome is Outcome.DONE
    assert desk.orders == [SetConduct(True, "fleet: office", "election of the 3rd")]
    desk.answers = None
    (reply,) = await desk.gets(signed(msgspec.structs.replace(sent, id="00000002")))
    assert (reply.outcome, reply.why) == (Outcome.FAILED, "core does not answer")


async def test_a_meeting_without_an_end_is_refused_in_its_own_words(desk: Desk) -> None:
    args = {"id": "m1", "url": "https://x.example", "starts": "2026-12-01T10:00:00+05:30"}
    asked = msgspec.structs.replace(command(Verb.MEETING, at=NOW), args=dict(args))
    (reply,) = await desk.gets(signed(asked))
    assert reply.outcome is Outcome.REFUSED and "ends" in reply.why
    assert desk.orders == []


def test_a_retained_command_is_of_no_moment(desk: Desk) -> None:
    payload = msgspec.json.encode(signed(command(Verb.REBOOT, at=NOW)))
    desk.obeying.on_command(payload, is_retained=True)
    assert desk.obeying.refused == 1


async def test_a_clock_that_was_years_ahead_for_an_hour_gives_no_command_a_second_life(
    desk: Desk,
) -> None:
    sent = signed(command(Verb.STATUS, at=NOW))
    await desk.gets(sent)
    desk.kept.executed.forget((NOW + timedelta(days=3000)).isoformat())  # and it was set right
    assert await desk.gets(sent) == []
    assert desk.told == 1


def test_ids_are_forgotten_long_after_they_could_act(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("firmware.uplink.commands.IDS_KEPT", 0)
    asked = command(Verb.STATUS, at=NOW)
    desk.kept.executed.begin(asked, 1)
    desk.kept.executed.end(asked.id, [])
    desk.kept.executed.forget((NOW + timedelta(hours=1)).isoformat())
    query = "SELECT count(*) FROM commands"
    assert desk.kept.outbox.database.execute(query).fetchone() == (1,)
    desk.kept.executed.forget((NOW + timedelta(days=2)).isoformat())
    assert desk.kept.outbox.database.execute(query).fetchone() == (0,)
