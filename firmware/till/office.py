"""`python -m firmware.till.office`: the office's end of commissioning, without a network.

`new SEED` makes the fleet's private key once; `sign SEED --serial N` answers the requests on its
standard input, a line each, and counts the serial number on. docs/claims.md has the ceremony.
`rates SEED FILE` signs a rate table with the key of the office's documents (docs/rates.md).
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from firmware.runtime.config import ConfigError
from firmware.services.rates.shelf import SIGNED_BY
from firmware.services.rates.signed import sign as rates_signature
from firmware.services.rates.table import read_table
from firmware.till.commission import BadAnswer, answer, new_fleet
from firmware.till.signing import NoKey, load_fleet_seed

YEAR = 365 * 86_400  # seconds
CLOCK_MAY_DIFFER = 86_400  # seconds, of a kiosk that has not been told the time yet
EXIT_REFUSED = 1


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="office", description="The fleet's word for kiosks' keys.")
    commands = top.add_subparsers(dest="command", required=True)
    one = commands.add_parser("new", help="make the fleet's key; prints the public one")
    one.add_argument("seed", type=Path, help="where the private key is kept")
    two = commands.add_parser("sign", help="answer requests: ID HEX a line on standard input")
    two.add_argument("seed", type=Path)
    two.add_argument("--serial", type=int, required=True, help="of the first; keep the list")
    two.add_argument("--years", type=int, default=5)
    three = commands.add_parser("rates", help="sign a rate table: writes FILE.sig beside it")
    three.add_argument("seed", type=Path, help="the private key of the office's documents, in hex")
    three.add_argument("file", type=Path)
    return top


def main() -> int:
    options = parser().parse_args()
    try:
        if options.command == "new":
            print(new_fleet(options.seed).hex())  # noqa: T201
        elif options.command == "rates":
            sign_rates(load_fleet_seed(options.seed), options.file)
        else:
            sign(load_fleet_seed(options.seed), options.serial, options.years)
    except (BadAnswer, NoKey, ConfigError, OSError) as error:
        print(f"office: {error}", file=sys.stderr)  # noqa: T201
        return EXIT_REFUSED
    return 0


def sign(fleet_seed: bytes, first_serial: int, years: int) -> None:
    """Each request's answer on standard output, in their order; raises BadAnswer at the first."""
    begins, ends = int(time.time()) - CLOCK_MAY_DIFFER, int(time.time()) + years * YEAR
    for serial, asked in enumerate(sys.stdin, first_serial):
        print(answer(fleet_seed, asked, serial, begins, ends))  # noqa: T201


def sign_rates(office_seed: bytes, path: Path) -> None:
    """Beside the table; raises ConfigError for one that no kiosk would read, and OSError."""
    content = path.read_bytes()
    table = read_table(content, str(path))
    signature = path.with_name(path.name + SIGNED_BY)
    signature.write_text(f"{rates_signature(office_seed, content)}\n", encoding="ascii")
    print(f"{signature}: version {table.version}, valid from {table.valid_from}")  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
