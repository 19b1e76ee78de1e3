"""The line from a machine to the office, for QEMU's `guestfwd=...-cmd:`.

Standard input and output go to a port of this side, for one connection.
Usage: line.py PORT
"""

from __future__ import annotations

import os
import select
import socket
import sys

CHUNK = 65536  # bytes


def main() -> int:
    with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as office:
        onward = {0: office.fileno(), office.fileno(): 1}
        while True:
            for source in select.select(list(onward), [], [])[0]:
                data = memoryview(os.read(source, CHUNK))
                if not data:
                    return 0
                while data:
                    data = data[os.write(onward[source], data) :]


if __name__ == "__main__":
    sys.exit(main())
