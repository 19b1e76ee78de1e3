"""Opens what a reader encrypted, as an acquirer's security module does, and only once.

Its keys are published test keys that everybody knows: this is a sandbox, for public test cards.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from functools import partial

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox

from firmware.contract.card import Sealing
from firmware.gateway.cards import CardDocument
from firmware.runtime import dukpt

TDES_BDK = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")  # ANSI X9.24-1, annex A
AES_BDK = bytes.fromhex("FEDCBA9876543210F1F1F1F1F1F1F1F1")  # ANSI X9.24-3, test vectors
BOX_KEY = PrivateKey(b"kiosk sandbox, known to everyone")
PUBLIC_KEY = bytes(BOX_KEY.public_key).hex().upper()

SCHEMA = """
CREATE TABLE IF NOT EXISTS card_counters (device TEXT PRIMARY KEY, counter INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS card_boxes (digest TEXT PRIMARY KEY);
"""
Tracks = dict[str, bytes]


class NotOpened(ValueError):
    """Why a card could not be opened: a stable word, which is the reason of the decline."""


class Vault:
    """`open` inside the transaction that books the payment: both happen, or neither."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        db.executescript(SCHEMA)

    def open(self, card: CardDocument) -> Tracks:
        """The tracks in clear, each with its sentinels; raises NotOpened."""
        if card.sealing == Sealing.BOX:
            tracks = {name: _unbox(sealed) for name, sealed in card.tracks.items()}
            self._use_box(card)
        else:
            decrypt, device, counter = _dukpt(card)
            tracks = {name: _until_end(decrypt(sealed)) for name, sealed in card.tracks.items()}
            self._use_counter(device, counter)
        return tracks

    def _use_box(self, card: CardDocument) -> None:
        """Every sealed box has a key of its own, so the same bytes twice are a replay."""
        for sealed in card.tracks.values():
            digest = hashlib.sha256(sealed).hexdigest()
            insert = "INSERT OR IGNORE INTO card_boxes VALUES (?) RETURNING digest"
            if self._db.execute(insert, (digest,)).fetchone() is None:
                raise NotOpened("replayed")

    def _use_counter(self, device: str, counter: int) -> None:
        """The counter of a reader only grows."""
        query = "SELECT counter FROM card_counters WHERE device = ?"
        last = self._db.execute(query, (device,)).fetchone()
        if last is not None and counter <= last[0]:
            raise NotOpened("replayed")
        self._db.execute("INSERT OR REPLACE INTO card_counters VALUES (?, ?)", (device, counter))


def _unbox(sealed: bytes) -> bytes:
    try:
        return SealedBox(BOX_KEY).decrypt(sealed)
    except CryptoError:
        raise NotOpened("not_decrypted") from None


def _dukpt(card: CardDocument) -> tuple[Callable[[bytes], bytes], str, int]:
    """How to decrypt, whose key it is, and which one."""
    try:
        ksn = bytes.fromhex(card.key)
        return _aes(ksn) if card.sealing == Sealing.AES else _tdes(ksn, card.sealing)
    except ValueError:  # a KSN of another length
        raise NotOpened("not_decrypted") from None


def _aes(ksn: bytes) -> tuple[Callable[[bytes], bytes], str, int]:
    initial = dukpt.aes_initial_key(AES_BDK, ksn[:8])
    key = dukpt.aes_transaction_key(initial, ksn, dukpt.Usage.DATA_ENCRYPTION)
    return partial(_decrypted, dukpt.aes_decrypt, key), ksn[:8].hex(), dukpt.aes_counter_of(ksn)


def _tdes(ksn: bytes, sealing: str) -> tuple[Callable[[bytes], bytes], str, int]:
    key = dukpt.transaction_key(dukpt.initial_key(TDES_BDK, ksn), ksn)
    variant = dukpt.pin_key(key) if sealing == Sealing.TDES_PIN else dukpt.data_key(key)
    device = dukpt.device_of(ksn).hex()
    return partial(_decrypted, dukpt.tdes_decrypt, variant), device, dukpt.counter_of(ksn)


def _decrypted(decrypt: Callable[[bytes, bytes], bytes], key: bytes, sealed: bytes) -> bytes:
    try:
        return decrypt(key, sealed)
    except ValueError:  # no whole blocks
        raise NotOpened("not_decrypted") from None


def _until_end(clear: bytes) -> bytes:
    """Readers fill the last block with zeros; the end sentinel is the end."""
    track = clear.rstrip(b"\0")
    if not track.endswith(b"?") or b"\0" in track:
        raise NotOpened("not_decrypted")
    return track
