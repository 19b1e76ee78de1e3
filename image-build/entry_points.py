"""Writes the programs of `[options.entry_points]` into the image's private virtual environment.

pip would write scripts for the Python that runs it, and that is another one than the image's.
"""

from __future__ import annotations

import configparser
import sys
from pathlib import Path

INTERPRETER = "/usr/lib/kiosk/bin/python"
SCRIPT = """\
#!{interpreter} -I
import sys

from {module} import {function}

sys.exit({function}())
"""


def programs(setup: Path) -> dict[str, tuple[str, str]]:
    """Module and function of each program in `setup.cfg`, but for those of an extra (`[...]`): they
    are of other machines, and what they stand on is not here."""
    parser = configparser.ConfigParser()
    parser.read(setup, encoding="utf-8")
    rows = parser["options.entry_points"]["console_scripts"].strip().splitlines()
    named = (row.split("=", 1) for row in rows)
    targets = {
        name.strip(): target.strip().split(":")
        for name, target in named
        if not target.strip().endswith("]")
    }
    return {name: (module, function) for name, (module, function) in targets.items()}


def main() -> int:
    setup, folder = Path(sys.argv[1]), Path(sys.argv[2])
    for name, (module, function) in programs(setup).items():
        script = folder / name
        script.write_text(
            SCRIPT.format(interpreter=INTERPRETER, module=module, function=function),
            encoding="utf-8",
        )
        script.chmod(0o755)
    return 0


if __name__ == "__main__":
    sys.exit(main())
