"""Opens the print of an emulated reader, as UIDAI's own machines do with a real one.

The key is a test key that everybody knows: this is a sandbox, and no emulated finger is anybody's.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from xml.parsers import expat

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

EXPONENT = 65537
P = int(
    "C2C3865D2FFB98C7BBB13467331317674BDEA50A6E0CBCF70AA83438B728440A7FEF4E97880BCA948629"
    "E23B9AEA9349F2CED457622BC0DD7F9D7A36326EBB71A41C676C5B0D767D7B8CA273B1C59F4D8F56AE44"
    "07A72B26AF9035C5B2D9A50A8135FB260A0ED5E6F0A19B2E454180EE67CE6191AD15926EB813D1750FA5"
    "5537",
    16,
)
Q = int(
    "BECBD01ADA7C1C06D3868882D394EAC63E8C2373BFDA1901C89C54B0B53C80C90413D4D38D1E1FE3A4DF"
    "BDF397AE38380E2B1659AFB3BDACD4A38CC1350BE1A9D70434FCDF040FD4A5DAE0E51C0CD8A98A0D2141"
    "DEC2803AAECE57AAC5CA6E303FB9ED2B661C1349281B50081735DCB4978CC1C436839ED796644EBC263E"
    "92F9",
    16,
)
TEMPLATE = "template of "  # and the finger's name, of an emulated one
STAMP = 19  # bytes of the time stamp in front of the data: 2026-11-22T10:00:00
VECTOR, ADDITIONAL = 12, 16  # its last bytes
TEXTS = ("Skey", "Hmac", "Data")


class NotOpened(ValueError):
    """Why a print could not be opened: UIDAI's error code, in words of its own."""


def open_pid(document: bytes) -> bytes:
    """The PID block in a PidData document; raises NotOpened."""
    texts = _texts(document, TEXTS)
    try:
        wrapped, hmac, data = (base64.b64decode(texts[name], validate=True) for name in TEXTS)
    except (binascii.Error, KeyError) as error:
        raise NotOpened(f"511 PID: {error}") from None
    stamp = data[:STAMP]
    vector, additional = stamp[-VECTOR:], stamp[-ADDITIONAL:]
    try:
        cipher = AESGCM(_key().decrypt(wrapped, padding.PKCS1v15()))
        pid = cipher.decrypt(vector, data[STAMP:], additional)
        digest = cipher.decrypt(vector, hmac, additional)
    except InvalidTag:
        raise NotOpened("502 encryption of the PID") from None
    except ValueError:
        raise NotOpened("500 encryption of the session key") from None
    if digest != hashlib.sha256(pid).digest():
        raise NotOpened("503 Hmac")
    return pid


def finger_in(document: bytes) -> str:
    """The name of the emulated finger in a PidData document; raises NotOpened."""
    found = _texts(open_pid(document), ("Bio",)).get("Bio", "")
    try:
        template = base64.b64decode(found, validate=True).decode()
    except ValueError as error:
        raise NotOpened(f"511 PID: {error}") from None
    if not template.startswith(TEMPLATE):
        raise NotOpened("511 PID: no template of an emulated finger")
    return template.removeprefix(TEMPLATE)


def _key() -> rsa.RSAPrivateKey:
    private = pow(EXPONENT, -1, (P - 1) * (Q - 1))
    public = rsa.RSAPublicNumbers(EXPONENT, P * Q)
    numbers = rsa.RSAPrivateNumbers(
        P,
        Q,
        private,
        rsa.rsa_crt_dmp1(private, P),
        rsa.rsa_crt_dmq1(private, Q),
        rsa.rsa_crt_iqmp(P, Q),
        public,
    )
    return numbers.private_key()


def _texts(document: bytes, wanted: tuple[str, ...]) -> dict[str, str]:
    """What stands in each of `wanted`; raises NotOpened."""
    found: dict[str, str] = {}
    place: list[str] = []
    parser = expat.ParserCreate(encoding="UTF-8")

    def on_text(text: str) -> None:
        if place[-1] in wanted:
            found[place[-1]] = found.get(place[-1], "") + text.strip()

    def on_doctype(*_: object) -> None:
        raise NotOpened("511 PID: a document type")

    parser.StartDoctypeDeclHandler = on_doctype
    parser.StartElementHandler = lambda name, _: place.append(name)
    parser.EndElementHandler = lambda _: place.pop()
    parser.CharacterDataHandler = on_text
    try:
        parser.Parse(document, True)
    except expat.ExpatError as error:
        raise NotOpened(f"511 PID: {error}") from None
    return found
