"""A citizen's telephone: pays what a QR asks for, at the sandbox's UPI network."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import parse_qs, urlsplit

from firmware.runtime.bench import BenchRefused

PATIENCE = 5.0  # seconds


def scan(link: str) -> str:
    """The reference in a `upi://pay` address."""
    return parse_qs(urlsplit(link).query)["tr"][0]


def pay(url: str, reference: str) -> None:
    """Pay now; raises BenchRefused when the network says no, and then nothing left the bank."""
    _ask(urllib.request.Request(f"{url}/upi/payments/{reference}/pay", method="POST"))


def pay_newest(url: str) -> None:
    """Pay the QR that was shown last; raises BenchRefused when none waits."""
    known = _ask(urllib.request.Request(f"{url}/upi/payments"))
    waiting = [each["reference"] for each in known if each["status"] == "waiting"]
    if not waiting:
        raise BenchRefused("no QR waits to be paid")
    pay(url, waiting[-1])


def _ask(request: urllib.request.Request) -> Any:
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as response:
            return json.loads(response.read())
    except urllib.error.HTTPError as error:
        raise BenchRefused(
            f"the network refuses: {error.read().decode(errors='replace')}"
        ) from None
    except OSError as error:
        raise BenchRefused(f"the network does not answer: {error}") from None
