"""A rate table on its way from the office to a kiosk: forged, old, early, torn, mistyped."""

from __future__ import annotations

import argparse
import asyncio
from datetime import date, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from firmware.cli.__main__ import parser
from firmware.contract.fees import CHARGE, STATUTORY, TAX, FeeLine, Fees
from firmware.contract.gateway import Bill
from firmware.contract.money import Money
from firmware.core.rate_watch import LOOK_EVERY, RateWatch
from firmware.gateway.sandbox.signature import OFFICE_KEY, OFFICE_SEED
from firmware.runtime.clock import INDIA, FixedClock
from firmware.runtime.config import Config, ConfigError, PathsSection
from firmware.services.catalogue import load_catalogue
from firmware.services.rates.shelf import (
    SHIPPED,
    SIGNED_BY,
    Rates,
    RatesRefused,
    Shelf,
    rates_folder,
)
from firmware.services.rates.signed import sign
from firmware.services.rates.table import read_table
from firmware.till import office
from firmware.till.signing import new_seed
from tests.firmware.core.world import CONFIG

KEY = bytes.fromhex(OFFICE_KEY)
TODAY = date(2026, 11, 22)
TEXT = """
version = {version}
valid_from = {day}
order = "Sandbox Office, no. {version}"
[service]
caste = [{{ kind = "statutory", paise = 1000 }}, {{ kind = "charge", paise = {charge} }}]
"""


def text(version: int, day: str = "2026-04-01", charge: int = 4000) -> bytes:
    return TEXT.format(version=version, day=day, charge=charge).encode()


def signed(content: bytes) -> str:
    return sign(OFFICE_SEED, content)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """Of a kiosk that has only the table of its image."""
    return Shelf(tmp_path / "rates", KEY)


def install(shelf: Shelf, content: bytes) -> None:
    shelf.install(content, signed(content), TODAY)


def version(shelf: Shelf, today: date = TODAY) -> int:
    return shelf.look(today).version


# --- the table of the image ----------------------------------------------------------------------


def test_the_table_of_the_image_is_signed_and_has_every_service_that_is_paid(shelf: Shelf) -> None:
    table = shelf.look(TODAY).table
    assert table is not None, "python -m firmware.gateway.sandbox.rates"
    catalogue = load_catalogue().services.values()
    paid = {each.id for each in catalogue if each.kind in ("bill", "paper")}
    assert paid <= table.service.keys()


def test_a_kiosk_of_another_office_does_not_believe_the_example(tmp_path: Path) -> None:
    other = Shelf(tmp_path, bytes(32)).look(TODAY)
    assert other == Rates(why="rates.toml: the signature is not the office's, or not of this table")
    nobody = Shelf(tmp_path, b"").look(TODAY)
    assert nobody.table is None and "no key of the office" in nobody.why


# --- installing ----------------------------------------------------------------------------------


def test_a_newer_table_is_in_force_at_once_and_the_older_is_cleared_away(shelf: Shelf) -> None:
    install(shelf, text(2))
    install(shelf, text(3))
    assert version(shelf) == 3
    assert sorted(path.name for path in shelf.folder.iterdir()) == [
        "rates-3.toml",
        f"rates-3.toml{SIGNED_BY}",
    ]


def test_somebody_changed_a_fee_after_the_office_had_signed(shelf: Shelf) -> None:
    with pytest.raises(RatesRefused, match="the signature is not the office's"):
        shelf.install(text(2, charge=5000), signed(text(2)), TODAY)
    with pytest.raises(RatesRefused, match="the signature is not the office's"):
        shelf.install(text(2), sign(new_seed(), text(2)), TODAY)
    with pytest.raises(RatesRefused, match="the signature is not the office's"):
        shelf.install(text(2), "signed, the office", TODAY)
    assert version(shelf) == 1 and not shelf.folder.exists()


def test_last_years_fees_do_not_come_back(shelf: Shelf) -> None:
    install(shelf, text(5))
    with pytest.raises(RatesRefused, match=r"version 5 is here: expected a newer one, got .* 4"):
        install(shelf, text(4))
    with pytest.raises(RatesRefused, match="got version 5"):
        install(shelf, text(5, charge=1))
    install(shelf, text(5))
    assert version(shelf) == 5, "the very same may come twice"


def test_a_table_of_next_month_waits_for_its_day(shelf: Shelf) -> None:
    install(shelf, text(2, "2026-12-01"))
    now = shelf.look(TODAY)
    assert now.version == 1 and now.waiting is not None and now.waiting.version == 2
    assert version(shelf, date(2026, 11, 30)) == 1
    assert version(shelf, date(2026, 12, 1)) == 2
    assert shelf.look(date(2026, 12, 1)).waiting is None


def test_a_correction_overtakes_the_table_that_waits(shelf: Shelf) -> None:
    """Version 3 takes 2 back: on its day the newer still counts."""
    install(shelf, text(2, "2026-12-01"))
    install(shelf, text(3))
    assert (version(shelf), version(shelf, date(2026, 12, 2))) == (3, 3)


@pytest.mark.parametrize("left", ["signature alone", "torn table", "torn signature", "new file"])
def test_power_fails_while_a_table_is_laid_down(shelf: Shelf, left: str) -> None:
    install(shelf, text(2))
    path = shelf.folder / "rates-3.toml"
    signature = path.with_name(path.name + SIGNED_BY)
    match left:
        case "signature alone":
            signature.write_text(signed(text(3)))
        case "torn table":
            signature.write_text(signed(text(3)))
            path.write_bytes(text(3)[:40])
        case "torn signature":
            signature.write_bytes(b"\xff" * 20)
            path.write_bytes(text(3))
        case _:
            path.with_name(path.name + ".new").write_bytes(text(3)[:40])
    assert version(shelf) == 2
    install(shelf, text(3))
    assert version(shelf) == 3


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("version = 2", "missing required field `valid_from`"),
        (text(2).decode().replace("paise", "paisa"), r"unknown field `paisa`.*did you mean"),
        (text(2).decode().replace("charge", "charges"), "Invalid enum value 'charges'"),
        (text(2, charge=-1).decode(), "Expected `int` >= 0"),
        (text(2).decode().replace("1000", "10.00"), "Expected `int`, got `float`"),
        (text(2).decode().replace("paise = 1000", "paise = 1, as_billed = true"), "has no paise"),
        ("version = = 2", "line 1"),
    ],
)
def test_the_office_signed_a_table_that_nobody_can_read(
    shelf: Shelf, wrong: str, said: str
) -> None:
    with pytest.raises(RatesRefused, match=said):
        install(shelf, wrong.encode())


def test_two_lines_as_billed_on_one_side_leave_nothing_to_compare() -> None:
    two = text(2).decode() + 'tax = [{ kind = "charge", as_billed = true }, { kind = "tax" }]'
    with pytest.raises(ConfigError, match="a line as_billed has none beside it"):
        read_table(two.encode(), "rates.toml")


# --- what a bill is held against ----------------------------------------------------------------


def bill(amount: int, fee: int) -> Bill:
    return Bill("B1", "1", "SHANTI DEVI MEENA", "", "", Money(amount), Money(fee))


def fees(amount: int, fee: int, rates: str, takes_parts: bool = False) -> Fees | None:
    content = f'version = 7\nvalid_from = 2026-04-01\norder = "1"\n[service]\nx = {rates}'
    return read_table(content.encode(), "x").fees("x", bill(amount, fee), takes_parts)


def test_each_side_of_a_paper_is_held_against_its_own_lines() -> None:
    rates = (
        '[{ kind = "statutory", paise = 1000 }, { kind = "charge", paise = 3390 },'
        ' { kind = "tax", paise = 610 }]'
    )
    whole = [
        FeeLine(STATUTORY, Money(1000)),
        FeeLine(CHARGE, Money(3390)),
        FeeLine(TAX, Money(610)),
    ]
    assert fees(1000, 4000, rates) == Fees(7, whole)
    assert fees(1001, 3999, rates) is None, "the sum is right, and the sides are not"
    assert fees(5000, 0, rates) is None
    assert fees(1000, 4001, rates) is None


def test_a_bill_is_what_the_department_says_and_the_charge_is_not() -> None:
    rates = '[{ kind = "statutory", as_billed = true }, { kind = "charge", paise = 500 }]'
    charge = Fees(7, [FeeLine(CHARGE, Money(500))])
    assert fees(47000, 500, rates) == charge
    assert fees(1, 500, rates) == charge
    assert fees(47000, 499, rates) is None


def test_of_a_part_payment_the_fee_was_paid_first() -> None:
    """The rest of the bill comes without it; half a fee is none that anybody decided."""
    rates = '[{ kind = "statutory", as_billed = true }, { kind = "charge", paise = 500 }]'
    assert fees(27000, 0, rates, takes_parts=True) == Fees(7, [])
    assert fees(27000, 0, rates) is None
    assert fees(27000, 300, rates, takes_parts=True) is None


def test_a_charge_that_the_office_leaves_open_is_still_a_line_of_its_own() -> None:
    rates = '[{ kind = "statutory", as_billed = true }, { kind = "charge", as_billed = true }]'
    assert fees(47000, 1234, rates) == Fees(7, [FeeLine(CHARGE, Money(1234))])


def test_a_service_that_is_not_in_the_table_has_nothing_on_top() -> None:
    table = read_table(text(2), "rates.toml")
    assert table.fees("water", bill(31200, 0)) == Fees(2, [])
    assert table.fees("water", bill(31200, 1)) is None


# --- on a kiosk ---------------------------------------------------------------------------------


def test_a_table_that_comes_is_seen_within_seconds_and_a_day_that_begins_too(
    shelf: Shelf,
) -> None:
    clock = FixedClock(datetime(2026, 11, 30, 23, 59, 50, tzinfo=INDIA))
    watch = RateWatch(shelf, clock)
    assert watch.look(0.0).version == 1
    install(shelf, text(2, "2026-12-01"))
    assert watch.look(LOOK_EVERY - 1).waiting is None, "not at every look"
    assert watch.look(LOOK_EVERY).waiting is not None
    clock.advance(20)
    assert watch.look(2 * LOOK_EVERY).version == 2


def run(folder: Path, *words: str | Path) -> int:
    gateway = replace(CONFIG.gateway, office_key=OFFICE_KEY)
    config = Config(CONFIG.kiosk, gateway, CONFIG.device, PathsSection(state=str(folder)))
    options: argparse.Namespace = parser().parse_args(["rates", *map(str, words)])
    code: int = asyncio.run(options.run(config, options))
    return code


def test_a_technician_brings_a_table_on_a_stick(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "stick.toml"
    file.write_bytes(text(9))
    assert run(tmp_path, "install", file) == 1
    assert "stick.toml.sig" in capsys.readouterr().err, "it was forgotten at the office"
    file.with_name("stick.toml.sig").write_text(signed(text(9)) + "\n")
    assert run(tmp_path, "install", file) == 0
    assert capsys.readouterr().out == "Rate table 9 is installed, valid from 2026-04-01.\n"
    assert Shelf(rates_folder(tmp_path), KEY).look(TODAY).version == 9
    assert run(tmp_path, "show") == 0
    said = capsys.readouterr().out
    assert "version 9, in force, valid from 2026-04-01: Sandbox Office, no. 9" in said
    assert "caste    statutory ₹10.00, charge ₹40.00" in said


def test_the_office_signs_with_the_key_of_its_documents(tmp_path: Path) -> None:
    seed, file = tmp_path / "office.seed", tmp_path / "rates.toml"
    seed.write_text(OFFICE_SEED.hex())
    file.write_bytes(text(2))
    office.sign_rates(OFFICE_SEED, file)
    assert file.with_name("rates.toml.sig").read_text().strip() == signed(text(2))
    file.write_bytes(text(2).replace(b"kind", b"knd"))
    with pytest.raises(ConfigError, match="did you mean `kind`"):
        office.sign_rates(OFFICE_SEED, file)


def test_the_example_is_the_one_that_its_signature_is_of() -> None:
    said = SHIPPED.with_name(SHIPPED.name + SIGNED_BY).read_text().strip()
    assert said == signed(SHIPPED.read_bytes()), "python -m firmware.gateway.sandbox.rates"
