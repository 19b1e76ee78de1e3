"""`kiosk.toml`: what a technician mistypes is named, with the key that was meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware.contract.device import Kind
from firmware.runtime.config import Config, ConfigError, load

GOOD = """
[kiosk]
id = "todaraisingh-1"
place = { en = "Todaraisingh", hi = "टोडारायसिंह" }
receipt_prefix = "TD 0001"
[gateway]
url = "https://gateway.example"
[bus]
socket = "/tmp/bus.sock"
[times]
screen = 30
[device.notes]
family = "itl_ssp"
kind = "notes"
port = "/dev/serial/notes"
[device.notes.options]
address = 0
"""


def load_text(folder: Path, text: str) -> Config:
    path = folder / "kiosk.toml"
    path.write_text(text)
    return load(path)


def test_good_file_is_read_with_its_defaults(tmp_path: Path) -> None:
    config = load_text(tmp_path, GOOD)
    assert config.kiosk.place["hi"] == "टोडारायसिंह"
    assert config.device["notes"].kind is Kind.NOTES
    assert config.device["notes"].options == {"address": 0}
    assert (config.times.screen, config.times.cash) == (30.0, 120.0)
    assert config.state_folder == Path("/var/lib/kiosk")


@pytest.mark.parametrize("kind", ["receipt", "page", "pvc"])
def test_a_second_printer_of_a_kind_would_sell_what_the_first_cannot_print(
    tmp_path: Path, kind: str
) -> None:
    printers = "".join(
        f'[device.{name}]\nfamily = "any"\nkind = "{kind}"\n' for name in ("old", "new")
    )
    with pytest.raises(ConfigError, match=f"expected one device of kind {kind}, got old, new"):
        load_text(tmp_path, GOOD + printers)


@pytest.mark.parametrize(
    ("wrong", "right", "said"),
    [
        ("sokcet =", "socket =", "did you mean `socket`"),
        ("screeen =", "screen =", "did you mean `screen`"),
        ("receipt_prefx =", "receipt_prefix =", "did you mean `receipt_prefix`"),
        ("[gatway]", "[gateway]", "did you mean `gateway`"),
        ("screen = 1", "screen = 30", ">= 2"),
        ("screen = 601", "screen = 30", "<= 600"),
        ('screen = "30"', "screen = 30", "Expected `float`"),
        ('kind = "note"', 'kind = "notes"', "Invalid enum value 'note'"),
        ('receipt_prefix = "td1"', 'receipt_prefix = "TD 0001"', "matching regex"),
        ('id = "../etc"', 'id = "todaraisingh-1"', "matching regex"),
        ("[device.Notes]", "[device.notes]", "matching regex"),
        ('url == "', 'url = "', "kiosk.toml"),
    ],
)
def test_mistyped_key_or_value_is_named(tmp_path: Path, wrong: str, right: str, said: str) -> None:
    assert right in GOOD
    with pytest.raises(ConfigError) as caught:
        load_text(tmp_path, GOOD.replace(right, wrong, 1))
    assert said in str(caught.value)
    assert "kiosk.toml" in str(caught.value)


def test_missing_file_is_a_wrong_configuration(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no\.toml"):
        load(tmp_path / "no.toml")


def test_password_comes_from_systemd_where_it_gives_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = load_text(tmp_path, GOOD)
    (tmp_path / "core").write_text("secret\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert config.bus_address("core").password == "secret"
    with pytest.raises(ConfigError, match="bus password of health"):
        config.bus_address("health")
