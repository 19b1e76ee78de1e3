"""`python -m firmware.gateway.sandbox.rates`: sign the example of a rate table anew.

With the key of the sandbox's office, which everybody knows: for the demo and the tests.
"""

from __future__ import annotations

import sys

from firmware.gateway.sandbox.signature import OFFICE_SEED
from firmware.services.rates.shelf import SHIPPED, SIGNED_BY
from firmware.services.rates.signed import sign
from firmware.services.rates.table import read_table


def main() -> int:
    """Raises ConfigError for a table that no kiosk would read."""
    content = SHIPPED.read_bytes()
    read_table(content, SHIPPED.name)
    signature = SHIPPED.with_name(SHIPPED.name + SIGNED_BY)
    signature.write_text(f"{sign(OFFICE_SEED, content)}\n", encoding="ascii")
    return 0


if __name__ == "__main__":
    sys.exit(main())
