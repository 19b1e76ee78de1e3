"""The first A4 page of a process, and what it leaves behind: `python -m tests.bench.one_page`.

Prints seconds to the first page (the library is loaded in them), seconds to the second, and how
many kB of memory (PSS) the process holds afterwards more than before.
"""

from __future__ import annotations

import sys
import time
from datetime import datetime
from pathlib import Path

from firmware.documents.a4 import typeset
from firmware.documents.receipt import receipt
from firmware.runtime.clock import INDIA
from tests.firmware.documents.test_documents import RECEIPT

AT = datetime(2026, 11, 22, 14, 5, tzinfo=INDIA)


def memory() -> int:
    """kB."""
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def seconds(language: str) -> float:
    ticket, began = receipt(RECEIPT, language), time.perf_counter()
    typeset(ticket, AT)
    return time.perf_counter() - began


def main() -> int:
    receipt(RECEIPT)  # its words are read once, page or no page
    receipt(RECEIPT, "en")
    before = memory()
    print(seconds("hi"), seconds("en"), memory() - before)
    return 0


if __name__ == "__main__":
    sys.exit(main())
