"""How soon the printer's driver has something to send: the citizen must hear that it prints.

In memory, on a clock of its own, in processor time: other work on the machine does not count.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from firmware.contract.device import Print
from firmware.documents.receipt import receipt
from tests.bench.figures import Figure, delays
from tests.drivers.escpos.bench import Counter
from tests.firmware.documents.test_documents import RECEIPT

AIM = 0.300  # seconds, at p99
PRINTS = 30


def run(prints: int) -> list[Figure]:
    return [delays("escpos, from Print to its first byte", first_bytes(prints), AIM)]


def first_bytes(prints: int) -> list[float]:
    """Seconds from each order to print a receipt in Hindi to its first byte.

    The printer has nothing else to do, and its answer is not waited for.
    """
    found, ticket = [], receipt(RECEIPT)
    with tempfile.TemporaryDirectory(prefix="printer-") as folder:
        counter = Counter(Path(folder))
        counter.run(1.0)
        for number in range(prints):
            began = time.process_time()
            counter.device.on_command(Print(str(number), ticket))
            first = counter.device.protocol.bytes_to_send()
            found.append(time.process_time() - began)
            assert first
            counter.emulator.receive_bytes(first, counter.visit.now)
            counter.run(5.0)
    return found
