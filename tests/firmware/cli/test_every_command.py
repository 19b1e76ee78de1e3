"""Every command of kioskctl: known to its help, its page, the shell and to programs."""

from __future__ import annotations

import argparse
import re
import subprocess
from pathlib import Path

import pytest
import shtab

from docs import kioskctl as page
from firmware.cli.__main__ import main, parser
from firmware.cli.exits import MEANINGS, Exit
from firmware.cli.parsing import JSON, WITHOUT_JSON, below, doers, is_a_group

SUDOERS = Path(__file__).parents[3] / "systemd/sudoers.d/kiosk"
KIOSKCTL = "/usr/bin/kioskctl"
COMMANDS = dict(doers(parser()))
# What a technician was promised.
PROMISED = (
    "status", "watch", "faults", "tickets", "consumables", "device", "journal", "uplink",
    "network", "report", "selftest", "logs", "config", "commission",
)  # fmt: skip


def groups(top: argparse.ArgumentParser, path: str = "") -> dict[str, argparse.ArgumentParser]:
    """Every parser with commands below it, by its words."""
    found = {path: top} if below(top) else {}
    for name, each in below(top).items():
        found |= groups(each, f"{path} {name}".strip())
    return found


def test_every_name_that_was_promised_is_there_and_the_shell_completes_it() -> None:
    assert set(PROMISED) <= set(below(parser()))
    script = shtab.complete(parser(), "bash")
    asked = (
        f"{script}\nfor word in {' '.join(PROMISED)} supplies; do\n"
        "COMP_WORDS=(kioskctl $word); COMP_CWORD=1; COMPREPLY=(); _shtab_kioskctl; "
        "echo ${COMPREPLY[@]}\ndone"
    )
    said = subprocess.run(["bash", "-c", asked], capture_output=True, text=True, check=False)
    offered = [line.split() for line in said.stdout.splitlines()]
    assert [word in line for word, line in zip([*PROMISED, "supplies"], offered, strict=True)] == (
        [True] * (len(PROMISED) + 1)
    )


@pytest.mark.parametrize("path", groups(parser()))
def test_every_command_says_in_the_help_what_it_is_for(path: str) -> None:
    group = groups(parser())[path]
    (choices,) = [a for a in group._actions if isinstance(a, argparse._SubParsersAction)]
    helped = {each.dest for each in choices._choices_actions if each.help}
    assert helped == set(below(group))


@pytest.mark.parametrize("words", COMMANDS)
def test_every_command_answers_programs_or_says_why_not(words: str) -> None:
    command = COMMANDS[words]
    has_json = any(JSON in action.option_strings for action in command._actions)
    why_not = command.get_default(WITHOUT_JSON)
    assert has_json is (why_not is None)
    assert why_not is None or len(why_not.split()) > 3
    assert not is_a_group(command)


def test_a_command_below_another_takes_json_for_itself_alone() -> None:
    assert parser().parse_args(["consumables"]).json is False
    assert parser().parse_args(["consumables", "--json"]).json is True
    assert parser().parse_args(["supplies", "history", "--json"]).json is True
    assert parser().parse_args(["report", "--json"]).json is True


def test_the_page_of_commands_is_fresh_and_has_them_all() -> None:
    written = page.PAGE.read_text(encoding="utf-8")
    assert written == page.page(), "run: python -m docs.generate"
    for words in COMMANDS:
        assert f"\n| `{words}" in written
    assert set(MEANINGS) == set(Exit)


@pytest.mark.parametrize(
    "words", [["moon"], ["report", "--z", "x"], ["device"], ["faults", "--moon"]]
)
def test_a_slip_of_the_pen_is_not_taken_for_somebodys_silence(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main(words)
    assert end.value.code == Exit.USAGE
    assert "usage: kioskctl" in capsys.readouterr().err


def lent() -> list[tuple[str, list[str]]]:
    """What the technician may type as somebody else: as whom, and what."""
    found = []
    for line in SUDOERS.read_text(encoding="utf-8").splitlines():
        if told := re.match(r"technician ALL=\((\S+)\) NOPASSWD: (.*)", line):
            typed = [each.split() for each in told[2].split(", ")]
            found += [(told[1], words[1:]) for words in typed if words[0] == KIOSKCTL]
    return found


@pytest.mark.parametrize(("user", "words"), lent(), ids=str)
def test_what_sudo_lends_the_technician_is_a_command(user: str, words: list[str]) -> None:
    options = parser().parse_args(words)
    assert callable(options.run)
    assert not set("*?[^") & set("".join(words)), "a wildcard takes what nobody thought of"


def test_the_record_of_the_days_is_lent_with_the_journal() -> None:
    as_core = [" ".join(words) for user, words in lent() if user == "kiosk-core"]
    for words in ("report", "collections", "attendance", "journal verify"):
        assert {words, f"{words} --json"} <= set(as_core)
