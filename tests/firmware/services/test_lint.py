"""Somebody wrote a service at midnight: each slip is named with its file and line."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from firmware.cli.__main__ import main
from firmware.cli.exits import Exit
from firmware.cli.services import CATALOGUE
from firmware.services.lines import Lines

FILE = "electricity.toml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The catalogue that is shipped, to be broken."""
    for path in CATALOGUE.glob("*.toml"):
        shutil.copy(path, tmp_path)
    return tmp_path


@pytest.fixture
def run(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, list[str]]]:
    def run(*words: str) -> tuple[int, list[str]]:
        monkeypatch.setattr("sys.argv", ["kioskctl", "services", "check", *words])
        code = main()
        return code, capsys.readouterr().out.splitlines()

    return run


def line_with(path: Path, text: str) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


def change(folder: Path, old: str, new: str, file: str = FILE) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{file} has no {old!r}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_what_is_shipped_has_nothing_to_be_found(run: Callable[..., tuple[int, list[str]]]) -> None:
    assert run() == (0, [])


@pytest.mark.parametrize(
    ("old", "new", "marked", "said"),
    [
        ("promise", "promiss", "promiss", "unknown field `promiss`; did you mean `promise`?"),
        ('"deferred"', '"latter"', "promise =", "Invalid enum value 'latter'"),
        ("advance = 3000", "advance = -1", "advance =", "Expected `int` >= 0"),
        ("advance = 3000", "advance = 30.5", "advance =", "Expected `int`, got `float`"),
        ("digits = 12", "digit = 12", "digit = 12",
         "unknown field `digit` - at `$.ask[0]`; did you mean `digits`?"),
        ("digits = 12", "digits = 99", "digits =", "Expected `int` <= 20"),
        ('kind = "digits"', 'kind = "digit"', 'kind = "digit"', "did you mean `digits`?"),
        ('category = "bills"', 'category = "bill"', "category", "did you mean `bills`?"),
        ('icon = "lightning"', 'icon = "lightnin"', "icon", "did you mean `lightning`?"),
        ('id = "electricity"', 'id = "electrcity"', 'id = "electrcity"', "the name of the file"),
        ('id = "electricity"', 'id = "electrcity"', "id", "did you mean `electricity`?"),
        ('name = "बिजली बिल"', 'nam = "बिजली बिल"', "nam =",
         "unknown field `nam` - at `$.words[...]`; did you mean `name`?"),
        ('name = "बिजली बिल"', 'name = "Bill"', 'name = "Bill"', "is not in Devanagari: 'Bill'"),
        ('name = "बिजली बिल"', 'name = ""', 'name = ""', "words.hi.name is empty"),
        ('by = "By K number"\n', "", "[words.en]", "words.en has no by"),
        ('by = "By K number"\n', "", 'by = "के', "words.hi.by is not said in en"),
        ("{digits} digits, top", "12 digits, top", "{digits}", "has {digits}, which en has not"),
        ("{digits} digits, top", "{digit digits, top", "{digit d", "expected '}'"),
        ('[words.en.asks.account]\nname = "K number"', "[words.en.asks.account]\n",
         "[words.en.asks.account]", "missing required field `name`"),
        ("advance = 3000", "advance = = 3000", "advance", "Invalid value (at line"),
        ("advance = 3000", "advance = 3000\nadvance = 1", "advance = 1", "Cannot overwrite"),
    ],
)  # fmt: skip
def test_a_slip_is_named_with_its_line(
    folder: Path,
    run: Callable[..., tuple[int, list[str]]],
    old: str,
    new: str,
    marked: str,
    said: str,
) -> None:
    change(folder, old, new)
    code, found = run(str(folder))
    assert code == Exit.NOT_WELL
    line = line_with(folder / FILE, marked)
    assert [each for each in found if said in each and each.startswith(f"{FILE}:{line}: ")], found


def test_a_word_of_a_coming_service_and_of_a_category_counts_too(
    folder: Path, run: Callable[..., tuple[int, list[str]]]
) -> None:
    change(folder, 'name = "Bill payment"', 'name = ""', "categories.toml")
    change(folder, 'icon = "device-mobile"', 'icon = "device-mobil"', "categories.toml")
    code, found = run(str(folder))
    assert code == Exit.NOT_WELL
    name, icon = (line_with(folder / "categories.toml", each) for each in ('name = ""', 'mobil"'))
    assert found == [
        f"categories.toml:{name}: words.en.name is empty",
        f"categories.toml:{icon}: no picture device-mobil-duotone.png"
        " in ui/icons; did you mean `device-mobile`?",
    ]


def test_two_files_want_the_same_name(
    folder: Path, run: Callable[..., tuple[int, list[str]]]
) -> None:
    shutil.copy(folder / FILE, folder / "power.toml")
    code, found = run(str(folder))
    assert code == Exit.NOT_WELL
    assert any("electricity is in electricity.toml, too" in each for each in found)
    assert any("expected the name of the file, power; got electricity" in each for each in found)


def test_a_service_that_is_paid_has_no_rate(
    folder: Path, tmp_path: Path, run: Callable[..., tuple[int, list[str]]]
) -> None:
    rates = tmp_path / "other.rates"
    rates.write_text(
        'version = 4\nvalid_from = 2026-04-01\norder = "1"\n[service]\n'
        'electricty = [{ kind = "charge" }]\n'
    )
    code, found = run(str(folder), "--rates", str(rates))
    assert code == Exit.NOT_WELL
    line = line_with(folder / FILE, "id = ")
    wanted = "electricity is paid, and rate table 4 does not have it; did you mean `electricty`?"
    assert f"{FILE}:{line}: {wanted}" in found


def test_letters_of_another_editor(folder: Path, run: Callable[..., tuple[int, list[str]]]) -> None:
    (folder / FILE).write_bytes('name = "बिल"'.encode("utf-16"))
    code, found = run(str(folder))
    assert code == Exit.NOT_WELL and found[0].startswith(f"{FILE}:1: expected UTF-8")


@pytest.mark.parametrize("words", [["nowhere"], ["--rates", "nowhere"]])
def test_a_folder_or_a_table_that_is_not_there(
    run: Callable[..., tuple[int, list[str]]], words: list[str]
) -> None:
    assert run(*words) == (Exit.NO_INPUT, [])


def test_no_kiosk_toml_is_needed(
    run: Callable[..., tuple[int, list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("firmware.cli.__main__.load", None)
    assert run()[0] == 0


# --- lines ---------------------------------------------------------------------------------------

TEXT = """
[[entry]]
id = "one"
[entry.words.hi]
name = "एक"
[[entry]]
id = "two"
words.hi.name = "दो"
"""


def test_the_second_of_many_is_not_the_first() -> None:
    lines = Lines(TEXT)
    assert lines.of(("entry", 0, "id")) == 3
    assert lines.of(("entry", 1, "id")) == 7
    assert lines.of(("entry", 0, "words", "hi", "name")) == 5
    assert lines.of(("entry", 1, "words", "hi", "name")) == 8
    assert lines.of(("entry", 1, "icon")) == 6, "the nearest around it"
    assert lines.of_path("$.entry[1]", "id") == 7
    assert lines.of_path("$.entry[0].words[...]", "name") == 5
    assert lines.of_path("$.nowhere") == 1
