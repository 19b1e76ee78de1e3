"""The line from a machine to the office, for QEMU's `guestfwd=...-cmd:`, and the office's TLS.

Standard input and output are one socket to the machine. What comes there sealed goes on in clear to
a port of this side, and back, for one connection. Usage: line.py PORT CERTIFICATE KEY
"""

from __future__ import annotations

import select
import socket
import ssl
import sys

CHUNK = 65536  # bytes
MACHINE = 0  # file descriptor


def main() -> int:
    port, certificate, key = sys.argv[1:]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with (
        context.wrap_socket(socket.socket(fileno=MACHINE), server_side=True) as machine,
        socket.create_connection(("127.0.0.1", int(port))) as office,
    ):
        onward: dict[socket.socket, socket.socket] = {machine: office, office: machine}
        while True:
            ready = [machine] if machine.pending() else select.select(list(onward), [], [])[0]
            for source in ready:
                if not (data := source.recv(CHUNK)):
                    return 0
                onward[source].sendall(data)


if __name__ == "__main__":
    sys.exit(main())
