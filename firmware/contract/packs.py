"""What the fleet says of a content pack that a kiosk is to fetch: the arguments of `content_pack`.

The signature of the command says that the fleet wants it; whether it is shown, the district's own
signature inside the pack decides (docs/content.md).
"""

from __future__ import annotations

from typing import Annotated

import msgspec

LARGEST = 16 << 20  # bytes of a pack: two pictures and some text have 4 MiB


class PackWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where it lies, and what it must be when it is here."""

    url: Annotated[str, msgspec.Meta(pattern=r"^https://[\x21-\x7e]+$", max_length=500)]
    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]  # of the whole file
    length: Annotated[int, msgspec.Meta(ge=1, le=LARGEST)]  # bytes
