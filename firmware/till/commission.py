"""How a kiosk comes by its claim key, and the office's word for it.

Two lines of text travel, by mail or on paper: the kiosk's request (its id and public key) and the
office's answer (certificate and the fleet's public key). Neither is a secret. docs/claims.md has
the ceremony; the private keys stay where they were made.
"""

from __future__ import annotations

from pathlib import Path

from firmware.runtime.durable import sync_folder
from firmware.till.signing import (
    CERTIFICATE,
    FLEET,
    KEY,
    KEY_LENGTH,
    TAIL,
    Certificate,
    certify,
    load_seed,
    new_seed,
    public_of,
    text_field,
    write_key_file,
)


class BadAnswer(ValueError):
    """A line that is not what was asked for: says what was expected and what it was."""


def make_key(folder: Path) -> bytes:
    """The kiosk's public key; its private one is made at the first call and stays for ever.

    Raises NoKey when a key is there and cannot be read: nothing replaces it.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o711)  # the public files are for everybody
    if not (folder / KEY).exists():
        (folder / f"{KEY}.new").unlink(missing_ok=True)  # what a power cut left
        write_key_file(folder / f"{KEY}.new", new_seed(), 0o600)
        (folder / f"{KEY}.new").rename(folder / KEY)
        sync_folder(folder)
    return public_of(load_seed(folder))


def request(kiosk: str, public_key: bytes) -> str:
    """What the kiosk asks with: `ID HEX`."""
    return f"{kiosk} {public_key.hex()}"


def answer(fleet_seed: bytes, asked: str, serial: int, not_before: int, not_after: int) -> str:
    """The office's word: `HEX HEX`, the certificate and the fleet's public key.

    Times are seconds since 1970, UTC. Raises BadAnswer for a line that is no request.
    """
    kiosk, separator, public = asked.strip().rpartition(" ")
    if not separator:
        raise BadAnswer(f"request: expected a kiosk's id and its public key, got {asked!r}")
    try:
        text_field(kiosk)
    except ValueError as error:
        raise BadAnswer(f"request: kiosk's id: {error}") from None
    key = _hex("request", public, KEY_LENGTH)
    word = certify(fleet_seed, kiosk, key, serial, not_before, not_after)
    return f"{word.tail.hex()} {public_of(fleet_seed).hex()}"


def install(folder: Path, kiosk: str, answered: str) -> Certificate:
    """Lay down the office's word beside the key it is for; a later one replaces it whole.

    Raises BadAnswer for a word of no fleet, for another kiosk or another key, or of another fleet
    than the one this kiosk knows; NoKey when the kiosk has not made its key.
    """
    words = answered.split()
    if len(words) != 2:
        raise BadAnswer(f"answer: expected a certificate and the fleet's key, got {answered!r}")
    certificate = Certificate.of(kiosk, _hex("certificate", words[0], TAIL.size))
    fleet_key = _hex("fleet's key", words[1], KEY_LENGTH)
    _check(folder, certificate, fleet_key)
    for name, content in ((FLEET, fleet_key), (CERTIFICATE, certificate.tail)):
        fresh = folder / f"{name}.new"
        fresh.unlink(missing_ok=True)
        write_key_file(fresh, content, 0o644)
        fresh.rename(folder / name)
        sync_folder(folder)
    return certificate


def _check(folder: Path, certificate: Certificate, fleet_key: bytes) -> None:
    public_key = public_of(load_seed(folder))
    if certificate.public_key != public_key:
        raise BadAnswer(
            f"certificate: expected the public key {public_key.hex()} of this kiosk, "
            f"got {certificate.public_key.hex()}"
        )
    if not certificate.is_of_fleet(fleet_key):
        raise BadAnswer(
            f"certificate: expected the signature of the fleet {fleet_key.hex()} "
            f"over {certificate.kiosk}, none is"
        )
    known = folder / FLEET
    if known.exists() and known.read_text(encoding="ascii").strip() != fleet_key.hex():
        raise BadAnswer(f"fleet's key: expected the one of {known}, got {fleet_key.hex()}")


def _hex(what: str, text: str, length: int) -> bytes:
    try:
        content = bytes.fromhex(text)
    except ValueError:
        raise BadAnswer(f"{what}: expected {length} bytes in hex, got {text!r}") from None
    if len(content) != length:
        raise BadAnswer(f"{what}: expected {length} bytes in hex, got {len(content)} bytes")
    return content


def new_fleet(path: Path) -> bytes:
    """Make a fleet's private key; returns its public one. Raises FileExistsError."""
    seed = new_seed()
    write_key_file(path, seed, 0o600)
    sync_folder(path.parent)
    return public_of(seed)
