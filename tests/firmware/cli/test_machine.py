"""What the programs say and what they are told, with everything else dead."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import shtab

from firmware.cli.__main__ import parser
from firmware.cli.machine import command

EXAMPLE = Path(__file__).parents[3] / "docs" / "kiosk.example.toml"


def kioskctl(*words: str) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-m", "firmware.cli", *words]
    return subprocess.run(program, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize(
    ("unit", "found"),
    [("", "kiosk-*"), ("core", "kiosk-core*"), ("driver notes", "kiosk-driver@notes*"),
     ("kiosk-ui", "kiosk-ui*")],
)  # fmt: skip
def test_a_unit_as_a_technician_says_it(unit: str, found: str) -> None:
    assert command(unit, "", follows=False)[-1] == f"--unit={found}"
    assert command(unit, "-1h", follows=True)[-2:] == ["--since=-1h", "--follow"]


def test_every_key_in_force_is_said_for_people_and_for_programs() -> None:
    said = kioskctl("--config", str(EXAMPLE), "config")
    assert said.returncode == 0
    assert '[kiosk] id = "rj-tonk-todaraisingh-1"' in said.stdout or "[kiosk] id" in said.stdout
    assert "[times] cash = " in said.stdout
    found = json.loads(kioskctl("--config", str(EXAMPLE), "config", "--json").stdout)
    assert found["times"]["cash"] > 0


def test_a_slip_of_the_pen_is_named_before_anything_is_restarted(tmp_path: Path) -> None:
    wrong = tmp_path / "kiosk.toml"
    wrong.write_text(EXAMPLE.read_text(encoding="utf-8").replace("helpline", "helplin"))
    said = kioskctl("--config", str(wrong), "config")
    assert said.returncode == 78
    assert "did you mean `helpline`?" in said.stderr


def test_a_shell_completes_what_there_is() -> None:
    script = shtab.complete(parser(), "bash")
    asked = (
        f"{script}\nCOMP_WORDS=(kioskctl down); COMP_CWORD=1; _shtab_kioskctl; "
        "echo ${COMPREPLY[@]}"
    )
    said = subprocess.run(["bash", "-c", asked], capture_output=True, text=True, check=False)
    assert said.stdout.split() == ["downtime"]
