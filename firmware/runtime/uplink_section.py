"""`[uplink]` of `kiosk.toml`: where the fleet's broker is, and whom it is believed."""

from __future__ import annotations

from typing import Annotated

import msgspec

Some = Annotated[str, msgspec.Meta(min_length=1, max_length=256)]
PublicKey = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


class UplinkSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Without this section the kiosk tells nobody; it works as well."""

    broker: Some  # a host's name, as its certificate has it
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 8883
    ca: Some = "/etc/kiosk/uplink/fleet.pem"  # believed for the broker, and no other
    certificate: Some = "/etc/kiosk/uplink/kiosk.pem"  # whose common name is [kiosk] id
    key: Some = "/etc/kiosk/uplink/kiosk.key"
    # Ed25519 public keys, hex: who may command. Several, so that an old one may be rolled over.
    fleet_keys: Annotated[list[PublicKey], msgspec.Meta(max_length=8)] = []
    health_every: Annotated[int, msgspec.Meta(ge=60, le=3600)] = 300  # seconds; desired goes first
