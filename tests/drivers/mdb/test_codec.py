"""Bytes of the document, and bytes of nobody: what is read, and that nothing else is."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.mdb import bills, coins
from drivers.mdb.adapter import (
    LONGEST_LINE,
    Answer,
    Exchange,
    LineReader,
    Outcome,
    answer_of,
    line_of,
)
from drivers.mdb.bench_adapter import FIRMWARE
from drivers.mdb.changer import ChangerProtocol
from drivers.mdb.codec import (
    LONGEST_BLOCK,
    MODE,
    CorruptBlock,
    Identification,
    Said,
    Unknown,
    mask_of,
    master_block,
    read_master,
    read_slave,
    slave_block,
    types_in,
)
from drivers.mdb.coins import ChangerSetup, ChangerStatus, Deposited, Route, TubeStatus
from drivers.mdb.emulator import CoinChangerEmulator
from drivers.mdb.notes_emulator import BillValidatorEmulator
from drivers.mdb.validator import ValidatorProtocol

VECTORS = Path(__file__).parents[2] / "vectors" / "mdb" / "blocks.toml"
BLOCKS: dict[str, Any] = tomllib.loads(VECTORS.read_text())
DATA = st.binary(min_size=1, max_size=35)


def words(text: str) -> tuple[int, ...]:
    return tuple(int(each.rstrip("*"), 16) | MODE * each.endswith("*") for each in text.split())


@pytest.mark.parametrize("vector", BLOCKS["master"], ids=lambda vector: str(vector["name"]))
def test_commands_of_the_document(vector: dict[str, str]) -> None:
    command = bytes.fromhex(vector["command"])
    assert master_block(command) == words(vector["words"])
    assert read_master(words(vector["words"])) == command


@pytest.mark.parametrize("vector", BLOCKS["slave"], ids=lambda vector: str(vector["name"]))
def test_answers_of_the_document(vector: dict[str, str]) -> None:
    data = bytes.fromhex(vector["data"])
    assert slave_block(data) == words(vector["words"])
    assert read_slave(words(vector["words"])) == data


def test_commands_are_those_of_the_vectors() -> None:
    commands = {bytes.fromhex(vector["command"]) for vector in BLOCKS["master"]}
    ours = {
        coins.coin_type(range(16), range(16)),
        coins.dispense(0, 1),
        coins.EXPAND_ID,
        bills.bill_type(range(16)),
        bills.bill_type([]),
        bills.ESCROW_STACK,
        bills.ESCROW_RETURN,
        bills.BILL_ID,
    }
    assert ours <= commands


@given(DATA, st.data())
def test_one_bit_that_is_hurt_is_always_seen(data: bytes, chance: st.DataObject) -> None:
    block = list(slave_block(data))
    place = chance.draw(st.integers(0, len(block) - 1))
    block[place] ^= 1 << chance.draw(st.integers(0, 8))
    with pytest.raises(CorruptBlock):
        read_slave(block)


@given(st.frozensets(st.integers(0, 15)))
def test_a_mask_names_its_types(types: frozenset[int]) -> None:
    assert types_in(mask_of(types)) == types


def test_activities_of_a_changer_in_their_order() -> None:
    found = coins.changer_activities(bytes.fromhex("0b 52 05 44 00 23 1f"))
    assert found == [
        Said(ChangerStatus.JUST_RESET),
        Deposited(2, Route.TUBE, 5),
        Deposited(4, Route.CASH_BOX, 0),
        coins.Slugs(3),
        Unknown(0x1F),
    ]


@given(st.binary(max_size=16))
def test_every_activity_is_read_as_it_was_said(data: bytes) -> None:
    try:
        found = coins.changer_activities(data)
    except CorruptBlock:
        return
    assert b"".join(map(coins.activity_bytes, found)) == data


@given(st.binary(max_size=16))
def test_every_activity_of_a_validator_is_read_as_it_was_said(data: bytes) -> None:
    assert b"".join(map(bills.bill_byte, bills.bill_activities(data))) == data


@pytest.mark.parametrize(
    ("factor", "decimals", "paise"), [(1, 0, 100), (10, 0, 1000), (50, 2, 50), (5, 1, 50)]
)
def test_a_coin_is_worth_its_credit_times_the_factor(
    factor: int, decimals: int, paise: int
) -> None:
    setup = ChangerSetup(3, b"\x13\x56", factor, decimals, frozenset({0}), (1, 0xFF, *[0] * 14))
    assert setup.values[:3] == (paise, 0, 0)  # a token and an unused type are worth nothing
    assert ChangerSetup.from_data(setup.to_data()) == setup
    assert setup.values_unit == paise


def test_thousandths_of_a_rupee_are_no_money() -> None:
    with pytest.raises(CorruptBlock, match="two decimals"):
        _ = ChangerSetup(3, b"\x13\x56", 1, 3, frozenset(), (1, *[0] * 15)).values


def test_a_tube_full_of_nothing_is_defective() -> None:
    status = TubeStatus(frozenset({0, 1}), (60, 0, *[5] * 14))
    assert TubeStatus.from_data(status.to_data()) == status
    assert status.defective == {1}


def test_names_have_no_control_characters() -> None:
    raw = b"MEI" + b"0000\x1b[31m4711"[:12].ljust(12) + b"CF7900".ljust(12) + b"\x01\x02"
    found = Identification.from_data(raw)
    assert (found.maker, found.serial, found.model) == ("MEI", "0000?[31m471", "CF7900")


# --- lines ----------------------------------------------------------------------------------------


def test_lines_of_the_adapter() -> None:
    assert line_of(b"\x0b") == "R,0B"
    assert line_of(bytes.fromhex("0cffffffff")) == "R,0C,FFFFFFFF"
    assert answer_of(b"ACK") == Answer(Outcome.ACKNOWLEDGED)
    assert answer_of(b"NACK") == Answer(Outcome.SILENT)
    assert answer_of(b"5205") == Answer(Outcome.DATA, b"\x52\x05")
    assert [answer_of(each) for each in (b"", b"520", b"52O5", b"ack")] == [None] * 4


def test_what_was_said_before_the_version_belongs_to_nobody() -> None:
    exchange = Exchange()
    exchange.begin(0.0)
    assert exchange.receive(b"p,5205\nv,4.0.2.0\n") is None
    exchange.ask("R,0B", 0.1)
    assert exchange.receive(b"\x81\x07p,ACK\r\n") == Answer(Outcome.ACKNOWLEDGED)


def test_an_answer_that_comes_too_late_is_not_taken_for_the_next() -> None:
    exchange = Exchange()
    exchange.begin(0.0)
    exchange.receive(b"v,4\n")
    exchange.ask("R,0B", 0.1)
    assert exchange.is_lost_at(0.7)
    assert not exchange.is_free
    assert exchange.receive(b"p,5205\n") is None
    assert exchange.receive(b"v,4\n") is None and exchange.is_free


@given(st.lists(st.binary(max_size=300), max_size=8))
def test_no_line_is_kept_that_never_ends(chunks: list[bytes]) -> None:
    reader = LineReader()
    for chunk in chunks:
        assert all(len(line) <= LONGEST_LINE for line in reader.feed(chunk))
        assert len(reader._line) <= LONGEST_LINE


Chunk = st.one_of(
    st.binary(max_size=40),
    st.binary(max_size=36).map(lambda data: b"p," + data.hex().upper().encode() + b"\n"),
    st.sampled_from([b"v,1\n", b"m,ACK\n", b"p,ACK\n", b"p,NACK\n"]),
)


@given(st.lists(Chunk, max_size=40), st.booleans())
def test_a_host_survives_whatever_it_hears(chunks: list[bytes], is_changer: bool) -> None:
    host = ChangerProtocol() if is_changer else ValidatorProtocol()
    host.connected(0.0)
    for number, chunk in enumerate(chunks):
        host.receive_bytes(chunk, number * 0.05)
        host.tick(number * 0.05)
        assert len(host.bytes_to_send()) < 200
        assert len(host.plan) < 12
        assert host.next_deadline() < 1000.0


@pytest.mark.parametrize(
    ("unit", "address"), [(CoinChangerEmulator, 0x08), (BillValidatorEmulator, 0x30)]
)
def test_no_command_is_too_short_or_too_long_for_a_peripheral(
    unit: type[CoinChangerEmulator | BillValidatorEmulator], address: int
) -> None:
    """A whole one is answered by whom it is addressed to; a cut one breaks nothing."""
    commands = [bytes.fromhex(vector["command"]) for vector in BLOCKS["master"]]
    for command in [*commands, coins.PAY_OUT + b"\x05", coins.PAY_OUT_STATUS]:
        is_mine = command[0] & 0xF8 == address  # five bits of address, three of command
        assert (unit().obey(command, 1.0) is not None) == is_mine, command.hex()
        for cut in [command[:end] for end in range(1, len(command))] + [command + b"\x01"]:
            answer = unit().obey(cut, 1.0)
            assert answer is None or (is_mine and len(answer) < LONGEST_BLOCK), cut.hex()


@given(st.lists(st.binary(max_size=40), max_size=20))
def test_a_changer_on_the_bench_survives_whatever_it_hears(chunks: list[bytes]) -> None:
    changer = CoinChangerEmulator()
    changer.receive_bytes(b"M,1\n", 0.0)
    for number, chunk in enumerate(chunks):
        changer.receive_bytes(b"R," + chunk.hex().encode() + b"\n", float(number))
        changer.receive_bytes(chunk, float(number))
    changer.bytes_to_send()
    changer.receive_bytes(b"\nV\n", 100.0)
    assert changer.bytes_to_send() == FIRMWARE.encode() + b"\n", "it hears and answers as before"
