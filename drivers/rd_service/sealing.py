"""How a PID is sealed, for the emulated reader: under a public test key, for nobody's finger.

AES-256-GCM under a key made for this print, that key under RSA-2048; the initialisation vector and
the additional data are ends of the time stamp (UIDAI, Aadhaar Authentication API 2.5). The sandbox
has the other half of the key (firmware/gateway/sandbox/fingers.py).
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import quoteattr

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

EXPONENT = 65537
TEST_MODULUS = int(
    "91282D1800C210CCB3937E8B7677C1FC9EC466329F686F38EA5FDC3DE3B512EB78F27A002F477BBBB7AA"
    "55A756E7A324CB96371CDFCC3E12F6246603324AA309036772AE1975EF8CB88432D91C1C0F46D6D2AE39"
    "49A45B981D6D3499F1E2CC211B20808A63D9807339C36497DD8E9182A6B08DE213D7A6282DAA07E0D89D"
    "FB0C6EFB87BAF9D847D5E8F321782758BE1662372F40F16F396E9FCF3E2E31331FEB27D230BFA310B619"
    "91C8C969C61160335C80A1FD5A2F0276AE69132257B2F67F3BC17955D2FD30664AF5340247B888FA7802"
    "16BA5F02CC8D9E3010214DCF02B11AA653FC04507EDE00545A63052E01310CF2A3E3927E1500D44528DD"
    "4FBB407F",
    16,
)
KEY_BYTES = 32
VECTOR, ADDITIONAL = 12, 16  # the last bytes of the time stamp


@dataclass(frozen=True)
class SealedPid:
    """Three texts of a PidData, in base64."""

    key: str
    hmac: str
    data: str


@dataclass(frozen=True)
class Print:
    """What an emulated reader made of an emulated finger: letters that nobody's skin has."""

    finger: str
    position: str
    wadh: str
    at: datetime

    def to_pid(self) -> bytes:
        """The PID block in clear."""
        template = base64.b64encode(f"template of {self.finger}".encode()).decode()
        bio = f"<Bio type={quoteattr('FMR')} posh={quoteattr(self.position)}>{template}</Bio>"
        attributes = f'ts="{self.stamp}" ver="2.0" wadh={quoteattr(self.wadh)}'
        return f"<Pid {attributes}><Bios>{bio}</Bios></Pid>".encode()

    @property
    def stamp(self) -> str:
        return self.at.strftime("%Y-%m-%dT%H:%M:%S")

    def sealed(self) -> SealedPid:
        """For whoever has the other half of the test key."""
        key, stamp, pid = secrets.token_bytes(KEY_BYTES), self.stamp.encode(), self.to_pid()
        cipher = AESGCM(key)
        vector, additional = stamp[-VECTOR:], stamp[-ADDITIONAL:]
        data = stamp + cipher.encrypt(vector, pid, additional)
        hmac = cipher.encrypt(vector, hashlib.sha256(pid).digest(), additional)
        public = rsa.RSAPublicNumbers(EXPONENT, TEST_MODULUS).public_key()
        wrapped = public.encrypt(key, padding.PKCS1v15())
        texts = (base64.b64encode(each).decode() for each in (wrapped, hmac, data))
        return SealedPid(*texts)
