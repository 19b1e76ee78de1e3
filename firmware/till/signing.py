"""Who may sign a claim slip: the kiosk's own key, and the fleet's word for it.

Ed25519 as in RFC 8032, by libsodium. The byte layouts are in docs/claims.md. A kiosk carries its
certificate on every slip, so that any other kiosk can check one with the fleet's public key alone.
"""

from __future__ import annotations

import hashlib
import os
import struct
from pathlib import Path

import msgspec
from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

KEY_LENGTH = 32  # bytes: a seed, or a public key (RFC 8032, 5.1.5)
SIGNATURE_LENGTH = 64  # bytes (RFC 8032, 5.1.6)
SECRET_CONTEXT = b"kiosk secret 1\0"  # what it signs is never shown
CERTIFICATE_CONTEXT = b"kiosk certificate 1\0"  # so that it can be taken for nothing else
LONGEST_NAME = 64  # bytes of a kiosk's id or an order's number
TAIL = struct.Struct(f">III{KEY_LENGTH}s{SIGNATURE_LENGTH}s")

KEY, CERTIFICATE, FLEET = "claim.key", "claim.cert", "fleet.pub"  # files, all in hex


class NoKey(ValueError):
    """This kiosk cannot sign: says which file, what was expected and what was found."""


class Certificate(msgspec.Struct, frozen=True):
    """The fleet says: this public key is of this kiosk. Times are seconds since 1970, UTC."""

    kiosk: str
    serial: int
    not_before: int
    not_after: int
    public_key: bytes
    signature: bytes  # of the fleet's key, over `statement`

    @property
    def statement(self) -> bytes:
        """What the fleet signs."""
        return CERTIFICATE_CONTEXT + text_field(self.kiosk) + self.tail[:-SIGNATURE_LENGTH]

    @property
    def tail(self) -> bytes:
        """What a token carries of it: all but the kiosk's id, which stands in the claim."""
        return TAIL.pack(
            self.serial, self.not_before, self.not_after, self.public_key, self.signature
        )

    @classmethod
    def of(cls, kiosk: str, tail: bytes) -> Certificate:
        """Raises ValueError for another length."""
        if len(tail) != TAIL.size:
            raise ValueError(f"certificate: expected {TAIL.size} bytes, got {len(tail)}")
        return cls(kiosk, *TAIL.unpack(tail))

    def is_of_fleet(self, fleet_key: bytes) -> bool:
        return is_signed(fleet_key, self.statement, self.signature)

    def has_ended(self, moment: int) -> bool:
        return moment > self.not_after


class Signer:
    """The key of one kiosk with its certificate; the key itself is in no representation."""

    def __init__(self, seed: bytes, certificate: Certificate) -> None:
        self._key = SigningKey(seed)
        if bytes(self._key.verify_key) != certificate.public_key:
            raise NoKey(f"{CERTIFICATE}: expected the public key of {KEY}, got another")
        self.certificate = certificate

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message).signature

    def secret_for(self, purpose: bytes) -> bytes:
        """A key for one other purpose; from it nobody learns this one, nor what it signs."""
        return hashlib.sha256(self.sign(SECRET_CONTEXT + purpose)).digest()


class Keys(msgspec.Struct, frozen=True):
    """What a kiosk has of keys: its own or why not, and the fleet's to check others by."""

    signer: Signer | NoKey
    fleet_key: bytes | None

    @classmethod
    def load(cls, folder: Path, kiosk: str) -> Keys:
        """Whatever is there; what is missing or wrong is said in `signer`."""
        signer: Signer | NoKey
        try:
            signer = load_signer(folder, kiosk)
        except NoKey as why:
            signer = why
        try:
            return cls(signer, load_fleet_key(folder / FLEET))
        except NoKey:
            return cls(signer, None)


def text_field(text: str) -> bytes:
    """One byte of length and that many of ASCII; raises ValueError."""
    raw = text.encode("ascii")
    if not 0 < len(raw) <= LONGEST_NAME or not text.isprintable():
        raise ValueError(f"expected 1 to {LONGEST_NAME} printable ASCII characters, got {text!r}")
    return bytes([len(raw)]) + raw


def new_seed() -> bytes:
    """A private key: the machine's own randomness."""
    return os.urandom(KEY_LENGTH)


def public_of(seed: bytes) -> bytes:
    return bytes(SigningKey(seed).verify_key)


def is_signed(public_key: bytes, message: bytes, signature: bytes) -> bool:
    try:
        VerifyKey(public_key).verify(message, signature)
    except BadSignatureError:
        return False
    return True


def certify(
    fleet_seed: bytes, kiosk: str, public_key: bytes, serial: int, not_before: int, not_after: int
) -> Certificate:
    """The fleet's word for a kiosk's public key."""
    draft = Certificate(kiosk, serial, not_before, not_after, public_key, bytes(SIGNATURE_LENGTH))
    signature = SigningKey(fleet_seed).sign(draft.statement).signature
    return msgspec.structs.replace(draft, signature=signature)


def keys_folder(state_folder: Path) -> Path:
    return state_folder / "core" / "keys"


def write_key_file(path: Path, content: bytes, mode: int) -> None:
    """A new file, in hex and on disk; raises FileExistsError rather than replace one."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content.hex().encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def load_signer(folder: Path, kiosk: str) -> Signer:
    """The key and certificate of this kiosk; raises NoKey for whatever is wrong with them."""
    seed = load_seed(folder)
    certificate = Certificate.of(kiosk, _read(folder / CERTIFICATE, TAIL.size))
    if not certificate.is_of_fleet(load_fleet_key(folder / FLEET)):
        raise NoKey(f"{folder / CERTIFICATE}: expected the fleet's signature over {kiosk}, none is")
    return Signer(seed, certificate)


def load_seed(folder: Path) -> bytes:
    """This kiosk's private key; raises NoKey."""
    return _read(folder / KEY, KEY_LENGTH)


def load_fleet_seed(path: Path) -> bytes:
    """The fleet's private key, at the office; raises NoKey."""
    return _read(path, KEY_LENGTH)


def load_fleet_key(path: Path) -> bytes:
    """The public key that every kiosk of the fleet has; raises NoKey."""
    return _read(path, KEY_LENGTH)


def _read(path: Path, length: int) -> bytes:
    try:
        content = bytes.fromhex(path.read_text(encoding="ascii"))
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "expected hex digits"
        raise NoKey(f"{path}: {why}") from None  # never the content: it may be the key
    if len(content) != length:
        raise NoKey(f"{path}: expected {length} bytes in hex, got {len(content)}")
    return content
