"""`[content]` and `[meeting]` of kiosk.toml: what comes from outside beside the back end."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

import msgspec

Origin = Annotated[
    str, msgspec.Meta(pattern=r"^(https://[a-z0-9.-]+|http://localhost)(:[0-9]{1,5})?$")
]
SecureOrigin = Annotated[str, msgspec.Meta(pattern=r"^https://[a-z0-9.-]+(:[0-9]{1,5})?$")]


class ContentSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    # The district's public key for content packs, Ed25519 in hex; without it none is believed.
    key: Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{64})?$")] = ""
    # Where the fleet may let a pack be fetched; without one none is. The firewall lets out to 443.
    origins: Annotated[list[SecureOrigin], msgspec.Meta(max_length=8)] = []
    # PEM: believed for those servers, and no other. Empty: the authorities of the system.
    ca: Annotated[str, msgspec.Meta(max_length=256)] = ""


class MeetingSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Without an origin there are no meetings, and no tile speaks of them."""

    # Where meetings are held: only there goes the browser, with camera and microphone.
    origins: Annotated[list[Origin], msgspec.Meta(max_length=8)] = []
    announced: Annotated[int, msgspec.Meta(ge=0, le=120)] = 15  # minutes before it begins


def origin_of(url: str) -> str:
    """`https://meet.example.org` of an address there (RFC 6454)."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()
