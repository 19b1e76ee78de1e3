"""What a MagneSafe reader sends, and what becomes of it; one story each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.base.arming import Swipe
from drivers.base.loopback import Visit, Wire
from drivers.base.plastic import CARDS
from drivers.base.protocol import NEVER
from drivers.base.transfers import GAP, Pipe, TransferReader, framed
from drivers.magnesafe import codec
from drivers.magnesafe.emulator import MagneSafeEmulator
from drivers.magnesafe.protocol import HostProtocol
from drivers.magnesafe.states import State
from firmware.contract.card import Arm, CardClass, Sealing
from firmware.contract.device import Outcome, Status
from tests.drivers.magnesafe.stage import make_reader, opened
from tests.drivers.magstripe.stage import SESSION, ArmingTill, rejected, swiped

KSN = "FFFF9876543210E00008"  # of the published swipe


def visit_in(folder: Path, until: float = 100.0, **options: Any) -> Visit:
    emulator = MagneSafeEmulator(**{"ksn": KSN, **options})
    visit = Visit(lambda: make_reader(folder), emulator, ArmingTill(until), Wire())
    visit.run(2.0)
    return visit


def swipe(visit: Visit, card: str = "visa", damage: str = "") -> None:
    visit.hand("swipe", card=card, damage=damage)
    visit.run(visit.now + 1.5)


def fault_codes(visit: Visit) -> list[str]:
    return [fault.code for fault in visit.device.state().faults]


def test_a_card_goes_through_encrypted_with_the_number_masked(tmp_path: Path) -> None:
    visit = visit_in(tmp_path)
    swipe(visit, "visa")
    [card], [sealed] = swiped(visit), visit.sealed
    assert (card.masked_pan, card.card_class) == ("4111********1111", CardClass.UNKNOWN)
    assert (sealed.sealing, sealed.key) == (Sealing.TDES_PIN, KSN)
    plastic = CARDS["visa"]
    assert opened(sealed) == {"1": plastic.track1, "2": plastic.track2}


def test_a_newer_reader_says_that_it_encrypts_with_the_data_variant(tmp_path: Path) -> None:
    visit = visit_in(tmp_path, uses_data_variant=True)
    swipe(visit)
    [sealed] = visit.sealed
    assert sealed.sealing is Sealing.TDES_DATA
    assert opened(sealed)["2"] == CARDS["visa"].track2


@pytest.mark.parametrize(
    ("card", "damage", "reason"),
    [
        ("visa", "scratch", "unreadable"),
        ("visa", "blank", "unreadable"),
        ("ration", "", "not_a_bank_card"),
        ("thrift", "", "not_a_bank_card"),
    ],
)
def test_after_a_bad_swipe_the_next_card_is_read(
    tmp_path: Path, card: str, damage: str, reason: str
) -> None:
    visit = visit_in(tmp_path)
    swipe(visit, card, damage)
    assert rejected(visit) == [reason] and visit.sealed == []
    swipe(visit, "rupay")
    assert len(swiped(visit)) == 1


def test_a_card_that_nobody_asked_for_is_not_handed_over(tmp_path: Path) -> None:
    visit = visit_in(tmp_path, until=0.0)
    swipe(visit)
    assert rejected(visit) == ["not_asked"] and visit.sealed == []


def test_one_card_for_one_permission(tmp_path: Path) -> None:
    visit = visit_in(tmp_path, until=1.5)
    swipe(visit, "visa")
    swipe(visit, "rupay")
    assert len(swiped(visit)) == 1 and rejected(visit) == ["not_asked"]


def test_somebody_opened_the_reader_and_it_sends_cards_in_clear(tmp_path: Path) -> None:
    visit = visit_in(tmp_path)
    visit.hand("lose_keys")
    swipe(visit)
    assert rejected(visit) == ["not_encrypted"] and visit.sealed == []
    state = visit.device.state()
    assert (state.status, fault_codes(visit)) == (Status.OUT_OF_SERVICE, ["card.keys.gone"])
    assert visit.device.on_command(Arm(SESSION, 3.0)).outcome is Outcome.REFUSED
    assert CARDS["visa"].track2[1:17].decode() not in repr(visit.till.told)


def test_the_last_key_is_used_up(tmp_path: Path) -> None:
    visit = visit_in(tmp_path)
    visit.hand("use_up_keys")
    swipe(visit)
    assert visit.sealed == [] and fault_codes(visit) == ["card.keys.gone"]


def test_a_reader_that_shows_ten_digits_is_told_to_show_six(tmp_path: Path) -> None:
    visit = visit_in(tmp_path, mask="10060Y", keeps_settings=False)
    assert fault_codes(visit) == ["card.mask.open"]
    swipe(visit)
    [card] = swiped(visit)
    assert card.masked_pan == "411111******1111"  # whatever it shows, we show no more
    visit.unplug()
    visit.plug()
    visit.run(visit.now + 2.0)
    assert fault_codes(visit) == []


def test_a_reader_that_keeps_its_settings_stays_degraded(tmp_path: Path) -> None:
    visit = visit_in(tmp_path, until=0.0, mask="10040Y")
    assert visit.device.state().status is Status.DEGRADED


def test_a_mask_of_stars_is_a_mask(tmp_path: Path) -> None:
    visit = visit_in(tmp_path, mask="0404*N")
    swipe(visit)
    assert [card.masked_pan for card in swiped(visit)] == ["4111********1111"]


def test_a_reader_that_is_mute_is_gone_and_comes_back(tmp_path: Path) -> None:
    visit = visit_in(tmp_path, until=0.0)
    visit.hand("power_cut")
    visit.run(20.0)
    assert visit.device.state().status is Status.GONE and fault_codes(visit) == ["card.link.silent"]
    visit.hand("power_on")
    visit.run(30.0)
    assert visit.device.state().status is Status.READY


@pytest.mark.parametrize("pipe", list(Pipe))
def test_the_last_word_of_a_pulled_cable_changes_nothing(pipe: Pipe) -> None:
    """An unencrypted report that was under way when the cable went."""
    host = HostProtocol()
    host.connected(0.0)
    host.disconnected(0.1)
    while host.next_event() is not None:
        pass
    host.receive_bytes(framed(pipe, bytes(codec.REPORT_SIZE)), 0.2)
    assert host.next_event() is None


# --- reports and transfers ------------------------------------------------------------------------


def test_the_fields_of_a_report_stand_where_the_manual_has_them() -> None:
    report = codec.write_report(
        {1: b"A" * 64, 2: b"B" * 40},
        {1: b"%B5452000000007189^HOGAN/PAUL^0804?", 2: b";5452000000007189=0804?"},
        (False, False, True), "21042812", codec.Encryption(0x0006), bytes.fromhex(KSN),
    )  # fmt: skip
    assert (report[2], report[3], report[4], report[6]) == (1, 64, 40, 0)
    assert (report[7:71], report[119:159]) == (b"A" * 64, b"B" * 40)
    assert report[477:493] == b"21042812" + bytes(8)
    assert (report[493:495].hex(), report[495:505].hex().upper()) == ("0006", KSN)
    assert (report[505], report[506]) == (35, 23)
    assert report[508:510] == b"%B" and report[620:622] == b";5"
    read = codec.read_report(memoryview(report))
    assert read is not None and read.errors == (False, False, True)
    assert (bytes(read.tracks[2]), read.serial) == (b"B" * 40, "21042812")


def test_commands_are_those_of_the_manual() -> None:
    """Get property 0x00 is `00 01 00`, answered `00 0B` and the software id."""
    request = codec.Request(codec.Command.GET_PROPERTY, b"\x00")
    assert request.to_transfers()[3:6] == bytes.fromhex("000100")
    answer = codec.read_answer(memoryview(bytes.fromhex("000B3231303432383132443031") + bytes(47)))
    assert answer == codec.Answer(0, b"21042812D01")


def test_a_report_that_claims_more_than_its_field_is_no_report() -> None:
    report = bytearray(codec.REPORT_SIZE)
    report[codec.LENGTH_AT] = codec.FIELD + 1
    assert codec.read_report(memoryview(report)) is None
    assert codec.read_report(memoryview(bytes(codec.SHORTEST_REPORT - 1))) is None


@given(st.binary(max_size=900))
def test_whatever_a_reader_sends_the_host_survives(report: bytes) -> None:
    host = HostProtocol()
    host.connected(0.0)
    for pipe in (Pipe.FEATURE, Pipe.INPUT):
        host.receive_bytes(framed(pipe, report), 0.1)
    told = list(iter(host.next_event, None))
    assert not any(isinstance(event, Swipe) for event in told), "nobody had asked for a card"
    assert host.state is State.KEYLESS or host.next_deadline() < NEVER, "it goes on asking"


@given(st.lists(st.tuples(st.sampled_from(Pipe), st.binary(max_size=300)), max_size=5),
       st.integers(1, 40))  # fmt: skip
def test_transfers_split_anywhere_are_the_same(sent: list[tuple[Pipe, bytes]], size: int) -> None:
    reader, got = TransferReader(), list[tuple[Pipe, bytes]]()
    data = b"".join(framed(pipe, each) for pipe, each in sent)
    for start in range(0, len(data), size):
        for transfer in reader.feed(data[start : start + size], 1.0):
            got.append((transfer.pipe, bytes(transfer.data)))
    assert got == sent


def test_a_transfer_that_broke_off_does_not_eat_the_next() -> None:
    reader = TransferReader()
    assert list(reader.feed(framed(Pipe.INPUT, b"0123456789")[:5], 1.0)) == []
    found = [bytes(each.data) for each in reader.feed(framed(Pipe.INPUT, b"whole"), 1.1 + GAP)]
    assert found == [b"whole"]
