"""`[gateway]` of `kiosk.toml`: the default back end, and connectors to others by service.

Secrets are never written here: a file that only kiosk-gateway may read is named.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import msgspec

from firmware.contract.card import CardRequest
from firmware.contract.gateway import FetchDocument, GatewayRequest, PostPayment
from firmware.contract.request import PostRequest, PostVerification

ServiceId = Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_]{0,31}$")]
ConnectorName = Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_]{0,31}$")]
Some = Annotated[str, msgspec.Meta(min_length=1, max_length=256)]

DEFAULT = "default"  # the route to `[gateway] url`
# How many times `[gateway] timeout` is waited: a bank is asked behind a payment, UIDAI behind a
# verification, and a document has pages. What core does not wait for any more is asked for again,
# with the same key.
PAYMENT_TIMES, DOCUMENT_TIMES = 2, 4
SLOW_REQUESTS = (PostPayment, PostRequest, PostVerification, *CardRequest.__args__)


def patience_of(request: GatewayRequest, timeout: float) -> float:
    """Seconds that the gateway waits for the answer to this request, of `[gateway] timeout`."""
    if isinstance(request, FetchDocument):
        return timeout * DOCUMENT_TIMES
    return timeout * (PAYMENT_TIMES if isinstance(request, SLOW_REQUESTS) else 1)


class DigitSection(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="digit"
):
    """A municipality on DIGIT: docs/protocols/digit.md."""

    url: str
    tenant: Some  # as in pb.amritsar
    user: Some  # an employee of the tenant who may collect
    password_file: Some
    services: dict[ServiceId, Some]  # our service -> businessService
    ca: str = ""  # empty: that of [gateway]

    @property
    def serves(self) -> Iterable[str]:
        return self.services


class BillerSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[gateway.connector.<name>.biller.<service>]`: who is paid, and what they call the number."""

    id: Annotated[str, msgspec.Meta(pattern="^[A-Z0-9]{14}$")]
    parameter: Some  # the biller's own name of the account number: K Number
    category: Some  # as in the operating unit's list: Electricity


class BbpsSection(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="bbps"
):
    """An operating unit of Bharat BillPay whose agent this kiosk is: docs/protocols/bbps.md."""

    url: str
    institution: Annotated[str, msgspec.Meta(pattern="^[A-Z0-9]{4}$")]
    agent: Annotated[str, msgspec.Meta(pattern="^[A-Z0-9]{20}$")]
    terminal: Annotated[str, msgspec.Meta(min_length=1, max_length=32)]
    # Of the agent: the message wants one, and the citizen is not asked for his.
    mobile: Annotated[str, msgspec.Meta(pattern="^[6-9][0-9]{9}$")]
    key_file: Some  # RSA, PEM: signs what we send
    certificate_file: Some  # its certificate, PEM
    unit_certificate_file: Some  # the operating unit's, PEM: what comes back is held against it
    biller: dict[ServiceId, BillerSection]
    device: dict[Some, Some] = {}  # more tags of the device: POSTAL_CODE, GEOCODE
    ca: str = ""

    @property
    def serves(self) -> Iterable[str]:
        return self.biller


ConnectorSection = DigitSection | BbpsSection


class GatewaySection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    url: str
    timeout: Annotated[float, msgspec.Meta(gt=0, le=60)] = 5.0
    # Ed25519, in hex: by it the documents of the office are known. Empty: none is sold here.
    office_key: Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{64})?$")] = ""
    ca: str = ""  # PEM: the only authorities that are believed. Empty: those of the system
    connector: dict[ConnectorName, ConnectorSection] = {}
    route: dict[ServiceId, ConnectorName] = {}  # what is not here goes to `url`
