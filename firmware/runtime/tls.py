"""The client's side of TLS to a server of the outer world: chain and host name are checked."""

from __future__ import annotations

import ssl


def client_side(ca: str = "") -> ssl.SSLContext:
    """`ca` is a PEM file, believed and no other; empty: the authorities of the system. Raises
    OSError, which ssl's own errors are, for a file that is none."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # checks the chain and the host's name
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca:
        context.load_verify_locations(cafile=ca)
    else:
        context.load_default_certs()
    return context
