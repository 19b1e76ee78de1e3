"""The sandbox acquirer: once a key, never a card twice, and nothing charged that nobody kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from nacl.public import PublicKey, SealedBox

from firmware.contract.card import Sealing
from firmware.gateway.cards import CardDocument
from firmware.gateway.sandbox.cards import CONFIRM_WITHIN, CardOffice
from firmware.gateway.sandbox.office import Refusal
from firmware.gateway.sandbox.unsealing import AES_BDK, PUBLIC_KEY, TDES_BDK
from firmware.runtime import dukpt

NOW = 1_795_000_000.0  # a day in November 2026
GOOD, POOR = "4111111111111111", "4000000000009995"
KSN = bytes.fromhex("FFFF9876543210E00001")


@pytest.fixture
def office(tmp_path: Path) -> CardOffice:
    return CardOffice(tmp_path / "cards.db")


def track2(pan: str, service: str = "101", expiry: str = "3012") -> bytes:
    return f";{pan}={expiry}{service}00000000000?".encode()


def boxed(clear: bytes) -> CardDocument:
    box = SealedBox(PublicKey(bytes.fromhex(PUBLIC_KEY)))
    return CardDocument(Sealing.BOX, PUBLIC_KEY, {"2": box.encrypt(clear)})


def by_tdes(clear: bytes, ksn: bytes = KSN, variant: Sealing = Sealing.TDES_PIN) -> CardDocument:
    key = dukpt.transaction_key(dukpt.initial_key(TDES_BDK, ksn), ksn)
    key = dukpt.pin_key(key) if variant is Sealing.TDES_PIN else dukpt.data_key(key)
    return CardDocument(variant, ksn.hex().upper(), {"2": dukpt.tdes_encrypt(key, clear)})


def by_aes(clear: bytes) -> CardDocument:
    ksn = bytes.fromhex("123456789012345600000001")
    initial = dukpt.aes_initial_key(AES_BDK, ksn[:8])
    key = dukpt.aes_transaction_key(initial, ksn, dukpt.Usage.DATA_ENCRYPTION)
    return CardDocument(Sealing.AES, ksn.hex().upper(), {"2": dukpt.aes_encrypt(key, clear)})


def by_data_variant(clear: bytes) -> CardDocument:
    return by_tdes(clear, variant=Sealing.TDES_DATA)


WAYS = [boxed, by_tdes, by_data_variant, by_aes]


@pytest.mark.parametrize("way", WAYS)
def test_a_card_is_approved_however_it_was_sealed(
    office: CardOffice, way: Callable[[bytes], CardDocument]
) -> None:
    answer = office.authorise("k1", 47000, "R1", way(track2(GOOD)), NOW)
    assert (answer["status"], answer["masked_pan"]) == ("approved", "411111******1111")


@pytest.mark.parametrize("way", WAYS)
def test_a_swipe_that_was_copied_from_the_wire_pays_nothing(
    office: CardOffice, way: Callable[[bytes], CardDocument]
) -> None:
    card = way(track2(GOOD))
    office.authorise("k1", 47000, "R1", card, NOW)
    answer = office.authorise("k2", 100, "R2", card, NOW)
    assert (answer["status"], answer["reason"]) == ("declined", "replayed")


def test_an_older_counter_than_the_last_is_a_replay_too(office: CardOffice) -> None:
    later = bytes.fromhex("FFFF9876543210E00002")
    office.authorise("k1", 100, "R1", by_tdes(track2(GOOD), later), NOW)
    answer = office.authorise("k2", 100, "R2", by_tdes(track2(GOOD)), NOW)
    assert answer["reason"] == "replayed"


def test_another_reader_has_a_counter_of_its_own(office: CardOffice) -> None:
    other = bytes.fromhex("FFFF9876543220E00001")
    office.authorise("k1", 100, "R1", by_tdes(track2(GOOD)), NOW)
    assert office.authorise("k2", 100, "R2", by_tdes(track2(GOOD), other), NOW)[
        "status"] == "approved"  # fmt: skip


@pytest.mark.parametrize(
    ("clear", "reason"),
    [
        (track2(POOR), "insufficient_funds"),
        (track2("4000000000000002"), "do_not_honour"),
        (track2("5105105105105100"), "unknown_card"),
        (track2(GOOD, "201"), "chip_card"),
        (track2(GOOD, "120"), "pin_needed"),
        (track2(GOOD, expiry="2610"), "expired"),
        (b";0417230019=12?", "not_a_bank_card"),
    ],
)
def test_what_is_declined_and_why(office: CardOffice, clear: bytes, reason: str) -> None:
    answer = office.authorise("k", 100, "R", boxed(clear), NOW)
    assert (answer["status"], answer["reason"]) == ("declined", reason)


@pytest.mark.parametrize(
    "card",
    [
        CardDocument(Sealing.BOX, PUBLIC_KEY, {"2": b"x" * 100}),
        CardDocument(Sealing.TDES_PIN, KSN.hex(), {"2": b"x" * 16}),
        CardDocument(Sealing.TDES_PIN, KSN.hex(), {"2": b"x" * 15}),
        CardDocument(Sealing.TDES_PIN, "00", {"2": b"x" * 16}),
        CardDocument(Sealing.AES, KSN.hex(), {"2": b"x" * 16}),
    ],
)
def test_what_cannot_be_opened_is_declined(office: CardOffice, card: CardDocument) -> None:
    assert office.authorise("k", 100, "R", card, NOW)["reason"] == "not_decrypted"


def test_the_answer_that_was_lost_is_given_again_and_charges_once(office: CardOffice) -> None:
    card = boxed(track2(GOOD))
    first = office.authorise("k1", 47000, "R1", card, NOW)
    assert office.authorise("k1", 47000, "R1", card, NOW + 5) == first
    assert len(office.payments()) == 1


def test_one_key_is_not_good_for_two_amounts(office: CardOffice) -> None:
    office.authorise("k1", 47000, "R1", boxed(track2(GOOD)), NOW)
    with pytest.raises(Refusal):
        office.authorise("k1", 100, "R1", boxed(track2(GOOD)), NOW)


def test_kiosk_died_before_the_approval_was_on_its_disk(office: CardOffice) -> None:
    office.authorise("k1", 47000, "R1", boxed(track2(GOOD)), NOW)
    assert office.find("k1", NOW + CONFIRM_WITHIN - 1)["status"] == "approved"
    late = office.confirm("k1", NOW + CONFIRM_WITHIN + 1)
    assert (late["status"], late["reason"]) == ("voided", "never_confirmed")


def test_a_confirmed_payment_stays(office: CardOffice) -> None:
    office.authorise("k1", 47000, "R1", boxed(track2(GOOD)), NOW)
    office.confirm("k1", NOW + 1)
    assert office.confirm("k1", NOW + 10 * CONFIRM_WITHIN)["status"] == "confirmed"


def test_a_void_that_overtakes_its_authorisation_stops_it(office: CardOffice) -> None:
    office.void("k1", NOW)
    assert office.authorise("k1", 47000, "R1", boxed(track2(GOOD)), NOW)["status"] == "voided"
    assert office.confirm("k1", NOW)["status"] == "voided"


def test_nothing_is_known_of_a_key_that_never_came(office: CardOffice) -> None:
    assert office.find("k1", NOW)["status"] == "unknown"
    assert office.confirm("k1", NOW)["status"] == "unknown"


def test_refunds_once_a_key_and_never_more_than_was_paid(office: CardOffice) -> None:
    office.authorise("k1", 47000, "R1", boxed(track2(GOOD)), NOW)
    with pytest.raises(Refusal):
        office.refund("r1", "k1", 7000, NOW)  # not confirmed: void it
    office.confirm("k1", NOW)
    for _ in range(2):
        assert office.refund("r1", "k1", 7000, NOW)["refunded"] == 7000
    with pytest.raises(Refusal):
        office.refund("r1", "k1", 8000, NOW)
    with pytest.raises(Refusal):
        office.refund("r2", "k1", 40001, NOW)
    assert office.refund("r2", "k1", 40000, NOW)["refunded"] == 47000
    with pytest.raises(Refusal):
        office.void("k1", NOW)


def test_no_number_is_kept(office: CardOffice, tmp_path: Path) -> None:
    office.authorise("k1", 47000, "R1", boxed(track2(GOOD)), NOW)
    for path in tmp_path.iterdir():
        assert GOOD.encode() not in path.read_bytes(), path


def test_a_restart_of_the_acquirer_remembers_payments_and_counters(tmp_path: Path) -> None:
    CardOffice(tmp_path / "db").authorise("k1", 100, "R1", by_tdes(track2(GOOD)), NOW)
    again = CardOffice(tmp_path / "db")
    assert again.find("k1", NOW)["status"] == "approved"
    assert again.authorise("k2", 100, "R2", by_tdes(track2(GOOD)), NOW)["reason"] == "replayed"
