"""Two lines of text make a kiosk's claims the fleet's; a wrong one changes nothing."""

from __future__ import annotations

import io
import stat
from pathlib import Path

import pytest

from firmware.cli.__main__ import parser
from firmware.cli.exits import Exit
from firmware.runtime.config import load
from firmware.till import office
from firmware.till.commission import BadAnswer, answer, install, make_key, new_fleet, request
from firmware.till.signing import CERTIFICATE, FLEET, KEY, NoKey, keys_folder, load_signer
from tests.firmware.till.keys import FLEET_KEY, FLEET_SEED, NOT_AFTER, NOT_BEFORE, OTHER_SEED

KIOSK = "tdr-0417"


def word_for(public_key: bytes, kiosk: str = KIOSK, fleet: bytes = FLEET_SEED) -> str:
    return answer(fleet, request(kiosk, public_key), 7, NOT_BEFORE, NOT_AFTER)


def test_a_kiosk_asks_the_office_answers_and_slips_are_signed(tmp_path: Path) -> None:
    public_key = make_key(tmp_path / "keys")
    word = install(tmp_path / "keys", KIOSK, word_for(public_key))
    assert (word.serial, word.not_after) == (7, NOT_AFTER)
    assert load_signer(tmp_path / "keys", KIOSK).certificate == word
    assert stat.S_IMODE((tmp_path / "keys" / KEY).stat().st_mode) == 0o600
    assert (tmp_path / "keys" / FLEET).read_text().strip() == FLEET_KEY.hex()


def test_asking_twice_asks_for_the_same_key(tmp_path: Path) -> None:
    """A technician who lost the line asks again; a new key would void the answer under way."""
    assert make_key(tmp_path / "keys") == make_key(tmp_path / "keys")


def test_power_cut_while_the_key_is_written_leaves_none_or_a_whole_one(tmp_path: Path) -> None:
    (tmp_path / f"{KEY}.new").write_text("ab")
    public_key = make_key(tmp_path)
    install(tmp_path, KIOSK, word_for(public_key))
    assert load_signer(tmp_path, KIOSK).certificate.public_key == public_key


def test_a_key_that_cannot_be_read_is_told_and_kept(tmp_path: Path) -> None:
    (tmp_path / KEY).write_text("torn")
    with pytest.raises(NoKey, match="hex"):
        make_key(tmp_path)
    assert (tmp_path / KEY).read_text() == "torn"


def test_an_answer_that_is_not_for_this_kiosk_changes_nothing(tmp_path: Path) -> None:
    public_key = make_key(tmp_path)
    right = word_for(public_key)
    install(tmp_path, KIOSK, right)
    before = (tmp_path / CERTIFICATE).read_text()
    changed = ("0" if right[0] != "0" else "1") + right[1:]
    for wrong, complaint in (
        (word_for(public_key, "tdr-0418"), "signature of the fleet"),
        (word_for(b"\1" * 32), "public key"),
        (word_for(public_key, fleet=OTHER_SEED), "fleet's key"),
        (changed, "signature of the fleet"),
        (right.split()[0], "expected a certificate and the fleet's key"),
        ("zz zz", "in hex"),
        ("00 00", "got 1 bytes"),
    ):
        with pytest.raises(BadAnswer, match=complaint):
            install(tmp_path, KIOSK, wrong)
    assert (tmp_path / CERTIFICATE).read_text() == before


def test_a_certificate_for_another_five_years_takes_the_place_of_the_first(tmp_path: Path) -> None:
    asked = request(KIOSK, make_key(tmp_path))
    install(tmp_path, KIOSK, answer(FLEET_SEED, asked, 7, NOT_BEFORE, NOT_AFTER))
    install(tmp_path, KIOSK, answer(FLEET_SEED, asked, 8, NOT_BEFORE, 2 * NOT_AFTER))
    assert load_signer(tmp_path, KIOSK).certificate.serial == 8


@pytest.mark.parametrize("asked", ["", "tdr-0417", "tdr-0417 xy", "tdr-0417 00", "é 00"])
def test_the_office_signs_nothing_that_is_no_request(asked: str) -> None:
    with pytest.raises(BadAnswer, match="request"):
        answer(FLEET_SEED, asked, 1, NOT_BEFORE, NOT_AFTER)


def test_the_fleets_key_is_never_replaced(tmp_path: Path) -> None:
    new_fleet(tmp_path / "fleet.seed")
    with pytest.raises(FileExistsError):
        new_fleet(tmp_path / "fleet.seed")
    assert stat.S_IMODE((tmp_path / "fleet.seed").stat().st_mode) == 0o600


async def test_the_commands_carry_two_lines_from_kiosk_to_office_and_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "kiosk.toml"
    config.write_text(CONFIG.format(state=tmp_path / "state"), encoding="utf-8")

    async def kioskctl(*words: str, said: str = "") -> str:
        monkeypatch.setattr("sys.stdin", io.StringIO(said))
        options = parser().parse_args([*words])
        assert await options.run(load(config), options) == 0
        return capsys.readouterr().out

    asked = await kioskctl("key", "request")
    for words in (["new", "seed"], ["sign", "seed", "--serial", "41"]):
        words[1] = str(tmp_path / words[1])
        monkeypatch.setattr("sys.argv", ["office", *words])
        monkeypatch.setattr("sys.stdin", io.StringIO(asked))
        assert office.main() == 0
    answered = capsys.readouterr().out.splitlines()[-1]
    assert "Certificate 41" in await kioskctl("key", "install", said=answered)
    assert load_signer(keys_folder(tmp_path / "state"), KIOSK).certificate.serial == 41

    monkeypatch.setattr("sys.stdin", io.StringIO("nonsense"))
    options = parser().parse_args(["key", "install"])
    assert await options.run(load(config), options) == Exit.NOT_WELL
    assert "expected a certificate" in capsys.readouterr().err


CONFIG = """\
[kiosk]
id = "tdr-0417"
place = {{ hi = "x", en = "x" }}
receipt_prefix = "TDR 0417"

[gateway]
url = "http://127.0.0.1:9"

[paths]
state = "{state}"

[device]
"""
